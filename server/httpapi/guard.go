package httpapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"mime"
	"net/http"
	"net/netip"
	"path"
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
	maps.Copy(w.Header(), a.secured)
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

// mostKey is how long an idempotency key may be, in letters.
const mostKey = 64

// idempotencyKey says that a text may be what a client makes up for a write: letters,
// digits, "_" and "-".
func idempotencyKey(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return 0 < len(s) && len(s) <= mostKey
}

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
	if v := r.Header.Values(sign.HeaderIdempotency); len(v) > 0 && !idempotencyKey(v[0]) {
		return nil, api.NewError(api.CodeInvalidValue)
	}
	body, err := readWhole(http.MaxBytesReader(w, r.Body, api.MaxBody), r.ContentLength)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, api.NewError(api.CodeTooLarge)
	}
	if err != nil || !jsonBody(body) {
		return nil, api.Wrap(api.CodeBadRequest, err)
	}
	return body, nil
}

// firstRoom is how much a body is given place for on its header's word alone, in bytes.
const firstRoom = 32 << 10

// readWhole reads what a header announced to be of this length, which may be false.
func readWhole(body io.Reader, announced int64) ([]byte, error) {
	room := max(min(announced, firstRoom), 0)
	b := bytes.NewBuffer(make([]byte, 0, room+bytes.MinRead))
	_, err := b.ReadFrom(body)
	return b.Bytes(), err
}

// checkType wants application/json, in UTF-8 if it says so, and nothing packed.
func checkType(h http.Header) error {
	values := h.Values("Content-Type")
	if len(values) != 1 || h.Get("Content-Encoding") != "" {
		return api.NewError(api.CodeContentType)
	}
	if values[0] == jsonType {
		return nil
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

// secured are the header fields of every reply.
func secured(origin string) map[string][]string {
	fields := map[string][]string{
		"Cache-Control":                {"no-store"},
		"Content-Security-Policy":      {"default-src 'none'; frame-ancestors 'none'"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Referrer-Policy":              {"no-referrer"},
		"X-Content-Type-Options":       {"nosniff"},
	}
	if strings.HasPrefix(origin, "https:") {
		fields["Strict-Transport-Security"] = []string{"max-age=63072000"}
	}
	return fields
}
