package deliver

import (
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
	"github.com/seed-1feef0b2/holdfast/server/deliver/gsm"
)

func TestTwilioTakesWhatItsOwnLibraryWouldSend(t *testing.T) {
	peer, s, c := twilioPeer(t, nil)
	for channel, what := range map[string]string{api.ChannelSMS: "messages", api.ChannelVoice: "calls"} {
		l := phoneLetter(t, "vi", channel)
		out := send(t, s, l)
		e := peer.Next("taken")
		if out.State != api.DeliveryHandedOver || out.Provider != "acme/"+e["sid"].(string) || out.Detail != "201 queued" {
			t.Errorf("%s: %+v", what, out)
		}
		form := e["form"].(map[string]any)
		params := map[string]any{"to": form["To"], "from": form["From"], "statusCallback": form["StatusCallback"]}
		if channel == api.ChannelSMS {
			params["body"], params["validityPeriod"] = l.Text, 600
		} else {
			params["twiml"], params["timeout"], params["timeLimit"], params["statusCallbackMethod"] = form["Twiml"], 30, 180, "POST"
		}
		peer.Tell("official", map[string]any{"what": what, "params": params})
		theirs := peer.Next("official")
		if !sameForm(theirs["form"].(map[string]any), form) || theirs["user"] != "AC1" || theirs["password"] != theToken ||
			!strings.EqualFold(theirs["method"].(string), "post") || theirs["path"] != "/2010-04-01/Accounts/AC1/"+e["what"].(string) {
			t.Errorf("%s: ours %v\ntheirs %v", what, form, theirs)
		}
		if form["StatusCallback"] != c.url+"/v1/reports/acme" || form["To"] != "+84901234567" {
			t.Errorf("%s: %v", what, form)
		}
		if raw := fmt.Sprint(form); channel == api.ChannelVoice && strings.Contains(raw, "482362") {
			t.Error("the code is in the request for a call")
		}
	}
}

func sameForm(a, b map[string]any) bool {
	text := func(m map[string]any) map[string]string {
		out := map[string]string{}
		for k, v := range m {
			out[k] = fmt.Sprint(v)
		}
		return out
	}
	return reflect.DeepEqual(text(a), text(b))
}

func TestTwilioCallsAndLengthsAreThoseOfItsLibraries(t *testing.T) {
	peer, s, _ := twilioPeer(t, nil)
	for _, lang := range text.Languages {
		l := phoneLetter(t, lang, api.ChannelVoice)
		xml := s.prompt(l.Language, l.Prompt, "https://keys.example.org/v1/calls/acme/x?a=1&b=\"2\"")
		peer.Tell("twiml", map[string]any{
			"xml": xml, "language": spoken(lang), "prompt": l.Prompt,
			"gather": map[string]any{"action": "https://keys.example.org/v1/calls/acme/x?a=1&b=\"2\"", "method": "POST", "numDigits": 1, "timeout": 8},
		})
		if e := peer.Next("twiml"); !reflect.DeepEqual(e["steps"], e["theirs"]) {
			t.Errorf("%s: ours %v\ntheirs %v", lang, e["theirs"], e["steps"])
		}
	}
	segmentsAreCountedAsTwilioDoes(t, peer)
}

// segmentsAreCountedAsTwilioDoes compares our lengths of all messages with
// Twilio's own calculator.
func segmentsAreCountedAsTwilioDoes(t *testing.T, peer *delivertest.Node) {
	t.Helper()
	texts := []string{"", strings.Repeat("€", 81), strings.Repeat("я", 71), strings.Repeat("🙂", 36), strings.Repeat("a", 161)}
	for _, kind := range phoneKinds() {
		for _, lang := range text.Languages {
			l, err := WritePhone(toPhone(kind, lang, api.ChannelSMS), phoneHost, start)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, l.Text)
		}
	}
	peer.Tell("segments", map[string]any{"texts": texts})
	for i, e := range peer.Next("segments")["list"].([]any) {
		theirs := e.(map[string]any)
		wide, _, parts := gsm.Length(texts[i])
		if texts[i] == "" { // they count nothing as no message
			continue
		}
		if float64(parts) != theirs["count"] || wide != (theirs["encoding"] == "UCS-2") {
			t.Errorf("%q: ours %d (UCS-2 %t), theirs %v", texts[i], parts, wide, theirs)
		}
	}
}

