package watch

import (
	"context"
	"errors"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/deliver"
	"github.com/seed-1feef0b2/holdfast/server/httpapi"
)

// Watcher makes figures and traces of what happens. Either may be nil.
type Watcher struct {
	Metrics *Metrics
	Traces  *Traces
	Now     func() time.Time
}

// Request is an httpapi.Config.Watch.
func (w *Watcher) Request(ctx context.Context) (context.Context, func(httpapi.Seen)) {
	ctx, end := w.Traces.begin(ctx, "request", spanServer)
	w.Metrics.underWay(1)
	return ctx, func(s httpapi.Seen) {
		w.Metrics.underWay(-1)
		w.Metrics.request(s)
		end(s.Status >= 500, spanName(s.Route), words("http.route", s.Route), number("http.response.status_code", s.Status), words("holdfast.code", s.Code))
	}
}

// Message is a deliver.Config.Watch.
func (w *Watcher) Message(ctx context.Context, m deliver.Attempt) (context.Context, func(state string)) {
	begun := w.Now()
	ctx, end := w.Traces.begin(ctx, "message", spanClient)
	return ctx, func(state string) {
		w.Metrics.message(m, state, w.Now().Sub(begun))
		end(false, "", words("holdfast.channel", m.Channel), words("holdfast.kind", m.Kind), number("holdfast.attempt", int(m.Number)), words("holdfast.outcome", state))
	}
}

// Store watches a store; where neither figures nor traces are wanted it gives the
// store itself.
func (w *Watcher) Store(inner server.Store) server.Store {
	if w.Metrics == nil && w.Traces == nil {
		return inner
	}
	return watched{inner, w}
}

// watched is a store whose reads and writes are timed.
type watched struct {
	server.Store
	w *Watcher
}

// Write times a write, and every run of it.
func (s watched) Write(ctx context.Context, fn func(server.Tx) error) error {
	return s.timed(ctx, "write", fn, s.Store.Write)
}

// Read times a read.
func (s watched) Read(ctx context.Context, fn func(server.Tx) error) error {
	return s.timed(ctx, "read", fn, s.Store.Read)
}

func (s watched) timed(ctx context.Context, what string, fn func(server.Tx) error, do func(context.Context, func(server.Tx) error) error) error {
	begun := s.w.Now()
	ctx, end := s.w.Traces.begin(ctx, what, spanClient)
	err := do(ctx, fn)
	result := resultOf(err)
	s.w.Metrics.store(what, result, s.w.Now().Sub(begun))
	end(result == "error", "", words("holdfast.result", result))
	return err
}

// resultOf says how a read or write came out: refusals of the rules are none of the
// database's trouble.
func resultOf(err error) string {
	var e *api.Error
	switch {
	case err == nil, errors.Is(err, server.ErrNotFound), errors.Is(err, server.ErrExists):
		return "ok"
	case api.CodeOf(err) == api.CodeBusy:
		return "busy"
	case errors.As(err, &e) && e.Code != api.CodeInternal:
		return "ok"
	}
	return "error"
}
