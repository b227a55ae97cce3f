package httpapi

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

func TestEveryRouteReachesItsUseCase(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		method, path, body, call string
		status                   int
	}{
		{"POST", "/v1/accounts", r.registerBody(), "register", 201},
		{"POST", "/v1/devices", asJSON(t, api.EnrolRequest{Login: "402593718462", Password: "x", Device: r.device()}), "enrol", 201},
		{"GET", "/v1/devices/d1", "", "device", 200},
		{"POST", "/v1/devices/d1/check-ins", r.checkInBody(), "check-in", 200},
		{"GET", "/v1/devices/d1/challenges/K7Q", "", "challenge", 200},
		{"POST", "/v1/devices/d1/challenges/K7Q/deliveries", "{}", "send", 200},
		{"POST", "/v1/devices/d1/challenges/K7Q/answers", r.answerBody(), "answer", 200},
		{"POST", "/v1/devices/d1/announcements", asJSON(t, api.AnnounceRequest{Groups: []string{"disk"}, Hours: 24}), "announce", 200},
		{"POST", "/v1/devices/d1/rotations", asJSON(t, api.RotateRequest{Ephemeral: r.service.key.X}), "rotate", 200},
		{"POST", "/v1/devices/d1/keys", r.keysBody(), "keys", 200},
		{"GET", "/v1/devices/d1/history", "", "history", 200},
		{"GET", "/v1/devices/d1/security", "", "security", 200},
		{"POST", "/v1/devices/d1/security/channel", asJSON(t, api.ChannelRequest{Channel: "sms", Password: "x"}), "channel", 200},
		{"POST", "/v1/devices/d1/security/phones", asJSON(t, api.PhoneRequest{Number: "+84 91 234 56 78", Password: "x"}), "phone", 200},
		{"POST", "/v1/devices/d1/security/phones/remove", asJSON(t, api.NoPhoneRequest{Password: "x"}), "no phone", 200},
		{"POST", "/v1/devices/d1/security/tests", asJSON(t, api.TestRequest{Channel: "sms"}), "test", 200},
		{"POST", "/v1/devices/d1/security/enrol-stop/lift", "{}", "lift", 200},
		{"POST", "/v1/devices/d1/sign-out", "{}", "sign-out", 204},
	} {
		t.Run(c.call, func(t *testing.T) {
			r.t, r.service.calls = t, nil
			res, body := r.do(r.request(c.method, c.path, c.body))
			if res.StatusCode != c.status || len(r.service.calls) != 1 || r.service.calls[0] != c.call {
				t.Fatalf("%d %s, calls %v", res.StatusCode, body, r.service.calls)
			}
			got := r.service.caller
			if got.KeyID != r.signer.KeyID() || got.Route != c.method+" "+c.path || !got.Created.Equal(testNow) ||
				got.Nonce == "" || !got.IP.IsValid() {
				t.Errorf("caller %+v", got)
			}
			if c.body != "" && (got.IdempotencyKey != "0c7e1a52-one" || got.BodyHash != sha256.Sum256([]byte(c.body))) {
				t.Errorf("caller %+v", got)
			}
			if strings.Contains(c.path, "d1") && got.DeviceID != "d1" {
				t.Errorf("device %q", got.DeviceID)
			}
			if strings.Contains(body, "null") || strings.Contains(body, "$schema") {
				t.Errorf("body %s", body)
			}
		})
	}
}

func TestDocuments(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/healthz", "/readyz", "/openapi.json", "/.well-known/jwks.json"} {
		res, body := r.do(httptest.NewRequest("GET", path, nil))
		if res.StatusCode != 200 || !json.Valid([]byte(body)) {
			t.Errorf("%s: %d %s", path, res.StatusCode, body)
		}
		for _, h := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Strict-Transport-Security"} {
			if res.Header.Get(h) == "" {
				t.Errorf("%s: no %s", path, h)
			}
		}
	}
	r.service.err = errors.New("database away: kim@example.org")
	r.wantProblem(httptest.NewRequest("GET", "/readyz", nil), api.CodeBusy)
	if res, _ := r.do(httptest.NewRequest("GET", "/healthz", nil)); res.StatusCode != 200 {
		t.Errorf("health is not readiness: %d", res.StatusCode)
	}
}

func TestWhatTheServiceSaysComesThrough(t *testing.T) {
	r := newRig(t)
	at := testNow.Add(90 * time.Second)
	for _, c := range []struct {
		err   error
		code  string
		retry string
	}{
		{api.NewError(api.CodeWrong).With("TriesLeft", 3), api.CodeWrong, ""},
		{api.NewError(api.CodeTryWait).At(at), api.CodeTryWait, "90"},
		{api.NewError(api.CodeTooMany), api.CodeTooMany, "60"},
		{api.NewError(api.CodeBusy), api.CodeBusy, "5"},
		{api.NewError(api.CodeSendWait).At(testNow.Add(-time.Hour)), api.CodeSendWait, "1"},
		{api.NewError(api.CodeExpired).With("Challenge", api.Challenge{Reference: "K7Q"}), api.CodeExpired, ""},
		{errors.New("sql: kim@example.org is there already"), api.CodeInternal, ""},
		{api.NewError(api.CodeVaultLocked), api.CodeInternal, ""},
	} {
		r.service.err = c.err
		req := r.request("POST", "/v1/devices/d1/challenges/K7Q/answers", r.answerBody())
		rec := httptest.NewRecorder()
		r.api.ServeHTTP(rec, req)
		var p api.Problem
		if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil || p.Code != c.code || rec.Code != statuses[c.code] {
			t.Errorf("%v: got %d %s", c.err, rec.Code, rec.Body)
		}
		if got := rec.Header().Get("Retry-After"); got != c.retry {
			t.Errorf("%v: Retry-After %q, want %q", c.err, got, c.retry)
		}
		if strings.Contains(rec.Body.String(), "kim") {
			t.Errorf("the cause got out: %s", rec.Body)
		}
		if c.code == api.CodeWrong && (p.TriesLeft == nil || *p.TriesLeft != 3) {
			t.Errorf("tries left %v", p.TriesLeft)
		}
		if c.code == api.CodeTryWait && p.RetryAt != "2026-11-22T14:10:30Z" {
			t.Errorf("retry at %q", p.RetryAt)
		}
		if c.code == api.CodeExpired && (p.Challenge == nil || p.Challenge.Reference != "K7Q" || p.Challenge.Deliveries == nil) {
			t.Errorf("challenge %+v", p.Challenge)
		}
	}
}

