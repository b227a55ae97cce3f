package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// work is one transaction's worth of a service: the rules are its methods. It
// may run several times, so nothing outside it changes.
type work struct {
	*Service
	tx  Tx
	c   Caller
	now int64
	ctx context.Context //nolint:containedctx // it lives no longer than the transaction
	// reading says that the transaction writes nothing.
	reading bool
	// waits are until when nothing may go by a way, as they were found in this
	// transaction; forgotten when a message is counted.
	waits map[waitKey]int64
	// announcing is what a challenge that is being opened announces.
	announcing *Announcement
	// user is who acts by the console, the zero value where nobody does; reason is
	// what he gave as his.
	user   StaffUser
	reason string
}

// kept is a refusal whose transaction is committed all the same: a wrong code
// is counted, an expired one has a successor queued.
type kept struct{ err *api.Error }

func (k kept) Error() string { return k.err.Error() }
func (k kept) Unwrap() error { return k.err }

func keep(err *api.Error) error { return kept{err} }

// act runs a signed write: the nonce, a repeated request's stored outcome, the
// function, and its outcome, in one transaction.
func act[T any](ctx context.Context, s *Service, c Caller, fn func(*work) (T, error)) (T, error) {
	var reply T
	var refused error
	err := s.store.Write(ctx, func(tx Tx) error {
		w := &work{Service: s, tx: tx, c: c, now: s.time().Unix(), ctx: ctx}
		if err := w.spendNonce(); err != nil {
			return err
		}
		done, again, err := recall[T](w)
		if err != nil || done != nil {
			if done != nil {
				reply, refused = *done, again
			}
			return err
		}
		got, err := fn(w)
		var k kept
		if err != nil && !errors.As(err, &k) {
			return err
		}
		reply, refused = got, nil
		if k.err != nil {
			refused = k.err
		}
		return remember(w, got, k.err)
	})
	if err != nil {
		var none T
		return none, err
	}
	return reply, refused
}

// spendNonce makes a request count once. The row goes with the transaction. A write
// in several transactions spent it in its first.
func (w *work) spendNonce() error {
	if w.c.spent {
		return nil
	}
	forget := w.c.Created.Add(w.limits.NonceKept).Unix() + 1
	err := w.tx.AddNonce(w.c.KeyID, w.c.Nonce, forget)
	if errors.Is(err, ErrExists) {
		return api.NewError(api.CodeNonceUsed)
	}
	return err
}

// outcome is what is stored of a write. It never holds a certificate, a share
// or a code.
type outcome struct {
	Reply     json.RawMessage `json:"reply,omitempty"`
	Code      string          `json:"code,omitempty"`
	Hints     []string        `json:"hints,omitempty"`
	Tries     *int            `json:"tries,omitempty"`
	RetryAt   int64           `json:"retry_at,omitempty"`
	Challenge *api.Challenge  `json:"challenge,omitempty"`
}

// bodyLabel is for the hash of a request's body. It is keyed: some bodies hold
// little more than a password, which a plain hash in a stolen database would give
// away to whoever guesses it, faster than the password's own hash does.
const bodyLabel = "body of a request"

func (w *work) replyID() []byte {
	h := sha256.New()
	for _, part := range []string{w.c.KeyID, w.c.Route, w.c.DeviceID, w.c.IdempotencyKey} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return h.Sum(nil)
}

// recall gives the stored outcome of a repeated request, brought up to date.
func recall[T any](w *work) (*T, error, error) { //nolint:revive // the first error is the outcome
	if w.c.IdempotencyKey == "" {
		return nil, nil, nil
	}
	stored, err := w.tx.Reply(w.replyID())
	if errors.Is(err, ErrNotFound) || (err == nil && stored.Forget <= w.now) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	if !slices.ContainsFunc(w.indexes(bodyLabel, string(w.c.BodyHash[:])), func(b []byte) bool { return bytes.Equal(b, stored.Body) }) {
		return nil, nil, api.NewError(api.CodeIdempotency)
	}
	var o outcome
	if err := json.Unmarshal(stored.Outcome, &o); err != nil {
		return nil, nil, err
	}
	var reply T
	if o.Code != "" {
		return &reply, o.problem(), nil
	}
	if err := json.Unmarshal(o.Reply, &reply); err != nil {
		return nil, nil, err
	}
	if d, ok := any(&reply).(*api.DeviceReply); ok {
		err = w.refresh(d)
	}
	return &reply, nil, err
}

func (o outcome) problem() error {
	e := api.NewError(o.Code, o.Hints...)
	if o.Tries != nil {
		e = e.With(ArgTriesLeft, *o.Tries)
	}
	if o.Challenge != nil {
		e = e.With(ArgChallenge, *o.Challenge)
	}
	if o.RetryAt != 0 {
		e = e.At(time.Unix(o.RetryAt, 0).UTC())
	}
	return e
}

// remember stores the outcome of a write under its idempotency key.
func remember[T any](w *work, reply T, refused *api.Error) error {
	if w.c.IdempotencyKey == "" {
		return nil
	}
	var o outcome
	if refused != nil {
		o = outcomeOf(refused)
	} else {
		raw, err := json.Marshal(bare(reply))
		if err != nil {
			return err
		}
		o.Reply = raw
	}
	return w.rememberFor(o, w.limits.IdempotencyLife)
}

func (w *work) rememberFor(o outcome, life time.Duration) error {
	raw, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return w.tx.SetReply(StoredReply{
		ID: w.replyID(), Body: w.index(bodyLabel, string(w.c.BodyHash[:])), Outcome: raw, Forget: w.now + seconds(life),
	})
}

// Args of an *api.Error that a reply carries as fields of its own: an int and
// an api.Challenge.
const (
	ArgTriesLeft = "TriesLeft"
	ArgChallenge = "Challenge"
)

func outcomeOf(e *api.Error) outcome {
	o := outcome{Code: e.Code, Hints: e.Hints}
	if n, ok := e.Args[ArgTriesLeft].(int); ok {
		o.Tries = &n
	}
	if c, ok := e.Args[ArgChallenge].(api.Challenge); ok {
		o.Challenge = &c
	}
	if !e.RetryAt.IsZero() {
		o.RetryAt = e.RetryAt.Unix()
	}
	return o
}

// bare takes out of a reply what must not be stored.
func bare(reply any) any {
	if d, ok := reply.(api.DeviceReply); ok {
		d.Certificate, d.Release, d.Next, d.Policy = "", nil, nil, ""
		d.Rules, d.Windows, d.Issuers = "", nil, nil
		return d
	}
	return reply
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

// retryAt makes an error that says when to try again.
func retryAt(code string, unix int64, hints ...string) *api.Error {
	return api.NewError(code, hints...).At(time.Unix(unix, 0).UTC())
}
