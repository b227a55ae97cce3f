package deliver

import (
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
)

func TestACarrierGetsEveryLetterWhole(t *testing.T) {
	peer, s, _ := smppPeer(t)
	for _, lang := range text.Languages {
		l := phoneLetter(t, lang, api.ChannelSMS)
		out := send(t, s, l)
		whole, parts := "", 1
		for n := 1; n <= parts; n++ {
			e := peer.Next("submit")
			whole += e["text"].(string)
			udh, _ := hex.DecodeString(e["udh"].(string))
			if lang != "en" {
				parts = 2
				if len(udh) != 5 || udh[3] != 2 || int(udh[4]) != n || e["esm"] != 64.0 || e["coding"] != 8.0 {
					t.Errorf("%s, part %d: %v", lang, n, e)
				}
			} else if e["esm"] != 0.0 || e["coding"] != 0.0 {
				t.Errorf("%s: %v", lang, e)
			}
			if e["to"] != "84901234567" || e["from"] != "Holdfast" || e["registered"] != 1.0 {
				t.Errorf("%s: %v", lang, e)
			}
			if n == parts && out.Provider != "carrier/"+e["id"].(string) {
				t.Errorf("%s: called %s, and %v", lang, out.Provider, e["id"])
			}
		}
		if out.State != api.DeliveryHandedOver || whole != l.Text {
			t.Errorf("%s: %+v\n%q\n%q", lang, out, whole, l.Text)
		}
	}
	if out := send(t, s, phoneLetter(t, "en", api.ChannelVoice)); out.State != api.DeliveryRefused {
		t.Errorf("a call: %+v", out)
	}
}

func TestACarriersRefusals(t *testing.T) {
	peer, s, _ := smppPeer(t)
	now := start
	s.opt.Now = func() time.Time { return now }
	l := phoneLetter(t, "en", api.ChannelSMS)
	for _, c := range []struct {
		status        int
		state, detail string
		down          bool
	}{
		{0x0b, api.DeliveryRefused, "status 0x0b: no such number", false},
		{0x45, api.DeliveryPutOff, "status 0x45: not taken", false},
		{0x58, api.DeliveryPutOff, "status 0x58: too many messages at a time", true},
	} {
		peer.Order("refuse", map[string]any{"statuses": []int{c.status}})
		if out := send(t, s, l); out.State != c.state || out.Detail != c.detail || out.Down != c.down {
			t.Errorf("%#x: %+v", c.status, out)
		}
	}
	if out := send(t, s, l); out.State != api.DeliveryPutOff || peer.Count("submit") > 0 {
		t.Errorf("at once after being throttled: %+v", out)
	}
	now = now.Add(time.Second)
	if out := send(t, s, l); out.State != api.DeliveryHandedOver {
		t.Errorf("a second later: %+v", out)
	}
}

func TestACarriersReceipts(t *testing.T) {
	peer, s, c := smppPeer(t)
	for _, q := range []struct {
		lang    string
		receipt map[string]any
		want    server.Report
	}{
		{"en", map[string]any{"state": "DELIVRD"}, server.Report{State: api.DeliveryDelivered, Detail: "DELIVRD"}},
		{"en", map[string]any{"state": "UNDELIV", "error": "01B", "before": true}, server.Report{State: api.DeliveryBounced, Detail: "UNDELIV, error 01B"}},
		{"ru", map[string]any{"state": "REJECTD", "tlv": "EXPIRED"}, server.Report{State: api.DeliveryBounced, Detail: "EXPIRED"}},
	} {
		peer.Order("receipts", map[string]any{"receipt": q.receipt})
		out := send(t, s, phoneLetter(t, q.lang, api.ChannelSMS))
		c.knows(out.Provider)
		q.want.Provider = out.Provider
		if got := c.next(t); got != q.want {
			t.Errorf("%v: %+v", q.receipt, got)
		}
		if q.lang == "ru" { // both parts failed, and both say so of the whole
			c.next(t)
		}
	}
	peer.Order("receipts", map[string]any{"receipt": map[string]any{"state": "ENROUTE"}})
	out := send(t, s, phoneLetter(t, "en", api.ChannelSMS))
	c.knows(out.Provider)
	peer.Next("receipt-answered")
	c.nothing(t, "on its way")
}

func TestHalfAMessageOnThePhoneIsNotDelivered(t *testing.T) {
	peer, s, c := smppPeer(t)
	out := send(t, s, phoneLetter(t, "ru", api.ChannelSMS))
	c.knows(out.Provider)
	first, last := peer.Next("submit")["id"], peer.Next("submit")["id"]
	report := func(id any, state string) {
		peer.Tell("report", map[string]any{"id": id, "receipt": map[string]any{"state": state}})
		peer.Next("receipt-answered")
	}
	report(first, "DELIVRD")
	c.nothing(t, "the first part")
	report(last, "DELIVRD")
	if r := c.next(t); r.State != api.DeliveryDelivered {
		t.Errorf("%+v", r)
	}
	report(first, "UNDELIV")
	if r := c.next(t); r.State != api.DeliveryBounced || r.Provider != out.Provider {
		t.Errorf("%+v", r)
	}
}

func TestACarrierThatIsAway(t *testing.T) {
	s, err := NewSMPP(SMPPOptions{
		Name: "away", URL: "smpp://holdfast@127.0.0.1:1", From: "+4915112345678", Now: time.Now, Reports: NewReports(nil, nil),
		Password: func() (string, error) { return "x", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	out := send(t, s, phoneLetter(t, "en", api.ChannelSMS))
	if out.State != api.DeliveryPutOff || !out.Down || out.Detail != "the carrier cannot be reached" || time.Since(start) > 3*smppWait {
		t.Errorf("%+v", out)
	}
}

func TestSenders(t *testing.T) {
	for from, want := range map[string]string{
		"+4915112345678": "{1 1 4915112345678}", "12345": "{0 1 12345}", "Holdfast": "{5 0 Holdfast}",
		"": "", "TwelveLetter": "", "Ключ": "", "+49 151": "{5 0 +49 151}", "+1234567890123456": "",
	} {
		got, err := smppSender(from)
		if (err == nil) != (want != "") || err == nil && fmt.Sprint(got) != want {
			t.Errorf("%q: %v, %v", from, got, err)
		}
	}
	for d, want := range map[time.Duration]string{0: "000000000100000R", 10 * time.Minute: "000000001000000R", 24 * time.Hour: "000001000000000R"} {
		if got := smppValidity(d); got != want {
			t.Errorf("%s: %s", d, got)
		}
	}
}
