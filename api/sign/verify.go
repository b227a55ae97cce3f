package sign

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"errors"
	"net/http"
	"time"

	"github.com/dunglas/httpsfv"

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
	list, proof, err := parseInput(r.Header, body)
	if err != nil {
		return Proof{}, api.Wrap(api.CodeSignature, err)
	}
	sig, err := parseSignature(r.Header)
	if err != nil {
		return Proof{}, api.Wrap(api.CodeSignature, err)
	}
	if err := checkHeaders(r.Header, body); err != nil {
		return Proof{}, api.Wrap(api.CodeSignature, err)
	}
	base, err := signatureBase(list, requestValue(r, authority))
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

// parseInput reads created, nonce and keyid, and then insists that the header
// is, byte by byte, what the profile writes for them. That refuses other
// components, another order, other or repeated parameters, a second signature.
func parseInput(h http.Header, body []byte) (httpsfv.InnerList, Proof, error) {
	none := httpsfv.InnerList{}
	raw, err := single(h, HeaderInput)
	if err != nil {
		return none, Proof{}, err
	}
	d, err := httpsfv.UnmarshalDictionary([]string{raw})
	if err != nil {
		return none, Proof{}, err
	}
	member, _ := d.Get(label)
	got, ok := member.(httpsfv.InnerList)
	if !ok {
		return none, Proof{}, errProfile
	}
	created, nonce, keyid, err := facts(got.Params)
	if err != nil {
		return none, Proof{}, err
	}
	want, err := signatureParams(components(body), created, nonce, keyid)
	if err != nil {
		return none, Proof{}, err
	}
	if s, err := dictionary(want); err != nil || s != raw {
		return none, Proof{}, errProfile
	}
	return want, Proof{KeyID: keyid, Nonce: nonce, Created: time.Unix(created, 0).UTC()}, nil
}

var errProfile = errors.New("not the profile " + Tag)

func facts(p *httpsfv.Params) (created int64, nonce, keyid string, err error) {
	c, _ := p.Get("created")
	n, _ := p.Get("nonce")
	k, _ := p.Get("keyid")
	created, okC := c.(int64)
	nonce, okN := n.(string)
	keyid, okK := k.(string)
	_, nonceRight := decode(nonce, nonceBytes)
	_, keyidRight := decode(keyid, sha256.Size)
	if !okC || !okN || !okK || !nonceRight || !keyidRight {
		return 0, "", "", errProfile
	}
	return created, nonce, keyid, nil
}

func parseSignature(h http.Header) ([]byte, error) {
	raw, err := single(h, HeaderSignature)
	if err != nil {
		return nil, err
	}
	d, err := httpsfv.UnmarshalDictionary([]string{raw})
	if err != nil {
		return nil, err
	}
	member, _ := d.Get(label)
	item, ok := member.(httpsfv.Item)
	if !ok {
		return nil, errProfile
	}
	sig, ok := item.Value.([]byte)
	if !ok || len(sig) != 2*coordinate {
		return nil, errProfile
	}
	if s, err := dictionary(httpsfv.NewItem(sig)); err != nil || s != raw {
		return nil, errProfile
	}
	return sig, nil
}

// checkHeaders compares the digest with the body that came. Fields that would
// not be covered may not be there at all.
func checkHeaders(h http.Header, body []byte) error {
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
	if digest != Digest(body) {
		return errors.New("the body is not the one that was signed")
	}
	return nil
}
