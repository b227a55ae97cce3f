package app

import (
	"crypto/ed25519"
	"encoding/base64"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
)

// FuzzVerifySigned: nothing that the pinned keys did not sign is accepted, in
// whatever form it comes.
func FuzzVerifySigned(f *testing.F) {
	pinned := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	keys := api.IssuerKeys{Current: base64.RawURLEncoding.EncodeToString(pinned), Next: "not a key"}
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add("eyJhbGciOiJFZERTQSIsInR5cCI6ImhvbGRmYXN0LXBvbGljeStqd3QifQ.e30.AAAA")
	f.Add("..")
	f.Fuzz(func(t *testing.T, compact string) {
		for _, typ := range []string{api.CertificateType, api.PolicyType} {
			if payload, err := verifySigned(compact, typ, keys); err == nil {
				t.Fatalf("accepted %q", payload)
			}
		}
	})
}
