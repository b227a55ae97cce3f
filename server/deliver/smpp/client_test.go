package smpp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
)

// centre is a message centre made of the npm package smpp, and a client that is
// connected to it.
type centre struct {
	*delivertest.Node
	client   *Client
	receipts chan Receipt
	refuse   error // what OnReceipt says
	stop     func()
}

// connect starts a centre and a client; change may alter the options.
func connect(t *testing.T, secure bool, change func(*Options)) *centre {
	t.Helper()
	peer := map[string]any{"user": "holdfast", "password": "secret01"}
	opt := Options{
		System: "holdfast", Password: func() (string, error) { return "secret01", nil }, SystemType: "otp",
		Retry: 20 * time.Millisecond,
	}
	if secure {
		a := delivertest.NewAuthority(t)
		peer["cert"], peer["key"] = file(t, a.CertFile), file(t, a.KeyFile)
		opt.TLS = &tls.Config{RootCAs: a.Pool, ServerName: "localhost", MinVersion: tls.VersionTLS12}
	}
	c := &centre{Node: delivertest.StartNode(t, "smsc", peer), receipts: make(chan Receipt, 100)}
	opt.Address = fmt.Sprintf("127.0.0.1:%d", c.Port)
	opt.OnReceipt = func(_ context.Context, r Receipt) error {
		c.receipts <- r
		return c.refuse
	}
	if change != nil {
		change(&opt)
	}
	c.client = New(opt)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { c.client.Run(ctx) })
	c.stop = func() { cancel(); running.Wait() }
	t.Cleanup(c.stop)
	return c
}

