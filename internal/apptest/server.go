package apptest

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/httpapi"
	"github.com/seed-1feef0b2/holdfast/server/store"
)

// Server is an activation server in this process, on a free port of loopback
// and a SQLite file. Messages are handed over when a test reads them.
type Server struct {
	TB      testing.TB
	URL     string
	Clock   *Clock
	Service *server.Service
	// Traps are where the server may be killed or its answers lost.
	Traps *Traps

	database string
	master   *server.Sealer
	db       *store.DB
	http     *httptest.Server

	mu       sync.Mutex
	messages []server.Message
}

// NewServer starts a server whose database is a new one.
func NewServer(tb testing.TB) *Server {
	tb.Helper()
	return StartServer(tb, filepath.Join(tb.TempDir(), "holdfast.db"), "127.0.0.1:0", NewClock())
}

// StartServer starts a server over a database file, on an address of loopback.
func StartServer(tb testing.TB, database, address string, clock *Clock) *Server {
	tb.Helper()
	return startUnder(tb, database, address, clock, server.NewSealer(server.MasterKey{1}))
}

func startUnder(tb testing.TB, database, address string, clock *Clock, master *server.Sealer) *Server {
	tb.Helper()
	s := &Server{TB: tb, Clock: clock, Traps: &Traps{}, database: database, master: master}
	db, err := store.Open(context.Background(), database, store.WithCommitHook(s.Traps.commit))
	if err != nil {
		tb.Fatal(err)
	}
	s.db = db
	listener, err := net.Listen("tcp", address)
	if err != nil {
		tb.Fatal(err)
	}
	s.URL = "http://" + listener.Addr().String()
	s.Service, err = server.New(server.Config{
		Store: db, Now: clock.Now, Master: master, Origin: s.URL, Sender: "codes@example.org",
	})
	if err != nil {
		tb.Fatal(err)
	}
	handler, err := httpapi.New(httpapi.Config{
		Service: s.Service, Origin: s.URL, Now: clock.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		tb.Fatal(err)
	}
	s.http = httptest.NewUnstartedServer(s.Traps.around(handler))
	s.http.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	_ = s.http.Listener.Close()
	s.http.Listener = listener
	s.http.Start()
	tb.Cleanup(s.Close)
	return s
}

// Close stops the server; its database stays.
func (s *Server) Close() {
	if s.http == nil {
		return
	}
	s.http.Close()
	s.http = nil
	if err := s.db.Close(); err != nil {
		s.TB.Error(err)
	}
}

// Restart stops the server and starts it again over the same database, at the
// same address. What its owner read stays read.
func (s *Server) Restart() *Server {
	s.TB.Helper()
	s.Close()
	return s.under(s.master)
}

func (s *Server) under(master *server.Sealer) *Server {
	s.TB.Helper()
	out := startUnder(s.TB, s.database, strings.TrimPrefix(s.URL, "http://"), s.Clock, master)
	out.messages = s.messages
	return out
}

// LoseMaster stops the server, loses its master key, voids what that sealed and
// starts it again under a new one.
func (s *Server) LoseMaster() *Server {
	s.TB.Helper()
	s.Close()
	db, err := store.Open(context.Background(), s.database)
	if err != nil {
		s.TB.Fatal(err)
	}
	master := server.NewSealer(server.MasterKey{2})
	_, err = server.MasterLost(context.Background(), server.Config{
		Store: db, Now: s.Clock.Now, Master: master, Origin: s.URL, Sender: "codes@example.org",
	}, nil)
	if err = errors.Join(err, db.Close()); err != nil {
		s.TB.Fatal(err)
	}
	return s.under(master)
}

// Messages hands over what waits and gives all messages so far, oldest first.
func (s *Server) Messages() []server.Message {
	s.TB.Helper()
	ctx := context.Background()
	s.mu.Lock()
	defer s.mu.Unlock()
	// Reading mail is no part of what is killed.
	trap := s.Traps.swap(nil)
	defer s.Traps.AtCommit(trap)
	for {
		batch, err := s.Service.ClaimMessages(ctx, "test", 100)
		if err != nil {
			s.TB.Fatal(err)
		}
		if len(batch) == 0 {
			return s.messages
		}
		for _, m := range batch {
			if err := s.Service.MessageSent(ctx, m.ID, "250 ok", ""); err != nil {
				s.TB.Fatal(err)
			}
			s.messages = append(s.messages, m)
		}
	}
}

// Code is the newest code for a challenge, as its owner reads it.
func (s *Server) Code(reference string) string {
	s.TB.Helper()
	list := s.Messages()
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Reference == reference && list[i].Code != "" {
			return list[i].Code
		}
	}
	s.TB.Fatalf("no code for %s among %d messages", reference, len(list))
	return ""
}

// Count says how many messages of a kind there were.
func (s *Server) Count(kind string) int {
	n := 0
	for _, m := range s.Messages() {
		if m.Kind == kind {
			n++
		}
	}
	return n
}

// Traps kill a server at a commit or lose its answers.
type Traps struct {
	mu       sync.Mutex
	atCommit func(committed bool) error
	lose     func(r *http.Request) bool
}

// AtCommit is called before (false) and after (true) every commit of a write;
// nil ends it. Its error is what the server sees.
func (t *Traps) AtCommit(f func(committed bool) error) {
	t.swap(f)
}

func (t *Traps) swap(f func(bool) error) func(bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	was := t.atCommit
	t.atCommit = f
	return was
}

// Lose drops the answers of the requests that f picks, after they were done;
// nil ends it.
func (t *Traps) Lose(f func(r *http.Request) bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lose = f
}

func (t *Traps) commit(_ context.Context, committed bool) error {
	t.mu.Lock()
	f := t.atCommit
	t.mu.Unlock()
	if f == nil {
		return nil
	}
	return f(committed)
}

func (t *Traps) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := httptest.NewRecorder()
		next.ServeHTTP(out, r)
		t.mu.Lock()
		lose := t.lose
		t.mu.Unlock()
		if lose != nil && lose(r) {
			if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
				_ = c.Close() // nobody is left to tell
			}
			return
		}
		for k, v := range out.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(out.Code)
		_, _ = w.Write(out.Body.Bytes())
	})
}
