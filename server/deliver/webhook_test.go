package deliver

import (
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

func TestAWebhookIsTakenByTheLibraryOfItsStandard(t *testing.T) {
	peer, s, c := hookPeer(t, nil)
	for _, channel := range []string{api.ChannelSMS, api.ChannelVoice} {
		l := phoneLetter(t, "ru", channel)
		out := send(t, s, l)
		if out.State != api.DeliveryHandedOver || out.Detail != "202 thank you" || out.Provider != "own/"+l.MessageID {
			t.Errorf("%s: %+v", channel, out)
		}
		got := peer.Next("taken")["message"].(map[string]any)
		data := got["data"].(map[string]any)
		want := map[string]any{
			"id": l.MessageID, "channel": channel, "to": l.To, "from": "Holdfast", "language": "ru-RU", "valid_seconds": 600.0,
			"report_url": c.url + "/v1/reports/own",
		}
		if channel == api.ChannelSMS {
			want["text"] = l.Text
		} else {
			want["prompt"], want["speech"] = l.Prompt, l.Speech
		}
		if got["type"] != "message.send" || fmt.Sprint(data) != fmt.Sprint(want) {
			t.Errorf("%s: %v", channel, got)
		}
	}
}

func TestWebhookAnswers(t *testing.T) {
	now := time.Now()
	peer, s, _ := hookPeer(t, func(o *WebhookOptions) { o.Now = func() time.Time { return now } })
	l := phoneLetter(t, "en", api.ChannelSMS)
	for _, c := range []struct {
		status        int
		body          any
		state, detail string
		down          bool
	}{
		{422, map[string]string{"detail": "no such number: +84901234567"}, api.DeliveryRefused, "422 no such number: (hidden)", false},
		{500, "oops", api.DeliveryPutOff, "500", true},
		{404, nil, api.DeliveryPutOff, "404", true},
		{200, []int{1}, api.DeliveryHandedOver, "200", false},
		{429, map[string]string{"detail": "slower"}, api.DeliveryPutOff, "429 slower", true},
	} {
		peer.Order("replies", map[string]any{"replies": []any{map[string]any{"status": c.status, "body": c.body}}})
		if out := send(t, s, l); out.State != c.state || out.Detail != c.detail || out.Down != c.down {
			t.Errorf("%d: %+v", c.status, out)
		}
	}
	if out := send(t, s, l); out.Detail != "the provider asked for fewer messages at a time" {
		t.Errorf("at once after 429: %+v", out)
	}
	now = now.Add(2 * time.Second)
	if out := send(t, s, l); out.State != api.DeliveryHandedOver || out.Provider != "own/"+l.MessageID {
		t.Errorf("later: %+v", out)
	}
}

func TestAWebhookWithAnotherSecretIsNotTaken(t *testing.T) {
	peer, s, _ := hookPeer(t, func(o *WebhookOptions) {
		o.Secrets = func() ([][]byte, error) { return [][]byte{[]byte("another secret, of 32 bytes, too")}, nil }
	})
	if out := send(t, s, phoneLetter(t, "en", api.ChannelSMS)); out.State != api.DeliveryPutOff || !out.Down {
		t.Errorf("%+v", out)
	}
	peer.Next("forged")
}

func TestWebhookReports(t *testing.T) {
	peer, _, c := hookPeer(t, nil)
	c.knows("own/one@example.org")
	order := func(change map[string]any) map[string]any {
		o := map[string]any{"url": c.url + "/v1/reports/own", "type": "message.delivered", "id": "one@example.org", "detail": "on the phone 090 123 4567"}
		for k, v := range change {
			o[k] = v
		}
		return o
	}
	for name, q := range map[string]struct {
		change map[string]any
		status float64
		state  string // of what is reported; empty for nothing
	}{
		"delivered":           {nil, 204, api.DeliveryDelivered},
		"failed":              {map[string]any{"type": "message.failed"}, 204, api.DeliveryBounced},
		"news of no weight":   {map[string]any{"type": "message.sent"}, 204, ""},
		"no message":          {map[string]any{"id": ""}, 400, ""},
		"changed on its way":  {map[string]any{"forged": []string{"delivered", "failed"}}, 403, ""},
		"another secret":      {map[string]any{"secret": "whsec_" + base64.StdEncoding.EncodeToString([]byte("another secret, of 32 bytes, too"))}, 403, ""},
		"replayed later":      {map[string]any{"age": 301}, 403, ""},
		"within five minutes": {map[string]any{"age": 290}, 204, api.DeliveryDelivered},
	} {
		peer.Tell("report", order(q.change))
		if e := peer.Next("report-answered"); e["status"] != q.status {
			t.Errorf("%s: answered with %v", name, e["status"])
		}
		if q.state == "" {
			c.nothing(t, name)
		} else if got, want := c.next(t), (server.Report{Provider: "own/one@example.org", State: q.state, Detail: "on the phone (hidden)"}); got != want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
