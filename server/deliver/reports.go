package deliver

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/seed-1feef0b2/holdfast/server"
)

// ReportTaker is what Reports needs of *server.Service.
type ReportTaker interface {
	TakeReport(ctx context.Context, r server.Report) (known bool, err error)
}

// reportsMost bounds the reports that wait to be offered again.
const reportsMost = 4096

// reportPauses are how long a report about a message that is not known yet waits
// before it is offered again; after the last it is dropped.
func reportPauses() []time.Duration {
	return []time.Duration{200 * time.Millisecond, time.Second, 5 * time.Second, 30 * time.Second}
}

// Reports takes reports to the service. A provider is often faster with its
// first report than we are with storing that it took the message, so a report
// about a message that is not known is offered again for half a minute.
type Reports struct {
	taker ReportTaker
	log   *slog.Logger
	now   func() time.Time // the system's: pauses here are real ones
	mu    sync.Mutex
	wait  []waitingReport
	wake  chan struct{}
}

type waitingReport struct {
	report func() server.Report
	tries  int
	due    time.Time
}

// NewReports makes a taker of reports; log may be nil.
func NewReports(taker ReportTaker, log *slog.Logger) *Reports {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Reports{taker: taker, log: log, now: time.Now, wake: make(chan struct{}, 1)}
}

// Take takes a report in, at once or a little later. An error means that it could
// not be stored at all and should be sent again.
func (r *Reports) Take(ctx context.Context, report server.Report) error {
	return r.takeLate(ctx, func() server.Report { return report })
}

// takeLate is Take for a report whose message may get another name meanwhile: it
// is asked for anew at every try.
func (r *Reports) takeLate(ctx context.Context, report func() server.Report) error {
	now := report()
	if now.State == "" {
		return nil
	}
	known, err := r.taker.TakeReport(ctx, now)
	if err == nil && !known {
		r.later(waitingReport{report: report})
	}
	return err
}

func (r *Reports) later(w waitingReport) {
	pauses := reportPauses()
	if w.tries >= len(pauses) {
		return
	}
	w.due = r.now().Add(pauses[w.tries])
	w.tries++
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.wait) < reportsMost {
		r.wait = append(r.wait, w)
	}
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run offers waiting reports again until the context ends.
func (r *Reports) Run(ctx context.Context) {
	tick := time.NewTimer(time.Hour)
	defer tick.Stop()
	for {
		tick.Reset(r.offer(ctx))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-r.wake:
		}
	}
}

// offer offers what is due again and says how long until the next one is.
func (r *Reports) offer(ctx context.Context) time.Duration {
	for _, w := range r.due() {
		report := w.report()
		if report.State == "" {
			continue
		}
		known, err := r.taker.TakeReport(ctx, report)
		if err != nil {
			r.log.Error("a provider's report could not be stored", "error", err)
		}
		if err != nil || !known {
			r.later(w)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	next := time.Hour
	for _, w := range r.wait {
		next = min(next, max(w.due.Sub(r.now()), time.Millisecond))
	}
	return next
}

func (r *Reports) due() []waitingReport {
	r.mu.Lock()
	defer r.mu.Unlock()
	var due, rest []waitingReport
	for _, w := range r.wait {
		if r.now().Before(w.due) {
			rest = append(rest, w)
		} else {
			due = append(due, w)
		}
	}
	r.wait = rest
	return due
}
