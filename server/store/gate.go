package store

import (
	"context"
	"sync"
)

// gate lets as many writes of this process at PostgreSQL as get through without
// being in each other's way. PostgreSQL finds conflicts between pages of an index:
// in a small database nearly any two writes meet there, and one is done in vain;
// in a large one hardly any do. So a write that must run again lowers the number,
// and those that succeed raise it again, slowly.
type gate struct {
	mu      sync.Mutex
	most    float64
	limit   float64
	running int
	waiting []chan struct{}
}

// What a conflict leaves of the limit, and what a success adds to it.
const (
	gateDown = 0.7
	gateUp   = 0.02
)

func newGate(most int) *gate { return &gate{most: float64(most), limit: float64(most)} }

// enter waits for a place, in the order of arrival, or until the context ends.
func (g *gate) enter(ctx context.Context) error {
	g.mu.Lock()
	if len(g.waiting) == 0 && g.running < int(g.limit) {
		g.running++
		g.mu.Unlock()
		return nil
	}
	c := make(chan struct{}, 1)
	g.waiting = append(g.waiting, c)
	g.mu.Unlock()
	select {
	case <-c:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, w := range g.waiting {
		if w == c {
			g.waiting = append(g.waiting[:i], g.waiting[i+1:]...)
			return ctx.Err()
		}
	}
	g.running-- // its place came at the same moment
	g.admit()
	return ctx.Err()
}

// leave gives the place back and says whether the write met another.
func (g *gate) leave(conflict bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	if conflict {
		g.limit = max(1, g.limit*gateDown)
	} else {
		g.limit = min(g.most, g.limit+gateUp)
	}
	g.admit()
}

// admit lets in those for whom there is room.
func (g *gate) admit() {
	for len(g.waiting) > 0 && g.running < int(g.limit) {
		g.running++
		g.waiting[0] <- struct{}{}
		g.waiting = g.waiting[1:]
	}
}
