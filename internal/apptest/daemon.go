package apptest

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/internal/daemon"
)

// Daemon is the whole server program in this process, with its worker and its
// local outbox, on a free port and a clock that a test moves.
type Daemon struct {
	TB    testing.TB
	URL   string
	Clock *Clock
}

// StartDaemon starts one over a new data folder; it ends with the test.
func StartDaemon(tb testing.TB) *Daemon {
	tb.Helper()
	clock := NewClock()
	return &Daemon{TB: tb, URL: runDaemon(tb, clock.Now), Clock: clock}
}

// StartDaemonNow starts one on this computer's own clock, for client programs
// whose clock a test cannot move.
func StartDaemonNow(tb testing.TB) *Daemon {
	tb.Helper()
	return &Daemon{TB: tb, URL: runDaemon(tb, time.Now)}
}

// runDaemon runs the server program until the test ends, and gives its address.
func runDaemon(tb testing.TB, now func() time.Time) string {
	tb.Helper()
	d, err := daemon.New(daemon.Options{Settings: daemon.Settings{Listen: "127.0.0.1:0", Data: tb.TempDir()}, Now: now})
	if err != nil {
		tb.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	tb.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			tb.Error(err)
		}
		if err := d.Close(); err != nil {
			tb.Error(err)
		}
	})
	return d.URL()
}

// Code waits for the code of a challenge on the outbox page.
func (d *Daemon) Code(reference string) string {
	d.TB.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		for _, m := range d.outbox() {
			if m.Reference == reference && m.Code != "" {
				return m.Code
			}
		}
	}
	d.TB.Fatalf("no code for %s in the outbox", reference)
	return ""
}

type shown struct{ Reference, Code string }

func (d *Daemon) outbox() []shown {
	d.TB.Helper()
	r, err := http.Get(d.URL + "/outbox.json")
	if err != nil {
		d.TB.Fatal(err)
	}
	defer r.Body.Close()
	var list []shown
	if err := json.NewDecoder(r.Body).Decode(&list); err != nil {
		d.TB.Fatal(err)
	}
	return list
}
