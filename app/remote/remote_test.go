package remote

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
)

// seen is what a server got.
type seen struct {
	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
}

func (s *seen) note(r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r)
	s.bodies = append(s.bodies, string(body))
}

func server(t *testing.T, replies ...http.HandlerFunc) (*httptest.Server, *seen) {
	t.Helper()
	s := &seen{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.note(r)
		s.mu.Lock()
		n := min(len(s.requests), len(replies)) - 1
		s.mu.Unlock()
		replies[n](w, r)
	}))
	t.Cleanup(srv.Close)
	return srv, s
}

func client(t *testing.T, address string, more ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{Server: address, Now: time.Now, Rand: rand.Reader, Wait: time.Millisecond, Version: "1"}
	for _, f := range more {
		f(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func deviceKey(t *testing.T) sign.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return sign.NewSigner(k, rand.Reader)
}

func answer(status int, kind, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

const active = `{"state":"activated","time":"2026-11-22T14:00:00Z"}`

func drop(w http.ResponseWriter, _ *http.Request) {
	if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = c.Close()
	}
}

func checkIn(c *Client, s sign.Signer) error {
	_, err := c.CheckIn(context.Background(), s, "dev1", api.CheckInRequest{Prev: "a", Next: "b"}, "key-1")
	return err
}

func TestEachAttemptIsSignedAnewWithOneIdempotencyKey(t *testing.T) {
	srv, got := server(t, drop, answer(503, "application/problem+json", `{"code":"busy"}`), answer(200, "application/json", active))
	if err := checkIn(client(t, srv.URL), deviceKey(t)); err != nil {
		t.Fatal(err)
	}
	if len(got.requests) != 3 {
		t.Fatalf("%d attempts", len(got.requests))
	}
	nonces := map[string]bool{}
	for i, r := range got.requests {
		nonces[r.Header.Get(sign.HeaderInput)] = true
		if r.Header.Get(sign.HeaderIdempotency) != "key-1" || got.bodies[i] != got.bodies[0] {
			t.Errorf("attempt %d differs", i)
		}
		if r.Header.Get("Cookie") != "" {
			t.Error("a cookie was sent")
		}
	}
	if len(nonces) != 3 {
		t.Errorf("%d different signatures for three attempts", len(nonces))
	}
}

func TestRepliesBecomeCodes(t *testing.T) {
	for name, c := range map[string]struct {
		reply http.HandlerFunc
		want  string
	}{
		"problem":        {answer(422, "application/problem+json", `{"code":"code_wrong","tries_left":2}`), api.CodeWrong},
		"html":           {answer(200, "text/html; charset=utf-8", "<html>sign in</html>"), api.CodeProxySignIn},
		"redirect":       {answer(302, "text/html", "", "Location", "http://127.0.0.1:1/login"), api.CodeProxySignIn},
		"captive":        {answer(511, "text/html", ""), api.CodeProxySignIn},
		"proxy auth":     {answer(407, "text/html", ""), api.CodeProxySignIn},
		"gateway":        {answer(502, "text/html", "bad gateway"), api.CodeServerAway},
		"text":           {answer(200, "text/plain", "hello"), api.CodeServerReply},
		"no type":        {answer(200, "", active), api.CodeServerReply},
		"broken json":    {answer(200, "application/json", `{"state":`), api.CodeServerReply},
		"other json":     {answer(200, "application/json", `{"hello":"world"}`), api.CodeServerReply},
		"html error":     {answer(500, "text/html", "oops"), api.CodeServerReply},
		"codeless":       {answer(404, "application/json", `{}`), api.CodeServerReply},
		"answer dropped": {drop, api.CodeAnswerLost},
		"too large":      {answer(200, "application/json", `{"state":"`+strings.Repeat("x", maxReply+1)+`"}`), api.CodeServerReply},
	} {
		t.Run(name, func(t *testing.T) {
			srv, _ := server(t, c.reply)
			if got := api.CodeOf(checkIn(client(t, srv.URL), deviceKey(t))); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestAProblemKeepsItsFacts(t *testing.T) {
	srv, _ := server(t, answer(409, "application/problem+json",
		`{"code":"code_expired","tries_left":3,"retry_at":"2026-11-22T14:32:00Z","challenge":{"reference":"K7Q","state":"open"}}`))
	err := checkIn(client(t, srv.URL), deviceKey(t))
	e, ok := err.(*api.Error)
	if !ok || e.Args[ArgCount] != 3 || e.RetryAt.Hour() != 14 {
		t.Fatalf("%#v", err)
	}
	if ch, _ := e.Args[ArgChallenge].(*api.Challenge); ch == nil || ch.Reference != "K7Q" {
		t.Errorf("challenge %v", e.Args)
	}
}

func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String()
	_ = l.Close()
	if got := api.CodeOf(checkIn(client(t, address), deviceKey(t))); got != api.CodeServerAway {
		t.Errorf("%s", got)
	}
}

func TestUntrustedCertificateIsNotRetried(t *testing.T) {
	n := 0
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			n++
		}
	}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	if got := api.CodeOf(checkIn(client(t, srv.URL), deviceKey(t))); got != api.CodeCertificate {
		t.Errorf("%s", got)
	}
	if n != 1 {
		t.Errorf("%d connections", n)
	}
	plain, _ := server(t, answer(200, "application/json", active))
	c := client(t, strings.Replace(plain.URL, "http://", "https://", 1))
	if got := api.CodeOf(checkIn(c, deviceKey(t))); got != api.CodeCertificate {
		t.Errorf("plain http behind https: %s", got)
	}
}

func TestProxyThatWantsASignIn(t *testing.T) {
	proxy, _ := server(t, answer(407, "text/html", "sign in"))
	to, _ := url.Parse(proxy.URL)
	c := client(t, "https://holdfast.example", func(cfg *Config) {
		cfg.Transport = &http.Transport{Proxy: http.ProxyURL(to)}
	})
	if got := api.CodeOf(checkIn(c, deviceKey(t))); got != api.CodeProxySignIn {
		t.Errorf("%s", got)
	}
}

func TestClockIsLearnedFromTheServer(t *testing.T) {
	ahead := time.Now().Add(2 * time.Hour).UTC().Truncate(time.Second)
	skew, _ := json.Marshal(api.Problem{Code: api.CodeClockSkew, Time: ahead.Format(time.RFC3339)})
	srv, got := server(t, answer(401, "application/problem+json", string(skew)), answer(200, "application/json", active))
	c := client(t, srv.URL)
	if err := checkIn(c, deviceKey(t)); err != nil {
		t.Fatal(err)
	}
	if len(got.requests) != 2 || c.Offset() < 119*time.Minute || c.Offset() > 121*time.Minute {
		t.Errorf("%d requests, offset %v", len(got.requests), c.Offset())
	}
}

func TestRetryAfterIsObeyed(t *testing.T) {
	srv, _ := server(t, answer(503, "application/problem+json", `{"code":"busy"}`, "Retry-After", "1"), answer(200, "application/json", active))
	began := time.Now()
	c := client(t, srv.URL, func(cfg *Config) { cfg.Wait = 120 * time.Millisecond })
	if err := checkIn(c, deviceKey(t)); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 900*time.Millisecond {
		t.Errorf("asked again after %v", took)
	}
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"http://127.0.0.1:7461": "", "http://localhost:7461/": "", "http://[::1]:7461": "", "https://holdfast.example": "",
		"http://holdfast.example": api.CodeInsecureServer, "http://10.0.0.1": api.CodeInsecureServer,
		"http://localhost.example": api.CodeInsecureServer, "http://127.0.0.1.example": api.CodeInsecureServer,
		"ftp://holdfast.example": api.CodeUsage, "holdfast.example": api.CodeUsage, "": api.CodeUsage,
		"https://user@holdfast.example": api.CodeUsage, "https://holdfast.example/x?y": api.CodeUsage,
	} {
		_, err := New(Config{Server: address, Now: time.Now, Rand: rand.Reader})
		if got := api.CodeOf(err); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}

func TestNoAddressInTheLog(t *testing.T) {
	var b bytes.Buffer
	srv, _ := server(t, drop)
	c := client(t, srv.URL, func(cfg *Config) {
		cfg.Log = slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	if err := checkIn(c, deviceKey(t)); err == nil {
		t.Fatal("no error")
	}
	if s := b.String(); s == "" || strings.Contains(s, "127.0.0.1") || strings.Contains(s, "dev1") {
		t.Errorf("log: %s", s)
	}
}

func TestAllRoutes(t *testing.T) {
	const challenge = `{"reference":"K7Q","state":"open","tries_left":5}`
	srv, got := server(
		t,
		answer(200, "application/json", `{"account":"1","device_id":"d","policy":"p","issuers":{"current":"c","next":"n"},"time":"t"}`),
		answer(200, "application/json", `{"account":"1"}`),
		answer(200, "application/json", active),
		answer(200, "application/json", active),
		answer(200, "application/json", challenge),
		answer(200, "application/json", challenge),
		answer(204, "", ""),
		answer(200, "application/json", `{"status":"ok"}`),
		answer(200, "application/json", `{"channel":"email","ways":[]}`),
		answer(200, "application/json", `{}`),
		answer(200, "application/json", `{"state":"queued"}`),
		answer(200, "application/json", active),
	)
	c, s, ctx := client(t, srv.URL), deviceKey(t), context.Background()
	_, err := c.Register(ctx, s, api.RegisterRequest{}, "k")
	check(t, err, "")
	_, err = c.Enrol(ctx, s, api.EnrolRequest{}, "k")
	check(t, err, api.CodeServerReply) // an account without a device
	_, err = c.Device(ctx, s, "dev/1")
	check(t, err, "")
	_, err = c.Answer(ctx, s, "dev1", "K7Q", api.AnswerRequest{}, "k")
	check(t, err, "")
	_, err = c.Challenge(ctx, s, "dev1", "K7Q")
	check(t, err, "")
	_, err = c.SendAgain(ctx, s, "dev1", "K7Q", api.DeliveryRequest{}, "k")
	check(t, err, "")
	check(t, c.SignOut(ctx, s, "dev1", "k"), "")
	check(t, c.Ping(ctx), "")
	_, err = c.Security(ctx, s, "dev1")
	check(t, err, "")
	_, err = c.RemovePhone(ctx, s, "dev1", api.NoPhoneRequest{}, "k")
	check(t, err, api.CodeServerReply) // it does not say where codes go
	_, err = c.TestChannel(ctx, s, "dev1", api.TestRequest{}, "k")
	check(t, err, "")
	_, err = c.SetChannel(ctx, s, "dev1", api.ChannelRequest{}, "k")
	check(t, err, "")
	var paths []string
	for _, r := range got.requests {
		paths = append(paths, r.Method+" "+r.URL.EscapedPath())
	}
	want := "POST /v1/accounts POST /v1/devices GET /v1/devices/dev%2F1 POST /v1/devices/dev1/challenges/K7Q/answers " +
		"GET /v1/devices/dev1/challenges/K7Q POST /v1/devices/dev1/challenges/K7Q/deliveries POST /v1/devices/dev1/sign-out GET /healthz " +
		"GET /v1/devices/dev1/security POST /v1/devices/dev1/security/phones/remove POST /v1/devices/dev1/security/tests " +
		"POST /v1/devices/dev1/security/channel"
	if s := strings.Join(paths, " "); s != want {
		t.Errorf("%s", s)
	}
	if got.requests[7].Header.Get(sign.HeaderSignature) != "" {
		t.Error("the health check is signed")
	}
}

func check(t *testing.T, err error, want string) {
	t.Helper()
	if got := api.CodeOf(err); got != want {
		t.Errorf("%v, want %q", err, want)
	}
}

func TestHistoryPages(t *testing.T) {
	srv, s := server(t,
		answer(200, "application/json", `{"events":[{"seq":9,"at":"2026-11-22T14:00:00Z","event":"asked"}],"before":9}`),
		answer(200, "application/json", `{"events":[],"before":9}`),
		answer(200, "application/json", `{"events":[]}`),
	)
	c := client(t, srv.URL)
	key := deviceKey(t)
	page, err := c.History(context.Background(), key, "dev1", 0)
	if err != nil || len(page.Events) != 1 || page.Before != 9 {
		t.Fatalf("%+v, %v", page, err)
	}
	if _, err := c.History(context.Background(), key, "dev1", page.Before); api.CodeOf(err) != api.CodeServerReply {
		t.Errorf("a page that leads to itself: %v", err)
	}
	if page, err = c.History(context.Background(), key, "dev1", 9); err != nil || page.Before != 0 {
		t.Errorf("%+v, %v", page, err)
	}
	if s.requests[0].URL.RawQuery != "" || s.requests[1].URL.RawQuery != "before=9" {
		t.Errorf("asked %q and %q", s.requests[0].URL.RawQuery, s.requests[1].URL.RawQuery)
	}
}
