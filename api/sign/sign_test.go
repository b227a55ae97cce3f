package sign

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

const authority = "127.0.0.1:7461"

var created = time.Date(2026, 11, 22, 14, 9, 0, 0, time.UTC)

type fixture struct {
	signer Signer
	pub    *ecdsa.PublicKey
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return fixture{NewSigner(key, rand.Reader), &key.PublicKey}
}

func (f fixture) key(id string) (*ecdsa.PublicKey, error) {
	if id != f.signer.KeyID() {
		return nil, errors.New("no such key")
	}
	return f.pub, nil
}

func (f fixture) signed(t *testing.T, method, target, body string) *http.Request {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(HeaderIdempotency, "6f1e")
	}
	if err := Request(r, []byte(body), authority, f.signer, created, [16]byte{1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	return r
}

func (f fixture) verify(r *http.Request, body string, now time.Time) (Proof, error) {
	return Verify(r, []byte(body), authority, now, f.key)
}

func TestRoundTrip(t *testing.T) {
	f := newFixture(t)
	for _, c := range [][3]string{
		{"POST", "http://proxy.internal/v1/devices/d1/check-ins", `{"a":1}`},
		{"GET", "http://" + authority + "/v1/devices/d1/challenges/K7Q", ""},
		{"GET", "/v1/devices?page=2&q=a%20b", ""},
		{"GET", "/a%2Fb/c%20d", ""},
	} {
		p, err := f.verify(f.signed(t, c[0], c[1], c[2]), c[2], created)
		if err != nil {
			t.Fatalf("%v: %v", c, err)
		}
		if p.KeyID != f.signer.KeyID() || !p.Created.Equal(created) || p.Nonce != "AQIDAAAAAAAAAAAAAAAAAA" {
			t.Errorf("%v: proof %+v", c, p)
		}
	}
}

// TestOverTheWire signs on one side of a real connection and verifies on the other.
func TestOverTheWire(t *testing.T) {
	f := newFixture(t)
	var got error
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, got = f.verify(r, string(body), created)
	}))
	defer srv.Close()
	body := []byte(`{"snapshot":{}}`)
	r, _ := http.NewRequest("POST", srv.URL+"/v1/devices/a%2Fb/check-ins?x=%41", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(HeaderIdempotency, "k1")
	if err := Request(r, body, authority, f.signer, created, [16]byte{}); err != nil {
		t.Fatal(err)
	}
	reply, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = reply.Body.Close()
	if got != nil {
		t.Errorf("refused: %v", got)
	}
}

func TestSignedAgain(t *testing.T) {
	f := newFixture(t)
	r := f.signed(t, "POST", "/x", "{}")
	if err := Request(r, []byte("{}"), authority, f.signer, created.Add(time.Hour), [16]byte{9}); err != nil {
		t.Fatal(err)
	}
	if p, err := f.verify(r, "{}", created.Add(time.Hour)); err != nil || p.Nonce[0] != 'C' {
		t.Errorf("%+v %v", p, err)
	}
}

func TestRequestNeedsItsHeaders(t *testing.T) {
	f := newFixture(t)
	r := httptest.NewRequest("POST", "/x", nil)
	if err := Request(r, []byte("{}"), authority, f.signer, created, [16]byte{}); err == nil {
		t.Error("signed without content type and idempotency key")
	}
	r = httptest.NewRequest("GET", "/x", nil)
	r.Header.Set(HeaderIdempotency, "x")
	if err := Request(r, nil, authority, f.signer, created, [16]byte{}); err == nil {
		t.Error("signed with a field that is not covered")
	}
}

func TestWindow(t *testing.T) {
	f := newFixture(t)
	r := f.signed(t, "GET", "/x", "")
	for d, want := range map[time.Duration]string{
		0: "", Window: "", -Window: "",
		Window + time.Second:  api.CodeClockSkew,
		-Window - time.Second: api.CodeClockSkew,
		24 * 365 * time.Hour:  api.CodeClockSkew,
	} {
		if _, err := f.verify(r, "", created.Add(d)); api.CodeOf(err) != want {
			t.Errorf("%s off: got %v, want %q", d, err, want)
		}
	}
}

func TestLookUpErrors(t *testing.T) {
	f := newFixture(t)
	r := f.signed(t, "GET", "/x", "")
	give := func(k *ecdsa.PublicKey, err error) func(string) (*ecdsa.PublicKey, error) {
		return func(string) (*ecdsa.PublicKey, error) { return k, err }
	}
	for name, c := range map[string]struct {
		key  func(string) (*ecdsa.PublicKey, error)
		want string
	}{
		"none":    {give(nil, nil), api.CodeUnknownKey},
		"failed":  {give(nil, errors.New("x")), api.CodeInternal},
		"revoked": {give(nil, api.NewError(api.CodeRevoked)), api.CodeRevoked},
		"another": {give(newFixture(t).pub, nil), api.CodeSignature},
	} {
		if _, err := Verify(r, nil, authority, created, c.key); api.CodeOf(err) != c.want {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}
