package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"time"
)

// Signer holds a device key.
type Signer interface {
	// KeyID is the key's RFC 7638 thumbprint.
	KeyID() string
	// Sign signs SHA-256(msg) with ES256: r‖s, 64 bytes.
	Sign(msg []byte) ([]byte, error)
}

type ecdsaSigner struct {
	key   *ecdsa.PrivateKey
	keyid string
	rand  io.Reader
}

// NewSigner makes a Signer of a P-256 key in memory. With a nil rand the
// signatures are deterministic (RFC 6979).
func NewSigner(key *ecdsa.PrivateKey, rand io.Reader) Signer {
	keyid, err := Thumbprint(FromPublic(&key.PublicKey))
	if err != nil {
		keyid = "" // not P-256: Request then fails, and every server refuses
	}
	return &ecdsaSigner{key: key, keyid: keyid, rand: rand}
}

func (s *ecdsaSigner) KeyID() string { return s.keyid }

func (s *ecdsaSigner) Sign(msg []byte) ([]byte, error) {
	sum := sha256.Sum256(msg)
	der, err := s.key.Sign(s.rand, sum[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	var sig struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &sig); err != nil {
		return nil, err
	}
	out := make([]byte, 2*coordinate)
	sig.R.FillBytes(out[:coordinate])
	sig.S.FillBytes(out[coordinate:])
	return out, nil
}

// VerifyMessage checks a signature that a Signer made over msg: 64 bytes, r‖s.
func VerifyMessage(pub *ecdsa.PublicKey, msg, signature []byte) bool {
	if pub == nil || len(signature) != 2*coordinate {
		return false
	}
	sum := sha256.Sum256(msg)
	var room [2 + 2*(2+1+coordinate)]byte
	der := append(room[:0], derSequence, 0)
	der = appendInteger(der, signature[:coordinate])
	der = appendInteger(der, signature[coordinate:])
	der[1] = byte(len(der) - 2)
	return ecdsa.VerifyASN1(pub, sum[:], der)
}

// Tags of DER (ITU-T X.690).
const (
	derInteger  = 0x02
	derSequence = 0x30
)

// appendInteger writes a number of at most 32 bytes in DER: without zeros before it, but
// with one where its first bit would be taken for a sign.
func appendInteger(der, n []byte) []byte {
	for len(n) > 1 && n[0] == 0 {
		n = n[1:]
	}
	if n[0] < 0x80 {
		return append(append(der, derInteger, byte(len(n))), n...)
	}
	return append(append(der, derInteger, byte(len(n)+1), 0), n...)
}

// Request signs a request: it sets Content-Digest (with a body), Signature-Input
// and Signature, replacing older ones, so that a request may be signed again
// with a new nonce. Content-Type and Idempotency-Key must be set before where
// there is a body. Authority is that of the server's origin (see Authority),
// created is cut to whole seconds.
func Request(r *http.Request, body []byte, authority string, s Signer, created time.Time, nonce [16]byte) error {
	r.Header.Del(HeaderDigest)
	sum := sha256.Sum256(body)
	if len(body) > 0 {
		r.Header.Set(HeaderDigest, digestOf(&sum))
	}
	if err := checkHeaders(r.Header, body, &sum); err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	c := components(body)
	params := signatureParams(c, created.Unix(), b64.EncodeToString(nonce[:]), s.KeyID())
	base, err := signatureBase(c.names, params, requestValue(r, authority))
	if err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	sig, err := s.Sign(base)
	if err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	r.Header.Set(HeaderInput, beforeInput+params)
	r.Header.Set(HeaderSignature, beforeSignature+base64.StdEncoding.EncodeToString(sig)+":")
	return nil
}

// The one member of each dictionary begins with the profile's label.
const (
	beforeInput     = label + "="
	beforeSignature = label + "=:"
)
