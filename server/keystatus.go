package server

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
)

// KeyStatus says which keys there are and what is under way. Nothing in it is
// secret.
type KeyStatus struct {
	// Masters names the master keys that open the database.
	Masters []string
	// Sealing is the version of the sealing key, Peppers how many are valid.
	Sealing uint32
	Peppers int
	// Issuer and Next are thumbprints; Past is how many keys signed before.
	Issuer, Next string
	Past         int
	// SigningChanged is when the issuer keys were changed last, Unix seconds, and
	// SigningFor the origin that the announcement names; zero and empty where they
	// never were.
	SigningChanged int64
	SigningFor     string
	// MasterUnderWay says that a rotation of the master key waits to be finished.
	MasterUnderWay bool
}

// issuerOf is whom an announcement of ours names as its issuer.
func issuerOf(signed string) string {
	parts := strings.Split(signed, ".")
	if len(parts) != 3 {
		return ""
	}
	var claims struct {
		Issuer string `json:"iss"`
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(raw, &claims) != nil {
		return ""
	}
	return claims.Issuer
}

// KeyStatus tells of the keys as they are now.
func (s *Service) KeyStatus(ctx context.Context) (KeyStatus, error) {
	var k KeyStatus
	err := s.store.Read(ctx, func(tx Tx) error {
		list, err := tx.DataKeys()
		if err != nil {
			return err
		}
		r := tx.(keyedTx).ring
		k = KeyStatus{
			Masters: mastersOf(list), Sealing: r.sealing, Peppers: len(r.peppers),
			Issuer: r.issuers.kid, Next: issuerID(r.issuers.next), Past: len(r.issuers.past),
		}
		if n := len(r.issuers.changes); n > 0 {
			k.SigningChanged, k.SigningFor = r.issuers.changes[n-1].At, issuerOf(r.issuers.changes[n-1].Signed)
		}
		_, err = tx.KeyRotation(rotateMaster)
		k.MasterUnderWay = err == nil
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		return err
	})
	return k, err
}
