package server

import (
	"context"
	"errors"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// weighed is a write that strangers may try, in three steps: what counts, with the
// look at who is there; what is dear, the hash of a password, in no transaction; and
// the write itself.
type weighed[T any] struct {
	count func(*work) error
	dear  func() error // nil for nothing
	write func(*work) (T, error)
}

// refusedFor is how long a wrong password is refused again without a look, in the same
// request. It is short: an account that was not there may be there soon.
const refusedFor = time.Minute

// weigh runs such a write. The nonce goes with the first step, so that a captured
// request counts nothing and costs nothing when it is sent again; only one that a
// limit refuses leaves none, or strangers could have as many written as they like.
// What was answered before is answered the same, neither counted nor hashed again:
// nobody is shut out because an answer was lost.
func weigh[T any](ctx context.Context, s *Service, c Caller, in weighed[T]) (T, error) {
	var none, reply T
	var refused error
	var again bool
	err := s.store.Write(ctx, func(tx Tx) error {
		refused, again = nil, false
		w := &work{Service: s, tx: tx, c: c, now: s.time().Unix(), ctx: ctx}
		done, problem, err := recall[T](w)
		if err != nil {
			return err
		}
		if done != nil {
			reply, refused, again = *done, problem, true
			return w.spendNonce()
		}
		var k kept
		if err := in.count(w); errors.As(err, &k) {
			refused = k.err
			return nil
		} else if err != nil {
			return err
		}
		return w.spendNonce()
	})
	switch {
	case err != nil:
		return none, err
	case again:
		return reply, refused
	case refused != nil:
		return none, refused
	}
	c.spent = true
	if in.dear != nil {
		if err := in.dear(); err != nil {
			return none, s.refuse(ctx, c, err)
		}
	}
	return act(ctx, s, c, in.write)
}

// refuse stores a refusal for the same request, for a while, and gives it.
func (s *Service) refuse(ctx context.Context, c Caller, refused error) error {
	var e *api.Error
	if !errors.As(refused, &e) || c.IdempotencyKey == "" {
		return refused
	}
	err := s.store.Write(ctx, func(tx Tx) error {
		w := &work{Service: s, tx: tx, c: c, now: s.time().Unix(), ctx: ctx}
		return w.rememberFor(outcomeOf(e), refusedFor)
	})
	if err != nil { // the refusal is what it is
		s.log.WarnContext(ctx, "a refusal could not be stored", "error", err)
	}
	return refused
}

// takeOr counts an event, or refuses it; both are kept. Errors: too_many_requests.
func (w *work) takeOr(label, id string, r rule) error {
	until, err := w.take(label, id, r)
	if err == nil && until != 0 {
		err = keep(retryAt(api.CodeTooMany, until))
	}
	return err
}

// takeFrom counts an event by where it came from, so many an hour.
func (w *work) takeFrom(label string, most int) error {
	return w.takeOr(label, source(w.c.IP), rule{most, time.Hour})
}
