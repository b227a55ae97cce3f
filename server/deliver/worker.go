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
	// MessageResults stores what became of messages: all of it, or with an error none.
	MessageResults(ctx context.Context, list []server.MessageResult) error
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

// atOnce is how many messages are under way at a time where nobody says otherwise.
const atOnce = 16

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
		cfg.AtOnce = atOnce
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
	marking, forget := lasting(sending)
	defer forget()
	r := &round{
		w: w, sending: sending, marking: marking, freed: make(chan struct{}, 1),
		work: make(chan server.Message, w.cfg.AtOnce), results: make(chan result, w.cfg.AtOnce),
	}
	var hands, clerk sync.WaitGroup
	for range w.cfg.AtOnce {
		hands.Go(r.hand)
	}
	clerk.Go(r.clerk)
	r.loop(ctx)
	defer time.AfterFunc(stopGrace, cut).Stop()
	close(r.work)
	hands.Wait()
	close(r.results)
	clerk.Wait()
	return ctx.Err()
}

// round is one run of a worker: the loop claims messages, the hands write and send
// them, and the clerk stores what became of them.
type round struct {
	w       *Worker
	sending context.Context // ends a moment after the run's own
	marking context.Context // ends a moment after that
	// busy counts messages that were claimed and not yet stored: they have room in
	// both channels, so that nobody ever waits to put one in.
	busy    atomic.Int64
	work    chan server.Message
	results chan result
	freed   chan struct{}
}

// loop claims when woken and at every poll, and as long as there may be more.
func (r *round) loop(ctx context.Context) {
	poll := time.NewTicker(r.w.cfg.Poll)
	defer poll.Stop()
	for more := true; ctx.Err() == nil; {
		if room := r.room(); more && room > 0 {
			more = r.claim(ctx, room)
			continue
		}
		select {
		case <-ctx.Done():
		case <-r.freed:
		case <-r.w.cfg.Wake:
			more = true
		case <-poll.C:
			more = true
		}
	}
}

// room is how many messages may be claimed. With more than half of the places taken
// that is none, so that claims stay few.
func (r *round) room() int {
	free := r.w.cfg.AtOnce - int(r.busy.Load())
	if free <= r.w.cfg.AtOnce/2 {
		return 0
	}
	return free
}

// claim fills the free room and says whether there may be more to claim.
func (r *round) claim(ctx context.Context, free int) bool {
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
	r.busy.Add(int64(len(list)))
	for _, m := range list {
		r.work <- m
	}
	return len(list) == free
}

// hand brings one message after the other to an outcome. Hands stay: what a
// goroutine's stack grew to for a message, the next one finds.
func (r *round) hand() {
	for m := range r.work {
		r.results <- r.w.handle(r.sending, m)
	}
}

// handle brings one message to an outcome.
func (w *Worker) handle(ctx context.Context, m server.Message) result {
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
	return result{
		MessageResult: server.MessageResult{
			ID: m.ID, State: outcome.State, Detail: outcome.Detail, Provider: outcome.Provider, Theirs: outcome.Theirs, Next: next,
		},
		kind: m.Kind, attempt: m.Attempt,
	}
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
