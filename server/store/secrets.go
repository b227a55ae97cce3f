package store

import (
	"errors"

	"github.com/seed-1feef0b2/holdfast/server"
)

var (
	shares  = newTable("shares", "device", "generation", "sealed", "created", "reason")
	issuers = newTable("issuers", "id", "role", "public", "sealed", "created", "ended")
)

func (t *tx) AddShare(s server.Share) error {
	return t.exec(shares.insert, s.Device, s.Generation, s.Sealed, s.Created, s.Reason)
}

func (t *tx) Shares(device string) ([]server.Share, error) {
	return all(t, func(r scanner) (s server.Share, err error) {
		err = r.Scan(&s.Device, &s.Generation, &s.Sealed, &s.Created, &s.Reason)
		return s, err
	}, shares.selected+"WHERE device = $1 ORDER BY generation", device)
}

func (t *tx) RemoveShare(device string, generation int) error {
	return t.exec("DELETE FROM shares WHERE device = $1 AND generation = $2", device, generation)
}

func (t *tx) RemoveShares(device string) error {
	return t.exec("DELETE FROM shares WHERE device = $1", device)
}

func (t *tx) AddIssuer(i server.Issuer) error {
	return t.exec(issuers.insert, i.ID, i.Role, i.Public, blob(i.Sealed), i.Created, i.Ended)
}

func (t *tx) Issuers() ([]server.Issuer, error) {
	return all(t, func(r scanner) (i server.Issuer, err error) {
		err = r.Scan(&i.ID, &i.Role, &i.Public, &i.Sealed, &i.Created, &i.Ended)
		return i, err
	}, issuers.selected+"ORDER BY role, created DESC")
}

const factsTable = "facts"

func (t *tx) Fact(name string) (int64, error) {
	if v, ok := t.t.fact(name); ok {
		return v, nil
	}
	v, err := one(t, scanNumber, "SELECT value FROM facts WHERE name = $1", name)
	if errors.Is(err, server.ErrNotFound) {
		v, err = 0, nil
	}
	if err == nil {
		t.t.keepFact(name, v)
	}
	return v, err
}

func (t *tx) SetFact(name string, value int64) error {
	return t.exec(`INSERT INTO facts (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
}
