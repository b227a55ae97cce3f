package app

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"

	"github.com/go-jose/go-jose/v4"

	"github.com/seed-1feef0b2/holdfast/api"
)

// pastMost is how many earlier issuer keys are kept: what is stored is renewed at
// every check-in, so that one is enough but for a kill.
const pastMost = 4

// issuerID names an issuer key, given as it is pinned: its RFC 7638 thumbprint.
func issuerID(pinned string) string {
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + pinned + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func issuerKey(pinned string) (ed25519.PublicKey, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(pinned)
	return raw, err == nil && len(raw) == ed25519.PublicKeySize
}

// learnIssuers walks the announced changes of the issuer keys, each signed by the
// key that was pinned as next by then. Where none of the pinned keys vouches for
// the server's, what it signed is left out of the reply, and the changes wait for
// the owner. It comes before anything else of a reply is looked at.
func (s *session) learnIssuers(reply *api.DeviceReply) error {
	if len(reply.Issuers) == 0 {
		return nil
	}
	if _, strange := freshStart(reply.Issuers[0], s.id.Server); strange {
		if reply.State == api.DevicePending && !s.state.Vault {
			// Nothing was signed for this computer yet: it is as at its enrolment,
			// where the keys are pinned as they come.
			return s.trustStrange(reply)
		}
		s.state.Strange = reply.Issuers
		reply.Certificate, reply.Policy, reply.Rules = "", "", ""
		return nil
	}
	pins, past := s.walk(s.id.Issuers, reply.Issuers)
	return s.repin(pins, past)
}

// walk follows changes as far as they fit, and gives the keys and those before.
func (s *session) walk(pins api.IssuerKeys, changes []string) (api.IssuerKeys, []string) {
	var past []string
	for _, compact := range changes {
		next, err := verifyChange(compact, pins, s.id.Server)
		if err != nil {
			s.cfg.Log.Warn("change of the server's keys refused", "error", err)
			break
		}
		past = append([]string{pins.Current}, past...)
		pins = next
	}
	return pins, past
}

// verifyChange checks one change from the pinned keys on.
func verifyChange(compact string, pins api.IssuerKeys, server string) (api.IssuerKeys, error) {
	payload, err := verifySigned(compact, api.IssuersType, api.IssuerKeys{Next: pins.Next})
	if err != nil {
		return pins, err
	}
	var c api.IssuersClaims
	if err := json.Unmarshal(payload, &c); err != nil {
		return pins, err
	}
	_, ok := issuerKey(c.Keys.Next)
	if c.Issuer != server || c.Audience != api.Audience || c.Previous != pins ||
		c.Keys.Current != pins.Next || !ok || c.Keys.Next == pins.Next {
		return pins, errSigned
	}
	return c.Keys, nil
}

// freshStart reads a change for which nothing vouches but the new key itself.
func freshStart(compact, server string) (api.IssuerKeys, bool) {
	sig, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil {
		return api.IssuerKeys{}, false
	}
	var c api.IssuersClaims
	if err := json.Unmarshal(sig.UnsafePayloadWithoutVerification(), &c); err != nil {
		return api.IssuerKeys{}, false
	}
	if _, err := verifySigned(compact, api.IssuersType, api.IssuerKeys{Current: c.Keys.Current}); err != nil {
		return api.IssuerKeys{}, false
	}
	_, ok := issuerKey(c.Keys.Next)
	return c.Keys, ok && c.Issuer == server && c.Audience == api.Audience && c.Previous == (api.IssuerKeys{})
}

// trustStrange takes the keys for which nothing vouches: those of the reply to the
// owner's own act, which has them no longer afterwards, or those that waited for it.
func (s *session) trustStrange(reply *api.DeviceReply) error {
	fresh := reply.Issuers
	if len(fresh) == 0 {
		fresh = s.state.Strange
	}
	if len(fresh) == 0 {
		return nil
	}
	keys, ok := freshStart(fresh[0], s.id.Server)
	if !ok {
		return nil
	}
	pins, past := s.walk(keys, fresh[1:])
	s.state.Strange, reply.Issuers = nil, nil
	s.cfg.Log.Warn("new keys of the server taken without the old ones' word", "key", issuerID(pins.Current))
	return s.repin(pins, append(past, s.id.Issuers.Current))
}

// repin pins other keys. The keys before are stored first, by which what is stored
// is still known after a kill in between; the announcement then comes again.
func (s *session) repin(pins api.IssuerKeys, past []string) error {
	if pins == s.id.Issuers {
		return nil
	}
	all := append(slices.Clone(past), s.state.Past...)
	s.state.Past = all[:min(len(all), pastMost)]
	s.past = s.state.Past
	if err := s.save(); err != nil {
		return err
	}
	id := *s.id
	id.Issuers = pins
	if err := s.storeIdentity(&id); err != nil {
		return err
	}
	s.id = &id
	return nil
}