func file(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func (c *centre) submit(t *testing.T, text string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return c.client.Submit(ctx, Message{
		From: Address{TONAlphanumeric, NPIUnknown, "Holdfast"}, To: Address{TONInternational, NPIISDN, "84901234567"},
		Receipt: true, Validity: "000000001000000R", Text: []byte(text),
	})
}

func TestASubmittedMessageArrivesAsItWas(t *testing.T) {
	c := connect(t, true, nil)
	if b := c.Next("bound"); b["version"] != float64(0x34) || b["type"] != "otp" {
		t.Errorf("bound as %v", b)
	}
	id, err := c.submit(t, "482362 is your code")
	if err != nil {
		t.Fatal(err)
	}
	e := c.Next("submit")
	want := map[string]any{
		"id": id, "to": "84901234567", "from": "Holdfast", "text": "482362 is your code", "coding": 0.0, "esm": 0.0, "registered": 1.0,
		"ton": []any{5.0, 1.0}, "npi": []any{0.0, 1.0},
	}
	for k, v := range want {
		if fmt.Sprint(e[k]) != fmt.Sprint(v) {
			t.Errorf("%s: %v, want %v", k, e[k], v)
		}
	}
	c.stop()
	c.Next("unbound")
	if _, err := c.client.Submit(ended(), Message{}); !errors.Is(err, ErrDown) {
		t.Errorf("after the end: %v", err)
	}
}

func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func TestRefusalsOfTheCentre(t *testing.T) {
	c := connect(t, false, nil)
	c.Order("refuse", map[string]any{"statuses": []int{0x58, 0x14, 0x0b, 0x45}})
	for _, want := range []struct {
		status               uint32
		throttled, recipient bool
	}{{0x58, true, false}, {0x14, true, false}, {0x0b, false, true}, {0x45, false, false}} {
		_, err := c.submit(t, "x")
		var status *StatusError
		if !errors.As(err, &status) || status.Status != want.status || status.Throttled() != want.throttled || status.Recipient() != want.recipient {
			t.Errorf("%#x: %v", want.status, err)
		}
	}
	if _, err := c.submit(t, "x"); err != nil {
		t.Error(err)
	}
}

func TestAWrongPasswordIsSaid(t *testing.T) {
	c := connect(t, false, func(o *Options) { o.Password = func() (string, error) { return "wrong", nil } })
	c.Next("bind-refused")
	c.Next("bind-refused") // and tried again
	var status *StatusError
	if err := c.client.Last(); !errors.As(err, &status) || status.Status != statusPassword {
		t.Errorf("last: %v", err)
	}
}

func TestReceipts(t *testing.T) {
	c := connect(t, false, nil)
	for name, r := range map[string]map[string]any{
		"text":         {"state": "DELIVRD"},
		"before reply": {"state": "UNDELIV", "error": "1a7", "before": true},
		"parameters":   {"state": "ignored", "tlv": "EXPIRED"},
	} {
		c.Order("receipts", map[string]any{"receipt": r})
		id, err := c.submit(t, "x")
		if err != nil {
			t.Fatal(err)
		}
		got := <-c.receipts
		want := r["state"]
		if r["tlv"] != nil {
			want = "EXPIRED"
		}
		if got.ID != id || got.State != want || got.Delivered() != (want == "DELIVRD") || got.Failed() != (want != "DELIVRD") {
			t.Errorf("%s: %+v for %s", name, got, id)
		}
		if e := c.Next("receipt-answered"); e["status"] != 0.0 {
			t.Errorf("%s: answered with %v", name, e["status"])
		}
	}
}

func TestAReceiptThatCannotBeStoredIsSentAgain(t *testing.T) {
	c := connect(t, false, nil)
	c.refuse = errors.New("no database")
	c.Order("receipts", map[string]any{"receipt": map[string]any{"state": "DELIVRD"}})
	if _, err := c.submit(t, "x"); err != nil {
		t.Fatal(err)
	}
	<-c.receipts
	if e := c.Next("receipt-answered"); e["status"] != float64(StatusLater) {
		t.Errorf("answered with %v", e["status"])
	}
}

func TestWhatIsNoReceiptIsAnsweredAndDropped(t *testing.T) {
	c := connect(t, false, nil)
	c.Next("bound")
	c.Tell("write", map[string]any{"text": "STOP id:m1 stat:DELIVRD"})
	if e := c.Next("write-answered"); e["status"] != 0.0 {
		t.Errorf("answered with %v", e["status"])
	}
	c.Tell("enquire", nil)
	if e := c.Next("enquire-answered"); e["status"] != 0.0 {
		t.Errorf("enquire_link: %v", e["status"])
	}
	c.Tell("strange", nil)
	if e := c.Next("strange-answered"); e["command"] != "generic_nack" || e["status"] != 3.0 {
		t.Errorf("a strange command: %v", e)
	}
	if len(c.receipts) != 0 {
		t.Error("an answer of a person's was taken for a receipt")
	}
}

func TestConnectionsComeBack(t *testing.T) {
	c := connect(t, false, nil)
	for _, order := range []string{"drop", "leave"} {
		c.Next("bound")
		c.Order(order, nil)
		c.Next("closed")
		if _, err := c.submit(t, "after "+order); err != nil && !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", order, err)
		}
	}
	c.Next("bound")
	if c.client.Last() != nil {
		t.Error(c.client.Last())
	}
}

func TestASilentCentreIsLeft(t *testing.T) {
	c := connect(t, false, func(o *Options) { o.Enquire, o.Reply = 100*time.Millisecond, 200*time.Millisecond })
	c.Next("bound")
	c.Next("enquired")
	c.Order("silent", map[string]any{"silent": true})
	if _, err := c.submit(t, "x"); !errors.Is(err, ErrBroken) {
		t.Errorf("no answer: %v", err)
	}
	c.Next("closed")
	c.Order("silent", map[string]any{"silent": false})
	c.Next("bound")
	if _, err := c.submit(t, "x"); err != nil {
		t.Error(err)
	}
}

func TestManyAtATimeKeepTheirAnswers(t *testing.T) {
	c := connect(t, false, func(o *Options) { o.Window = 4 })
	const many = 200
	ids := make(chan string, many)
	var all sync.WaitGroup
	for range many {
		all.Go(func() {
			if id, err := c.submit(t, "x"); err == nil {
				ids <- id
			}
		})
	}
	all.Wait()
	close(ids)
	seen := map[string]bool{}
	for id := range ids {
		seen[id] = true
	}
	if len(seen) != many {
		t.Errorf("%d of %d messages have an answer of their own", len(seen), many)
	}
}
