package linear

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/seed-1feef0b2/holdfast/internal/apptest"
	"github.com/seed-1feef0b2/holdfast/internal/fastclient"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/httpapi"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

func full() bool { return os.Getenv("HOLDFAST_FULL") == "1" }

const origin = "https://keys.example.org"

var ctx = context.Background()

// rig is two servers over one database, and a clock that stands still while
// clients are at work.
type rig struct {
	t       testing.TB
	clock   *apptest.Clock
	service *server.Service
	servers []*fastclient.Server
	codes   map[string]string // by reference
	people  int
}

// newRig opens the database twice, each time as wrap gives it.
func newRig(t testing.TB, d storetest.Database, wrap func(server.Store) server.Store) *rig {
	t.Helper()
	r := &rig{t: t, clock: apptest.NewClock(), codes: map[string]string{}}
	limits := server.DefaultLimits()
	limits.RegisterHour = 10_000
	for range 2 {
		s, err := server.New(server.Config{
			Store: wrap(d.Open()), Now: r.clock.Now, Master: server.NewSealer([32]byte{1}), Origin: origin,
			Sender: "codes@example.org", Limits: limits,
		})
		if err != nil {
			t.Fatal(err)
		}
		h, err := httpapi.New(httpapi.Config{Service: s, Origin: origin, Now: r.clock.Now, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		ts := httptest.NewServer(h)
		t.Cleanup(ts.Close)
		r.service = s
		r.servers = append(r.servers, &fastclient.Server{URL: ts.URL, Origin: origin, Now: r.clock.Now, HTTP: ts.Client()})
	}
	return r
}

func plain(s server.Store) server.Store { return s }

func (r *rig) now() int64 { return r.clock.Now().Unix() }

// mail hands over what waits and keeps the codes.
func (r *rig) mail() {
	r.t.Helper()
	list, err := r.service.ClaimMessages(ctx, "worker", 1000)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, m := range list {
		if err := r.service.MessageSent(ctx, m.ID, "250 ok", ""); err != nil {
			r.t.Fatal(err)
		}
		if m.Code != "" {
			r.codes[m.Reference] = m.Code
		}
	}
}

// joined is a computer that waits for its first code.
func (r *rig) joined(email string, how func(*fastclient.Device, context.Context) (fastclient.Reply, error)) *fastclient.Device {
	r.t.Helper()
	d, err := fastclient.New(r.servers[0], email)
	if err != nil {
		r.t.Fatal(err)
	}
	if reply, err := how(d, ctx); err != nil || reply.Err() != nil {
		r.t.Fatal(reply.Err(), err)
	}
	return d
}

// active is the first computer of a new account, its code typed.
func (r *rig) active() *fastclient.Device {
	r.t.Helper()
	r.people++
	d := r.joined(fmt.Sprintf("p%d.%s@example.org", r.people, fastclient.Random(4)), (*fastclient.Device).Register)
	r.mail()
	if _, reply, err := d.Answer(ctx, r.codes[d.Challenge.Reference]); err != nil || reply.Err() != nil {
		r.t.Fatal(reply.Err(), err)
	}
	return d
}

// through gives a copy of a computer whose requests go to one of the servers.
func (r *rig) through(d *fastclient.Device) *fastclient.Device {
	c := *d
	c.Server = r.servers[rand.IntN(len(r.servers))]
	return &c
}

// record is a history in the making.
type record struct {
	mu    sync.Mutex
	begun time.Time
	ops   []porcupine.Operation
}

func newRecord() *record { return &record{begun: time.Now()} }

// did notes one operation around do.
func (h *record) did(client int, input any, do func() any) {
	call := time.Since(h.begun).Nanoseconds()
	output := do()
	back := time.Since(h.begun).Nanoseconds()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, porcupine.Operation{ClientId: client, Input: input, Call: call, Output: output, Return: back})
}

// together lets clients act at once and waits for all.
func together(clients int, act func(client int)) {
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for i := range clients {
		wg.Go(func() { <-gate; act(i) })
	}
	close(gate)
	wg.Wait()
}

// spec is a rule as plain code: what a state and a request give.
func spec[S, I, O any](start S, step func(S, I, O) (bool, S)) porcupine.Model {
	return porcupine.Model{
		Init:  func() any { return start },
		Equal: reflect.DeepEqual,
		Step: func(state, input, output any) (bool, any) {
			return step(state.(S), input.(I), output.(O))
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %+v", input, output) },
	}
}

// patience is how long one history may take to check.
const patience = 2 * time.Minute

// explained says whether some order explains a history.
func explained(t testing.TB, m porcupine.Model, h *record) bool {
	t.Helper()
	result := porcupine.CheckOperationsTimeout(m, h.ops, patience)
	if result == porcupine.Unknown {
		t.Errorf("a history of %d requests was not checked in time", len(h.ops))
	}
	return result != porcupine.Illegal
}

// told is what a client was told: the problem's code, "" for none, tries left
// and seconds until the next try.
type told struct {
	Code  string
	Tries int
	Wait  int64
}

func (r *rig) told(reply fastclient.Reply, err error) told {
	if err != nil {
		r.t.Error(err)
	}
	out := told{Code: reply.Code, Tries: -1}
	if n := reply.Problem.TriesLeft; n != nil {
		out.Tries = *n
	}
	if at, err := time.Parse(time.RFC3339, reply.Problem.RetryAt); err == nil {
		out.Wait = at.Unix() - r.now()
	}
	return out
}
