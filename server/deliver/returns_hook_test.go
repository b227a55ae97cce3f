package deliver

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
)

const theHookSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

// mailReports takes reports on mail for a callee.
func mailReports(t *testing.T, c *callee, change func(*MailReportsOptions)) {
	t.Helper()
	opt := MailReportsOptions{
		Name: "post", Relay: "relay.example.org", Now: func() time.Time { return start }, Reports: c.reports,
		Secrets: func() ([][]byte, error) { return [][]byte{theSecret}, nil },
	}
	if change != nil {
		change(&opt)
	}
	m, err := NewMailReports(opt)
	if err != nil {
		t.Fatal(err)
	}
	c.answer = m.Callback
}

// TestAMailProvidersReports: signed by the library of the standard's makers, on a
// real service; what the window then shows.
func TestAMailProvidersReports(t *testing.T) {
	o := newOffice(t)
	p := startPeer(t, nil)
	o.deliver(newSMTP(t, SMTPOptions{URL: p.address}))
	ref := o.register().Reference
	eventually(t, "handed over", func() bool { return o.deliveries(ref)[0].State == api.DeliveryHandedOver })
	id := o.deliveries(ref)[0].MessageID
	mark := regexp.MustCompile(returnHeader + `: ([0-9a-f]{32})`).FindStringSubmatch(p.got[0])[1]

	c := newCallee(t)
	reports := NewReports(o.svc, nil)
	var log bytes.Buffer
	mailReports(t, c, func(opt *MailReportsOptions) {
		opt.Reports, opt.Now, opt.Log = reports, o.clock.Now, slog.New(slog.NewTextHandler(&log, nil))
	})
	peer := delivertest.StartNode(t, "hook", map[string]any{"secret": theHookSecret, "clock": o.clock.Now().UnixMilli()})
	order := func(kind string, change map[string]any) map[string]any {
		out := map[string]any{
			"url": c.url + "/v1/reports/post", "type": kind, "id": "<" + id + ">",
			"detail": "552 5.2.2 kim.nguyen: mailbox full", "more": map[string]any{"to": "kim.nguyen@example.org", "mark": mark},
		}
		for k, v := range change {
			out[k] = v
		}
		return out
	}
	for _, q := range []struct {
		name, kind string
		change     map[string]any
		status     float64
		state      string
	}{
		{"forged on its way", "message.failed", map[string]any{"forged": []string{"mailbox", "letterbox"}}, 403, api.DeliveryHandedOver},
		{"another secret", "message.failed", map[string]any{"secret": "whsec_" + base64.StdEncoding.EncodeToString([]byte("another secret, of 32 bytes, too"))}, 403, api.DeliveryHandedOver},
		{"replayed later", "message.failed", map[string]any{"age": 301}, 403, api.DeliveryHandedOver},
		{"another mail's mark", "message.failed", map[string]any{"more": map[string]any{"mark": ourMark}}, 403, api.DeliveryHandedOver},
		{"no mail of ours", "message.failed", map[string]any{"id": "one@example.org", "more": nil}, 204, api.DeliveryHandedOver},
		{"only late", "message.delayed", nil, 204, api.DeliveryHandedOver},
		{"delivered, without the mark", "message.delivered", map[string]any{"more": nil, "detail": ""}, 204, api.DeliveryDelivered},
		{"and come back after all", "message.failed", nil, 204, api.DeliveryBounced},
		{"too late for good news", "message.delivered", nil, 204, api.DeliveryBounced},
	} {
		peer.Tell("report", order(q.kind, q.change))
		if e := peer.Next("report-answered"); e["status"] != q.status {
			t.Errorf("%s: answered with %v", q.name, e["status"])
		}
		if d := o.deliveries(ref)[0]; d.State != q.state {
			t.Errorf("%s: %+v", q.name, d)
		}
	}
	was := o.deliveries(ref)
	peer.Tell("replay", nil)
	if e := peer.Next("report-answered"); e["status"] != 204.0 || len(o.deliveries(ref)) != len(was) || o.deliveries(ref)[0] != was[0] {
		t.Errorf("replayed at once: %v %+v", e["status"], o.deliveries(ref))
	}
	o.clock.add(6 * time.Minute)
	peer.Tell("replay", nil)
	if e := peer.Next("report-answered"); e["status"] != 403.0 {
		t.Errorf("replayed later: %v", e["status"])
	}
	if d := o.deliveries(ref)[0]; d.Detail != "552 5.2.2 (hidden): mailbox full" {
		t.Errorf("%+v", d)
	}
	if strings.Contains(log.String(), "kim") || !strings.Contains(log.String(), "outcome=bounced") {
		t.Error(log.String())
	}
}

