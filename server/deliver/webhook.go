package deliver

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// WebhookOptions say which program of the operator's takes letters. All but From
// and CAs must be given.
type WebhookOptions struct {
	// Name is the provider's name in the settings and in the address for reports.
	Name string
	// URL takes POST requests.
	URL string
	// Secrets sign what goes out (the first) and check what comes in (all of them).
	Secrets func() ([][]byte, error)
	// From is passed along: what the messages shall come from.
	From string
	// Origin is this server's address, for reports.
	Origin string
	Now    func() time.Time
	// CAs may vouch for the receiver; the system's where nil.
	CAs *x509.CertPool
}

// Webhook hands letters to a program of the operator's, as signed JSON. What the
// program does with them is its own affair; for a call it is asked to say the
// prompt first and the rest only after a key was pressed.
type Webhook struct {
	opt    WebhookOptions
	url    *url.URL
	client *http.Client
	brake  brake
}

// NewWebhook makes a sender. It does not connect.
func NewWebhook(opt WebhookOptions) (*Webhook, error) {
	u, err := phoneURL(opt.URL)
	if err != nil {
		return nil, err
	}
	if !providerName.MatchString(opt.Name) {
		return nil, errors.New("deliver: a provider's name is of small letters, digits and dashes, at most 32")
	}
	if opt.Secrets == nil || opt.Origin == "" || opt.Now == nil {
		return nil, errors.New("deliver: secrets, origin and clock must be given")
	}
	if _, err := opt.Secrets(); err != nil {
		return nil, err
	}
	return &Webhook{opt: opt, url: u, client: phoneClient(opt.CAs)}, nil
}

// From is empty: there is no address to be trusted.
func (w *Webhook) From() string { return "" }

// hookEvent is the shape of everything that is sent and taken.
type hookEvent struct {
	Type      string   `json:"type"`
	Timestamp string   `json:"timestamp"` // RFC 3339, UTC
	Data      hookData `json:"data"`
}

type hookData struct {
	ID           string   `json:"id"` // our Message-ID: the same in every attempt, and in reports
	Channel      string   `json:"channel,omitempty"`
	To           string   `json:"to,omitempty"`
	From         string   `json:"from,omitempty"`
	Language     string   `json:"language,omitempty"` // BCP 47
	Text         string   `json:"text,omitempty"`
	Prompt       string   `json:"prompt,omitempty"`
	Speech       []string `json:"speech,omitempty"`
	ValidSeconds int      `json:"valid_seconds,omitempty"`
	ReportURL    string   `json:"report_url,omitempty"`
	Detail       string   `json:"detail,omitempty"`
}

// Types of events.
const (
	hookSend      = "message.send"
	hookDelivered = "message.delivered"
	hookFailed    = "message.failed"
)

// Send hands one letter over: 2xx takes it, 422 refuses it for good, 429 asks for
// fewer, everything else puts it off.
func (w *Webhook) Send(ctx context.Context, l Letter) Outcome {
	if w.brake.held(w.opt.Now()) {
		return down("the provider asked for fewer messages at a time")
	}
	secrets, err := w.opt.Secrets()
	if err != nil {
		return down("the webhook's secret cannot be read")
	}
	body, err := json.Marshal(w.event(l))
	if err != nil {
		return refused("the message cannot be sent by this provider")
	}
	r, err := http.NewRequest(http.MethodPost, w.url.String(), bytes.NewReader(body))
	if err != nil {
		return refused("the message cannot be sent by this provider")
	}
	r.Header.Set("Content-Type", "application/json")
	SignHook(r.Header, secrets[0], strings.ReplaceAll(l.MessageID, ".", "_"), w.opt.Now(), body)
	answer, err := post(ctx, w.client, r)
	if err != nil {
		return down(httpTrouble(ctx, err))
	}
	return w.judge(answer, l)
}

func (w *Webhook) event(l Letter) hookEvent {
	e := hookEvent{Type: hookSend, Timestamp: w.opt.Now().UTC().Format(time.RFC3339), Data: hookData{
		ID: l.MessageID, Channel: l.Channel, To: l.To, From: w.opt.From, Language: spoken(l.Language), Text: l.Text,
		ValidSeconds: int(l.Valid / time.Second), ReportURL: strings.TrimRight(w.opt.Origin, "/") + "/v1/reports/" + w.opt.Name,
	}}
	if l.Channel == api.ChannelVoice {
		e.Data.Text, e.Data.Prompt, e.Data.Speech = "", l.Prompt, l.Speech
	}
	return e
}

// judge turns an answer into an outcome. The receiver may send a detail along.
func (w *Webhook) judge(r reply, l Letter) Outcome {
	var said struct {
		Detail string `json:"detail"`
	}
	_ = json.Unmarshal(r.body, &said)
	words := phoneDetail(strings.TrimSpace(fmt.Sprintf("%d %s", r.status, said.Detail)), l)
	switch {
	case r.status/100 == 2:
		w.brake.release()
		out := handedOver(words)
		out.Provider = w.taken(l.MessageID)
		return out
	case r.status == http.StatusUnprocessableEntity:
		return refusedThem(words)
	case r.status == http.StatusTooManyRequests:
		w.brake.press(w.opt.Now(), r.after)
		return down(words)
	default:
		return down(words)
	}
}

// taken names a message that this webhook took: what others took by the same
// Message-ID, it does not report on.
func (w *Webhook) taken(messageID string) string { return w.opt.Name + "/" + messageID }

// Callback takes reports in, signed in the same way.
func (w *Webhook) Callback(reports *Reports) func(context.Context, string, http.Header, []byte) (int, string, []byte) {
	return func(ctx context.Context, _ string, h http.Header, body []byte) (int, string, []byte) {
		secrets, err := w.opt.Secrets()
		if err != nil {
			return http.StatusServiceUnavailable, "", nil
		}
		if CheckHook(h, secrets, w.opt.Now(), body) != nil {
			return http.StatusForbidden, "", nil
		}
		var e hookEvent
		if err := json.Unmarshal(body, &e); err != nil || e.Data.ID == "" {
			return http.StatusBadRequest, "", nil
		}
		state := map[string]string{hookDelivered: api.DeliveryDelivered, hookFailed: api.DeliveryBounced}[e.Type]
		detail := phoneDetail(e.Data.Detail, Letter{})
		if reports.Take(ctx, server.Report{Provider: w.taken(e.Data.ID), State: state, Detail: detail}) != nil {
			return http.StatusServiceUnavailable, "", nil
		}
		return http.StatusNoContent, "", nil
	}
}
