package server

import (
	"context"
	"crypto/ed25519"
)

// Exported for the tests that run the service over real databases.

// DeriveCode is deriveCode.
func DeriveCode(secret []byte, channel string, epoch int) string {
	return deriveCode(secret, channel, epoch)
}

// AuditHash is auditHash.
func AuditHash(r AuditRow) []byte { return auditHash(r) }

// Record adds a row to an account's log, as the rules do.
func (s *Service) Record(ctx context.Context, row AuditRow) error {
	return s.store.Write(ctx, func(tx Tx) error {
		return (&work{Service: s, tx: tx, now: s.time().Unix(), ctx: ctx}).record(row)
	})
}

// IssuerID is issuerID.
func IssuerID(public ed25519.PublicKey) string { return issuerID(public) }

// HoldArgon takes every place for hashing a password, until the function is called.
func (s *Service) HoldArgon() func() {
	for range cap(s.argon) {
		s.argon <- struct{}{}
	}
	return func() {
		for range cap(s.argon) {
			<-s.argon
		}
	}
}
