package proctest

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// Balancer passes requests to several servers in turn, as a proxy in front of
// them does: a server that takes no connection gives way to the next one; a
// request that was sent and got no answer is not sent again (502).
type Balancer struct {
	// URL is where it listens.
	URL string

	servers []string
	next    atomic.Int64
	passed  []atomic.Int64
	client  *http.Transport
}

// StartBalancer starts one over addresses (host:port); it ends with the test.
func StartBalancer(tb testing.TB, servers ...string) *Balancer {
	tb.Helper()
	b := &Balancer{
		servers: servers, passed: make([]atomic.Int64, len(servers)),
		client: &http.Transport{MaxIdleConnsPerHost: 256, IdleConnTimeout: time.Minute},
	}
	s := httptest.NewServer(b)
	b.URL = s.URL
	tb.Cleanup(func() { s.Close(); b.client.CloseIdleConnections() })
	return b
}

// Passed is how many requests each server answered.
func (b *Balancer) Passed() []int64 {
	out := make([]int64, len(b.passed))
	for i := range b.passed {
		out[i] = b.passed[i].Load()
	}
	return out
}

// ServeHTTP passes one request on.
func (b *Balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	first := int(b.next.Add(1))
	for i := range b.servers {
		at := (first + i) % len(b.servers)
		resp, err := b.pass(r, b.servers[at])
		var op *net.OpError
		if errors.As(err, &op) && op.Op == "dial" {
			continue // nothing was sent
		}
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		for name, values := range resp.Header {
			w.Header()[name] = values
		}
		w.WriteHeader(resp.StatusCode)
		if _, err := io.Copy(w, resp.Body); err != nil {
			panic(http.ErrAbortHandler) // cut short: the client must not take it for whole
		}
		b.passed[at].Add(1)
		return
	}
	w.WriteHeader(http.StatusBadGateway)
}

func (b *Balancer) pass(r *http.Request, server string) (*http.Response, error) {
	out := r.Clone(r.Context())
	out.URL.Scheme, out.URL.Host, out.RequestURI = "http", server, ""
	out.GetBody = nil
	return b.client.RoundTrip(out)
}