func TestTwilioRefusals(t *testing.T) {
	peer, s, _ := twilioPeer(t, nil)
	problem := func(status, code int, message string) map[string]any {
		return map[string]any{"status": status, "body": map[string]any{"code": code, "message": message, "status": status}}
	}
	for _, c := range []struct {
		reply        map[string]any
		state, words string
		down         bool
	}{
		{problem(400, 21211, "The 'To' number +84901234567 is not a valid phone number."), api.DeliveryRefused, "400, error 21211: The 'To' number (hidden) is not a valid phone number.", false},
		{problem(400, 21610, "Attempt to send to unsubscribed recipient"), api.DeliveryRefused, "400, error 21610: Attempt to send to unsubscribed recipient", false},
		{problem(400, 21408, "Permission to send an SMS has not been enabled for the region"), api.DeliveryPutOff, "", false},
		{problem(400, 21606, "The From phone number is not a valid message-capable number"), api.DeliveryPutOff, "", false},
		{problem(401, 20003, "Authenticate"), api.DeliveryPutOff, "401, error 20003: Authenticate", true},
		{map[string]any{"status": 503, "body": "oops"}, api.DeliveryPutOff, "503", true},
		{map[string]any{"status": 302, "headers": map[string]string{"Location": "http://127.0.0.1:1/"}}, api.DeliveryPutOff, "302", true},
		{map[string]any{"status": 201, "body": map[string]any{}}, api.DeliveryPutOff, "201", true},
	} {
		peer.Order("replies", map[string]any{"replies": []any{c.reply}})
		out := send(t, s, phoneLetter(t, "en", api.ChannelSMS))
		if out.State != c.state || c.words != "" && out.Detail != c.words || out.Down != c.down || out.Provider != "" {
			t.Errorf("%v: %+v", c.reply, out)
		}
	}
}

func TestTwilioIsLeftAloneWhenItAsksForFewer(t *testing.T) {
	now := start
	peer, s, _ := twilioPeer(t, func(o *TwilioOptions) { o.Now = func() time.Time { return now } })
	peer.Order("replies", map[string]any{"replies": []any{
		map[string]any{"status": 429, "headers": map[string]string{"Retry-After": "7"}, "body": map[string]any{"code": 20429, "message": "Too Many Requests"}},
	}})
	l := phoneLetter(t, "en", api.ChannelSMS)
	if out := send(t, s, l); out.State != api.DeliveryPutOff || !out.Down || out.Detail != "429, error 20429: Too Many Requests" {
		t.Errorf("%+v", out)
	}
	now = now.Add(6 * time.Second)
	if out := send(t, s, l); out.State != api.DeliveryPutOff || out.Detail != "the provider asked for fewer messages at a time" {
		t.Errorf("%+v", out)
	}
	now = now.Add(2 * time.Second)
	if out := send(t, s, l); out.State != api.DeliveryHandedOver {
		t.Errorf("%+v", out)
	}
}

