package deliver

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// markTries is how often an outcome is offered to the queue: an outcome that is
// lost means a message sent twice.
const markTries = 3

// result is what is to be stored of a message, and what the log tells with it.
type result struct {
	server.MessageResult
	kind    string
	attempt int
}

// clerk stores results: those that came while it stored the last ones together.
// Nobody waits for company. One that cannot be stored leaves the others to be
// stored one by one, and is tried again beside what comes next.
func (r *round) clerk() {
	var again sync.WaitGroup
	defer again.Wait()
	batch := make([]result, 0, r.w.cfg.AtOnce)
	for first := range r.results {
		batch = r.gather(append(batch[:0], first))
		err := r.w.mark(r.marking, batch...)
		if err == nil {
			r.stored(batch)
			continue
		}
		for _, one := range batch {
			failed := err
			if len(batch) > 1 {
				failed = r.w.mark(r.marking, one)
			}
			if failed == nil {
				r.stored([]result{one})
				continue
			}
			again.Go(func() { r.insist(one, failed) })
		}
	}
}

// gather adds what has come in the meantime.
func (r *round) gather(batch []result) []result {
	for len(batch) < cap(batch) {
		select {
		case next, open := <-r.results:
			if !open {
				return batch
			}
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

// insist tries to store one result again, after a first time.
func (r *round) insist(one result, err error) {
	for try := 1; try < markTries && err != nil; try++ {
		if !rest(r.sending, time.Duration(try)*50*time.Millisecond) {
			break
		}
		err = r.w.mark(r.marking, one)
	}
	if err == nil {
		r.stored([]result{one})
		return
	}
	r.w.counts.unmarked.Add(1)
	r.w.cfg.Log.Error("a message's outcome could not be stored; it may be sent again", "id", one.ID, "outcome", one.State, "error", err)
	r.free(1)
}

// stored counts and logs results, and frees their places.
func (r *round) stored(list []result) {
	for _, one := range list {
		r.w.count(one.State)
		r.w.cfg.Log.LogAttrs(context.Background(), slog.LevelInfo, "message", slog.Int64("id", one.ID), slog.String("kind", one.kind),
			slog.Int("attempt", one.attempt), slog.String("outcome", one.State), slog.String("detail", one.Detail))
	}
	r.free(len(list))
}

func (r *round) free(n int) {
	r.busy.Add(int64(-n))
	select {
	case r.freed <- struct{}{}:
	default:
	}
}

func (w *Worker) mark(ctx context.Context, results ...result) error {
	list := make([]server.MessageResult, len(results))
	for i, one := range results {
		list[i] = one.MessageResult
	}
	return w.cfg.Queue.MessageResults(ctx, list)
}

func (w *Worker) count(state string) {
	switch state {
	case api.DeliveryHandedOver:
		w.counts.handed.Add(1)
	case api.DeliveryRefused:
		w.counts.refused.Add(1)
	default:
		w.counts.putOff.Add(1)
	}
}

// lasting outlives a context by markTime: what was begun when a worker stops
// should still be stored.
func lasting(ctx context.Context) (context.Context, func()) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(markTime, cancel) })
	return longer, func() { stop(); cancel() }
}

// rest waits; false when the context ended first.
func rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// pause is how long a message that was put off waits. Ids spread it by up to a
// tenth, so that messages that failed together do not come back together.
func pause(m server.Message) time.Duration {
	d := server.RetryPause(m.Attempt)
	return d + d/100*time.Duration(uint64(m.ID)%11)
}
