package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"time"

	"github.com/dunglas/httpsfv"
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
	r := new(big.Int).SetBytes(signature[:coordinate])
	s := new(big.Int).SetBytes(signature[coordinate:])
	return ecdsa.Verify(pub, sum[:], r, s)
}

// Request signs a request: it sets Content-Digest (with a body), Signature-Input
// and Signature, replacing older ones, so that a request may be signed again
// with a new nonce. Content-Type and Idempotency-Key must be set before where
// there is a body. Authority is that of the server's origin (see Authority),
// created is cut to whole seconds.
func Request(r *http.Request, body []byte, authority string, s Signer, created time.Time, nonce [16]byte) error {
	r.Header.Del(HeaderDigest)
	if len(body) > 0 {
		r.Header.Set(HeaderDigest, Digest(body))
	}
	if err := checkHeaders(r.Header, body); err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	list, err := signatureParams(components(body), created.Unix(), b64.EncodeToString(nonce[:]), s.KeyID())
	if err != nil {
		return err
	}
	base, err := signatureBase(list, requestValue(r, authority))
	if err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	sig, err := s.Sign(base)
	if err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	return setHeaders(r.Header, list, sig)
}

func setHeaders(h http.Header, list httpsfv.InnerList, sig []byte) error {
	input, err := dictionary(list)
	if err != nil {
		return err
	}
	value, err := dictionary(httpsfv.NewItem(sig))
	if err != nil {
		return err
	}
	h.Set(HeaderInput, input)
	h.Set(HeaderSignature, value)
	return nil
}

// dictionary writes a one-member dictionary under the profile's label.
func dictionary(m httpsfv.Member) (string, error) {
	d := httpsfv.NewDictionary()
	d.Add(label, m)
	return httpsfv.Marshal(d)
}