func TestTwilioReports(t *testing.T) {
	peer, _, c := twilioPeer(t, nil)
	c.knows("acme/SM1")
	c.knows("acme/CA1")
	url := c.url + "/v1/reports/acme"
	for _, q := range []struct {
		params map[string]string
		want   server.Report
	}{
		{map[string]string{"MessageSid": "SM1", "MessageStatus": "delivered"}, server.Report{State: api.DeliveryDelivered, Detail: "delivered"}},
		{map[string]string{"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30003"}, server.Report{State: api.DeliveryBounced, Detail: "undelivered, error 30003: phone off or out of reach"}},
		{map[string]string{"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30007"}, server.Report{State: api.DeliveryBounced, Detail: "undelivered, error 30007: filtered by the carrier", Ours: true}},
		{map[string]string{"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": "<b>"}, server.Report{State: api.DeliveryBounced, Detail: "failed"}},
		{map[string]string{"CallSid": "CA1", "CallStatus": "busy"}, server.Report{State: api.DeliveryBounced, Detail: "the line was busy", Mild: true}},
		{map[string]string{"CallSid": "CA1", "CallStatus": "completed"}, server.Report{State: api.DeliveryBounced, Detail: "answered, and nobody pressed 1", Mild: true}},
	} {
		peer.Tell("report", map[string]any{"url": url, "params": q.params})
		if e := peer.Next("report-answered"); e["status"] != 204.0 {
			t.Errorf("%v: answered with %v", q.params, e["status"])
		}
		q.want.Provider = "acme/" + q.params["MessageSid"] + q.params["CallSid"]
		if got := c.next(t); got != q.want {
			t.Errorf("%v: %+v", q.params, got)
		}
	}
	for _, quiet := range []string{"queued", "sending", "sent", "ringing", ""} {
		peer.Tell("report", map[string]any{"url": url, "params": map[string]string{"MessageSid": "SM1", "MessageStatus": quiet}})
		peer.Next("report-answered")
		c.nothing(t, quiet)
	}
}

func TestForgedReportsOfTwilio(t *testing.T) {
	peer, _, c := twilioPeer(t, nil)
	c.knows("acme/SM1")
	url := c.url + "/v1/reports/acme"
	params := map[string]string{"MessageSid": "SM1", "MessageStatus": "delivered"}
	for name, extra := range map[string]map[string]any{
		"another token":      {"token": "ffffffffffffffffffffffffffffffff"},
		"another address":    {"signedURL": "https://keys.example.org/v1/reports/acme"},
		"another status":     {"signedParams": map[string]string{"MessageSid": "SM1", "MessageStatus": "failed", "AccountSid": "AC1", "ApiVersion": "2010-04-01"}},
		"no signature":       {"signature": ""},
		"no base64":          {"signature": "!!"},
		"a short signature":  {"signature": "AAAA"},
		"SHA-1 of something": {"signature": base64.StdEncoding.EncodeToString(make([]byte, 20))},
	} {
		peer.Tell("report", map[string]any{"url": url, "params": params, "extra": extra})
		if e := peer.Next("report-answered"); e["status"] != 403.0 {
			t.Errorf("%s: answered with %v", name, e["status"])
		}
		c.nothing(t, name)
	}
	c.mu.Lock()
	c.fail = errors.New("no database")
	c.mu.Unlock()
	peer.Tell("report", map[string]any{"url": url, "params": params})
	if e := peer.Next("report-answered"); e["status"] != 503.0 {
		t.Errorf("without a database: %v", e["status"])
	}
}

func TestAReportThatOvertakesTheAnswerIsNotLost(t *testing.T) {
	peer, s, c := twilioPeer(t, nil)
	peer.Order("early", map[string]any{"status": "delivered"})
	out := send(t, s, phoneLetter(t, "en", api.ChannelSMS))
	if out.State != api.DeliveryHandedOver {
		t.Fatalf("%+v", out)
	}
	c.nothing(t, "before it was known")
	c.knows(out.Provider)
	if r := c.next(t); r.State != api.DeliveryDelivered || r.Provider != out.Provider {
		t.Errorf("%+v", r)
	}
}

// TestWhatBecameOfACallIsSaidInEveryLanguage: these are words of ours.
func TestWhatBecameOfACallIsSaidInEveryLanguage(t *testing.T) {
	for _, status := range []string{"busy", "no-answer", "completed", "failed", "canceled"} {
		_, said := twilioState(status, true)
		for _, lang := range text.Languages {
			if key := "delivery.why." + api.DetailKey(said); said == "" || !text.For(lang).Has(key) {
				t.Errorf("%s has no %s", lang, key)
			}
		}
	}
}
