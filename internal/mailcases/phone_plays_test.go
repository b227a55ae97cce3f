package mailcases

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/internal/daemon"
	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
)

func twilioTexts(t *testing.T, s *suite, play player) {
	peer, p := startTwilio(t)
	o := openPhones(t, s, daemon.Phone{SMS: []daemon.PhoneProvider{p}})
	failed := func(code int, message string) map[string]any {
		return map[string]any{"status": 400, "body": map[string]any{"code": code, "message": message}}
	}
	play("Text messages through a Twilio-compatible provider", o, peer, []phoneCase{
		{"Sent and delivered", nil, func(o *phoneOffice, peer *delivertest.Node) {
			e := peer.Next("taken")
			o.look("at once", api.DeliveryHandedOver)
			o.twilioSays(peer, map[string]string{"MessageSid": sid(e), "MessageStatus": "delivered"}, nil, 204)
			o.look("after the provider's report", api.DeliveryDelivered)
			o.worksAs(form(e), string(app.Activated))
		}},
		{"Failed: the phone is off", nil, func(o *phoneOffice, peer *delivertest.Node) {
			e := peer.Next("taken")
			o.reaches(api.DeliveryHandedOver)
			o.twilioSays(peer, map[string]string{"MessageSid": sid(e), "MessageStatus": "undelivered", "ErrorCode": "30003"}, nil, 204)
			o.look("after the provider's report", api.DeliveryBounced)
		}},
		{"A forged report that it failed", nil, func(o *phoneOffice, peer *delivertest.Node) {
			e := peer.Next("taken")
			o.reaches(api.DeliveryHandedOver)
			o.twilioSays(peer, map[string]string{"MessageSid": sid(e), "MessageStatus": "failed"}, map[string]any{"token": "forged"}, 403)
			o.look("after the forged report, which got 403", api.DeliveryHandedOver)
			o.worksAs(form(e), string(app.Activated))
		}},
		{
			"Throttled (429), then sent",
			replies(map[string]any{"status": 429, "body": map[string]any{"code": 20429, "message": "Too Many Requests"}}),
			func(o *phoneOffice, peer *delivertest.Node) { o.throttled(peer, "taken", form) },
		},
		{
			"The number is refused", replies(failed(21614, "'To' number is not a valid mobile number")),
			func(o *phoneOffice, _ *delivertest.Node) { o.look("at once", api.DeliveryRefused) },
		},
	})
}

func sid(e delivertest.Event) string { return e["sid"].(string) }

// form is the text of a message that the provider took.
func form(e delivertest.Event) string { return e["form"].(map[string]any)["Body"].(string) }

// twilioSays lets the provider report, and wants this answer.
func (o *phoneOffice) twilioSays(peer *delivertest.Node, params map[string]string, extra map[string]any, status float64) {
	o.t.Helper()
	order := map[string]any{"url": o.pc.Server.URL + "/v1/reports/acme", "params": params}
	if extra != nil {
		order["extra"] = extra
	}
	peer.Tell("report", order)
	if e := peer.Next("report-answered"); e["status"] != status {
		o.t.Errorf("the report was answered with %v", e["status"])
	}
}

func twilioCalls(t *testing.T, s *suite, play player) {
	peer, p := startTwilio(t)
	o := openPhones(t, s, daemon.Phone{Voice: []daemon.VoiceProvider{{
		Name: p.Name, Kind: p.Kind, URL: p.URL, Account: p.Account, SecretFile: p.SecretFile, From: p.From,
	}}})
	o.voice = true
	presses := func(keys ...string) func(*delivertest.Node) {
		return func(peer *delivertest.Node) { peer.Order("keys", map[string]any{"keys": keys}) }
	}
	play("Calls through a Twilio-compatible provider", o, peer, []phoneCase{
		{"Answered, and 1 was pressed", presses("1"), func(o *phoneOffice, peer *delivertest.Node) {
			code := spelt(peer.Next("call-ended"))
			o.look("after the call", api.DeliveryDelivered)
			o.worksAs(code, string(app.Activated))
		}},
		{"An answerphone", presses(""), func(o *phoneOffice, peer *delivertest.Node) {
			if code := spelt(peer.Next("call-ended")); code != "" {
				o.t.Errorf("the answerphone heard %s", code)
			}
			o.look("after the call", api.DeliveryBounced)
		}},
		{"Nobody answers", presses(), func(o *phoneOffice, peer *delivertest.Node) {
			e := peer.Next("taken")
			o.look("while it rings", api.DeliveryHandedOver)
			o.twilioSays(peer, map[string]string{"CallSid": sid(e), "CallStatus": "no-answer"}, nil, 204)
			o.look("after the call", api.DeliveryBounced)
		}},
	})
}

// spelt puts the digits together that were heard first in a call.
func spelt(e delivertest.Event) string {
	code := ""
	for _, h := range e["heard"].([]any) {
		for n, d := range strings.Fields("zero one two three four five six seven eight nine") {
			if h.(map[string]any)["text"] == d && len(code) < 6 {
				code += fmt.Sprint(n)
			}
		}
	}
	return code
}

