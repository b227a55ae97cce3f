package chip

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"
)

// DefaultDeadline bounds every call to a chip. A slow chip makes a key in about
// a second; one that another program keeps busy may take longer than that.
const DefaultDeadline = 10 * time.Second

// tpm is a TPM 2.0. Each operation opens the way to it, flushes what it loaded
// and closes it again, so that nothing of ours stays in the chip.
type tpm struct {
	open     func(context.Context) (transport.TPMCloser, error)
	deadline time.Duration
	turn     chan struct{} // holds one token while an operation runs

	mu     sync.Mutex
	parent *saved // the storage key, for the next operation
}

// opened makes sure that the way to the chip opens, and gives the chip.
func opened(ctx context.Context, open func(context.Context) (transport.TPMCloser, error)) (Chip, error) {
	c := &tpm{open: open, deadline: DefaultDeadline, turn: make(chan struct{}, 1)}
	_, err := run(ctx, c, func(transport.TPM) (struct{}, error) { return struct{}{}, nil })
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Kind is Chip's.
func (c *tpm) Kind() string { return KindTPM }

// Close is Chip's.
func (c *tpm) Close() error {
	c.keep(nil)
	return nil
}

func (c *tpm) keep(p *saved) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.parent = p
}

func (c *tpm) kept() *saved {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.parent
}

// run runs one operation on a goroutine of its own, as the only one. A chip that
// does not answer in time is chip_busy; the operation then ends on its own, and
// until it does others find the chip busy too.
func run[T any](ctx context.Context, c *tpm, f func(transport.TPM) (T, error)) (T, error) {
	var zero T
	ctx, cancel := context.WithTimeout(ctx, c.deadline)
	defer cancel()
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return zero, explain(ctx.Err())
	}
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		defer func() { <-c.turn }()
		v, err := once(ctx, c, f)
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.value, explain(r.err)
	case <-ctx.Done():
		return zero, explain(ctx.Err())
	}
}

// once opens the way, runs f, and closes it. What go-tpm cannot read may make it
// panic: that is the chip's failure, not the program's end.
func once[T any](ctx context.Context, c *tpm, f func(transport.TPM) (T, error)) (v T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errAnswer, r)
		}
	}()
	t, err := c.open(ctx)
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	return f(patient{t})
}

// patient turns the answer that go-tpm gives after asking too often, which is
// none at all, into an error.
type patient struct{ transport.TPM }

// Send is transport.TPM's.
func (p patient) Send(command []byte) ([]byte, error) {
	answer, err := p.TPM.Send(command)
	if err == nil && len(answer) == 0 {
		err = errRetries
	}
	return answer, err
}

// flush takes an object out of the chip. Where that fails, the chip's resource
// manager does it when the way is closed.
func flush(t transport.TPM, h tpm2.TPMHandle) {
	_, _ = tpm2.FlushContext{FlushHandle: h}.Execute(t) // see above
}

// Name is Chip's. An endorsement key is made anew from its seed by the TCG's
// template (EK Credential Profile, template L-2), so that the same chip always
// gives the same.
func (c *tpm) Name(ctx context.Context) ([]byte, error) {
	return run(ctx, c, func(t transport.TPM) ([]byte, error) {
		ek, err := tpm2.CreatePrimary{
			PrimaryHandle: tpm2.TPMRHEndorsement, InPublic: tpm2.New2B(tpm2.ECCEKTemplate),
		}.Execute(t)
		if err != nil {
			return nil, err
		}
		flush(t, ek.ObjectHandle)
		return ek.Name.Buffer, nil
	})
}

// LoadKey is Chip's.
func (c *tpm) LoadKey(_ context.Context, data []byte, auth Secret) (Key, error) {
	b, pub, err := parseKey(data)
	if err != nil {
		return nil, explain(err)
	}
	return &key{chip: c, object: &object{blob: b, auth: auth}, public: pub}, nil
}

// NewKey is Chip's.
func (c *tpm) NewKey(ctx context.Context, auth Secret) (Key, error) {
	data, err := run(ctx, c, func(t transport.TPM) ([]byte, error) { return c.create(t, blobKey, keyTemplate(), nil, auth) })
	if err != nil {
		return nil, err
	}
	return c.LoadKey(ctx, data, auth)
}

// Seal is Chip's.
func (c *tpm) Seal(ctx context.Context, secret, auth Secret) ([]byte, error) {
	return run(ctx, c, func(t transport.TPM) ([]byte, error) {
		return c.create(t, blobSecret, sealTemplate(), secret[:], auth)
	})
}

// Unseal is Chip's.
func (c *tpm) Unseal(ctx context.Context, data []byte, auth Secret) (Secret, error) {
	b, err := parseBlob(blobSecret, data)
	if err != nil {
		return Secret{}, explain(err)
	}
	return run(ctx, c, func(t transport.TPM) (Secret, error) { return c.unseal(t, b, auth) })
}
