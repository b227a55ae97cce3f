package chip_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api/sign"
	"github.com/seed-1feef0b2/holdfast/app/chip/chiptest"
)

// BenchmarkChip is what each call costs on swtpm, beside the bare key in memory.
// A chip of metal takes some ten times as long.
func BenchmarkChip(b *testing.B) {
	ctx := context.Background()
	b.Run("sign/bare", func(b *testing.B) {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			b.Fatal(err)
		}
		s := sign.NewSigner(k, rand.Reader)
		for b.Loop() {
			if _, err := s.Sign([]byte("message")); err != nil {
				b.Fatal(err)
			}
		}
	})
	m := chiptest.Start(b)
	c := open(b, m)
	made := enrol(b, c)
	k, err := c.LoadKey(ctx, made.key, auth)
	if err != nil {
		b.Fatal(err)
	}
	for name, f := range map[string]func() error{
		"sign":         func() error { _, err := k.Sign(ctx, []byte("message")); return err },
		"unseal":       func() error { _, err := c.Unseal(ctx, made.secret, auth); return err },
		"unseal/first": func() error { _, err := open(b, m).Unseal(ctx, made.secret, auth); return err },
		"new key":      func() error { _, err := c.NewKey(ctx, auth); return err },
		"name":         func() error { _, err := c.Name(ctx); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
