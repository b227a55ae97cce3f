package keystore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/seed-1feef0b2/holdfast/api"
)

// slowRing is a keyring whose calls wait for a word.
type slowRing struct {
	gate  chan struct{}
	calls atomic.Int32
	text  string
	err   error
	panic bool
}

func (r *slowRing) get(string) (string, error) {
	r.calls.Add(1)
	if r.gate != nil {
		<-r.gate
	}
	if r.panic {
		panic("a peer sent nonsense")
	}
	return r.text, r.err
}

func (r *slowRing) set(string, string) error { _, err := r.get(""); return err }
func (r *slowRing) delete(string) error      { _, err := r.get(""); return err }
func (r *slowRing) kind() string             { return "slow" }

func TestHangingCallsDoNotPileUp(t *testing.T) {
	r := &slowRing{gate: make(chan struct{}), text: "eA=="}
	s := newBounded(r, 30*time.Millisecond)
	before := runtime.NumGoroutine()
	for range 50 {
		if _, err := s.Get(t.Context(), Ring); api.CodeOf(err) != api.CodeKeyringTimeout {
			t.Fatal(err)
		}
	}
	if r.calls.Load() != 1 || runtime.NumGoroutine() > before+2 {
		t.Fatalf("%d calls, %d goroutines more", r.calls.Load(), runtime.NumGoroutine()-before)
	}
	close(r.gate) // somebody answered the prompt
	for begin := time.Now(); ; {
		got, err := s.Get(t.Context(), Ring)
		if err == nil && string(got) == "x" {
			break
		}
		if time.Since(begin) > 5*time.Second {
			t.Fatal("the store stays stuck:", err)
		}
	}
}

// TestACallWaitsForAnotherThatIsInTime: two callers at once are not an error.
func TestACallWaitsForAnotherThatIsInTime(t *testing.T) {
	r := &slowRing{gate: make(chan struct{}, 2), text: "eA=="}
	s := newBounded(r, 10*time.Second)
	results := make(chan error, 2)
	for range 2 {
		go func() { _, err := s.Get(t.Context(), Ring); results <- err }()
	}
	r.gate <- struct{}{}
	r.gate <- struct{}{}
	for range 2 {
		if err := <-results; err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheCallersContextCounts(t *testing.T) {
	r := &slowRing{gate: make(chan struct{})}
	defer close(r.gate)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	_, err := newBounded(r, time.Minute).Get(ctx, Ring)
	if api.CodeOf(err) != api.CodeKeyringTimeout || !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestErrorsOfAKeyringHaveCodes(t *testing.T) {
	for want, r := range map[string]*slowRing{
		"lost":    {text: "not base64!"},
		"empty":   {text: ""},
		"panic":   {panic: true},
		"missing": {err: fmt.Errorf("wrapped: %w", keyring.ErrNotFound)},
		"coded":   {err: api.NewError(api.CodeKeyringLocked)},
	} {
		s := newBounded(r, time.Second)
		_, err := s.Get(t.Context(), Ring)
		code := map[string]string{
			"lost": api.CodeKeyringLost, "empty": api.CodeKeyringLost, "panic": api.CodeKeyringAbsent,
			"missing": api.CodeInternal, "coded": api.CodeKeyringLocked,
		}[want]
		if api.CodeOf(err) != code || errors.Is(err, ErrNotFound) != (want == "missing") {
			t.Errorf("%s: %v", want, err)
		}
		if want == "missing" && s.Delete(t.Context(), Ring) != nil {
			t.Error("deleting what is not there is an error")
		}
	}
	s := newBounded(&slowRing{}, time.Second)
	for _, v := range [][]byte{nil, make([]byte, MaxValue+1)} {
		if s.Set(t.Context(), Ring, v) == nil {
			t.Errorf("%d bytes were taken", len(v))
		}
	}
}

// TestWriteAndReadBack finds a keyring that loses what it acknowledged.
func TestWriteAndReadBack(t *testing.T) {
	for name, c := range map[string]struct {
		ring *slowRing
		code string
	}{
		"kept":    {&slowRing{text: "eA=="}, ""},
		"another": {&slowRing{text: "eQ=="}, api.CodeKeyringLost},
		"nothing": {&forgetful, api.CodeKeyringLost},
		"locked":  {&slowRing{err: api.NewError(api.CodeKeyringLocked)}, api.CodeKeyringLocked},
	} {
		var s Store = newBounded(c.ring, time.Second)
		if name == "nothing" {
			s = dismissed{s}
		}
		if err := SetVerified(t.Context(), s, Ring, []byte("x")); api.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var forgetful = slowRing{err: keyring.ErrNotFound}

// dismissed acknowledges a write that its person declined, as a Secret Service does.
type dismissed struct{ Store }

func (dismissed) Set(context.Context, string, []byte) error { return nil }
