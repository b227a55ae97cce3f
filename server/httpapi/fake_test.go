package httpapi

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
	"github.com/seed-1feef0b2/holdfast/server"
)

const origin = "https://keys.example.org"

var testNow = time.Date(2026, 11, 22, 14, 9, 0, 0, time.UTC)

// fakeService answers what the test says and remembers who called.
type fakeService struct {
	key    api.Key
	keyid  string
	known  *ecdsa.PublicKey // the key, where it is not to be read each time
	err    error
	caller server.Caller
	calls  []string
	before int64
	block  chan struct{}
	boom   bool
}

func (f *fakeService) note(name string, c server.Caller) error {
	if f.boom {
		panic("with a secret inside")
	}
	if f.block != nil {
		<-f.block
	}
	f.calls, f.caller = append(f.calls, name), c
	return f.err
}

func (f *fakeService) DeviceKey(_ context.Context, keyid string) (*ecdsa.PublicKey, error) {
	if keyid != f.keyid {
		return nil, api.NewError(api.CodeUnknownKey)
	}
	if f.known != nil {
		return f.known, nil
	}
	return sign.PublicKey(f.key)
}

func (f *fakeService) Register(_ context.Context, c server.Caller, _ api.RegisterRequest) (api.EnrolReply, error) {
	return api.EnrolReply{Account: "402593718462"}, f.note("register", c)
}

func (f *fakeService) Enrol(_ context.Context, c server.Caller, _ api.EnrolRequest) (api.EnrolReply, error) {
	return api.EnrolReply{}, f.note("enrol", c)
}

func (f *fakeService) CheckIn(_ context.Context, c server.Caller, _ api.CheckInRequest) (api.DeviceReply, error) {
	return api.DeviceReply{State: api.DeviceActivated}, f.note("check-in", c)
}

func (f *fakeService) Device(_ context.Context, c server.Caller) (api.DeviceReply, error) {
	return api.DeviceReply{State: api.DevicePending, Challenge: &api.Challenge{}}, f.note("device", c)
}

func (f *fakeService) Challenge(_ context.Context, c server.Caller, ref string) (api.Challenge, error) {
	return api.Challenge{Reference: ref}, f.note("challenge", c)
}

func (f *fakeService) SendAgain(_ context.Context, c server.Caller, ref string, _ api.DeliveryRequest) (api.Challenge, error) {
	return api.Challenge{Reference: ref}, f.note("send", c)
}

func (f *fakeService) Answer(_ context.Context, c server.Caller, _ string, _ api.AnswerRequest) (api.DeviceReply, error) {
	return api.DeviceReply{State: api.DeviceActivated}, f.note("answer", c)
}

func (f *fakeService) Rotate(_ context.Context, c server.Caller, _ api.RotateRequest) (api.DeviceReply, error) {
	return api.DeviceReply{State: api.DeviceActivated}, f.note("rotate", c)
}

func (f *fakeService) ReplaceKey(_ context.Context, c server.Caller, _ api.ReplaceKeyRequest) (api.DeviceReply, error) {
	return api.DeviceReply{State: api.DeviceLimited, Challenge: &api.Challenge{}}, f.note("keys", c)
}

func (f *fakeService) History(_ context.Context, c server.Caller, before int64) (api.History, error) {
	f.before = before
	return api.History{Events: []api.Event{}}, f.note("history", c)
}

func (f *fakeService) Announce(_ context.Context, c server.Caller, _ api.AnnounceRequest) (api.DeviceReply, error) {
	return api.DeviceReply{State: api.DeviceActivated}, f.note("announce", c)
}

func (f *fakeService) Security(_ context.Context, c server.Caller) (api.Security, error) {
	return api.Security{Channel: api.ChannelEmail, Ways: []api.Way{}}, f.note("security", c)
}

func (f *fakeService) RestoreEmail(_ context.Context, c server.Caller, _ api.EmailRequest) (api.DeviceReply, error) {
	return api.DeviceReply{}, f.note("email", c)
}

func (f *fakeService) RequestChannel(_ context.Context, c server.Caller, _ api.ChannelRequest) (api.DeviceReply, error) {
	return api.DeviceReply{State: api.DeviceActivated, Challenge: &api.Challenge{}}, f.note("channel", c)
}

func (f *fakeService) RequestPhone(_ context.Context, c server.Caller, _ api.PhoneRequest) (api.DeviceReply, error) {
	return api.DeviceReply{State: api.DeviceActivated, Challenge: &api.Challenge{}}, f.note("phone", c)
}

func (f *fakeService) RemovePhone(_ context.Context, c server.Caller, _ api.NoPhoneRequest) (api.Security, error) {
	return api.Security{Ways: []api.Way{}}, f.note("no phone", c)
}

