package server

import (
	"context"
	"errors"
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
	// MasterUnderWay says that a rotation of the master key waits to be finished.
	MasterUnderWay bool
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
		_, err = tx.KeyRotation(rotateMaster)
		k.MasterUnderWay = err == nil
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		return err
	})
	return k, err
}
