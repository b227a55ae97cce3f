package openapitest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/internal/apptest"
	"github.com/seed-1feef0b2/holdfast/internal/fastclient"
)

// driver makes requests from the document and checks the replies against it.
type driver struct {
	t       *testing.T
	s       *apptest.Server
	to      *fastclient.Server
	doc     document
	r       *rand.Rand
	devices []*fastclient.Device
	ops     []string // "post /v1/devices", sorted
	// seen counts replies by operation and status, or by code.
	seen, codes map[string]int
	joined      int
}

func newDriver(t *testing.T, seed uint64) *driver {
	t.Helper()
	s := apptest.NewServer(t)
	d := &driver{
		t: t, s: s, to: &fastclient.Server{URL: s.URL, Now: s.Clock.Now}, r: rand.New(rand.NewPCG(seed, 1)),
		seen: map[string]int{}, codes: map[string]int{},
	}
	if err := json.Unmarshal(served(t, s), &d.doc); err != nil {
		t.Fatal(err)
	}
	for path, methods := range d.doc.Paths {
		for method := range methods {
			d.ops = append(d.ops, method+" "+path)
		}
	}
	slices.Sort(d.ops)
	d.people()
	return d
}

// people makes computers in the states that there are: unknown, pending,
// activated, limited, signed out.
func (d *driver) people() {
	ctx := context.Background()
	make := func(kind int) *fastclient.Device {
		d.joined++
		dev, err := fastclient.New(d.to, fmt.Sprintf("p%d@example.org", d.joined))
		if err != nil {
			d.t.Fatal(err)
		}
		if kind == 0 {
			dev.ID = "unknown"
			return dev
		}
		if r, err := dev.Register(ctx); err != nil || r.Err() != nil {
			d.t.Fatal(r.Err(), err)
		}
		if kind > 1 {
			if _, r, err := dev.Answer(ctx, d.s.Code(dev.Challenge.Reference)); err != nil || r.Err() != nil {
				d.t.Fatal(r.Err(), err)
			}
		}
		if kind == 3 {
			dev.Disk = "d9"
			if _, r, err := dev.CheckIn(ctx, false); err != nil || r.Err() != nil {
				d.t.Fatal(r.Err(), err)
			}
		}
		if kind == 4 {
			if r, err := dev.Send(ctx, fastclient.Call{Method: "POST", Path: dev.Path(api.RouteSignOut, ""), Body: api.SignOutRequest{}}); err != nil || r.Err() != nil {
				d.t.Fatal(r.Err(), err)
			}
		}
		return dev
	}
	d.devices = nil
	for _, kind := range []int{0, 1, 2, 2, 2, 3, 3, 4} {
		d.devices = append(d.devices, make(kind))
	}
}

// own are values that fit this computer, by the name of their field.
func (d *driver) own(dev *fastclient.Device) map[string]func() any {
	fresh := dev.NewDevice
	prev := dev.Prev
	return map[string]func() any{
		"snapshot":  func() any { return fastclient.Snapshot([]string{dev.Disk, "d7", "d8"}[d.r.IntN(3)]) },
		"device":    func() any { return fresh() },
		"key":       func() any { return fresh().Key },
		"prev":      func() any { return prev },
		"next":      func() any { return fastclient.Random(16) },
		"ephemeral": func() any { return dev.Ephemeral() },
		"password":  func() any { return fastclient.Password },
		"email":     func() any { return dev.Email },
		"login":     func() any { return dev.Email },
		"number":    func() any { return fmt.Sprintf("+4917%08d", d.r.IntN(100_000_000)) },
		"code":      func() any { return d.code(dev) },
		"groups":    func() any { return []string{api.GroupDisk} },
		"hours":     func() any { return 1 + d.r.IntN(168) },
	}
}

// code is a wrong one, or the right one where it was sent.
func (d *driver) code(dev *fastclient.Device) string {
	if d.r.IntN(2) == 0 {
		for _, m := range slices.Backward(d.s.Messages()) {
			if m.Reference == dev.Challenge.Reference && m.Code != "" {
				return m.Code
			}
		}
	}
	return code.WithCheck(fmt.Sprintf("ZZZ%05d", d.r.IntN(100_000)))
}

// once makes one request and checks its reply.
func (d *driver) once() {
	op := d.ops[d.r.IntN(len(d.ops))]
	if strings.HasSuffix(op, "/sign-out") && d.r.IntN(10) > 0 {
		return // or soon nobody is left who may do anything
	}
	method, route, _ := strings.Cut(op, " ")
	dev := d.devices[d.r.IntN(len(d.devices))]
	at := *dev
	if d.r.IntN(12) == 0 {
		at.ID = []string{"x", strings.Repeat("i", 80), "%2e%2e", d.devices[d.r.IntN(len(d.devices))].ID}[d.r.IntN(4)]
	}
	ref := dev.Challenge.Reference
	if ref == "" || d.r.IntN(8) == 0 {
		ref = []string{"ZZZ", "000", strings.Repeat("R", 40), "%F0%9F"}[d.r.IntN(4)]
	}
	call := fastclient.Call{Method: strings.ToUpper(method), Path: at.Path(route, ref)}
	if content, ok := d.doc.Paths[route][method].RequestBody.Content["application/json"]; ok {
		call.Raw = d.body(dev, content.Schema)
	}
	if d.r.IntN(15) == 0 {
		call.Path += []string{"?before=5", "?before=x", "?x=1", "/", "/more", "?before=99999999999999999999"}[d.r.IntN(6)]
	}
	if d.r.IntN(15) == 0 {
		call.Alter = d.alter()
	}
	reply, err := dev.Send(context.Background(), call)
	if err != nil {
		d.t.Fatalf("%s %s: %v", call.Method, call.Path, err)
	}
	d.judge(op, call, reply)
}

