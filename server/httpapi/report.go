package httpapi

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"

	"github.com/seed-1feef0b2/holdfast/api"
)

// recorder remembers the status for the log.
type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write is a 200 where nothing else was said.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// problem turns a use case's error into a reply. Only an error that is not for
// people is logged with its cause.
func (a *API) problem(ctx context.Context, err error) error {
	p := newProblem(err, a.cfg.Now())
	if w := wireOf(ctx); w.code != nil {
		*w.code = p.Code
	}
	if p.Code == api.CodeInternal && ctx.Err() == nil {
		a.cfg.Log.ErrorContext(ctx, "request failed", slog.String("cause", err.Error()))
	}
	return p
}

// panicked answers with a problem where nothing was sent yet. The value of the
// panic may hold anything, so only Go's own runtime errors are written out.
func (a *API) panicked(w *recorder, v any) {
	if v == http.ErrAbortHandler { //nolint:errorlint // the sentinel is compared so by net/http
		panic(v)
	}
	what := fmt.Sprintf("%T", v)
	if e, ok := v.(runtime.Error); ok {
		what = e.Error()
	}
	a.cfg.Log.Error("panic in a request", slog.String("what", what), slog.String("stack", string(debug.Stack())))
	if w.status == 0 {
		newProblem(api.NewError(api.CodeInternal), a.cfg.Now()).write(w)
	}
}
