package server

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"io"

	"golang.org/x/crypto/chacha20poly1305"
)

// Sealer seals what is secret at rest under keys derived from the master key,
// which is not in the database. Each sealed value is bound to its place: a
// value copied to another row or column does not open.
type Sealer struct {
	aead  cipher.AEAD
	blind []byte
}

var errSealed = errors.New("server: a sealed value does not open: another master key, or a damaged database")

// NewSealer derives the keys (HKDF-SHA-256, one label each) from the master
// key: XChaCha20-Poly1305 for sealing, HMAC-SHA-256 for blind indexes.
func NewSealer(master [32]byte) *Sealer {
	seal, err := hkdf.Key(sha256.New, master[:], nil, "holdfast master seal v1", chacha20poly1305.KeySize)
	if err != nil {
		panic(err) // a constant length that HKDF-SHA-256 can give
	}
	blind, err := hkdf.Key(sha256.New, master[:], nil, "holdfast master blind v1", sha256.Size)
	if err != nil {
		panic(err)
	}
	aead, err := chacha20poly1305.NewX(seal)
	if err != nil {
		panic(err)
	}
	return &Sealer{aead: aead, blind: blind}
}

// seal gives nonce ‖ ciphertext. The place names table, column and row.
func (s *Sealer) seal(rand io.Reader, place string, secret []byte) ([]byte, error) {
	nonce := make([]byte, s.aead.NonceSize(), s.aead.NonceSize()+len(secret)+s.aead.Overhead())
	if _, err := io.ReadFull(rand, nonce); err != nil {
		return nil, err
	}
	return s.aead.Seal(nonce, nonce, secret, []byte(place)), nil
}

func (s *Sealer) open(place string, sealed []byte) ([]byte, error) {
	n := s.aead.NonceSize()
	if len(sealed) < n {
		return nil, errSealed
	}
	secret, err := s.aead.Open(nil, sealed[:n], sealed[n:], []byte(place))
	if err != nil {
		return nil, errSealed
	}
	return secret, nil
}

// index gives a keyed hash under which a value can be found without being
// stored. Each use has its own label.
func (s *Sealer) index(label, value string) []byte {
	m := hmac.New(sha256.New, s.blind)
	m.Write([]byte(label))
	m.Write([]byte{0})
	m.Write([]byte(value))
	return m.Sum(nil)
}
