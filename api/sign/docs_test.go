package sign

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// The private half of test-key-ecc-p256 (RFC 9421, appendix B.1.3): published,
// and good for examples alone.
const rfcPrivate = `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIFKbhfNZfpDsW43+0+JjUr9K+bTeuxopu653+hBaXGA7oAoGCCqGSM49
AwEHoUQDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lfw0EkjqF7xB4FivAxzic30tMM
4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END EC PRIVATE KEY-----`

// TestWorkedExample keeps the example of docs/protocol.md true: it signs the
// same request with the RFC's key, deterministically (RFC 6979).
func TestWorkedExample(t *testing.T) {
	raw, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(raw)
	block, _ := pem.Decode([]byte(rfcPrivate))
	key, err := x509.ParseECPrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	const body, authority = `{"channel":"email"}`, "keys.example.org"
	at := time.Date(2026, 11, 22, 14, 9, 0, 0, time.UTC)
	r := httptest.NewRequest("POST", "/v1/devices/d1/challenges/K7Q/deliveries", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(HeaderIdempotency, "5f0c2a")
	nonce := [16]byte([]byte("sixteen bytes !!"))
	if err := Request(r, []byte(body), authority, NewSigner(key, nil), at, nonce); err != nil {
		t.Fatal(err)
	}
	_, base, _, err := read(r, []byte(body), authority)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		string(base), body, "Content-Digest: " + r.Header.Get(HeaderDigest), "Idempotency-Key: 5f0c2a",
		"Signature-Input: " + r.Header.Get(HeaderInput), "Signature: " + r.Header.Get(HeaderSignature),
	} {
		if !strings.Contains(doc, want) {
			t.Errorf("docs/protocol.md does not show:\n%s", want)
		}
	}
	_, err = Verify(r, []byte(body), authority, at, func(string) (*ecdsa.PublicKey, error) { return &key.PublicKey, nil })
	if err != nil {
		t.Error(err)
	}
}