func hookTexts(t *testing.T, s *suite, play player) {
	peer, p := startHook(t)
	o := openPhones(t, s, daemon.Phone{SMS: []daemon.PhoneProvider{p}})
	o.day = func(now time.Time) { peer.Order("clock", map[string]any{"clock": now.UnixMilli()}) }
	play("Text messages through a signed webhook", o, peer, []phoneCase{
		{"Sent and delivered", nil, func(o *phoneOffice, peer *delivertest.Node) {
			e := peer.Next("taken")
			o.look("at once", api.DeliveryHandedOver)
			o.hookSays(peer, e, "message.delivered", nil, 204)
			o.look("after the program's report", api.DeliveryDelivered)
			o.worksAs(hooked(e), string(app.Activated))
		}},
		{"Failed", nil, func(o *phoneOffice, peer *delivertest.Node) {
			e := peer.Next("taken")
			o.reaches(api.DeliveryHandedOver)
			o.hookSays(peer, e, "message.failed", nil, 204)
			o.look("after the program's report", api.DeliveryBounced)
		}},
		{"A forged report that it failed", nil, func(o *phoneOffice, peer *delivertest.Node) {
			e := peer.Next("taken")
			o.reaches(api.DeliveryHandedOver)
			o.hookSays(peer, e, "message.delivered", map[string]any{"forged": []string{"delivered", "failed"}}, 403)
			o.hookSays(peer, e, "message.failed", map[string]any{"age": 600}, 403)
			o.look("after a forged report, and one that was ten minutes old; both got 403", api.DeliveryHandedOver)
			o.worksAs(hooked(e), string(app.Activated))
		}},
		{
			"Throttled (429), then sent", replies(map[string]any{"status": 429, "body": map[string]string{"detail": "slower, please"}}),
			func(o *phoneOffice, peer *delivertest.Node) { o.throttled(peer, "taken", hooked) },
		},
		{
			"The number is refused (422)", replies(map[string]any{"status": 422, "body": map[string]string{"detail": "no such number"}}),
			func(o *phoneOffice, _ *delivertest.Node) { o.look("at once", api.DeliveryRefused) },
		},
	})
}

func hookData(e delivertest.Event) map[string]any {
	return e["message"].(map[string]any)["data"].(map[string]any)
}

// hooked is the text of a message that the program took.
func hooked(e delivertest.Event) string { return hookData(e)["text"].(string) }

// hookSays lets the program report, and wants this answer.
func (o *phoneOffice) hookSays(peer *delivertest.Node, e delivertest.Event, kind string, extra map[string]any, status float64) {
	o.t.Helper()
	order := map[string]any{"url": o.pc.Server.URL + "/v1/reports/own", "type": kind, "id": hookData(e)["id"], "detail": "says the phone"}
	for k, v := range extra {
		order[k] = v
	}
	peer.Tell("report", order)
	if a := peer.Next("report-answered"); a["status"] != status {
		o.t.Errorf("the report was answered with %v", a["status"])
	}
}

func carrierTexts(t *testing.T, s *suite, play player) {
	peer, p := startCentre(t)
	o := openPhones(t, s, daemon.Phone{SMS: []daemon.PhoneProvider{p}})
	refuses := func(status int) func(*delivertest.Node) {
		return func(peer *delivertest.Node) { peer.Order("refuse", map[string]any{"statuses": []int{status}}) }
	}
	report := func(peer *delivertest.Node, e delivertest.Event, state string) {
		peer.Tell("report", map[string]any{"id": e["id"], "receipt": map[string]any{"state": state, "error": "001"}})
		peer.Next("receipt-answered")
	}
	play("Text messages through a carrier's message centre (SMPP)", o, peer, []phoneCase{
		{"Sent and delivered", nil, func(o *phoneOffice, peer *delivertest.Node) {
			e := peer.Next("submit")
			o.look("at once", api.DeliveryHandedOver)
			report(peer, e, "DELIVRD")
			o.look("after the receipt", api.DeliveryDelivered)
			o.worksAs(submitted(e), string(app.Activated))
		}},
		{"Failed", nil, func(o *phoneOffice, peer *delivertest.Node) {
			e := peer.Next("submit")
			o.reaches(api.DeliveryHandedOver)
			report(peer, e, "UNDELIV")
			o.look("after the receipt", api.DeliveryBounced)
		}},
		{"Somebody writes a text message that looks like a receipt", nil, func(o *phoneOffice, peer *delivertest.Node) {
			e := peer.Next("submit")
			o.reaches(api.DeliveryHandedOver)
			peer.Tell("write", map[string]any{"text": "id:" + e["id"].(string) + " stat:UNDELIV err:001"})
			peer.Next("write-answered")
			o.look("after the false receipt", api.DeliveryHandedOver)
			o.worksAs(submitted(e), string(app.Activated))
		}},
		{"Throttled (ESME_RTHROTTLED), then sent", refuses(0x58), func(o *phoneOffice, peer *delivertest.Node) {
			o.throttled(peer, "submit", submitted)
		}},
		{"The number is refused (ESME_RINVDSTADR)", refuses(0x0b), func(o *phoneOffice, _ *delivertest.Node) {
			o.look("at once", api.DeliveryRefused)
		}},
	})
}

// submitted is the text of a message that the centre took.
func submitted(e delivertest.Event) string { return e["text"].(string) }

func twoProviders(t *testing.T, s *suite, play player) {
	first, acme := startTwilio(t)
	second, carrier := startCentre(t)
	o := openPhones(t, s, daemon.Phone{SMS: []daemon.PhoneProvider{acme, carrier}})
	second.Next("bound")
	play("Two providers", o, first, []phoneCase{
		{"The first is down (503): the second takes it", replies(map[string]any{"status": 503}), func(o *phoneOffice, _ *delivertest.Node) {
			e := second.Next("submit")
			o.look("at once", api.DeliveryHandedOver)
			o.worksAs(submitted(e), string(app.Activated))
		}},
		{
			"The first refuses the number: the second is not asked",
			replies(map[string]any{"status": 400, "body": map[string]any{"code": 21211, "message": "The 'To' number is not a valid phone number."}}),
			func(o *phoneOffice, _ *delivertest.Node) {
				o.look("at once", api.DeliveryRefused)
				if n := second.Count("submit"); n != 0 {
					o.t.Errorf("the second was given %d messages", n)
				}
			},
		},
	})
}
