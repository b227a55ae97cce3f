package deliver

import (
	"context"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// markTries is how often an outcome is offered to the queue: an outcome that is
// lost means a message sent twice.
const markTries = 3

// store reports an outcome to the queue, also while stopping.
func (w *Worker) store(ctx context.Context, m server.Message, o Outcome, next time.Time) {
	var err error
	for try := range markTries {
		if try > 0 && !rest(ctx, time.Duration(try)*50*time.Millisecond) {
			break
		}
		if err = w.mark(ctx, m, o, next); err == nil {
			break
		}
	}
	if err != nil {
		w.counts.unmarked.Add(1)
		w.cfg.Log.Error("a message's outcome could not be stored; it may be sent again", "id", m.ID, "outcome", o.State, "error", err)
		return
	}
	w.count(o)
	w.cfg.Log.Info("message", "id", m.ID, "kind", m.Kind, "attempt", m.Attempt, "outcome", o.State, "detail", o.Detail)
}

func (w *Worker) mark(ctx context.Context, m server.Message, o Outcome, next time.Time) error {
	ctx, done := lasting(ctx)
	defer done()
	switch o.State {
	case api.DeliveryHandedOver:
		return w.cfg.Queue.MessageSent(ctx, m.ID, o.Detail, o.Provider)
	case api.DeliveryRefused:
		return w.cfg.Queue.MessageRefused(ctx, m.ID, o.Detail, o.Theirs)
	default:
		return w.cfg.Queue.MessagePutOff(ctx, m.ID, o.Detail, next)
	}
}

func (w *Worker) count(o Outcome) {
	switch o.State {
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