// TestHowAReportNamesItsMail, and what it is answered.
func TestHowAReportNamesItsMail(t *testing.T) {
	c := newCallee(t)
	mailReports(t, c, nil)
	c.knows("one@example.org")
	c.knows("relay.example.org/0102-abc")
	about := func(r server.Report) *server.Report {
		r.Channel, r.State = api.ChannelEmail, api.DeliveryBounced
		return &r
	}
	for body, want := range map[string]struct {
		status int
		report *server.Report
	}{
		`{"id":"one@example.org","detail":"for kim@example.org: no, 4HT-M3X-R9W","to":"<kim@example.org>"}`: {204, about(server.Report{MessageID: "one@example.org", Detail: "for (hidden): no, (hidden)"})},
		`{"id":"one@example.org","detail":"550 5.1.1 no kim here"}`:                                         {204, about(server.Report{MessageID: "one@example.org", Detail: "550 5.1.1"})},
		`{"id":"one@example.org","detail":"5.1.1 (no kim here)"}`:                                           {204, about(server.Report{MessageID: "one@example.org", Detail: "5.1.1"})},
		`{"id":"one@example.org","detail":"no kim here"}`:                                                   {204, about(server.Report{MessageID: "one@example.org"})},
		`{"id":" <one@example.org> ","mark":"` + ourMark + `"}`:                                             {204, about(server.Report{MessageID: "one@example.org", Mark: ourMark})},
		`{"relay_id":"0102-abc"}`:                                                                           {204, about(server.Report{Provider: "relay.example.org/0102-abc"})},
		`{"relay_id":"0102-abc","mark":"` + ourMark + `"}`:                                                  {400, nil},
		`{"relay_id":"0102/abc"}`:                                                                           {400, nil},
		`{"id":"one"}`:                                                                                      {400, nil},
		`{"id":"one@example.org> <two@example.org"}`:                                                        {400, nil},
		`{}`: {400, nil},
		`[]`: {400, nil},
		`{"id":"one@example.org","mark":"` + ourMark + `","new":1}`: {204, about(server.Report{MessageID: "one@example.org", Mark: ourMark})},
	} {
		if got := hooked(c, `{"type":"message.failed","data":`+body+`}`); got != want.status {
			t.Errorf("%s: %d", body, got)
		}
		if want.report == nil {
			c.nothing(t, body)
		} else if got := c.next(t); got != *want.report {
			t.Errorf("%s: %+v", body, got)
		}
	}
	c.fail = errors.New("the database is away")
	if got := hooked(c, `{"type":"message.failed","data":{"id":"one@example.org"}}`); got != http.StatusServiceUnavailable {
		t.Errorf("not stored: %d", got)
	}
	c.fail = server.ErrMark
	if got := hooked(c, `{"type":"message.failed","data":{"id":"one@example.org"}}`); got != http.StatusForbidden {
		t.Errorf("a wrong mark: %d", got)
	}
}

// hooked signs and sends a body, and gives the answer's status.
func hooked(c *callee, body string) int {
	h := http.Header{}
	SignHook(h, theSecret, "r_1", start, []byte(body))
	status, _, _ := c.answer(context.Background(), "/v1/reports/post", h, []byte(body))
	return status
}

func TestMailReportsThatCannotBe(t *testing.T) {
	c := newCallee(t)
	secrets := func() ([][]byte, error) { return [][]byte{theSecret}, nil }
	gone := func() ([][]byte, error) { return nil, errors.New("gone") }
	for name, opt := range map[string]MailReportsOptions{
		"no name":    {Secrets: secrets, Now: time.Now, Reports: c.reports},
		"no secrets": {Name: "post", Now: time.Now, Reports: c.reports},
		"no clock":   {Name: "post", Secrets: secrets, Reports: c.reports},
		"no taker":   {Name: "post", Secrets: secrets, Now: time.Now},
		"no file":    {Name: "post", Secrets: gone, Now: time.Now, Reports: c.reports},
	} {
		if _, err := NewMailReports(opt); err == nil {
			t.Error(name)
		}
	}
	calls := 0
	mailReports(t, c, func(o *MailReportsOptions) {
		o.Secrets = func() ([][]byte, error) {
			if calls++; calls > 1 {
				return nil, errors.New("gone")
			}
			return secrets()
		}
	})
	if got := hooked(c, `{"type":"message.failed","data":{"id":"one@example.org"}}`); got != http.StatusServiceUnavailable {
		t.Errorf("secrets that are gone: %d", got)
	}
}
