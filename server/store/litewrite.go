package store

import (
	"context"
	"fmt"
)

// write runs fn in the transaction that the writes of this moment share, and
// returns after its commit. The first one to come begins it; each of the others
// runs in a savepoint of its own, so that one that fails takes nothing else with
// it. Whoever finds nobody waiting commits for all.
func (b *liteBackend) write(ctx context.Context, hook Hook, fn func(transaction) error) error {
	shared, err := b.line.enter(ctx)
	if err != nil {
		return err
	}
	if shared == nil {
		if err := b.writer.run("BEGIN IMMEDIATE"); err != nil {
			b.line.leave()
			return fmt.Errorf("store: %w", err)
		}
		shared = &batch{done: make(chan struct{}), facts: map[string]int64{}}
	}
	shared.members++
	m := &member{b: b, batch: shared, tx: liteTx{c: b.writer, batch: shared}, first: shared.members == 1}
	err = m.run(ctx, hook, fn)
	<-shared.done
	switch {
	case m.tx.broken != nil:
		return err
	case shared.err != nil && err != nil:
		return errAgain // it failed over something that never came to be
	case shared.err != nil:
		return shared.err
	case err != nil:
		return err
	}
	return hook(ctx, true)
}

// member is one write of a batch.
type member struct {
	b     *liteBackend
	batch *batch
	tx    liteTx
	// first has the transaction for itself so far, and no savepoint; saved says
	// that the savepoint is there; kept that its effects are to stay.
	first, saved, kept bool
}

// savepoint is the same name in every write: there is never more than one.
const savepoint = "one_of_many"

// run runs one write and hands the connection on, whatever happens in fn: an
// error, a panic, or the end of its goroutine.
func (m *member) run(ctx context.Context, hook Hook, fn func(transaction) error) (err error) {
	defer func() {
		if broken := m.settle(); broken != nil && err == nil {
			err = fmt.Errorf("store: %w", broken)
		}
		m.handOn()
	}()
	if err := ctx.Err(); err != nil {
		return err
	}
	if !m.first {
		if m.tx.broken = m.b.writer.run("SAVEPOINT " + savepoint); m.tx.broken != nil {
			return nil
		}
		m.saved = true
	}
	if err := fn(&m.tx); err != nil {
		return err
	}
	if err := hook(ctx, false); err != nil {
		return err
	}
	m.kept = true
	return nil
}

// settle keeps the write's effects or undoes them, and gives what broke the
// transaction, if anything did: after such an error SQLite may have rolled all of
// it back, so none of it is kept and the others run again.
func (m *member) settle() error {
	w := m.b.writer
	if m.tx.broken == nil {
		switch {
		case m.saved && !m.kept:
			m.tx.broken = w.run("ROLLBACK TO " + savepoint)
			fallthrough
		case m.saved:
			if m.tx.broken == nil {
				m.tx.broken = w.run("RELEASE " + savepoint)
			}
		case m.first && !m.kept:
			m.batch.over(w, nil)
		}
	}
	if m.tx.broken != nil {
		m.batch.over(w, errAgain)
	}
	return m.tx.broken
}

// over rolls a batch back: nobody else may join it.
func (b *batch) over(w *liteConn, err error) {
	_ = w.run("ROLLBACK") // it may have been rolled back already
	b.ended, b.err = true, err
}

// handOn gives the transaction to the next write that waits, or ends it and the
// turn.
func (m *member) handOn() {
	shared := m.batch
	if m.b.line.pass(shared) {
		return
	}
	if !shared.ended {
		if err := m.b.writer.run("COMMIT"); err != nil {
			shared.over(m.b.writer, fmt.Errorf("store: commit: %w", err))
		}
	}
	close(shared.done)
	m.b.line.leave()
}
