package deliver

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
)

// callback is what senders give to be called back by.
type callback = func(context.Context, string, http.Header, []byte) (int, string, []byte)

// callee is a server that providers call back, and what was reported there. A
// message is known from the moment that the test says so.
type callee struct {
	url     string
	reports *Reports
	mu      sync.Mutex
	answer  callback
	took    chan server.Report
	known   map[string]bool
	fail    error
}

func newCallee(t *testing.T) *callee {
	t.Helper()
	c := &callee{took: make(chan server.Report, 100), known: map[string]bool{}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		c.mu.Lock()
		answer := c.answer
		c.mu.Unlock()
		status, kind, reply := answer(r.Context(), r.URL.Path, r.Header, body)
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = w.Write(reply)
	}))
	t.Cleanup(s.Close)
	c.url, c.reports = s.URL, NewReports(c, nil)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { c.reports.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	return c
}

func (c *callee) TakeReport(_ context.Context, r server.Report) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fail != nil {
		return false, c.fail
	}
	if !c.known[r.Provider] && !c.known[r.MessageID] {
		return false, nil
	}
	c.took <- r
	return true, nil
}

// knows makes a message known, as storing its hand-over does.
func (c *callee) knows(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[name] = true
}

// next is the next report; it fails where none comes.
func (c *callee) next(t *testing.T) server.Report {
	t.Helper()
	select {
	case r := <-c.took:
		return r
	case <-time.After(20 * time.Second):
		t.Fatal("nothing was reported")
		return server.Report{}
	}
}

// nothing fails where something was reported.
func (c *callee) nothing(t *testing.T, why string) {
	t.Helper()
	select {
	case r := <-c.took:
		t.Errorf("%s: reported %+v", why, r)
	case <-time.After(50 * time.Millisecond):
	}
}

// underWay stands for the service where a call asks for its words.
type underWay struct{ m server.Message }

func (u underWay) MessageUnderWay(_ context.Context, id, channel string) (server.Message, error) {
	if id != u.m.MessageID || channel != u.m.Channel {
		return server.Message{}, server.ErrNotFound
	}
	return u.m, nil
}

// phoneLetter is a code on its way to a phone.
func phoneLetter(t *testing.T, lang, channel string) Letter {
	t.Helper()
	l, err := WritePhone(toPhone(server.MessageEnrol, lang, channel), phoneHost, start)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func send(t *testing.T, s Sender, l Letter) Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return s.Send(ctx, l)
}

const theToken = "0123456789abcdef0123456789abcdef"

// twilioPeer is a provider, and a sender that uses it.
func twilioPeer(t *testing.T, change func(*TwilioOptions)) (*delivertest.Node, *Twilio, *callee) {
	t.Helper()
	c := newCallee(t)
	peer := delivertest.StartNode(t, "twilio", map[string]any{"account": "AC1", "token": theToken})
	opt := TwilioOptions{
		Name: "acme", URL: fmt.Sprintf("http://127.0.0.1:%d", peer.Port), Account: "AC1", From: "+15005550006", Origin: c.url,
		Token: func() (string, error) { return theToken, nil }, Now: time.Now,
		Source: underWay{toPhone(server.MessageEnrol, "en", api.ChannelVoice)},
	}
	if change != nil {
		change(&opt)
	}
	s, err := NewTwilio(opt)
	if err != nil {
		t.Fatal(err)
	}
	c.answer = s.Callback(c.reports)
	return peer, s, c
}

// hookPeer is a program that takes webhooks, and a sender that uses it.
func hookPeer(t *testing.T, change func(*WebhookOptions)) (*delivertest.Node, *Webhook, *callee) {
	t.Helper()
	c := newCallee(t)
	peer := delivertest.StartNode(t, "hook", map[string]any{"secret": "whsec_" + base64.StdEncoding.EncodeToString(theSecret)})
	opt := WebhookOptions{
		Name: "own", URL: fmt.Sprintf("http://127.0.0.1:%d/take", peer.Port), Origin: c.url, Now: time.Now, From: "Holdfast",
		Secrets: func() ([][]byte, error) { return [][]byte{theSecret}, nil },
	}
	if change != nil {
		change(&opt)
	}
	s, err := NewWebhook(opt)
	if err != nil {
		t.Fatal(err)
	}
	c.answer = s.Callback(c.reports)
	return peer, s, c
}

// smppPeer is a message centre, and a sender that is connected to it.
func smppPeer(t *testing.T) (*delivertest.Node, *SMPP, *callee) {
	t.Helper()
	c := newCallee(t)
	peer := delivertest.StartNode(t, "smsc", map[string]any{"user": "holdfast", "password": "secret01"})
	s, err := NewSMPP(SMPPOptions{
		Name: "carrier", URL: fmt.Sprintf("smpp://holdfast@127.0.0.1:%d", peer.Port), From: "Holdfast", Now: time.Now, Reports: c.reports,
		Password: func() (string, error) { return "secret01", nil }, Retry: 20 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	peer.Next("bound")
	return peer, s, c
}