func (d *driver) body(dev *fastclient.Device, s *schema) []byte {
	v := d.doc.make(d.r, s, d.own(dev))
	raw, err := json.Marshal(v)
	if err != nil {
		d.t.Fatal(err)
	}
	switch n := d.r.IntN(10); {
	case n == 0:
		return garble(d.r, raw)
	case n < 6:
		var loose any
		if err := json.Unmarshal(raw, &loose); err != nil {
			d.t.Fatal(err)
		}
		if raw, err = json.Marshal(spoil(d.r, loose)); err != nil {
			d.t.Fatal(err)
		}
	}
	return raw
}

// alter breaks a request after it was signed.
func (d *driver) alter() func(*http.Request) {
	name := []string{"Signature", "Signature-Input", "Content-Type", "Idempotency-Key", "Content-Digest"}[d.r.IntN(5)]
	value := []string{"", "x", "sig1=()", strings.Repeat("k", 300), "text/plain", "application/json; charset=latin1"}[d.r.IntN(6)]
	method := []string{"", "", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"}[d.r.IntN(7)]
	return func(r *http.Request) {
		if method != "" {
			r.Method = method
		} else if value == "" {
			r.Header.Del(name)
		} else {
			r.Header.Set(name, value)
		}
	}
}

// judge wants a described reply: never 5xx, a problem with a known code for every
// refusal, and nothing in either that the document does not describe.
func (d *driver) judge(op string, call fastclient.Call, reply fastclient.Reply) {
	method, route, _ := strings.Cut(op, " ")
	what := fmt.Sprintf("%s %s %.300q: status %d %s", call.Method, call.Path, call.Raw, reply.Status, reply.Code)
	d.seen[fmt.Sprint(op, " ", reply.Status)]++
	responses := d.doc.Paths[route][method].Responses
	if reply.Status >= 500 || reply.Status < 200 || reply.Status >= 300 && reply.Status < 400 {
		d.t.Errorf("%s", what)
		return
	}
	if call.Alter != nil && len(reply.Body) == 0 && reply.Status >= 400 { // HEAD
		return
	}
	described, ok := responses[fmt.Sprint(reply.Status)]
	kind := "application/json"
	if reply.Status >= 400 {
		described, ok = responses["default"]
		kind = "application/problem+json"
		d.codes[reply.Code]++
	}
	if !ok || reply.Code == "" != (reply.Status < 400) || reply.Status >= 400 && reply.Problem.Status != reply.Status {
		d.t.Errorf("%s: not described, or no code", what)
		return
	}
	if len(described.Content) == 0 {
		if len(reply.Body) > 0 {
			d.t.Errorf("%s: a body where none is described", what)
		}
		return
	}
	if got := reply.Header.Get("Content-Type"); got != kind {
		d.t.Errorf("%s: content type %q", what, got)
	}
	var v any
	if err := json.Unmarshal(reply.Body, &v); err != nil {
		d.t.Errorf("%s: %v", what, err)
		return
	}
	if err := d.doc.fits(described.Content[kind].Schema, v, "reply"); err != nil {
		d.t.Errorf("%s: %v", what, err)
	}
}

// TestRequestsMadeFromTheDocument: right ones and broken ones, for computers in
// every state, and time that passes.
func TestRequestsMadeFromTheDocument(t *testing.T) {
	requests, seed := 900, uint64(7)
	if os.Getenv("HOLDFAST_FULL") == "1" {
		requests, seed = 15_000, uint64(time.Now().UnixNano())
	}
	d := newDriver(t, seed)
	for i := 0; i < requests && !t.Failed(); i++ {
		if i%40 == 39 {
			d.s.Clock.Pass(time.Duration(d.r.IntN(60)) * time.Second)
		}
		if i%500 == 499 { // others have been frozen or signed out by now
			d.s.Clock.Pass(25 * time.Hour)
			d.people()
		}
		d.once()
	}
	for _, op := range d.ops {
		if !slices.ContainsFunc([]int{200, 201, 204}, func(n int) bool { return d.seen[fmt.Sprint(op, " ", n)] > 0 }) {
			t.Logf("%s never succeeded", op)
		}
	}
	good := 0
	for what, n := range d.seen {
		if what[len(what)-3] == '2' {
			good += n
		}
	}
	fmt.Printf("OpenAPI: %d requests (seed %d) to %d operations, %d of them answered 2xx, none 5xx; %d different codes: %v\n",
		requests, seed, len(d.ops), good, len(d.codes), d.codes)
	if len(d.codes) < 15 || good < requests/50 {
		t.Errorf("too few: the requests do not get far enough")
	}
}
