package httpapi

import (
	"context"
	"io"
	"net/http"
	"strings"
)

// ReportsPath and CallsPath are where providers of text messages, calls and mail
// tell what became of a message, and ask what a call says. The provider's name
// follows, and for calls a word that nobody can guess.
const (
	ReportsPath = "/v1/reports/"
	CallsPath   = "/v1/calls/"
)

// Callback answers one request of a provider; path is the request's path. It
// checks who sent it.
type Callback func(ctx context.Context, path string, header http.Header, body []byte) (status int, contentType string, reply []byte)

// callbackBody is how long a provider's request may be, callbacksAtOnce how many
// are answered at a time.
const (
	callbackBody    = 64 << 10
	callbacksAtOnce = 64
)

// Callbacks serves providers. They prove themselves by signatures of their own
// kind, so they are not part of the API for devices.
type Callbacks struct {
	byName map[string]Callback
	places chan struct{}
}

// NewCallbacks serves the providers of these names.
func NewCallbacks(byName map[string]Callback) *Callbacks {
	return &Callbacks{byName: byName, places: make(chan struct{}, callbacksAtOnce)}
}

// ServeHTTP answers POST requests under ReportsPath and CallsPath.
func (c *Callbacks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	call := c.byName[providerName(r.URL.Path)]
	if call == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if r.Method != http.MethodPost {
		h.Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	// A place is taken only once the body is here: slow callers take none.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, callbackBody))
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	select {
	case c.places <- struct{}{}:
		defer func() { <-c.places }()
	default:
		h.Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	status, contentType, reply := call(r.Context(), r.URL.Path, r.Header, body)
	if contentType != "" {
		h.Set("Content-Type", contentType)
	}
	w.WriteHeader(status)
	_, _ = w.Write(reply)
}

// providerName is the name in a path: what follows ReportsPath whole, what
// follows CallsPath up to the next slash.
func providerName(path string) string {
	if name, ok := strings.CutPrefix(path, ReportsPath); ok {
		return name
	}
	rest, ok := strings.CutPrefix(path, CallsPath)
	name, word, two := strings.Cut(rest, "/")
	if !ok || !two || word == "" {
		return ""
	}
	return name
}
