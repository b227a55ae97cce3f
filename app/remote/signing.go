package remote

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
)

type signerKey struct{}

// withSigner carries the signer of one request to the transport.
func withSigner(ctx context.Context, s sign.Signer) context.Context {
	return context.WithValue(ctx, signerKey{}, s)
}

// signer is a transport that signs each attempt anew: a retry has a fresh nonce
// and time, else the server would take it for a replay.
type signer struct {
	next      http.RoundTripper
	authority string
	clock     *clock
	rand      io.Reader
}

// RoundTrip signs a copy of the request and sends it.
func (t *signer) RoundTrip(r *http.Request) (*http.Response, error) {
	s, _ := r.Context().Value(signerKey{}).(sign.Signer)
	if s == nil {
		return t.next.RoundTrip(r)
	}
	out := r.Clone(r.Context())
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close() // read to its end; nothing can be lost any more
		out.Body = io.NopCloser(bytes.NewReader(body))
		// Without GetBody net/http cannot repeat the request by itself where a kept
		// connection breaks: it would repeat the signature with it.
		out.GetBody = nil
	}
	var nonce [16]byte
	if _, err := io.ReadFull(t.rand, nonce[:]); err != nil {
		return nil, err
	}
	if err := sign.Request(out, body, t.authority, s, t.clock.server(), nonce); err != nil {
		return nil, err
	}
	return t.next.RoundTrip(out)
}

// clock is this computer's clock and how far the server's is ahead of it.
type clock struct {
	now    func() time.Time
	mu     sync.Mutex
	offset time.Duration
}

func (c *clock) server() time.Time { return c.now().Add(c.ahead()) }

func (c *clock) ahead() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset
}

// learn takes the server's time from a clock_skew problem.
func (c *clock) learn(e *api.Error) bool {
	s, _ := e.Args[argTime].(string)
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = t.Sub(c.now())
	return true
}

// progress notes whether any attempt of a request left this computer.
type progress struct{ sent atomic.Bool }

func (p *progress) on(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest: func(i httptrace.WroteRequestInfo) {
			if i.Err == nil {
				p.sent.Store(true)
			}
		},
	})
}

func (p *progress) wrote() bool { return p.sent.Load() }
