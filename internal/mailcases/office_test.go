package mailcases

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/internal/apptest"
	"github.com/seed-1feef0b2/holdfast/internal/daemon"
	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
)

const sender = "holdfast@keys.example.org"

// office is the whole server with its relays, on a clock that the test moves, and
// one person's computer.
type office struct {
	t     *testing.T
	clock *apptest.Clock
	pc    *apptest.Computer
	ref   string
}

// open starts a server with mail settings, and lets a person register, which asks
// for the first code.
func open(t *testing.T, s daemon.SMTP) *office {
	t.Helper()
	s.From = sender
	o := &office{t: t, clock: apptest.NewClock()}
	d, err := daemon.New(daemon.Options{
		Settings: daemon.Settings{Listen: "127.0.0.1:0", Data: t.TempDir(), SMTP: s}, Now: o.clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	o.pc = apptest.NewComputer(&apptest.Server{TB: t, URL: d.URL(), Clock: o.clock}, "laptop", "")
	o.ref = o.pc.Register().Challenge.Reference
	return o
}

// reaches waits until the newest message is in a state, and gives what the
// person's computer knows then.
func (o *office) reaches(state string) app.Status {
	o.t.Helper()
	var st app.Status
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var err error
		if st, err = o.pc.Client().Refresh(context.Background()); err != nil {
			o.t.Fatal(err)
		}
		if ds := st.Challenge.Deliveries; len(ds) > 0 && ds[len(ds)-1].State == state {
			return st
		}
	}
	o.t.Fatalf("never %s: %+v", state, st.Challenge)
	return st
}

// tried is when a message that was put off goes out again.
func (o *office) nextTry() { o.clock.Pass(40 * time.Second) }

// types types the code of a mail and says what came of it.
func (o *office) types(m delivertest.Mail) string {
	o.t.Helper()
	st, err := o.pc.Client().Answer(context.Background(), m.Code)
	switch {
	case err != nil && st.State != app.Activated:
		return api.CodeOf(err)
	case err != nil:
		o.t.Fatal(err)
	}
	return string(st.State)
}

// smtpOf are the settings for a relay.
func smtpOf(r *delivertest.Relay) daemon.SMTP { return daemon.SMTP{URL: r.URL, CAFile: r.CAFile} }

// blackHole takes connections and never says a word.
func blackHole(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close() })
		}
	}()
	return "smtp://" + l.Addr().String()
}

// nobody is an address that refuses connections.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "smtp://" + l.Addr().String()
}
