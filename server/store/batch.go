package store

import (
	"context"
	"errors"
	"sync"
)

// batchMost is how many writes share a commit at most, so that the first of them
// does not wait for long. A commit takes about as long as a disk's sync, so writes
// meet of themselves; nobody waits for company.
const batchMost = 32

// ErrClosed is what a read or write gets after Close.
var ErrClosed = errors.New("store: the database is closed")

// errAgain tells a write that the transaction it shared was lost: what it read
// there never came to be, so it runs again.
var errAgain = errors.New("store: the shared transaction was lost")

// batch is one transaction that several writes share. Each runs in its own
// goroutine while it holds the line; all of them learn the commit's outcome
// before they say anything.
type batch struct {
	members int
	ended   bool          // rolled back, or lost: nobody else may join
	done    chan struct{} // closed once err is known
	facts   map[string]int64
	err     error
}

// turn is a write that waits: it is handed the batch to join, or nil to begin one.
type turn struct{ ready chan *batch }

// line lets one write at a time at the connection, in the order in which they came.
type line struct {
	mu      sync.Mutex
	busy    bool
	closed  bool
	waiting []*turn
	empty   chan struct{} // closed when the last one leaves a closed line
}

func newLine() *line { return &line{empty: make(chan struct{})} }

// enter waits for the connection and gives the batch to join; nil means that
// there is none and the caller begins one.
func (l *line) enter(ctx context.Context) (*batch, error) {
	l.mu.Lock()
	switch {
	case l.closed:
		l.mu.Unlock()
		return nil, ErrClosed
	case ctx.Err() != nil:
		l.mu.Unlock()
		return nil, ctx.Err()
	case !l.busy:
		l.busy = true
		l.mu.Unlock()
		return nil, nil
	}
	t := &turn{ready: make(chan *batch, 1)}
	l.waiting = append(l.waiting, t)
	l.mu.Unlock()
	select {
	case b := <-t.ready:
		return b, nil
	case <-ctx.Done():
	}
	if l.forget(t) {
		return nil, ctx.Err()
	}
	return <-t.ready, nil // its turn came at the same moment: what it does then is its own affair
}

// forget takes a write out of the line, unless its turn has come.
func (l *line) forget(t *turn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, w := range l.waiting {
		if w == t {
			l.waiting = append(l.waiting[:i], l.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// pass hands an open batch to the next write, if there is one and room.
func (l *line) pass(b *batch) bool {
	if b.ended || b.members >= batchMost {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		return false
	}
	l.waiting[0].ready <- b
	l.waiting = l.waiting[1:]
	return true
}

// leave ends the turn after a batch is over: the next write begins another.
func (l *line) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) > 0 {
		l.waiting[0].ready <- nil
		l.waiting = l.waiting[1:]
		return
	}
	l.busy = false
	if l.closed {
		close(l.empty)
	}
}

// close lets nobody else in and waits until those in the line are done. It says
// whether it was the first to do so.
func (l *line) close() bool {
	l.mu.Lock()
	first := !l.closed
	if first && !l.busy {
		close(l.empty)
	}
	l.closed = true
	l.mu.Unlock()
	<-l.empty
	return first
}
