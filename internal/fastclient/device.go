package fastclient

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hpke"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
)

// Password is that of every account which these clients make.
const Password = "seven green herons wading"

// Server says where requests go.
type Server struct {
	// URL is where they are sent, such as http://127.0.0.1:7461.
	URL string
	// Origin is what they are signed for; empty means URL.
	Origin string
	// HTTP carries them; nil means http.DefaultClient.
	HTTP *http.Client
	// Now is the clock of the signatures; nil means time.Now.
	Now func() time.Time
}

// Device is one computer with its key. It may be used by one goroutine at a
// time; requests made with Request and Send may overlap.
type Device struct {
	Server *Server
	// Source is sent as X-Forwarded-For where it is not empty: the address behind
	// a proxy that the server trusts.
	Source string
	Email  string
	// Account, ID and Challenge are what the server said last.
	Account   string
	ID        string
	Challenge api.Challenge
	// Disk is the value of the computer's boot disk: another one asks for a code.
	Disk string
	// Prev is the chain value that the server has acknowledged.
	Prev string
	// Share is the server's share of the vault as it was last released.
	Share []byte

	key       *ecdsa.PrivateKey
	signer    sign.Signer
	ephemeral *ecdh.PrivateKey
}

// New is a computer that no account knows, with a key of its own.
func New(s *Server, email string) (*Device, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	ephemeral, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return &Device{
		Server: s, Email: email, Disk: "d1", key: key, signer: sign.NewSigner(key, rand.Reader), ephemeral: ephemeral,
	}, nil
}

// KeyID is the thumbprint of the device key.
func (d *Device) KeyID() string { return d.signer.KeyID() }

// Ephemeral is the public key that shares are sealed to, base64url.
func (d *Device) Ephemeral() string {
	return base64.RawURLEncoding.EncodeToString(d.ephemeral.PublicKey().Bytes())
}

// Random gives n random bytes as hex digits: chain values, idempotency keys.
func Random(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // never fails (crypto/rand)
	return hex.EncodeToString(raw)
}

// Reply is what the server said. Code is the problem's, empty where there was none.
type Reply struct {
	Status  int
	Header  http.Header
	Body    []byte
	Code    string
	Problem api.Problem
}

// Final says that the server's word stands: it took the request or refused it.
// What is not final may be asked again under the same idempotency key.
func (r Reply) Final() bool { return r.Status > 0 && r.Status < 500 }

// Err is nil for a reply that is no problem, and else names it.
func (r Reply) Err() error {
	if r.Status >= 200 && r.Status < 300 {
		return nil
	}
	return fmt.Errorf("status %d: %w", r.Status, api.NewError(r.Code))
}

// Call is one request. A POST has a body and a key.
type Call struct {
	Method, Path string
	Body         any
	// Key is the idempotency key of a POST; empty makes a new one.
	Key string
	// Raw is sent as the body in the place of Body, whatever it is.
	Raw []byte
	// Alter changes the request after it was signed; nil leaves it.
	Alter func(*http.Request)
}

// Send signs a call afresh and sends it once. An error means that no reply came:
// what was asked may have been done.
func (d *Device) Send(ctx context.Context, c Call) (Reply, error) {
	r, err := d.request(ctx, c)
	if err != nil {
		return Reply{}, err
	}
	client := d.Server.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(r)
	if err != nil {
		return Reply{}, err
	}
	defer resp.Body.Close()
	reply := Reply{Status: resp.StatusCode, Header: resp.Header}
	if reply.Body, err = io.ReadAll(resp.Body); err != nil {
		return Reply{}, err
	}
	if reply.Status >= 400 {
		if err := json.Unmarshal(reply.Body, &reply.Problem); err != nil {
			return reply, nil //nolint:nilerr // a reply all the same, without a code
		}
		reply.Code = reply.Problem.Code
	}
	return reply, nil
}

func (d *Device) request(ctx context.Context, c Call) (*http.Request, error) {
	body := c.Raw
	var from io.Reader
	if c.Body != nil {
		var err error
		if body, err = json.Marshal(c.Body); err != nil {
			return nil, err
		}
	}
	if body != nil {
		// A reader of a type that net/http does not know: it must not send the same
		// signature a second time by itself.
		from = io.NopCloser(bytes.NewReader(body))
	}
	r, err := http.NewRequestWithContext(ctx, c.Method, d.Server.URL+c.Path, from)
	if err != nil {
		return nil, err
	}
	if body != nil {
		r.ContentLength = int64(len(body))
		if c.Key == "" {
			c.Key = Random(16)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(sign.HeaderIdempotency, c.Key)
	}
	if d.Source != "" {
		r.Header.Set("X-Forwarded-For", d.Source)
	}
	if err := d.sign(r, body); err != nil {
		return nil, err
	}
	if c.Alter != nil {
		c.Alter(r)
	}
	return r, nil
}

func (d *Device) sign(r *http.Request, body []byte) error {
	origin := d.Server.Origin
	if origin == "" {
		origin = d.Server.URL
	}
	authority, err := sign.Authority(origin)
	if err != nil {
		return err
	}
	now := time.Now
	if d.Server.Now != nil {
		now = d.Server.Now
	}
	var nonce [16]byte
	_, _ = rand.Read(nonce[:])
	return sign.Request(r, body, authority, d.signer, now(), nonce)
}

// Insist sends a call, under one idempotency key and signed afresh each time,
// until the reply is final. It gives the reply and how many attempts had none.
func (d *Device) Insist(ctx context.Context, c Call) (Reply, int, error) {
	if c.Body != nil && c.Key == "" {
		c.Key = Random(16)
	}
	for lost := 0; ; lost++ {
		reply, err := d.Send(ctx, c)
		if err == nil && reply.Final() {
			return reply, lost, nil
		}
		select {
		case <-ctx.Done():
			return reply, lost, errors.Join(ctx.Err(), err, reply.Err())
		case <-time.After(time.Duration(min(lost, 10)+1) * 20 * time.Millisecond):
		}
	}
}

// Path fills a route of package api with the device and a challenge's reference.
func (d *Device) Path(route, reference string) string {
	return strings.NewReplacer("{id}", d.ID, "{ref}", reference).Replace(route)
}

// open opens a release, as the client does before it opens its vault.
func (d *Device) open(r api.Release) ([]byte, error) {
	private, err := hpke.NewDHKEMPrivateKey(d.ephemeral)
	if err != nil {
		return nil, err
	}
	enc, err := base64.RawURLEncoding.DecodeString(r.Enc)
	if err != nil {
		return nil, err
	}
	sealed, err := base64.RawURLEncoding.DecodeString(r.Sealed)
	if err != nil {
		return nil, err
	}
	to, err := hpke.NewRecipient(enc, private, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte("holdfast release v1"))
	if err != nil {
		return nil, err
	}
	return to.Open([]byte(d.ID), sealed)
}