func (f *fakeService) TestWay(_ context.Context, c server.Caller, r api.TestRequest) (api.Delivery, error) {
	return api.Delivery{Channel: r.Channel, State: api.DeliveryQueued}, f.note("test", c)
}

func (f *fakeService) LiftEnrolStop(_ context.Context, c server.Caller) (api.Security, error) {
	return api.Security{Ways: []api.Way{}}, f.note("lift", c)
}

func (f *fakeService) LinkPage(_ context.Context, token string) (server.NotMe, error) {
	f.calls = append(f.calls, "link "+token)
	return server.NotMe{Language: "vi", Effect: server.EffectComputer}, f.err
}

func (f *fakeService) SayNotMe(_ context.Context, c server.Caller, token string) (server.NotMe, error) {
	return server.NotMe{Language: "ru", Effect: server.EffectComputer, Done: true}, f.note("not me "+token, c)
}

func (f *fakeService) SignOut(_ context.Context, c server.Caller) error { return f.note("sign-out", c) }

func (f *fakeService) JWKS() jose.JSONWebKeySet { return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}} }

func (f *fakeService) Ready(context.Context) error { return f.err }

// rig is the handler with a fake service behind it and a device before it.
type rig struct {
	t       testing.TB
	service *fakeService
	api     *API
	signer  sign.Signer
	log     *bytes.Buffer
	nonce   byte
}

func newRig(t testing.TB, change ...func(*Config)) *rig {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, signer: sign.NewSigner(key, rand.Reader), log: &bytes.Buffer{}}
	r.service = &fakeService{key: sign.FromPublic(&key.PublicKey), keyid: r.signer.KeyID()}
	cfg := Config{
		Service: r.service, Origin: origin, Now: func() time.Time { return testNow }, Version: "1",
		Log: slog.New(slog.NewJSONHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, c := range change {
		c(&cfg)
	}
	if r.api, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	return r
}

// request makes a signed request; change, where given, has it before it is signed.
func (r *rig) request(method, path, body string, change ...func(*http.Request)) *http.Request {
	r.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", "0c7e1a52-one")
	}
	for _, c := range change {
		c(req)
	}
	r.nonce++
	err := sign.Request(req, []byte(body), "keys.example.org", r.signer, testNow, [16]byte{r.nonce})
	if err != nil {
		r.t.Fatal(err)
	}
	return req
}

func (r *rig) do(req *http.Request) (*http.Response, string) {
	r.t.Helper()
	rec := httptest.NewRecorder()
	r.api.ServeHTTP(rec, req)
	res := rec.Result()
	body, _ := io.ReadAll(res.Body)
	return res, string(body)
}

// wantProblem sends a request and checks that it ends in a problem with this code.
func (r *rig) wantProblem(req *http.Request, code string) api.Problem {
	r.t.Helper()
	res, body := r.do(req)
	var p api.Problem
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		r.t.Fatalf("%s %s: no problem but %d %s", req.Method, req.URL.Path, res.StatusCode, body)
	}
	if p.Code != code || p.Status != statuses[code] || res.StatusCode != p.Status || p.Title == "" || p.Type != "about:blank" {
		r.t.Errorf("%s %s: got %d %s, want code %s", req.Method, req.URL.Path, res.StatusCode, body, code)
	}
	if ct := res.Header.Get("Content-Type"); ct != "application/problem+json" {
		r.t.Errorf("content type %q", ct)
	}
	return p
}

const hex32 = "00112233445566778899aabbccddeeff"

func (r *rig) snapshot() api.Snapshot {
	return api.Snapshot{Schema: 1, Platform: "linux", Components: []api.Component{
		{Class: "hardware", Kind: "boot-disk", State: "present", Digest: hex32},
		{Class: "hardware", Kind: "tpm", State: "absent"},
	}}
}

func (r *rig) device() api.NewDevice {
	return api.NewDevice{Key: r.service.key, Name: "LAPTOP-7", Snapshot: r.snapshot(), Next: hex32}
}

func (r *rig) registerBody() string {
	return asJSON(r.t, api.RegisterRequest{
		Email: "kim@example.org", Password: "correct horse battery", Language: "en", Device: r.device(),
	})
}

func (r *rig) checkInBody() string {
	return asJSON(r.t, api.CheckInRequest{Snapshot: r.snapshot(), Prev: hex32, Next: hex32})
}

func (r *rig) answerBody() string {
	return asJSON(r.t, api.AnswerRequest{Code: "4HTM3XR9W", Snapshot: r.snapshot(), Ephemeral: r.service.key.X})
}

func (r *rig) keysBody() string {
	return asJSON(r.t, api.ReplaceKeyRequest{
		Key: r.service.key, Hardware: api.HardwareTPM, Next: hex32, Snapshot: r.snapshot(), Claim: strings.Repeat("A", 86),
	})
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
