package deliver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// replyMost is how much of a provider's answer is read; phoneTimeout bounds one
// request to a provider.
const (
	replyMost    = 64 << 10
	phoneTimeout = 20 * time.Second
)

// phoneClient speaks HTTPS to a provider. It follows no redirects: a message
// goes where the operator said and nowhere else.
func phoneClient(cas *x509.CertPool) *http.Client {
	return &http.Client{
		Timeout: phoneTimeout,
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: cas},
			Proxy:           http.ProxyFromEnvironment, MaxIdleConnsPerHost: 8, IdleConnTimeout: 30 * time.Second,
			ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// phoneURL reads a provider's address: https, or http on this machine, without a
// password in it.
func phoneURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.Fragment != "" {
		return nil, errors.New("deliver: a provider's address must look like https://api.example.org")
	}
	if u.User != nil {
		return nil, errors.New("deliver: a provider's address must not hold a password: put it into a file")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, errors.New("deliver: a provider's address must begin with https://")
	}
	return u, nil
}

// reply is a provider's answer.
type reply struct {
	status int
	after  time.Duration // Retry-After, zero where there is none
	body   []byte
}

// post sends a request and reads the answer.
func post(ctx context.Context, c *http.Client, r *http.Request) (reply, error) {
	resp, err := c.Do(r.WithContext(ctx))
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, replyMost))
	seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	return reply{status: resp.StatusCode, after: time.Duration(seconds) * time.Second, body: body}, err
}

// httpTrouble says in a few words why there was no answer. It never repeats the
// error: that holds the address asked.
func httpTrouble(ctx context.Context, err error) string {
	var cert *tls.CertificateVerificationError
	var timeout net.Error
	var op *net.OpError
	switch {
	case errors.As(err, &cert):
		return "the provider's certificate is not trusted"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "the provider did not answer in time"
	case ctx.Err() != nil:
		return "this server is stopping"
	case errors.As(err, &op) && op.Op == "dial":
		return "the provider cannot be reached"
	default:
		return "the connection to the provider broke"
	}
}

// Pauses after a provider asked for less, where it does not say how long: they
// double up to the longest.
const (
	brakeFirst   = time.Second
	brakeLongest = time.Minute
)

// brake keeps letters back from a provider that asked for less.
type brake struct {
	mu    sync.Mutex
	until time.Time
	last  time.Duration
}

// held says whether letters are kept back now.
func (b *brake) held(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return now.Before(b.until)
}

// press keeps letters back: for the time the provider asked for, at most
// brakeLongest, or for twice as long as last time.
func (b *brake) press(now time.Time, asked time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.until) {
		return
	}
	b.last = min(max(2*b.last, brakeFirst), brakeLongest)
	if asked > 0 {
		b.last = min(asked, brakeLongest)
	}
	b.until = now.Add(b.last)
}

// release says that the provider took a letter.
func (b *brake) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.until, b.last = time.Time{}, 0
}
