package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestAGateNarrowsWithConflictsAndWidensAgain(t *testing.T) {
	ctx := context.Background()
	g := newGate(8)
	most := func() int {
		var now, high atomic.Int64
		var wg sync.WaitGroup
		for range 24 {
			wg.Go(func() {
				if err := g.enter(ctx); err != nil {
					t.Error(err)
					return
				}
				n := now.Add(1)
				for h := high.Load(); n > h && !high.CompareAndSwap(h, n); h = high.Load() {
				}
				time.Sleep(2 * time.Millisecond)
				now.Add(-1)
				g.leave(false)
			})
		}
		wg.Wait()
		return int(high.Load())
	}
	if n := most(); n < 2 || n > 8 {
		t.Errorf("%d at once at first", n)
	}
	for range 20 {
		if err := g.enter(ctx); err != nil {
			t.Fatal(err)
		}
		g.leave(true)
	}
	if n := most(); n != 1 {
		t.Errorf("%d at once after conflicts", n)
	}
	for range 1000 {
		if err := g.enter(ctx); err != nil {
			t.Fatal(err)
		}
		g.leave(false)
	}
	if n := most(); n < 2 || n > 8 {
		t.Errorf("%d at once after a quiet time", n)
	}
}

func TestAGateIsLeftByThoseWhoAreCalledOff(t *testing.T) {
	g := newGate(1)
	if err := g.enter(context.Background()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	gone := make(chan error)
	go func() { gone <- g.enter(ctx) }()
	time.Sleep(5 * time.Millisecond)
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	g.leave(false)
	if err := g.enter(context.Background()); err != nil || g.running != 1 || len(g.waiting) != 0 {
		t.Errorf("%v: %d run, %d wait", err, g.running, len(g.waiting))
	}
}
