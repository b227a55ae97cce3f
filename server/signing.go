package server

import (
	"context"
	"crypto/ed25519"
	"errors"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
)

// RotateSigning makes the next issuer key the current one and draws a new next.
// What was signed before stays valid to its end. ErrRotatedLately within a day of
// the rotation before, unless again is true: a computer walks every rotation that
// it missed, so one too many costs little, but it is seldom meant.
func (s *Service) RotateSigning(ctx context.Context, again bool) error {
	return s.change(ctx, func(w *work) error {
		changes := w.ring().issuers.changes
		if n := len(changes); n > 0 && !again && w.now < changes[n-1].At+seconds(day) {
			return ErrRotatedLately
		}
		return w.rotateSigning()
	})
}

// RenewSigning begins anew with keys for which no earlier one vouches: where a server
// was put back from a backup that does not know its latest keys, which computers pin,
// or where a signing key was stolen. Computers take them only when their owner gives
// the account's address there; what was signed before stays valid to its end.
func (s *Service) RenewSigning(ctx context.Context) error {
	return s.change(ctx, func(w *work) error { return w.loseIssuers(w.ring()) })
}

func (w *work) rotateSigning() error {
	r := w.ring()
	list, err := w.tx.Issuers()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(i Issuer) bool { return i.Role == issuerCurrent })
	j := slices.IndexFunc(list, func(i Issuer) bool { return i.Role == issuerNext })
	if i < 0 || j < 0 {
		return errors.New("server: the issuer keys are not complete")
	}
	if err := w.endIssuer(r, list[i]); err != nil {
		return err
	}
	seed, err := r.open(issuerPlace(list[j].ID), list[j].Sealed)
	if err != nil {
		return err
	}
	list[j].Role = issuerCurrent
	if err := w.tx.SaveIssuer(list[j]); err != nil {
		return err
	}
	_, fresh, err := w.addIssuer(r, issuerNext)
	if err != nil {
		return err
	}
	return w.announceIssuers(ed25519.NewKeyFromSeed(seed), list[i].ID, api.IssuersClaims{
		Previous: r.issuers.pinned(), Keys: pins(r.issuers.next, fresh.Public().(ed25519.PublicKey)),
	})
}

// endIssuer makes a key one that was. Its seed goes; what is sealed in its place
// shows that it was this server's.
func (w *work) endIssuer(r *ring, i Issuer) (err error) {
	if i.Role != issuerPast {
		i.Role, i.Ended = issuerPast, w.now
	}
	if i.Sealed, err = r.seal(w.rand, issuerPlace(i.ID), i.Public); err != nil {
		return err
	}
	return w.tx.SaveIssuer(i)
}

// announceIssuers stores a signed change of the keys, by the key that became
// current.
func (w *work) announceIssuers(by ed25519.PrivateKey, previous string, claims api.IssuersClaims) error {
	claims.Issuer, claims.Audience, claims.IssuedAt = w.origin, api.Audience, w.now
	list, err := w.tx.IssuerChanges()
	if err != nil {
		return err
	}
	c := IssuerChange{Seq: int64(len(list)) + 1, At: w.now, Previous: previous, Signer: issuerID(by.Public().(ed25519.PublicKey))}
	if c.Signed, err = signWith(by, c.Signer, api.IssuersType, claims); err != nil {
		return err
	}
	return errors.Join(w.tx.AddIssuerChange(c), w.tx.SetFact(factKeys, newMark()))
}

// changesAfter are the announcements for a client that pins a key as current, the
// oldest first: those since then, or those since the keys were lost, if they were.
func (i issuers) changesAfter(kid string) []string {
	if kid == "" || kid == i.kid {
		return nil
	}
	from := -1
	for n, c := range i.changes {
		if c.Previous == kid || c.Previous == "" {
			from = n
		}
	}
	if from < 0 {
		return nil
	}
	var out []string
	for _, c := range i.changes[from:] {
		out = append(out, c.Signed)
	}
	return out
}
