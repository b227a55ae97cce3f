package app

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/seed-1feef0b2/holdfast/api"
)

// clockSlack is how far the clock may be behind the latest server time without
// being called wrong: the server's own window for signatures.
const clockSlack = 5 * time.Minute

var (
	errSigned = errors.New("not for this computer, or not what it should be")
	// errSigner says that none of the pinned keys signed it: not an earlier one either,
	// whose rotation a server that was put back from a backup has forgotten, and which
	// a thief may have.
	errSigner = errors.New("not signed by a pinned key")
)

// signedBy gives the code of a document that is refused: other keys than this
// computer knows are said apart, because only the server's operator can mend them.
func signedBy(code string, err error) error {
	if errors.Is(err, errSigner) {
		code = api.CodeServerKeys
	}
	return api.Wrap(code, err)
}

// verifySigned checks a compact JWS against the pinned keys, and for what is stored
// against those that were pinned before, and gives its payload. Algorithm and type
// are fixed: the token does not choose them.
func verifySigned(compact, typ string, issuers api.IssuerKeys, past ...string) ([]byte, error) {
	sig, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil {
		return nil, err
	}
	if got, _ := sig.Signatures[0].Protected.ExtraHeaders[jose.HeaderType].(string); got != typ {
		return nil, errSigned
	}
	for _, pinned := range append([]string{issuers.Current, issuers.Next}, past...) {
		raw, err := base64.RawURLEncoding.DecodeString(pinned)
		if err != nil || len(raw) != ed25519.PublicKeySize {
			continue
		}
		if payload, err := sig.Verify(ed25519.PublicKey(raw)); err == nil {
			return payload, nil
		}
	}
	return nil, errSigner
}

// verifyCertificate checks an activation certificate offline: signature, type,
// issuer, audience, the device and its key. Whether it has ended is the
// caller's to say.
func verifyCertificate(compact string, id *identity, thumbprint string, past ...string) (*api.CertificateClaims, error) {
	payload, err := verifySigned(compact, api.CertificateType, id.Issuers, past...)
	if err != nil {
		return nil, err
	}
	var c api.CertificateClaims
	if err := json.Unmarshal(payload, &c); err != nil {
		return nil, err
	}
	if c.Audience != api.Audience || c.Issuer != id.Server || c.Device != id.Device ||
		c.Account != id.Account || c.Confirmation.Thumbprint != thumbprint || c.Expires <= c.IssuedAt {
		return nil, errSigned
	}
	return &c, nil
}

// verifyPolicy checks a signed policy and gives it.
func verifyPolicy(compact string, id *identity, past ...string) (api.Policy, error) {
	payload, err := verifySigned(compact, api.PolicyType, id.Issuers, past...)
	if err != nil {
		return api.Policy{}, signedBy(api.CodePolicyInvalid, err)
	}
	var p api.Policy
	if err := json.Unmarshal(payload, &p); err != nil || p.Name == "" {
		return api.Policy{}, api.Wrap(api.CodePolicyInvalid, err)
	}
	return p, nil
}

// proof says what a certificate is worth at a moment.
func proof(c *api.CertificateClaims, now time.Time) Proof {
	switch {
	case c == nil:
		return ProofNone
	case !now.Before(time.Unix(c.Expires, 0)):
		return ProofExpired
	default:
		return ProofValid
	}
}

// clockBack says that the clock shows a time before the latest server time.
func clockBack(now time.Time, latest string) bool {
	t, err := time.Parse(time.RFC3339, latest)
	return err == nil && now.Add(clockSlack).Before(t)
}

// later gives the later of two RFC 3339 times.
func later(a, b string) string {
	ta, errA := time.Parse(time.RFC3339, a)
	tb, errB := time.Parse(time.RFC3339, b)
	if errB != nil || errA == nil && ta.After(tb) {
		return a
	}
	return b
}
