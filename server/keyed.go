package server

import (
	"context"
	"errors"
	"sync/atomic"
)

// keyed is a store whose every transaction has the keys that hold in it. Each
// reads the mark, one number; only where it is another one than the last are the
// keys read. What is remembered comes from transactions that were committed: keys
// that another one made and did not keep are never used.
type keyed struct {
	Store
	service *Service
	last    atomic.Pointer[ring]
	batch   int // rows in one transaction of a rotation
}

// keyedTx is a transaction with its keys. Queued notes that a message waits to be
// sent now.
type keyedTx struct {
	Tx
	ring   *ring
	queued *bool
}

func (t keyedTx) AddMessage(m OutboxRow) error {
	*t.queued = true
	return t.Tx.AddMessage(m)
}

func (t keyedTx) SaveMessage(m OutboxRow) error {
	*t.queued = *t.queued || waiting(m) && m.Due <= m.Asked // asked for again, not put off
	return t.Tx.SaveMessage(m)
}

func (k *keyed) Write(ctx context.Context, fn func(Tx) error) error {
	return k.run(ctx, k.Store.Write, fn)
}

func (k *keyed) Read(ctx context.Context, fn func(Tx) error) error {
	return k.run(ctx, k.Store.Read, fn)
}

func (k *keyed) run(ctx context.Context, in func(context.Context, func(Tx) error) error, fn func(Tx) error) error {
	var r *ring
	var queued bool
	err := in(ctx, func(tx Tx) (err error) {
		queued = false
		if r, err = k.ring(ctx, tx); err != nil {
			return err
		}
		return fn(keyedTx{tx, r, &queued})
	})
	if err == nil && k.last.Load() != r {
		k.last.Store(r)
	}
	if err == nil && queued {
		k.service.queued()
	}
	return err
}

func (k *keyed) ring(ctx context.Context, tx Tx) (*ring, error) {
	mark, err := tx.Fact(factKeys)
	if err != nil {
		return nil, err
	}
	last := k.last.Load()
	if last != nil && last.mark == mark {
		return last, nil
	}
	return k.service.loadRing(ctx, tx, mark, last)
}

// ring is the keys of this transaction.
func (w *work) ring() *ring { return w.tx.(keyedTx).ring }

// lastRing is the keys as the last transaction of this process saw them.
func (s *Service) lastRing() *ring { return s.keyed.last.Load() }

// openKeys makes the keys of an empty store and reads those of any. Of two
// processes that start at once one makes them and the other reads them.
func (s *Service) openKeys(ctx context.Context) error {
	var mark int64
	err := s.keyed.Store.Read(ctx, func(tx Tx) (err error) {
		if _, err := tx.KeyRotation(rotateLost); !errors.Is(err, ErrNotFound) {
			return errors.Join(err, ErrHalfLost)
		}
		mark, err = tx.Fact(factKeys)
		return err
	})
	if err == nil && mark == 0 {
		err = s.keyed.Store.Write(ctx, func(tx Tx) error {
			return (&work{Service: s, tx: tx, now: s.time().Unix(), ctx: ctx}).firstKeys()
		})
	}
	if err != nil && !errors.Is(err, ErrExists) {
		return err
	}
	return s.RefreshKeys(ctx)
}

// RefreshKeys reads the mark, and the keys where they changed. Transactions do
// so by themselves; this one keeps a process that has nothing to do up to date.
func (s *Service) RefreshKeys(ctx context.Context) error {
	return s.store.Read(ctx, func(Tx) error { return nil })
}
