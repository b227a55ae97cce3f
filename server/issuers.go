package server

import (
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
)

// issuers are the keys that sign, loaded once; policies that were signed are
// kept, because they say the same to everyone.
type issuers struct {
	key      ed25519.PrivateKey
	kid      string
	public   map[string]ed25519.PublicKey // by role
	policies *sync.Map                    // name + platform → compact JWS
}

func issuerPlace(id string) string { return "issuers.sealed " + id }

// loadIssuers reads the issuer keys and makes them in an empty store. Of two
// processes that start at once, one makes them and the other reads them.
func (s *Service) loadIssuers(ctx context.Context) error {
	var list []Issuer
	load := func(tx Tx) (err error) { list, err = tx.Issuers(); return err }
	if err := s.store.Read(ctx, load); err != nil {
		return err
	}
	if len(list) == 0 {
		err := s.store.Write(ctx, func(tx Tx) error {
			if err := load(tx); err != nil || len(list) > 0 {
				return err
			}
			return s.makeIssuers(tx)
		})
		if err != nil && !errors.Is(err, ErrExists) {
			return err
		}
		if err := s.store.Read(ctx, load); err != nil {
			return err
		}
	}
	s.issuers = issuers{public: map[string]ed25519.PublicKey{}, policies: &sync.Map{}}
	for _, i := range list {
		s.issuers.public[i.Role] = i.Public
		if i.Role != issuerCurrent {
			continue
		}
		seed, err := s.master.open(issuerPlace(i.ID), i.Sealed)
		if err != nil {
			return err
		}
		s.issuers.key, s.issuers.kid = ed25519.NewKeyFromSeed(seed), i.ID
	}
	if s.issuers.key == nil || s.issuers.public[issuerNext] == nil {
		return errors.New("server: the issuer keys are not complete")
	}
	return nil
}

func (s *Service) makeIssuers(tx Tx) error {
	for _, role := range []string{issuerCurrent, issuerNext} {
		seed := s.randomBytes(ed25519.SeedSize)
		public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
		i := Issuer{ID: issuerID(public), Role: role, Public: public, Created: s.time().Unix()}
		var err error
		if i.Sealed, err = s.master.seal(s.rand, issuerPlace(i.ID), seed); err != nil {
			return err
		}
		if err := tx.AddIssuer(i); err != nil {
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

// JWKS gives the public issuer keys, the current one first.
func (s *Service) JWKS() jose.JSONWebKeySet {
	var set jose.JSONWebKeySet
	for _, role := range []string{issuerCurrent, issuerNext} {
		public := s.issuers.public[role]
		set.Keys = append(set.Keys, jose.JSONWebKey{
			Key: public, KeyID: issuerID(public), Algorithm: string(jose.EdDSA), Use: "sig",
		})
	}
	return set
}

// pinned are the keys that a client pins when it enrols.
func (s *Service) pinned() api.IssuerKeys {
	b64 := base64.RawURLEncoding
	return api.IssuerKeys{
		Current: b64.EncodeToString(s.issuers.public[issuerCurrent]),
		Next:    b64.EncodeToString(s.issuers.public[issuerNext]),
	}
}

// signed gives claims as a compact JWS of a type: EdDSA, nothing negotiated.
func (s *Service) signed(typ string, claims any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	key := jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: s.issuers.key, KeyID: s.issuers.kid}}
	signer, err := jose.NewSigner(key, (&jose.SignerOptions{}).WithType(jose.ContentType(typ)))
	if err != nil {
		return "", err
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return jws.CompactSerialize()
}
