package remote

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
)

// Config is what a Client is built from.
type Config struct {
	// Server is the server's origin: https://host[:port], or http:// on loopback.
	Server string
	// Transport carries requests; nil is NewTransport's.
	Transport http.RoundTripper
	// Now and Rand make created and nonce of each signature.
	Now  func() time.Time
	Rand io.Reader
	// Log gets method, route and outcome of requests, never an address; nil discards.
	Log *slog.Logger
	// Version goes into User-Agent.
	Version string
	// Attempts is how often a request is tried in all, 1 to 10; 0 is 3.
	Attempts int
	// Wait is the first pause between tries; 0 is 200 ms. Pauses double, with
	// jitter, up to ten times Wait.
	Wait time.Duration
	// Timeout bounds one attempt; 0 is 20 s.
	Timeout time.Duration
}

// maxReply is the largest reply in bytes that is read.
const maxReply = 4 << 20

// Client speaks to one server.
type Client struct {
	server string
	rest   *resty.Client
	clock  *clock
	log    *slog.Logger
}

// New makes a client of a server. It refuses with usage what is no origin, and
// with insecure_server plain http to anything but this computer.
func New(cfg Config) (*Client, error) {
	authority, err := checkOrigin(cfg.Server)
	if err != nil {
		return nil, err
	}
	if cfg.Transport == nil {
		cfg.Transport = NewTransport()
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Attempts <= 0 {
		cfg.Attempts = 3
	}
	if cfg.Wait <= 0 {
		cfg.Wait = 200 * time.Millisecond
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 20 * time.Second
	}
	c := &Client{server: strings.TrimRight(cfg.Server, "/"), clock: &clock{now: cfg.Now}, log: cfg.Log}
	c.rest = c.client(cfg, authority)
	return c, nil
}

// Server is the address that the client was made with.
func (c *Client) Server() string { return c.server }

// Offset is how far the server's clock is ahead of this computer's.
func (c *Client) Offset() time.Duration { return c.clock.ahead() }

func (c *Client) client(cfg Config, authority string) *resty.Client {
	signing := &signer{next: cfg.Transport, authority: authority, clock: c.clock, rand: cfg.Rand}
	// No cookie jar, and no redirect is followed: both are what a proxy's page
	// would use, and neither is what this server does.
	h := &http.Client{Transport: signing, Timeout: cfg.Timeout, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	return resty.NewWithClient(h).
		SetBaseURL(c.server).
		SetLogger(quiet{cfg.Log}).
		SetHeader("User-Agent", strings.TrimSpace("holdfast "+cfg.Version)).
		SetHeader("Accept", "application/json, application/problem+json").
		SetResponseBodyLimit(maxReply).
		SetRetryCount(cfg.Attempts - 1).
		SetRetryWaitTime(cfg.Wait).
		SetRetryMaxWaitTime(10 * cfg.Wait).
		SetRetryAfter(retryAfter).
		AddRetryCondition(again)
}

// NewTransport is a transport with the system's proxy and bounded waits.
func NewTransport() http.RoundTripper {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          4,
		IdleConnTimeout:       30 * time.Second,
		TLSHandshakeTimeout:   5 * time.Second,
		ResponseHeaderTimeout: 15 * time.Second,
	}
}

// checkOrigin gives the authority of an address that may be used.
func checkOrigin(server string) (string, error) {
	authority, err := sign.Authority(server)
	if err != nil {
		return "", api.Wrap(api.CodeUsage, err, "server")
	}
	u, err := url.Parse(server)
	if err != nil {
		return "", api.Wrap(api.CodeUsage, err, "server")
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return "", api.NewError(api.CodeInsecureServer)
	}
	return authority, nil
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// call is one request: what it needs and where the result goes.
type call struct {
	method, path string
	signer       sign.Signer
	in, out      any
	// key is the Idempotency-Key of a POST.
	key string
}

// do sends a request and reads its reply. When the server says that the clock is
// off, it learns how far and tries once more.
func (c *Client) do(ctx context.Context, r call) error {
	err := c.once(ctx, r)
	var e *api.Error
	if !errors.As(err, &e) || e.Code != api.CodeClockSkew {
		return err
	}
	if !c.clock.learn(e) {
		return err
	}
	return c.once(ctx, r)
}

func (c *Client) once(ctx context.Context, r call) error {
	track := &progress{}
	req := c.rest.R().SetContext(track.on(withSigner(ctx, r.signer)))
	if r.in != nil {
		body, err := json.Marshal(r.in)
		if err != nil {
			return api.Wrap(api.CodeInternal, err)
		}
		req.SetBody(body).SetHeader("Content-Type", "application/json").SetHeader(sign.HeaderIdempotency, r.key)
	}
	began := c.clock.now()
	reply, err := req.Execute(r.method, r.path)
	if err != nil {
		err = failure(err, r.in != nil && track.wrote()) // a look changes nothing, whether it arrived or not
		c.log.Debug("request failed", "method", r.method, "code", api.CodeOf(err), "took", c.clock.now().Sub(began))
		return err
	}
	c.log.Debug("request", "method", r.method, "status", reply.StatusCode(), "took", c.clock.now().Sub(began))
	return read(reply, r.out)
}

// again says whether an attempt is tried once more: the connection failed before
// or after sending, or the server is busy. Every POST carries an idempotency
// key, so doing it twice is safe. A TLS failure does not heal by itself.
func again(r *resty.Response, err error) bool {
	if err != nil {
		return r != nil && r.Request.Context().Err() == nil && api.CodeOf(failure(err, false)) == api.CodeServerAway
	}
	return r.StatusCode() == http.StatusServiceUnavailable
}

// retryAfter obeys Retry-After in seconds; resty bounds it.
func retryAfter(_ *resty.Client, r *resty.Response) (time.Duration, error) {
	if r == nil {
		return 0, nil
	}
	n, err := strconv.Atoi(r.Header().Get("Retry-After"))
	if err != nil || n < 0 {
		return 0, nil
	}
	return time.Duration(n) * time.Second, nil
}

// quiet is resty's logger: it would print addresses, so only the fact is kept.
type quiet struct{ log *slog.Logger }

func (q quiet) Errorf(string, ...any) { q.log.Debug("http client reported an error") }
func (q quiet) Warnf(string, ...any)  { q.log.Debug("http client reported a warning") }
func (q quiet) Debugf(string, ...any) {}
