package sign

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Window is how far a request's created may be from the server's clock, either way.
const Window = 300 * time.Second

const nonceBytes = 16

// Proof is what a verified signature says.
type Proof struct {
	// KeyID is the thumbprint of the key that signed.
	KeyID string
	// Nonce is 128 bits, base64url without padding. Whether it was used before
	// is for the write's own transaction to find out.
	Nonce string
	// Created is the client's time, in whole seconds.
	Created time.Time
	// BodyHash is the SHA-256 of the body.
	BodyHash [sha256.Size]byte
}

// Verify checks that a request was signed under the profile for this authority
// by the key that the look-up gives for its keyid. Everything is rebuilt from
// the request and compared; nothing that it carries is trusted.
//
// Errors are *api.Error: signature (missing, wrong, or another profile),
// clock_skew (rightly signed, but created outside the window), unknown_key (the
// look-up knows none); or the look-up's own error, as it is.
func Verify(r *http.Request, body []byte, authority string, now time.Time,
	key func(keyid string) (*ecdsa.PublicKey, error),
) (Proof, error) {
	proof, base, sig, err := read(r, body, authority)
	if err != nil {
		return Proof{}, api.Wrap(api.CodeSignature, err)
	}
	pub, err := lookUp(proof.KeyID, key)
	if err != nil {
		return Proof{}, err
	}
	if !VerifyMessage(pub, base, sig) {
		return Proof{}, api.NewError(api.CodeSignature)
	}
	if d := now.Sub(proof.Created); d > Window || d < -Window {
		return Proof{}, api.NewError(api.CodeClockSkew)
	}
	return proof, nil
}

func lookUp(keyid string, key func(string) (*ecdsa.PublicKey, error)) (*ecdsa.PublicKey, error) {
	pub, err := key(keyid)
	if err != nil { // not "unknown": a client would take that for the end of its key
		return nil, err
	}
	if pub == nil {
		return nil, api.NewError(api.CodeUnknownKey)
	}
	return pub, nil
}

// read gives what a request claims, the signature base of what it is, and its signature.
func read(r *http.Request, body []byte, authority string) (p Proof, base, sig []byte, err error) {
	c := components(body)
	p, params, err := parseInput(r.Header, c)
	if err != nil {
		return p, nil, nil, err
	}
	if sig, err = parseSignature(r.Header); err != nil {
		return p, nil, nil, err
	}
	p.BodyHash = sha256.Sum256(body)
	if err = checkHeaders(r.Header, body, &p.BodyHash); err != nil {
		return p, nil, nil, err
	}
	base, err = signatureBase(c.names, params, requestValue(r, authority))
	return p, base, sig, err
}

// parseInput reads created, nonce and keyid, and then insists that the header
// is, byte by byte, what the profile writes for them. That refuses other
// components, another order, other or repeated parameters, a second signature.
func parseInput(h http.Header, c coverage) (p Proof, params string, err error) {
	raw, err := single(h, HeaderInput)
	if err != nil {
		return p, "", err
	}
	_, rest, _ := strings.Cut(raw, beforeCreated)
	number, rest, _ := strings.Cut(rest, beforeNonce)
	nonce, rest, _ := strings.Cut(rest, beforeKeyID)
	keyid, _, _ := strings.Cut(rest, `"`)
	created, err := strconv.ParseInt(number, 10, 64)
	if err != nil || created > mostInteger || created < -mostInteger || !isBytes(nonce, nonceBytes) || !isBytes(keyid, sha256.Size) {
		return p, "", errProfile
	}
	params = signatureParams(c, created, nonce, keyid)
	if len(raw) != len(beforeInput)+len(params) || raw[:len(beforeInput)] != beforeInput || raw[len(beforeInput):] != params {
		return p, "", errProfile
	}
	return Proof{KeyID: keyid, Nonce: nonce, Created: time.Unix(created, 0).UTC()}, params, nil
}

// mostInteger is the greatest number of a structured field (RFC 9651, section 3.3.1).
const mostInteger = 999_999_999_999_999

var errProfile = errors.New("not the profile " + Tag)

// isBytes says that a text is exactly n bytes of base64url, at most 32.
func isBytes(s string, n int) bool {
	var room [sha256.Size + 3]byte
	if len(s) != b64.EncodedLen(n) {
		return false
	}
	got, err := b64.Decode(room[:], []byte(s))
	return err == nil && got == n
}

// Bits that fill the last letter must be zero, so that a signature has one spelling.
var b64Padded = base64.StdEncoding.Strict()

func parseSignature(h http.Header) ([]byte, error) {
	raw, err := single(h, HeaderSignature)
	if err != nil {
		return nil, err
	}
	text, ok := strings.CutPrefix(raw, beforeSignature)
	text, closed := strings.CutSuffix(text, ":")
	if !ok || !closed || len(text) != b64Padded.EncodedLen(2*coordinate) {
		return nil, errProfile
	}
	sig, err := b64Padded.DecodeString(text)
	if err != nil || len(sig) != 2*coordinate {
		return nil, errProfile
	}
	return sig, nil
}

// checkHeaders compares the digest with that of the body that came. Fields that would
// not be covered may not be there at all.
func checkHeaders(h http.Header, body []byte, sum *[sha256.Size]byte) error {
	if len(body) == 0 {
		if len(h.Values(HeaderDigest))+len(h.Values(HeaderIdempotency))+len(h.Values(headerContentType)) > 0 {
			return errComponent
		}
		return nil
	}
	digest, err := single(h, HeaderDigest)
	if err != nil {
		return err
	}
	if digest != digestOf(sum) {
		return errors.New("the body is not the one that was signed")
	}
	return nil
}
