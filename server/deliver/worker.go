package deliver

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// Queue is what a worker needs of *server.Service.
type Queue interface {
	// ClaimMessages leases up to n messages that are due to this worker.
	ClaimMessages(ctx context.Context, worker string, n int) ([]server.Message, error)
	MessageSent(ctx context.Context, id int64, detail, provider string) error
	MessagePutOff(ctx context.Context, id int64, detail string, next time.Time) error
	MessageRefused(ctx context.Context, id int64, detail string, theirs bool) error
}

// Config is what a worker is made of. Queue, Sender, Now and Name must be given.
type Config struct {
	Queue  Queue
	Sender Sender
	Now    func() time.Time
	// Name tells this worker from others on the same database.
	Name string
	// Host is the host of the server's origin, which text messages bind codes to.
	Host string
	// AtOnce is how many messages are under way at a time; 16 where zero.
	AtOnce int
	// Poll is how often an idle worker looks, 500 ms where zero; Wake makes it
	// look at once, nil where nobody does; it is never closed.
	Poll time.Duration
	Wake <-chan struct{}
	// Log gets ids and outcomes, never addresses, codes or names; nil discards.
	Log *slog.Logger
	// Watch is called before every attempt; the context that it gives goes to the
	// sender, and the function is called with the state that came of it. Nil watches
	// nothing.
	Watch func(context.Context, Attempt) (context.Context, func(state string))
}

// Attempt is what may be known of an attempt outside: no address, code or name.
type Attempt struct {
	Channel, Kind string
	Number        int64
}

// stopGrace is how long messages under way may still finish when the worker
// stops; markTime how long storing their outcomes may take after that.
const (
	stopGrace = 400 * time.Millisecond
	markTime  = 400 * time.Millisecond
)

// Counts are what a worker did since it was made.
type Counts struct {
	Claimed, HandedOver, PutOff, Refused int64
	// Again counts attempts after the first.
	Again int64
	// Unmarked counts outcomes that could not be stored: such a message is sent
	// once more when its lease has ended.
	Unmarked int64
}

// Worker claims messages, writes them, hands them over and reports back.
type Worker struct {
	cfg    Config
	counts struct{ claimed, handed, putOff, refused, again, unmarked atomic.Int64 }
}

// NewWorker makes a worker.
func NewWorker(cfg Config) (*Worker, error) {
	if cfg.Queue == nil || cfg.Sender == nil || cfg.Now == nil || cfg.Name == "" {
		return nil, errors.New("deliver: Queue, Sender, Now and Name must be given")
	}
	if cfg.AtOnce <= 0 {
		cfg.AtOnce = 16
	}
	if cfg.Poll <= 0 {
		cfg.Poll = 500 * time.Millisecond
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Worker{cfg: cfg}, nil
}

// Counts gives what was done so far.
func (w *Worker) Counts() Counts {
	c := &w.counts
	return Counts{
		Claimed: c.claimed.Load(), HandedOver: c.handed.Load(), PutOff: c.putOff.Load(), Refused: c.refused.Load(),
		Again: c.again.Load(), Unmarked: c.unmarked.Load(),
	}
}

// Run works until the context ends, and returns within a second of that:
// messages under way get a moment to finish; those that do not are put off.
func (w *Worker) Run(ctx context.Context) error {
	sending, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	r := &round{w: w, sending: sending, freed: make(chan struct{}, 1)}
	r.loop(ctx)
	defer time.AfterFunc(stopGrace, cut).Stop()
	r.under.Wait()
	return ctx.Err()
}

// round is one run of a worker.
type round struct {
	w       *Worker
	sending context.Context // ends a moment after the run's own
	under   sync.WaitGroup
	busy    atomic.Int64
	freed   chan struct{}
}

// loop claims whenever there is room: at once while there is more, when woken,
// and else at every poll.
func (r *round) loop(ctx context.Context) {
	poll := time.NewTicker(r.w.cfg.Poll)
	defer poll.Stop()
	for ctx.Err() == nil {
		if r.claim(ctx) {
			continue
		}
		select {
		case <-ctx.Done():
		case <-r.freed:
		case <-r.w.cfg.Wake:
		case <-poll.C:
		}
	}
}

// claim fills the free room and says whether there may be more to claim now.
// With more than half of the room taken it waits, so that claims stay few.
func (r *round) claim(ctx context.Context) bool {
	free := r.w.cfg.AtOnce - int(r.busy.Load())
	if free <= r.w.cfg.AtOnce/2 {
		return false
	}
	claiming, done := lasting(ctx) // a lease that was taken and forgotten would delay a message
	list, err := r.w.cfg.Queue.ClaimMessages(claiming, r.w.cfg.Name, free)
	done()
	if err != nil {
		if ctx.Err() == nil {
			r.w.cfg.Log.Error("messages could not be claimed", "error", err)
		}
		return false
	}
	r.w.counts.claimed.Add(int64(len(list)))
	for _, m := range list {
		r.busy.Add(1)
		r.under.Go(func() {
			r.w.handle(r.sending, m)
			r.busy.Add(-1)
			select {
			case r.freed <- struct{}{}:
			default:
			}
		})
	}
	return len(list) == free
}

// handle brings one message to an outcome and stores that.
func (w *Worker) handle(ctx context.Context, m server.Message) {
	if m.Attempt > 1 {
		w.counts.again.Add(1)
	}
	trying, ended := ctx, func(string) {}
	if w.cfg.Watch != nil {
		trying, ended = w.cfg.Watch(ctx, Attempt{Channel: m.Channel, Kind: m.Kind, Number: int64(m.Attempt)})
	}
	outcome := w.attempt(trying, m)
	ended(outcome.State)
	next := w.cfg.Now().Add(pause(m))
	if outcome.State == api.DeliveryPutOff && ctx.Err() != nil {
		next = w.cfg.Now() // this server stops; another may go on at once
	} else if outcome.State == api.DeliveryPutOff && !next.Before(m.Expires) {
		outcome = refused(short("given up: "+outcome.Detail, detailMost))
	}
	w.store(ctx, m, outcome, next)
}

func (w *Worker) write(m server.Message) (Letter, error) {
	if m.Channel == api.ChannelSMS || m.Channel == api.ChannelVoice {
		return WritePhone(m, w.cfg.Host, w.cfg.Now())
	}
	return Write(m, w.cfg.Sender.From(), w.cfg.Now())
}

// attempt writes and sends one message.
func (w *Worker) attempt(ctx context.Context, m server.Message) Outcome {
	if !w.cfg.Now().Before(m.Expires) {
		return refused("too late: its time was over before it could be sent")
	}
	if _, known := kinds[m.Kind]; known && !Speaks(m.Channel, m.Kind) {
		return refused("nothing of this kind is sent by this channel")
	}
	letter, err := w.write(m)
	if err != nil {
		w.cfg.Log.Error("message could not be written", "id", m.ID, "kind", m.Kind, "error", err)
		return putOff("the message could not be written")
	}
	return w.cfg.Sender.Send(ctx, letter)
}
