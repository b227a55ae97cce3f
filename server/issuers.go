package server

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"sync"

	"github.com/go-jose/go-jose/v4"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Roles of issuer keys.
const (
	issuerCurrent = "current"
	issuerNext    = "next"
	issuerPast    = "past"
)

// issuers are the keys that sign, as they stand in one ring; documents that were
// signed are kept, because they say the same to everyone.
type issuers struct {
	key  ed25519.PrivateKey
	kid  string
	next ed25519.PublicKey
	past []ed25519.PublicKey // the latest first
	// vouched are all of them by id: those of which the database holds, sealed, what
	// shows that they are this server's. Whoever can write to it cannot add one.
	vouched map[string]ed25519.PublicKey
	changes []IssuerChange // the oldest first
	signed  *sync.Map      // what it is → compact JWS
}

func issuerPlace(id string) string { return "issuers.sealed " + id }

// loadIssuers reads the issuer keys; the current one's seed is opened.
func (s *Service) loadIssuers(tx Tx, r *ring) (issuers, error) {
	list, err := tx.Issuers()
	if err != nil {
		return issuers{}, err
	}
	out := issuers{signed: &sync.Map{}, vouched: map[string]ed25519.PublicKey{}}
	for _, i := range list {
		secret, err := r.open(issuerPlace(i.ID), i.Sealed)
		if i.Role == issuerPast {
			if err == nil && bytes.Equal(secret, i.Public) {
				out.past, out.vouched[i.ID] = append(out.past, i.Public), i.Public
			}
			continue
		}
		if err != nil {
			return out, err
		}
		key := ed25519.NewKeyFromSeed(secret)
		public := key.Public().(ed25519.PublicKey)
		out.vouched[issuerID(public)] = public
		if i.Role == issuerCurrent {
			out.key, out.kid = key, issuerID(public)
		} else {
			out.next = public
		}
	}
	if out.key == nil || out.next == nil {
		return out, errors.New("server: the issuer keys are not complete")
	}
	out.changes, err = tx.IssuerChanges()
	return out, err
}

// addIssuer draws a key for a role.
func (w *work) addIssuer(r *ring, role string) (Issuer, ed25519.PrivateKey, error) {
	key := ed25519.NewKeyFromSeed(w.randomBytes(ed25519.SeedSize))
	public := key.Public().(ed25519.PublicKey)
	i := Issuer{ID: issuerID(public), Role: role, Public: public, Created: w.now}
	var err error
	if i.Sealed, err = r.seal(w.rand, issuerPlace(i.ID), key.Seed()); err != nil {
		return i, nil, err
	}
	return i, key, w.tx.AddIssuer(i)
}

// firstIssuers makes the keys of a server that has none.
func (w *work) firstIssuers(r *ring) error {
	for _, role := range []string{issuerCurrent, issuerNext} {
		if _, _, err := w.addIssuer(r, role); err != nil {
			return err
		}
	}
	return nil
}

// issuerID is the RFC 7638 thumbprint of an Ed25519 key (members of RFC 8037).
func issuerID(public ed25519.PublicKey) string {
	x := base64.RawURLEncoding.EncodeToString(public)
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + x + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// JWKS gives the public issuer keys: the current one, the next, then those that
// were.
func (s *Service) JWKS() jose.JSONWebKeySet {
	var set jose.JSONWebKeySet
	i := s.lastRing().issuers
	for _, public := range append([]ed25519.PublicKey{i.public(), i.next}, i.past...) {
		set.Keys = append(set.Keys, jose.JSONWebKey{
			Key: public, KeyID: issuerID(public), Algorithm: string(jose.EdDSA), Use: "sig",
		})
	}
	return set
}

func (i issuers) public() ed25519.PublicKey { return i.key.Public().(ed25519.PublicKey) }

// pinned are the keys that a client pins.
func (i issuers) pinned() api.IssuerKeys { return pins(i.public(), i.next) }

func pins(current, next ed25519.PublicKey) api.IssuerKeys {
	b64 := base64.RawURLEncoding
	return api.IssuerKeys{Current: b64.EncodeToString(current), Next: b64.EncodeToString(next)}
}

func (w *work) pinned() api.IssuerKeys { return w.ring().issuers.pinned() }

// sign gives claims as a compact JWS of a type: EdDSA, nothing negotiated.
func (i issuers) sign(typ string, claims any) (string, error) {
	return signWith(i.key, i.kid, typ, claims)
}

func signWith(key ed25519.PrivateKey, kid, typ string, claims any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	by := jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: key, KeyID: kid}}
	signer, err := jose.NewSigner(by, (&jose.SignerOptions{}).WithType(jose.ContentType(typ)))
	if err != nil {
		return "", err
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return jws.CompactSerialize()
}

func (w *work) signed(typ string, claims any) (string, error) {
	return w.ring().issuers.sign(typ, claims)
}

// signed is work.signed outside of a transaction, with the keys as they are now.
func (s *Service) signed(ctx context.Context, typ string, claims any) (string, error) {
	if err := s.RefreshKeys(ctx); err != nil {
		return "", err
	}
	return s.lastRing().issuers.sign(typ, claims)
}

// signedOnce is signed for a document that is the same for everyone.
func (w *work) signedOnce(name, typ string, claims any) (string, error) {
	kept := w.ring().issuers.signed
	if jws, ok := kept.Load(name); ok {
		return jws.(string), nil
	}
	jws, err := w.signed(typ, claims)
	if err == nil {
		kept.Store(name, jws)
	}
	return jws, err
}
