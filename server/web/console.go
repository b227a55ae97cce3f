package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/server"
)

// Path is where the console is served.
const Path = "/staff"

// Config is what the console needs. Every field must be filled.
type Config struct {
	Service Service
	// Origin is where browsers reach the console, such as https://keys.example.org.
	Origin string
	Now    func() time.Time
	Log    *slog.Logger
	// Address gives the caller's network address.
	Address func(*http.Request) netip.Addr
}

// Console serves the pages. It holds no state of its own.
type Console struct {
	cfg    Config
	secure bool // browsers come by https
	mux    *http.ServeMux
	pages  pages
}

// New makes the console. It fails for a missing part, for an origin that is none,
// and for a route that says neither which right it wants nor that it wants none.
func New(cfg Config) (*Console, error) {
	if cfg.Service == nil || cfg.Now == nil || cfg.Log == nil || cfg.Address == nil {
		return nil, errors.New("web: service, clock, log and address are needed")
	}
	u, err := url.Parse(cfg.Origin)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errors.New("web: the origin must be an address such as https://keys.example.org")
	}
	cfg.Origin = u.Scheme + "://" + u.Host
	c := &Console{cfg: cfg, secure: u.Scheme == "https", mux: http.NewServeMux()}
	if c.pages, err = parsePages(); err != nil {
		return nil, err
	}
	for _, r := range c.routes() {
		if r.handle == nil || (r.right == "") != (r.who != withRight) || (r.right != "" && !slices.Contains(server.Rights(), r.right)) {
			return nil, fmt.Errorf("web: %s %s does not say who may", r.method, r.pattern)
		}
		c.mux.Handle(r.method+" "+r.pattern, c.guarded(r))
	}
	return c, nil
}

// ServeHTTP serves what is under Path, and nothing else.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.headers(w.Header())
	rec := &recorder{ResponseWriter: w}
	_, pattern := c.mux.Handler(r)
	if pattern == "" {
		c.show(rec, r, nil, http.StatusNotFound, "failed", failed{Sentence: "web.not-found"})
	} else {
		c.mux.ServeHTTP(rec, r)
	}
	// The pattern, never the path: a link's token is in that.
	c.cfg.Log.LogAttrs(r.Context(), slog.LevelInfo, "console", slog.String("route", pattern), slog.Int("status", rec.status))
}

// recorder remembers the status for the log.
type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

func (c *Console) headers(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	// Not no-referrer: browsers would then say of their own forms that they come
	// from nowhere.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	if c.secure {
		h.Set("Strict-Transport-Security", "max-age=63072000")
	}
}

// inside says whether a path is the console's.
func inside(path string) bool { return path == Path || strings.HasPrefix(path, Path+"/") }
