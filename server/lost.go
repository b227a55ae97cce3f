package server

import (
	"context"
	"crypto/cipher"
	"crypto/ed25519"
	"errors"
	"strconv"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
)

// MasterLost starts anew after every copy of the master key was lost: new keys,
// under the KMS's current master key, or under one that it makes. What the lost
// one sealed is voided, in batches; it goes on where an earlier call was cut
// short. No server may run. ErrNotLost where the master key opens the database.
func MasterLost(ctx context.Context, cfg Config, told func(Rotated)) (Rotated, error) {
	s, err := newService(cfg)
	if err != nil {
		return Rotated{}, err
	}
	err = s.keyed.Store.Read(ctx, func(tx Tx) error {
		return (&work{Service: s, tx: tx, ctx: ctx}).lost()
	})
	if err != nil { // before a key is made that nobody needs
		return Rotated{}, err
	}
	master, err := s.nextMaster(ctx)
	if err != nil {
		return Rotated{}, err
	}
	err = s.keyed.Store.Write(ctx, func(tx Tx) error {
		return (&work{Service: s, tx: tx, now: s.time().Unix(), ctx: ctx}).beginLost(master)
	})
	if err != nil {
		return Rotated{}, err
	}
	done, err := s.pass(ctx, rotateLost, told)
	if err != nil {
		return done, err
	}
	return done, s.change(ctx, func(w *work) error { return w.tx.RemoveKeyRotation(rotateLost) })
}

// lost is nil where a rotation after a loss is under way, or the data keys open
// under no master key that is here.
func (w *work) lost() error {
	if _, err := w.tx.KeyRotation(rotateLost); !errors.Is(err, ErrNotFound) {
		return err
	}
	_, err := w.loadRing(w.ctx, w.tx, 0, nil)
	switch {
	case err == nil:
		return ErrNotLost
	case errors.Is(err, errSealed):
		return nil
	}
	return err
}

// beginLost puts new data keys and issuer keys in the place of the lost ones.
func (w *work) beginLost(master string) error {
	if _, err := w.tx.KeyRotation(rotateLost); !errors.Is(err, ErrNotFound) {
		return err // it is under way, or the store's
	}
	if err := w.lost(); err != nil {
		return err
	}
	list, err := w.tx.DataKeys()
	if err != nil {
		return err
	}
	version := uint32(firstVersion)
	for _, k := range list {
		version = max(version, k.Version+1)
		if err := w.tx.RemoveDataKey(k.ID); err != nil {
			return err
		}
	}
	raw := w.randomBytes(dataKeyBytes)
	err = errors.Join(
		w.tx.RemoveKeyRotation(rotateMaster), w.tx.RemoveKeyRotation(rotatePepper),
		w.addDataKey(keySeal, version, raw, master),
		w.addDataKey(keyPepper, version, w.randomBytes(dataKeyBytes), master),
		w.tx.AddKeyRotation(KeyRotation{Kind: rotateLost, Begun: w.now, Version: version, Master: master}),
	)
	if err != nil {
		return err
	}
	aead, err := newAEAD(raw)
	if err != nil {
		return err
	}
	return w.loseIssuers(&ring{seals: map[uint32]cipher.AEAD{version: aead}, sealing: version})
}

// loseIssuers makes new issuer keys, for which nothing vouches. Those that were
// stay known: the audit log's roots are signed by them.
func (w *work) loseIssuers(r *ring) error {
	list, err := w.tx.Issuers()
	if err != nil {
		return err
	}
	for _, i := range list {
		if err := w.endIssuer(r, i); err != nil {
			return err
		}
	}
	_, key, err := w.addIssuer(r, issuerCurrent)
	if err != nil {
		return err
	}
	next, _, err := w.addIssuer(r, issuerNext)
	if err != nil {
		return err
	}
	return w.announceIssuers(key, "", api.IssuersClaims{Keys: pins(key.Public().(ed25519.PublicKey), next.Public)})
}

// void ends what a value that does not open was for.
func (w *work) void(place string, v SealedValue, did *Rotated) error {
	if len(v.Sealed) == 0 || w.ring().newest(place+" "+v.Row, v.Sealed) {
		return nil
	}
	did.Changed++
	switch place {
	case "contacts.sealed":
		return w.loseContact(v.Row)
	case "challenges.secret":
		ch, err := w.tx.Challenge(v.Row)
		if err != nil {
			return err
		}
		return w.closeChallenge(ch, api.ChallengeReplaced)
	case "shares.sealed":
		device, generation, _ := strings.Cut(v.Row, " ")
		n, err := strconv.Atoi(generation)
		if err != nil {
			return err
		}
		return w.tx.RemoveShare(device, n)
	}
	return w.tx.SetSealed(place, v.Row, nil)
}

// loseContact forgets an address that nobody can read any more; the account's
// owner gives it again. Nothing is found by what is left.
func (w *work) loseContact(id string) error {
	c, err := w.tx.Contact(id)
	if err != nil {
		return err
	}
	c.Sealed, c.Blind = nil, []byte("lost "+c.ID)
	if c.Channel == channelPhone { // it is enrolled again
		c.Removed = w.now
	}
	return w.tx.SaveContact(c)
}
