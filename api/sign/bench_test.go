package sign_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api/sign"
)

// BenchmarkVerify checks the signature of a write of 7 kB, and beside it what nobody can
// do without: the curve's own verification and the hash of the body.
func BenchmarkVerify(b *testing.B) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	body := []byte(strings.Repeat("x", 7<<10))
	at := time.Unix(1_795_000_000, 0)
	r := httptest.NewRequest("POST", "/v1/devices/0123456789abcdef/check-ins", nil)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(sign.HeaderIdempotency, "0c7e1a52-5d0e-4cc4-8f2e-2f9f3c1f6a70")
	if err := sign.Request(r, body, "keys.example.org", sign.NewSigner(key, rand.Reader), at, [16]byte{7}); err != nil {
		b.Fatal(err)
	}
	know := func(string) (*ecdsa.PublicKey, error) { return &key.PublicKey, nil }
	var whole, floor time.Duration
	b.Run("floor", func(b *testing.B) {
		sum := sha256.Sum256(body)
		sig, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if again := sha256.Sum256(body); !ecdsa.VerifyASN1(&key.PublicKey, again[:], sig) {
				b.Fatal("a right signature is refused")
			}
		}
		floor = b.Elapsed() / time.Duration(b.N)
	})
	b.Run("request", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := sign.Verify(r, body, "keys.example.org", at, know); err != nil {
				b.Fatal(err)
			}
		}
		whole = b.Elapsed() / time.Duration(b.N)
		if floor > 0 {
			b.ReportMetric(float64(whole)/float64(floor), "x-floor")
		}
	})
}
