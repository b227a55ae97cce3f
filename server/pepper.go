package server

import (
	"context"
	"errors"
	"time"
)

// RotatePepper makes a new pepper and hashes every address anew, in batches; it
// goes on where an earlier call was cut short. Limits are read under both peppers
// until what was counted under the old one has run out, which is the time that it
// gives; RetirePepper then takes the old one away. Servers may run meanwhile.
func (s *Service) RotatePepper(ctx context.Context, told func(Rotated)) (Rotated, time.Time, error) {
	var until int64
	err := s.change(ctx, func(w *work) error {
		rot, err := w.tx.KeyRotation(rotatePepper)
		if errors.Is(err, ErrNotFound) {
			rot, err = w.beginPepper()
		}
		until = rot.Until
		return err
	})
	if err != nil {
		return Rotated{}, time.Time{}, err
	}
	done, err := s.pass(ctx, rotatePepper, told)
	return done, time.Unix(until, 0).UTC(), err
}

func (w *work) beginPepper() (KeyRotation, error) {
	rot := KeyRotation{Kind: rotatePepper, Begun: w.now, Version: w.ring().peppers[0].version + 1}
	list, err := w.tx.DataKeys()
	if err != nil {
		return rot, err
	}
	last, err := w.tx.LastCounter()
	if err != nil {
		return rot, err
	}
	// No limit looks further back than this. What is kept for longer are the homes of
	// accounts and of staff, which need not outlive it: whoever signs in from one that
	// is forgotten counts among the others until the next time.
	limits := w.now + seconds(max(w.limits.LinkPause, 2*day))
	rot.Until = max(min(last, limits), w.now+seconds(w.limits.LinkLife)) // links in messages are proved by it too
	if err := w.addDataKey(keyPepper, rot.Version, w.randomBytes(dataKeyBytes), mastersOf(list)...); err != nil {
		return rot, err
	}
	return rot, errors.Join(w.tx.AddKeyRotation(rot), w.tx.SetFact(factKeys, newMark()))
}

// stepPepper hashes the addresses of one batch of contacts anew.
func (w *work) stepPepper(rot KeyRotation, did *Rotated) (bool, error) {
	if rot.Place > 0 {
		return false, nil
	}
	list, err := w.tx.ContactsAfter(rot.After, w.keyed.batch)
	if err != nil {
		return false, err
	}
	for _, c := range list {
		if err := w.hashAgain(c, did); err != nil {
			return false, err
		}
	}
	did.Rows = len(list)
	if len(list) < w.keyed.batch {
		rot.Place, rot.After = 1, ""
	} else {
		rot.After = list[len(list)-1].ID
	}
	return rot.Place == 0, w.tx.SaveKeyRotation(rot)
}

func (w *work) hashAgain(c Contact, did *Rotated) error {
	if len(c.Sealed) == 0 {
		return nil
	}
	address, err := w.address(c)
	if err != nil {
		did.Broken++
		return nil //nolint:nilerr // counted: nobody can be found by it, or written to
	}
	blind := w.blind(c.Channel, address)
	if string(blind) == string(c.Blind) {
		return nil
	}
	c.Blind = blind
	did.Changed++
	return w.tx.SaveContact(c)
}

// RetirePepper takes the old pepper away where nothing needs it any more, and
// says whether it did. Sweep does so by itself.
func (s *Service) RetirePepper(ctx context.Context) (bool, error) {
	if len(s.lastRing().peppers) < 2 {
		return false, nil
	}
	done := false
	err := s.change(ctx, func(w *work) error {
		done = false
		rot, err := w.tx.KeyRotation(rotatePepper)
		if errors.Is(err, ErrNotFound) || err == nil && (rot.Place == 0 || w.now <= rot.Until) {
			return nil
		}
		if err != nil {
			return err
		}
		list, err := w.tx.DataKeys()
		if err != nil {
			return err
		}
		for _, k := range list {
			if k.Purpose == keyPepper && k.Version < rot.Version {
				if err := w.tx.RemoveDataKey(k.ID); err != nil {
					return err
				}
			}
		}
		done = true
		return errors.Join(w.tx.RemoveKeyRotation(rotatePepper), w.tx.SetFact(factKeys, newMark()))
	})
	return done, err
}
