package server

import (
	"bytes"
	"context"
	"errors"
	"slices"
)

// Kinds of rotations that take more than one transaction.
const (
	rotateMaster = "master"
	rotatePepper = "pepper"
	rotateLost   = "lost"
)

// keyBatch is how many rows one transaction of a rotation looks at, so that
// requests hardly wait for it.
const keyBatch = 200

// Refusals of rotations.
var (
	// ErrNoRotation says that there is nothing to finish.
	ErrNoRotation = errors.New("server: no rotation of the master key is under way")
	// ErrRotating says that a rotation is not through yet.
	ErrRotating = errors.New("server: not everything is sealed again yet")
	// ErrUnfinished says that an earlier rotation waits to be finished.
	ErrUnfinished = errors.New("server: the rotation before is not finished")
	// ErrRotatedLately says that the issuer keys were rotated within a day.
	ErrRotatedLately = errors.New("server: the issuer keys were rotated lately")
	// ErrNotLost says that the master key opens the database: nothing is lost.
	ErrNotLost = errors.New("server: the master key opens the database")
	// ErrHalfLost says that what a lost master key sealed is not voided whole.
	ErrHalfLost = errors.New("server: voiding what the lost master key sealed was cut short")
)

// Rotated says how far a rotation came.
type Rotated struct {
	// Rows were looked at, Changed of them sealed or hashed again. Broken ones open
	// under no key and were left as they are.
	Rows, Changed, Broken int
	// Master names the master key that wraps from now on.
	Master string
}

// change runs one transaction of a rotation.
func (s *Service) change(ctx context.Context, fn func(*work) error) error {
	return s.store.Write(ctx, func(tx Tx) error {
		return fn(&work{Service: s, tx: tx, now: s.time().Unix(), ctx: ctx})
	})
}

// RotateMaster wraps the data keys under a new master key, makes a new sealing
// key, and seals everything under it, in batches; it goes on where an earlier call
// was cut short. Servers may run meanwhile. The old master key still opens
// everything until FinishMaster. After each batch told is called, where given.
// ErrUnfinished where nothing is left to do but to finish.
func (s *Service) RotateMaster(ctx context.Context, told func(Rotated)) (Rotated, error) {
	master, err := s.nextMaster(ctx)
	if err != nil {
		return Rotated{}, err
	}
	err = s.change(ctx, func(w *work) error { return w.beginMaster(master) })
	if err != nil {
		return Rotated{}, err
	}
	return s.pass(ctx, rotateMaster, told)
}

// nextMaster is the master key to wrap under: the KMS's current one, or where that
// one is in use already and the KMS lets the server make one, a new one.
func (s *Service) nextMaster(ctx context.Context) (string, error) {
	var list []DataKey
	if err := s.keyed.Store.Read(ctx, func(tx Tx) (err error) { list, err = tx.DataKeys(); return err }); err != nil {
		return "", err
	}
	maker, makes := s.master.kms.(MasterMaker)
	name, err := s.master.kms.Current(ctx)
	if errors.Is(err, ErrNoMaster) && makes {
		return maker.MakeMaster(ctx)
	}
	if err != nil || !slices.Contains(mastersOf(list), name) || !makes || s.rotating(ctx) {
		return name, err
	}
	return maker.MakeMaster(ctx)
}

func (s *Service) rotating(ctx context.Context) bool {
	err := s.keyed.Store.Read(ctx, func(tx Tx) error { _, err := tx.KeyRotation(rotateMaster); return err })
	return !errors.Is(err, ErrNotFound)
}

// mastersOf names the master keys that wrap the newest sealing key.
func mastersOf(list []DataKey) []string {
	var names []string
	var newest uint32
	for _, k := range list {
		if k.Purpose != keySeal || k.Version < newest {
			continue
		}
		names, newest = nil, k.Version
		for _, w := range k.Wraps {
			names = append(names, w.Master)
		}
	}
	return names
}

// beginMaster adds the new sealing key, and wraps every key under both master
// keys, so that a process with either one starts. One that is under way goes on.
func (w *work) beginMaster(master string) error {
	rot, err := w.tx.KeyRotation(rotateMaster)
	if err == nil {
		if rot.Place >= len(w.tx.SealedPlaces()) {
			return ErrUnfinished
		}
		return nil
	}
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	list, err := w.tx.DataKeys()
	if err != nil {
		return err
	}
	masters := mastersOf(list)
	if !slices.Contains(masters, master) {
		for _, k := range list {
			if err := w.addWrap(k, master, w.ring().keys[k.ID]); err != nil {
				return err
			}
		}
		masters = append(masters, master)
	}
	version := w.ring().sealing + 1
	if err := w.addDataKey(keySeal, version, w.randomBytes(dataKeyBytes), masters...); err != nil {
		return err
	}
	rot = KeyRotation{Kind: rotateMaster, Begun: w.now, Version: version, Master: master}
	return errors.Join(w.tx.AddKeyRotation(rot), w.tx.SetFact(factKeys, newMark()))
}