func TestClockSkewTellsTheTime(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Now = func() time.Time { return testNow.Add(time.Hour) } })
	p := r.wantProblem(r.request("GET", "/v1/devices/d1", ""), api.CodeClockSkew)
	if p.Time != "2026-11-22T15:09:00Z" {
		t.Errorf("time %q", p.Time)
	}
}

func TestProofComesFirst(t *testing.T) {
	r, other := newRig(t), newRig(t)
	r.wantProblem(httptest.NewRequest("GET", "/v1/devices/d1", nil), api.CodeSignature)
	other.t = t
	r.wantProblem(other.request("GET", "/v1/devices/d1", ""), api.CodeUnknownKey)
	body := r.registerBody() // carries r's key, signed by another
	r.wantProblem(other.request("POST", "/v1/accounts", body), api.CodeSignature)
	req := r.request("POST", "/v1/devices/d1/check-ins", r.checkInBody())
	req.Header.Set("Idempotency-Key", "another")
	r.wantProblem(req, api.CodeSignature)
	req = r.request("GET", "/v1/devices/d1", "")
	req.URL.Path = "/v1/devices/d2"
	r.wantProblem(req, api.CodeSignature)
	if len(r.service.calls) != 0 {
		t.Errorf("the service was called: %v", r.service.calls)
	}
}

func TestForwardedHeadersNameNoAuthority(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Origin = "https://other.example.org" })
	req := r.request("GET", "/v1/devices/d1", "", func(q *http.Request) {
		q.Host = "other.example.org"
		q.Header.Set("X-Forwarded-Host", "keys.example.org")
	})
	req.Host = "keys.example.org"
	r.wantProblem(req, api.CodeSignature)
}

func TestCallersAddress(t *testing.T) {
	for _, c := range []struct {
		behind          bool
		remote, forward string
		want            string
	}{
		{false, "192.0.2.7:4000", "198.51.100.9", "192.0.2.7"},
		{true, "127.0.0.1:4000", "203.0.113.1, 198.51.100.9", "198.51.100.9"},
		{true, "127.0.0.1:4000", "", "127.0.0.1"},
		{true, "127.0.0.1:4000", "203.0.113.1, 198.51.100.9, 10.1.2.3,127.0.0.1", "198.51.100.9"}, // two proxies, one behind the other
		{true, "127.0.0.1:4000", "10.1.2.3", "10.1.2.3"},                                          // the proxy itself calls
		{true, "192.0.2.7:4000", "198.51.100.9", "192.0.2.7"},                                     // not a proxy of ours
		{true, "127.0.0.1:4000", "198.51.100.9, nonsense, 10.1.2.3", "::"},
		{true, "127.0.0.1:4000", "::ffff:198.51.100.9", "198.51.100.9"},
		{true, "127.0.0.1:4000", "198.51.100.9:80", "::"},
		{true, "127.0.0.1:4000", "nonsense", "::"},
		{false, "[::ffff:192.0.2.7]:4000", "", "192.0.2.7"},
		{false, "[fe80::1%eth0]:4000", "", "fe80::1"},
	} {
		r := newRig(t, func(cfg *Config) {
			if c.behind {
				cfg.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.1.0.0/16")}
			}
		})
		req := r.request("GET", "/v1/devices/d1", "")
		req.RemoteAddr = c.remote
		if c.forward != "" {
			req.Header.Set("X-Forwarded-For", c.forward)
		}
		if res, body := r.do(req); res.StatusCode != 200 || r.service.caller.IP.String() != c.want {
			t.Errorf("%+v: got %s, %s", c, r.service.caller.IP, body)
		}
	}
}

func TestBusyAndPanic(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Concurrent = 1 })
	r.service.block = make(chan struct{})
	done := make(chan struct{})
	first, second := r.request("GET", "/v1/devices/d1", ""), r.request("GET", "/v1/devices/d1", "")
	go func() {
		defer close(done)
		r.api.ServeHTTP(httptest.NewRecorder(), first)
	}()
	for len(r.api.places) == 0 {
		time.Sleep(time.Millisecond)
	}
	r.wantProblem(second, api.CodeBusy)
	close(r.service.block)
	<-done
	r.service.boom = true
	r.wantProblem(r.request("GET", "/v1/devices/d1", ""), api.CodeInternal)
	if strings.Contains(r.log.String(), "secret inside") || !strings.Contains(r.log.String(), "panic in a request") {
		t.Errorf("log %s", r.log)
	}
}

func TestNewWantsItsParts(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("made without a service")
	}
	cfg := newRig(t).api.cfg
	cfg.Origin = "keys.example.org"
	if _, err := New(cfg); err == nil {
		t.Error("made with half an origin")
	}
}
