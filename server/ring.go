package server

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
)

// Purposes of data keys.
const (
	keySeal   = "seal"
	keyPepper = "pepper"
)

// factKeys is the mark: a random number that changes with every change of keys.
const factKeys = "keys"

// DataKey is a key that seals or hashes, as stored: wrapped under one master key
// or, while that one is changed, under two.
type DataKey struct {
	ID      string
	Purpose string // "seal" or "pepper"
	Version uint32
	Created int64
	Wraps   []Wrap
}

// Wrap is a data key under a master key.
type Wrap struct {
	Master  string // the KMS's name for it
	Wrapped []byte
}

// Keys keeps the key ring and the rotations that are under way.
type Keys interface {
	// DataKeys lists them with their wraps, by purpose and version.
	DataKeys() ([]DataKey, error)
	// AddDataKey adds a key without its wraps.
	AddDataKey(DataKey) error
	RemoveDataKey(id string) error
	AddWrap(key string, w Wrap) error
	RemoveWrap(key, master string) error
	KeyRotation(kind string) (KeyRotation, error)
	AddKeyRotation(KeyRotation) error
	SaveKeyRotation(KeyRotation) error
	RemoveKeyRotation(kind string) error
	// SealedPlaces names the columns of sealed values; SealedAfter lists the values
	// of one by row after a row, and SetSealed replaces one. The name of a place
	// and that of a row, with a space between, are what the value is bound to.
	SealedPlaces() []string
	SealedAfter(place, row string, n int) ([]SealedValue, error)
	SetSealed(place, row string, sealed []byte) error
	// ContactsAfter lists the contacts of all accounts by id.
	ContactsAfter(id string, n int) ([]Contact, error)
	// LastCounter is when the last counter may be forgotten.
	LastCounter() (int64, error)
	SaveIssuer(Issuer) error
	RemoveIssuer(id string) error
	AddIssuerChange(IssuerChange) error
	// IssuerChanges lists them, the oldest first.
	IssuerChanges() ([]IssuerChange, error)
}

// SealedValue is a sealed value and the row that it is in.
type SealedValue struct {
	Row    string
	Sealed []byte
}

// KeyRotation is a rotation that is under way. Place counts the columns that are
// done and After is the last row of the next one.
type KeyRotation struct {
	Kind    string // "master", "pepper" or "lost"
	Begun   int64
	Version uint32 // the version that everything is to have
	Master  string // the master key that is to wrap
	Place   int
	After   string
	// Until is when what was counted under an old pepper has run out.
	Until int64
}

// IssuerChange is a signed change of the issuer keys: Signer became the current
// one in Previous's place.
type IssuerChange struct {
	Seq      int64
	At       int64
	Previous string // empty where nothing vouches for it
	Signer   string
	Signed   string
}

// ring is every key as it stands at one mark. It does not change.
type ring struct {
	mark    int64
	seals   map[uint32]cipher.AEAD
	sealing uint32   // the newest version
	peppers []pepper // the newest first
	keys    map[string][]byte
	issuers issuers
}

func wrapLabel(k DataKey) string { return "holdfast data key " + k.Purpose + " " + k.ID }

// loadRing reads the keys in a transaction. Keys that an earlier ring has are not
// unwrapped again: a process goes on without the master key that it began with.
func (s *Service) loadRing(ctx context.Context, tx Tx, mark int64, before *ring) (*ring, error) {
	list, err := tx.DataKeys()
	if err != nil {
		return nil, err
	}
	r := &ring{mark: mark, seals: map[uint32]cipher.AEAD{}, keys: map[string][]byte{}}
	for _, k := range list {
		raw, err := s.unwrap(ctx, k, before)
		if err != nil {
			return nil, err
		}
		r.keys[k.ID] = raw
		if k.Purpose == keyPepper {
			r.peppers = append(r.peppers, pepper{k.Version, raw})
			continue
		}
		if r.seals[k.Version], err = newAEAD(raw); err != nil {
			return nil, err
		}
		r.sealing = max(r.sealing, k.Version)
	}
	if r.sealing == 0 || len(r.peppers) == 0 {
		return nil, errors.New("server: the data keys are not complete")
	}
	slices.Reverse(r.peppers) // they came by version
	r.issuers, err = s.loadIssuers(tx, r)
	return r, err
}

func (s *Service) unwrap(ctx context.Context, k DataKey, before *ring) ([]byte, error) {
	if before != nil && before.keys[k.ID] != nil {
		return before.keys[k.ID], nil
	}
	all := []error{errSealed}
	var away error
	for _, wrap := range k.Wraps {
		raw, err := s.master.kms.Unwrap(ctx, wrap.Master, wrapLabel(k), wrap.Wrapped)
		if err == nil {
			return raw, nil
		}
		all = append(all, fmt.Errorf("master key %s: %w", wrap.Master, err))
		if !errors.Is(err, ErrNoMaster) && !errors.Is(err, errSealed) {
			away = err
		}
	}
	if away != nil { // the KMS does not answer, which says nothing about the keys
		return nil, fmt.Errorf("server: unwrapping a data key: %w", away)
	}
	return nil, errors.Join(all...)
}

// newMark draws a mark that was never there before. It is not taken from the
// service's source: a test's may repeat itself, and this must not.
func newMark() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:])                                // never fails (Go 1.24)
	return int64(binary.BigEndian.Uint64(b[:])>>1 | 1<<1) //nolint:gosec // 63 bits, not zero
}

// addDataKey makes a data key and wraps it under master keys.
func (w *work) addDataKey(purpose string, version uint32, raw []byte, masters ...string) error {
	k := DataKey{ID: hex.EncodeToString(w.randomBytes(16)), Purpose: purpose, Version: version, Created: w.now}
	if err := w.tx.AddDataKey(k); err != nil {
		return err
	}
	for _, m := range masters {
		if err := w.addWrap(k, m, raw); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) addWrap(k DataKey, master string, raw []byte) error {
	wrapped, err := w.master.kms.Wrap(w.ctx, master, wrapLabel(k), raw)
	if err != nil {
		return err
	}
	return w.tx.AddWrap(k.ID, Wrap{Master: master, Wrapped: wrapped})
}

// firstKeys makes the data keys and issuer keys of an empty database. One from
// before there were data keys gets those that its master key gave it then.
func (w *work) firstKeys() error {
	if list, err := w.tx.DataKeys(); err != nil || len(list) > 0 {
		return err
	}
	master, err := w.master.kms.Current(w.ctx)
	if err != nil {
		return err
	}
	before, err := w.tx.Issuers()
	if err != nil {
		return err
	}
	r := &ring{seals: map[uint32]cipher.AEAD{}, sealing: firstVersion}
	for purpose, label := range map[string]string{keySeal: "holdfast master seal v1", keyPepper: "holdfast master blind v1"} {
		raw := w.randomBytes(dataKeyBytes)
		if kms, ok := w.master.kms.(FirstKeys); ok && len(before) > 0 {
			if raw, err = kms.Derived(w.ctx, label); err != nil {
				return err
			}
		}
		if err := w.addDataKey(purpose, firstVersion, raw, master); err != nil {
			return err
		}
		if purpose == keySeal {
			if r.seals[firstVersion], err = newAEAD(raw); err != nil {
				return err
			}
		}
	}
	if err := w.tx.SetFact(factKeys, newMark()); err != nil || len(before) > 0 {
		return err
	}
	return w.firstIssuers(r)
}

const dataKeyBytes = 32
