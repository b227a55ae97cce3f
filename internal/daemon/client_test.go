package daemon

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
	"github.com/seed-1feef0b2/holdfast/server"
)

// logBuffer is a log that may be written and read at once.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// clock is a clock that a test moves.
type testClock struct {
	mu  sync.Mutex
	add time.Duration
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.add)
}

func (c *testClock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add += d
}

// running is a daemon on a free port.
type running struct {
	*Daemon
	log   *logBuffer
	clock *testClock
	stop  func()
}

// start runs a daemon until the test ends.
func start(t *testing.T, change ...func(*Options)) *running {
	t.Helper()
	r := &running{log: &logBuffer{}, clock: &testClock{}}
	o := Options{
		Settings: Settings{Listen: "127.0.0.1:0", Data: t.TempDir()}, Now: r.clock.Now,
		Log: slog.New(slog.NewJSONHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, c := range change {
		c(&o)
	}
	d, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	r.Daemon = d
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	t.Cleanup(r.stop)
	return r
}

// message waits for the n-th message (from 1) of the local outbox.
func (r *running) message(t *testing.T, n int) map[string]string {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		var list []map[string]string
		_, body := get(t, r.URL()+"/outbox.json")
		if err := json.Unmarshal(body, &list); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		if len(list) >= n {
			return list[n-1]
		}
	}
	t.Fatalf("no message number %d", n)
	return nil
}

func get(t *testing.T, url string) (*http.Response, []byte) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, body
}

// client is a computer, as small as one can be.
type client struct {
	t       *testing.T
	base    string
	key     *ecdsa.PrivateKey
	signer  sign.Signer
	eph     *ecdh.PrivateKey
	now     func() time.Time
	http    *http.Client
	device  string
	chain   string
	account string
	values  map[string]string // kind → digest
}

func newClient(t *testing.T, base string) *client {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	eph, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &client{
		t: t, base: base, key: key, signer: sign.NewSigner(key, rand.Reader), eph: eph, now: time.Now, values: map[string]string{},
		http: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}},
	}
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

// call sends a signed request and gives status and body.
func (c *client) call(method, path string, in any) (int, []byte) {
	c.t.Helper()
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			c.t.Fatal(err)
		}
	}
	return c.send(c.request(method, path, body, nil))
}

func (c *client) request(method, path string, body []byte, change func(*http.Request)) *http.Request {
	c.t.Helper()
	r, err := http.NewRequest(method, c.base+path, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if len(body) > 0 {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", hex.EncodeToString(random(16)))
	}
	if change != nil {
		change(r)
	}
	authority, err := sign.Authority(c.base)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := sign.Request(r, body, authority, c.signer, c.now(), [16]byte(random(16))); err != nil {
		c.t.Fatal(err)
	}
	return r
}

func (c *client) send(r *http.Request) (int, []byte) {
	c.t.Helper()
	res, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	out, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res.StatusCode, out
}

// must sends a request that succeeds and reads the reply.
func must[T any](c *client, method, path string, in any) T {
	c.t.Helper()
	var out T
	status, body := c.call(method, path, in)
	if status/100 != 2 {
		c.t.Fatalf("%s %s: %d %s", method, path, status, body)
	}
	if len(body) > 0 {
		if err := json.Unmarshal(body, &out); err != nil {
			c.t.Fatalf("%s %s: %v in %s", method, path, err, body)
		}
	}
	return out
}

// problem sends a request that fails and reads the problem.
func (c *client) problem(method, path string, in any) api.Problem {
	c.t.Helper()
	var p api.Problem
	status, body := c.call(method, path, in)
	if err := json.Unmarshal(body, &p); err != nil || p.Code == "" || p.Status != status {
		c.t.Fatalf("%s %s: no problem but %d %s", method, path, status, body)
	}
	return p
}

// snapshot reports every kind that the server asks for.
func (c *client) snapshot() api.Snapshot {
	s := api.Snapshot{Schema: api.SchemaVersion, Platform: "linux"}
	policy, _ := server.PolicyFor(api.Balanced, "linux")
	for _, class := range []string{"driver", "firmware", "hardware", "os", "sysapp"} {
		for _, kind := range policy.Required {
			if classOf(kind) != class {
				continue
			}
			if kind == "hypervisor" || kind == "tpm" {
				s.Components = append(s.Components, api.Component{Class: class, Kind: kind, State: api.StateAbsent})
				continue
			}
			if c.values[kind] == "" {
				c.values[kind] = hex.EncodeToString(random(16))
			}
			s.Components = append(s.Components, api.Component{Class: class, Kind: kind, State: api.StatePresent, Digest: c.values[kind]})
		}
	}
	return s
}

func classOf(kind string) string {
	switch kind {
	case "install-id", "os-release", "kernel", "root-fs":
		return "os"
	case "firmware", "secure-boot":
		return "firmware"
	case "gpu-driver", "module":
		return "driver"
	case "package", "security-agent":
		return "sysapp"
	}
	return "hardware"
}

const password = "wide kettle borrows nine lanterns"

func (c *client) newDevice(name string) api.NewDevice {
	c.chain = hex.EncodeToString(random(16))
	return api.NewDevice{Key: sign.FromPublic(&c.key.PublicKey), Name: name, Snapshot: c.snapshot(), Next: c.chain}
}

func (c *client) register(email string) api.EnrolReply {
	c.t.Helper()
	out := must[api.EnrolReply](c, "POST", api.RouteAccounts, api.RegisterRequest{
		Email: email, Password: password, Language: "en", Device: c.newDevice("LAPTOP-7"),
	})
	c.device, c.account = out.DeviceID, out.Account
	return out
}

func (c *client) path(route, ref string) string {
	return strings.NewReplacer("{id}", c.device, "{ref}", ref).Replace(route)
}

func (c *client) answerRequest(code string) api.AnswerRequest {
	return api.AnswerRequest{
		Code: code, Snapshot: c.snapshot(),
		Ephemeral: base64.RawURLEncoding.EncodeToString(c.eph.PublicKey().Bytes()),
	}
}

func (c *client) answer(ref, code string) api.DeviceReply {
	c.t.Helper()
	return must[api.DeviceReply](c, "POST", c.path(api.RouteAnswers, ref), c.answerRequest(code))
}

func (c *client) checkIn() api.DeviceReply {
	c.t.Helper()
	next := hex.EncodeToString(random(16))
	in := api.CheckInRequest{Snapshot: c.snapshot(), Prev: c.chain, Next: next}
	out := must[api.DeviceReply](c, "POST", c.path(api.RouteCheckIns, ""), in)
	c.chain = next
	return out
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
