//go:build recorded

package cli_test

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/internal/daemon"
	"github.com/seed-1feef0b2/holdfast/server"
)

// bench is the server of one script. Its clock is this computer's, moved.
type bench struct {
	data, listen, url string
	ahead             atomic.Int64
	daemon            *daemon.Daemon
	end               func()
	read              int
}

type benchKey struct{}

// start starts the server, again at the same address.
func (b *bench) start() error {
	limits := server.DefaultLimits()
	limits.PendingDevices, limits.ActiveDevices = 2, 2
	d, err := daemon.New(daemon.Options{
		Settings: daemon.Settings{Listen: b.listen, Data: b.data}, Limits: limits,
		Now: func() time.Time { return time.Now().Add(time.Duration(b.ahead.Load())) },
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = d.Run(ctx) // a script sees what the server answers, not how it ends
	}()
	b.daemon, b.url, b.listen, b.read = d, d.URL(), d.Addr(), 0
	b.end = func() {
		cancel()
		<-done
		_ = d.Close()
	}
	return nil
}

// stop stops the server; stopping twice is harmless.
func (b *bench) stop() {
	if b.end != nil {
		b.end()
		b.end = nil
	}
}

func (b *bench) pass(d time.Duration) {
	b.ahead.Add(int64(d))
	b.daemon.Wake()
}

// codes are the codes in the outbox, oldest first.
func (b *bench) codes() []string {
	resp, err := http.Get(b.url + "/outbox.json")
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	var list []struct{ Code string }
	if json.NewDecoder(resp.Body).Decode(&list) != nil {
		return nil
	}
	var out []string
	for _, m := range list {
		if m.Code != "" {
			out = append(out, m.Code)
		}
	}
	return out
}

// slip mistypes the first symbol of a code.
func slip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: slip VAR CODE")
	}
	right := code.Normalise(args[1])
	ts.Setenv(args[0], code.Group(next(right[0])+right[1:]))
}

// other gives another whole code.
func other(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: other VAR CODE")
	}
	right := code.Normalise(args[1])
	ts.Setenv(args[0], code.Group(code.WithCheck(next(right[0])+right[1:len(right)-1])))
}

func next(symbol byte) string {
	i := strings.IndexByte(code.Crockford, symbol)
	return string(code.Crockford[(i+1)%len(code.Crockford)])
}

// answering starts a server that is none of ours: "407" answers everything with
// that status, "tls" has a certificate that nobody trusts.
func answering(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: answering STATUS|tls VAR")
	}
	status, err := strconv.Atoi(args[0])
	if err != nil {
		status = http.StatusOK
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
	}))
	s.Config.ErrorLog = silent()
	if args[0] == "tls" {
		s.StartTLS()
	} else {
		s.Start()
	}
	ts.Defer(s.Close)
	ts.Setenv(args[1], s.URL)
}

// silent keeps the handshakes that clients refuse, as they should, out of the
// test's output.
func silent() *log.Logger { return log.New(io.Discard, "", 0) }
