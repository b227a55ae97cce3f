package sign

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"errors"

	"github.com/seed-1feef0b2/holdfast/api"
)

const (
	coordinate = 32 // bytes of one P-256 coordinate, of r and of s
	uncompress = 4  // first byte of an uncompressed point (SEC 1, 2.3.3)
)

// Trailing bits must be zero, so that a key has one spelling.
var b64 = base64.RawURLEncoding.Strict()

var errKey = errors.New("not a P-256 public key")

// PublicKey reads a JWK (RFC 7518, section 6.2). The error says only that it is
// not a P-256 key: another type or curve, a coordinate that is not 32 bytes of
// base64url without padding, or a point that is not on the curve.
func PublicKey(k api.Key) (*ecdsa.PublicKey, error) {
	if k.KeyType != "EC" || k.Curve != "P-256" {
		return nil, errKey
	}
	x, okX := decode(k.X, coordinate)
	y, okY := decode(k.Y, coordinate)
	if !okX || !okY {
		return nil, errKey
	}
	point := append(append([]byte{uncompress}, x...), y...)
	pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil, errKey
	}
	return pub, nil
}

// decode reads exactly n bytes of base64url without padding. The length is
// compared too, because the decoder skips line breaks.
func decode(s string, n int) ([]byte, bool) {
	raw, err := b64.DecodeString(s)
	return raw, err == nil && len(raw) == n && len(s) == b64.EncodedLen(n)
}

// FromPublic writes a P-256 public key as a JWK. A key of another curve, which
// no caller has, gives an empty JWK that PublicKey refuses.
func FromPublic(pub *ecdsa.PublicKey) api.Key {
	point, err := pub.Bytes()
	if err != nil || len(point) != 1+2*coordinate {
		return api.Key{}
	}
	return api.Key{
		KeyType: "EC", Curve: "P-256",
		X: b64.EncodeToString(point[1 : 1+coordinate]),
		Y: b64.EncodeToString(point[1+coordinate:]),
	}
}

// Thumbprint is the keyid of a key: the SHA-256 thumbprint of RFC 7638,
// base64url without padding, 43 characters. It refuses what PublicKey refuses.
func Thumbprint(k api.Key) (string, error) {
	if _, err := PublicKey(k); err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + k.X + `","y":"` + k.Y + `"}`))
	return b64.EncodeToString(sum[:]), nil
}