// pass runs a rotation's batches until none is left.
func (s *Service) pass(ctx context.Context, kind string, told func(Rotated)) (Rotated, error) {
	var total Rotated
	for {
		var did Rotated
		more := false
		err := s.change(ctx, func(w *work) (err error) {
			did = Rotated{}
			more, err = w.step(kind, &did)
			return err
		})
		total.Rows, total.Changed, total.Broken = total.Rows+did.Rows, total.Changed+did.Changed, total.Broken+did.Broken
		total.Master = did.Master
		if err != nil || !more {
			return total, err
		}
		if told != nil {
			told(total)
		}
	}
}

// step does one batch, and says whether there is another one.
func (w *work) step(kind string, did *Rotated) (bool, error) {
	rot, err := w.tx.KeyRotation(kind)
	if errors.Is(err, ErrNotFound) { // another call came first
		return false, nil
	}
	if err != nil {
		return false, err
	}
	did.Master = rot.Master
	if kind == rotatePepper {
		return w.stepPepper(rot, did)
	}
	places := w.tx.SealedPlaces()
	if rot.Place >= len(places) {
		return false, nil
	}
	place := places[rot.Place]
	list, err := w.tx.SealedAfter(place, rot.After, w.keyed.batch)
	if err != nil {
		return false, err
	}
	for _, v := range list {
		if kind == rotateLost {
			err = w.void(place, v, did)
		} else {
			err = w.sealAgain(place, v, did)
		}
		if err != nil {
			return false, err
		}
	}
	did.Rows = len(list)
	if len(list) < w.keyed.batch {
		rot.Place, rot.After = rot.Place+1, ""
	} else {
		rot.After = list[len(list)-1].Row
	}
	return rot.Place < len(places), w.tx.SaveKeyRotation(rot)
}

// sealAgain seals a value under the newest key. One that opens under none is left:
// it is lost already, and a rotation must not fail for it.
func (w *work) sealAgain(place string, v SealedValue, did *Rotated) error {
	r := w.ring()
	if len(v.Sealed) == 0 || r.newest(place+" "+v.Row, v.Sealed) {
		return nil
	}
	secret, err := r.open(place+" "+v.Row, v.Sealed)
	if err != nil {
		did.Broken++
		return nil //nolint:nilerr // counted
	}
	sealed, err := r.seal(w.rand, place+" "+v.Row, secret)
	if err != nil {
		return err
	}
	did.Changed++
	return w.tx.SetSealed(place, v.Row, sealed)
}

// newest says whether a value is sealed under the newest key.
func (r *ring) newest(place string, sealed []byte) bool {
	if versionOf(sealed) != r.sealing {
		return false
	}
	_, err := openWith(r.seals[r.sealing], place, sealed[sealedHead:])
	return err == nil
}

// FinishMaster forgets the old sealing keys and every wrap under another master
// key than the new one, once everything is sealed again and the new key was seen
// to open what it wraps. Processes that run go on with the keys that they have.
// Errors: ErrNoRotation, ErrRotating, and what the KMS says.
func (s *Service) FinishMaster(ctx context.Context) (Rotated, error) {
	var done Rotated
	err := s.change(ctx, func(w *work) error {
		rot, err := w.tx.KeyRotation(rotateMaster)
		switch {
		case errors.Is(err, ErrNotFound):
			return ErrNoRotation
		case err != nil:
			return err
		case rot.Place < len(w.tx.SealedPlaces()):
			return ErrRotating
		}
		done.Master = rot.Master
		return w.finishMaster(rot)
	})
	return done, err
}

func (w *work) finishMaster(rot KeyRotation) error {
	list, err := w.tx.DataKeys()
	if err != nil {
		return err
	}
	for _, k := range list {
		if k.Purpose == keySeal && k.Version < rot.Version {
			err = w.tx.RemoveDataKey(k.ID)
		} else {
			err = w.keepWrap(k, rot.Master)
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(w.tx.RemoveKeyRotation(rotateMaster), w.tx.SetFact(factKeys, newMark()))
}

// keepWrap leaves the wrap under one master key alone, if it opens.
func (w *work) keepWrap(k DataKey, master string) error {
	i := slices.IndexFunc(k.Wraps, func(w Wrap) bool { return w.Master == master })
	if i < 0 {
		return ErrRotating
	}
	raw, err := w.master.kms.Unwrap(w.ctx, master, wrapLabel(k), k.Wraps[i].Wrapped)
	if err != nil {
		return err
	}
	if !bytes.Equal(raw, w.ring().keys[k.ID]) {
		return errSealed
	}
	for _, other := range k.Wraps {
		if other.Master != master {
			if err := w.tx.RemoveWrap(k.ID, other.Master); err != nil {
				return err
			}
		}
	}
	return nil
}
