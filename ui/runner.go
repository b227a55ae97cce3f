package ui

import (
	"context"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/ui/screen"
)

// Result is what a piece of work came to. It is not changed after it was sent.
type Result struct {
	Work screen.Work
	// Quiet says that nobody asked for it, so that a failure is not announced.
	Quiet bool
	Err   error
	// Status is nil where the work tells none.
	Status *app.Status
	// Keys are the keys as of now; KeysRead says that they were looked at.
	Keys     []vault.Info
	KeysRead bool

	Snapshot *fingerprint.Snapshot
	Report   string
	History  []app.Event
	Security *app.Security
	Secret   []byte // the value of a key, for the clipboard
	Name     string
	Value    string // the code that was answered with
	Reason   string // what it was asked for
	Count    int
}

// job is a piece of work.
type job func(ctx context.Context) Result

// Runner runs jobs one at a time, in order, on the goroutine that calls Run.
type Runner struct {
	client Client
	jobs   chan job
	emit   func(Result)
}

// queued is how many jobs may wait. A person cannot have more under way than
// one; the rest are quiet ones.
const queued = 8

// NewRunner makes a runner over a client; emit is called from Run's goroutine.
func NewRunner(c Client, emit func(Result)) *Runner {
	return &Runner{client: c, jobs: make(chan job, queued), emit: emit}
}

// Run works until the context ends. Work under way gets the same context.
func (r *Runner) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case j := <-r.jobs:
			out := j(ctx)
			if ctx.Err() != nil {
				return
			}
			r.emit(out)
		}
	}
}

// do queues a job. It says false, and does nothing, when too many wait.
func (r *Runner) do(j job) bool {
	select {
	case r.jobs <- j:
		return true
	default:
		return false
	}
}

// told is a job that ends with a status, and with the keys where they are open.
func (r *Runner) told(w screen.Work, quiet bool, run func(ctx context.Context) (app.Status, error)) job {
	return func(ctx context.Context) Result {
		st, err := run(ctx)
		out := Result{Work: w, Quiet: quiet, Err: err, Status: &st}
		if st.State == "" {
			// The use case could not even begin, so it says nothing of the state.
			out.Status = nil
			return out
		}
		r.withKeys(ctx, &out)
		return out
	}
}

// changed is a job that changes keys and tells no status.
func (r *Runner) changed(w screen.Work, run func(ctx context.Context, out *Result) error) job {
	return func(ctx context.Context) Result {
		out := Result{Work: w}
		out.Err = run(ctx, &out)
		st := r.client.Status(ctx)
		out.Status = &st
		r.withKeys(ctx, &out)
		return out
	}
}

func (r *Runner) withKeys(ctx context.Context, out *Result) {
	if out.Status.Access == app.AccessNone {
		return
	}
	keys, err := r.client.Keys(ctx)
	if err == nil {
		out.Keys, out.KeysRead = keys, true
	} else if out.Err == nil {
		out.Err = err
	}
}

// start reads how this computer stands. Where it is not simply open or new, the
// server is asked before anything is shown, so that no screen says less than
// the truth for a moment.
func (r *Runner) start(ctx context.Context) (app.Status, error) {
	st := r.client.Status(ctx)
	switch st.State {
	case app.NotEnrolled, app.Activated, app.Revoked:
		return st, nil
	}
	checked, err := r.client.CheckIn(ctx)
	switch {
	case api.CodeOf(err) == api.CodeReadFailed:
		// Nothing can be said of a computer that cannot be read.
		return app.Status{}, err
	case checked.State == "":
		return st, err
	}
	return checked, err
}
