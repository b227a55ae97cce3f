package deliver

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync/atomic"
	"time"
)

// Mailbox is where returned mail arrives.
type Mailbox interface {
	// Read gives every new mail to take, and puts it away where take says nil, so
	// that it is not read again. It stops at the first error, its own or take's.
	Read(ctx context.Context, take func(raw io.Reader) error) error
}

// ReturnQueue is what the reader of returned mail needs of *server.Service.
type ReturnQueue interface {
	// MessageReturned says false where the mark is not that of the message.
	MessageReturned(ctx context.Context, messageID, mark, detail string) (bool, error)
}

// ReturnsConfig is what a reader of returned mail is made of. Mailbox and Queue
// must be given.
type ReturnsConfig struct {
	Mailbox Mailbox
	Queue   ReturnQueue
	// Every is how often the mailbox is read, a minute where zero.
	Every time.Duration
	// Log gets counts and reasons, never addresses; nil discards.
	Log *slog.Logger
}

// ReturnCounts are what a reader did since it was made.
type ReturnCounts struct {
	// Bounced mails were ours and came back for good. Late ones were ours and are
	// still tried by somebody. Strange ones were no reports, or carried no mark of
	// ours. Failures are readings of the mailbox that failed.
	Bounced, Late, Strange, Failures int64
}

// Returns reads the mailbox for returned mail again and again.
type Returns struct {
	cfg                              ReturnsConfig
	bounced, late, strange, failures atomic.Int64
}

// NewReturns makes a reader. Several may read one mailbox, on several machines:
// what is taken in twice changes nothing the second time.
func NewReturns(cfg ReturnsConfig) (*Returns, error) {
	if cfg.Mailbox == nil || cfg.Queue == nil {
		return nil, errors.New("deliver: Mailbox and Queue must be given")
	}
	if cfg.Every <= 0 {
		cfg.Every = time.Minute
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Returns{cfg: cfg}, nil
}

// Counts gives what was done so far.
func (r *Returns) Counts() ReturnCounts {
	return ReturnCounts{
		Bounced: r.bounced.Load(), Late: r.late.Load(), Strange: r.strange.Load(), Failures: r.failures.Load(),
	}
}

// Run reads until the context ends. A mailbox that cannot be read is logged and
// tried again.
func (r *Returns) Run(ctx context.Context) error {
	for {
		if err := r.Read(ctx); err != nil && ctx.Err() == nil {
			r.cfg.Log.Warn("the mailbox for returned mail could not be read", "error", err)
		}
		if !rest(ctx, r.cfg.Every) {
			return ctx.Err()
		}
	}
}

// Read reads the mailbox once.
func (r *Returns) Read(ctx context.Context) error {
	err := r.cfg.Mailbox.Read(ctx, func(raw io.Reader) error { return r.take(ctx, raw) })
	if err != nil && ctx.Err() == nil {
		r.failures.Add(1)
	}
	return err
}

// take brings one mail to the service. Only what the service could not store is
// an error: that mail stays in the mailbox.
func (r *Returns) take(ctx context.Context, raw io.Reader) error {
	back, ok := ParseReturned(raw)
	switch {
	case !ok:
		r.strange.Add(1)
		return nil
	case !back.Failed:
		r.late.Add(1)
		return nil
	}
	ours, err := r.cfg.Queue.MessageReturned(ctx, back.MessageID, back.Mark, back.Detail)
	if err != nil {
		return err
	}
	if !ours {
		r.strange.Add(1)
		return nil
	}
	r.bounced.Add(1)
	r.cfg.Log.Info("a mail came back", "message_id", back.MessageID, "detail", back.Detail)
	return nil
}
