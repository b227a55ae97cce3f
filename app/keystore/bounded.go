package keystore

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/seed-1feef0b2/holdfast/api"
)

// ring is a keyring as go-keyring has it: texts, and no deadline.
type ring interface {
	get(name string) (string, error)
	set(name, value string) error
	delete(name string) error
	kind() string
}

// bounded is a Store over a ring. A call runs in a goroutine of its own. When
// its time is over the caller goes on with keyring_timeout and the goroutine
// stays behind, since nothing can stop it; but no second one starts until it
// is done, so that they do not pile up and a late write cannot overtake a
// newer one.
type bounded struct {
	ring     ring
	deadline time.Duration
	busy     chan struct{} // full while a call is under way

	mu    sync.Mutex
	stuck bool // that call is past its deadline
}

func newBounded(r ring, deadline time.Duration) *bounded {
	return &bounded{ring: r, deadline: deadline, busy: make(chan struct{}, 1)}
}

// Kind is Store's.
func (b *bounded) Kind() string { return b.ring.kind() }

// Get is Store's.
func (b *bounded) Get(ctx context.Context, name string) ([]byte, error) {
	text, err := b.call(ctx, func() (string, error) { return b.ring.get(name) })
	if err != nil {
		return nil, err
	}
	v, err := base64.StdEncoding.DecodeString(text)
	if err != nil || checkValue(v) != nil {
		return nil, api.Wrap(api.CodeKeyringLost, errors.New("keystore: the item is not one of ours"))
	}
	return v, nil
}

// Set is Store's.
func (b *bounded) Set(ctx context.Context, name string, v []byte) error {
	if err := checkValue(v); err != nil {
		return err
	}
	text := base64.StdEncoding.EncodeToString(v)
	_, err := b.call(ctx, func() (string, error) { return "", b.ring.set(name, text) })
	return err
}

// Delete is Store's.
func (b *bounded) Delete(ctx context.Context, name string) error {
	_, err := b.call(ctx, func() (string, error) { return "", b.ring.delete(name) })
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

type answer struct {
	text string
	err  error
}

// call runs f within the deadline. While an earlier call hangs past its own
// deadline, it fails at once.
func (b *bounded) call(ctx context.Context, f func() (string, error)) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, b.deadline)
	defer cancel()
	if err := b.enter(ctx); err != nil {
		return "", err
	}
	done := make(chan answer, 1)
	ended := false // under mu
	go func() {
		a := guarded(f)
		b.mu.Lock()
		ended, b.stuck = true, false
		b.mu.Unlock()
		done <- a
		<-b.busy
	}()
	select {
	case a := <-done:
		return a.text, classify(a.err)
	case <-ctx.Done():
	}
	b.mu.Lock()
	if !ended {
		b.stuck = true
	}
	b.mu.Unlock()
	return "", timeout(ctx.Err())
}

// enter waits until no call is under way.
func (b *bounded) enter(ctx context.Context) error {
	select {
	case b.busy <- struct{}{}:
		return nil
	default:
	}
	b.mu.Lock()
	stuck := b.stuck
	b.mu.Unlock()
	if stuck {
		return timeout(errors.New("keystore: an earlier call still hangs"))
	}
	select {
	case b.busy <- struct{}{}:
		return nil
	case <-ctx.Done():
		return timeout(ctx.Err())
	}
}

// guarded runs f and makes a panic an error: go-keyring asserts the types of
// what a peer on the bus sends.
func guarded(f func() (string, error)) (a answer) {
	defer func() {
		if p := recover(); p != nil {
			a = answer{err: fmt.Errorf("keystore: the keyring's answer makes no sense: %v", p)}
		}
	}()
	text, err := f()
	return answer{text, err}
}

func timeout(cause error) error { return api.Wrap(api.CodeKeyringTimeout, cause) }

// classify gives a keyring's error its code.
func classify(err error) error {
	var known *api.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return ErrNotFound
	case errors.As(err, &known):
		return err
	}
	return api.Wrap(systemCode(err), err)
}

// systemRing is go-keyring for one profile.
type systemRing struct{ profile string }

func (r systemRing) user(name string) string { return r.profile + "/" + name }

func (r systemRing) get(name string) (string, error) {
	if err := reachable(); err != nil {
		return "", err
	}
	return keyring.Get(Service, r.user(name))
}

func (r systemRing) set(name, value string) error {
	if err := reachable(); err != nil {
		return err
	}
	return keyring.Set(Service, r.user(name), value)
}

func (r systemRing) delete(name string) error {
	if err := reachable(); err != nil {
		return err
	}
	return keyring.Delete(Service, r.user(name))
}

func (r systemRing) kind() string { return systemKind }
