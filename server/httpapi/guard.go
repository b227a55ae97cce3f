package httpapi

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/netip"
	"path"
	"regexp"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
)

const jsonType = "application/json"

// wire is what came over the wire, for the handlers behind the guard.
type wire struct {
	request *http.Request
	body    []byte
	ip      netip.Addr
	code    *string // the problem's code, for the log
}

type wireKey struct{}

func wireOf(ctx context.Context) wire {
	w, _ := ctx.Value(wireKey{}).(wire)
	return w
}

// ServeHTTP guards every route: header fields of the reply, one place per
// request, the shape of what comes in. What is behind it sees whole requests.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begun := a.cfg.Now()
	a.secure(w.Header())
	code, route := "", ""
	rec := &recorder{ResponseWriter: w}
	ended := func(Seen) {}
	if a.cfg.Watch != nil {
		var ctx context.Context
		ctx, ended = a.cfg.Watch(r.Context())
		r = r.WithContext(ctx)
	}
	defer func() {
		if v := recover(); v != nil {
			a.panicked(rec, v)
			code = api.CodeInternal
		}
		seen := Seen{Route: route, Status: rec.status, Code: code, Took: a.cfg.Now().Sub(begun)}
		ended(seen)
		a.cfg.Log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("route", route),
			slog.Int("status", rec.status), slog.String("code", code), slog.Duration("took", seen.Took))
	}()
	route, err := a.admit(rec, r, &code)
	if err != nil {
		p := newProblem(err, a.cfg.Now())
		code = p.Code
		p.write(rec)
	}
}

// admit checks a request from the outside in, and serves it.
func (a *API) admit(w *recorder, r *http.Request, code *string) (route string, err error) {
	select {
	case a.places <- struct{}{}:
		defer func() { <-a.places }()
	default:
		return "", api.NewError(api.CodeBusy)
	}
	if a.notMe(w, r) {
		return notMeRoute, nil
	}
	if route, err = a.route(w, r); err != nil {
		return route, err
	}
	if err := checkQuery(route, r.URL); err != nil {
		return route, err
	}
	body, err := readBody(w, r)
	if err != nil {
		return route, err
	}
	ctx := context.WithValue(r.Context(), wireKey{}, wire{request: r, body: body, ip: a.address(r), code: code})
	a.mux.ServeHTTP(w, r.WithContext(ctx))
	return route, nil
}

// route finds the pattern. A path that is not in its shortest form is not
// found, never redirected: its signature covers what was sent.
func (a *API) route(w *recorder, r *http.Request) (string, error) {
	clean := path.Clean(r.URL.Path)
	_, pattern := a.mux.Handler(r)
	if pattern != "" && r.URL.Path == clean {
		return pattern, nil
	}
	if allow := a.allowed(r, clean); allow != "" && r.URL.Path == clean {
		w.Header().Set("Allow", allow)
		return "", api.NewError(api.CodeMethod)
	}
	return "", api.NewError(api.CodeNotFound)
}

func (a *API) allowed(r *http.Request, path string) string {
	var list []string
	for _, m := range []string{http.MethodGet, http.MethodPost} {
		probe := r.Clone(r.Context())
		probe.Method, probe.URL.Path = m, path
		if _, pattern := a.mux.Handler(probe); pattern != "" {
			list = append(list, m)
		}
	}
	return strings.Join(list, ", ")
}

// idempotencyKey is what a client makes up for a write.
var idempotencyKey = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Method != http.MethodPost {
		if r.ContentLength != 0 {
			return nil, api.NewError(api.CodeBadRequest)
		}
		return nil, nil
	}
	if err := checkType(r.Header); err != nil {
		return nil, err
	}
	if r.ContentLength > api.MaxBody {
		return nil, api.NewError(api.CodeTooLarge)
	}
	if v := r.Header.Values(sign.HeaderIdempotency); len(v) > 0 && !idempotencyKey.MatchString(v[0]) {
		return nil, api.NewError(api.CodeInvalidValue)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, api.MaxBody))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, api.NewError(api.CodeTooLarge)
	}
	if err != nil || !jsonBody(body) {
		return nil, api.Wrap(api.CodeBadRequest, err)
	}
	return body, nil
}

// checkType wants application/json, in UTF-8 if it says so, and nothing packed.
func checkType(h http.Header) error {
	values := h.Values("Content-Type")
	if len(values) != 1 || h.Get("Content-Encoding") != "" {
		return api.NewError(api.CodeContentType)
	}
	t, params, err := mime.ParseMediaType(values[0])
	charset, said := params["charset"]
	if err != nil || t != jsonType || (said && !strings.EqualFold(charset, "utf-8")) {
		return api.NewError(api.CodeContentType)
	}
	return nil
}

// Address is the caller's network address, as the API itself counts it.
func (a *API) Address(r *http.Request) netip.Addr { return a.address(r) }

func (a *API) secure(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	if strings.HasPrefix(a.cfg.Origin, "https:") {
		h.Set("Strict-Transport-Security", "max-age=63072000")
	}
}
