package server

import (
	"context"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
)

// A device has one share, K_srv, of a generation that its vault is known to
// use, or two: that one, and a pending one of a later generation, which the
// vault is to be rotated to. The earlier one goes when the device says that its
// vault has the later. A rotation that is never confirmed keeps both for ever:
// to forget either could lose the keys of somebody who was away.

// Rotate makes a pending share, so that the caller can give its vault a new
// master key, or finds the pending one. It gives nothing away: this request says
// nothing of the computer, and a copy elsewhere may have signed it. The share
// comes with a check-in. Errors: not_activated, too_many_requests, invalid_value,
// and those of Device.
func (s *Service) Rotate(ctx context.Context, c Caller, r api.RotateRequest) (api.DeviceReply, error) {
	if _, err := ephemeralKey(r.Ephemeral); err != nil {
		return api.DeviceReply{}, err
	}
	return act(ctx, s, c, func(w *work) (api.DeviceReply, error) { return w.rotate() })
}

func (w *work) rotate() (api.DeviceReply, error) {
	var none api.DeviceReply
	dev, err := w.device()
	if err != nil {
		return none, err
	}
	if dev.State != api.DeviceActivated {
		return none, api.NewError(api.CodeNotActivated)
	}
	pending, err := w.pending(dev.ID)
	if err != nil {
		return none, err
	}
	if pending.Generation == 0 {
		until, err := w.takeRotation(dev)
		if err != nil {
			return none, err
		}
		if until != 0 {
			return none, retryAt(api.CodeTooMany, until)
		}
		if err := w.beginRotation(dev, "", 0); err != nil {
			return none, err
		}
	}
	sc, err := w.scene(dev)
	if err != nil {
		return none, err
	}
	return w.reply(sc)
}

func (w *work) takeRotation(dev Device) (int64, error) {
	return w.take("rotations", dev.ID, rule{w.limits.RotationsPerDay, day})
}

// pending is the share that a device's vault is to be rotated to; its
// generation is 0 where there is none.
func (w *work) pending(device string) (Share, error) {
	list, err := w.tx.Shares(device)
	if err != nil || len(list) < 2 {
		return Share{}, err
	}
	return list[len(list)-1], nil
}

// beginRotation makes a fresh pending share, of a generation above the ones that
// are there and the one that the vault names: a database that was put back may
// have forgotten that. One that was pending falls away: after a fork, the other
// copy may have been given it.
func (w *work) beginRotation(dev Device, reason string, generation int) error {
	if _, err := w.share(dev.ID, 0); err != nil { // the first one, where there is none yet
		return err
	}
	list, err := w.tx.Shares(dev.ID)
	if err != nil {
		return err
	}
	last := max(list[len(list)-1].Generation, generation)
	for _, sh := range list[1:] {
		if err := w.tx.RemoveShare(dev.ID, sh.Generation); err != nil {
			return err
		}
	}
	if _, err := w.newShare(dev.ID, last+1, reason); err != nil {
		return err
	}
	return w.event(dev, api.EventRotating, eventFacts{Result: "begun", Reason: reason})
}

// confirmRotation forgets the earlier share once the vault has the pending one.
func (w *work) confirmRotation(dev Device, generation int) error {
	list, err := w.tx.Shares(dev.ID)
	if err != nil || len(list) < 2 || list[len(list)-1].Generation != generation {
		return err
	}
	for _, sh := range list[:len(list)-1] {
		if err := w.tx.RemoveShare(dev.ID, sh.Generation); err != nil {
			return err
		}
	}
	reason := list[len(list)-1].Reason
	if err := w.event(dev, api.EventRotated, eventFacts{Result: "confirmed", Reason: reason}); err != nil {
		return err
	}
	if reason != "" { // the owner was told why when it began
		return nil
	}
	return w.notify(dev, NoticeRotated, nil)
}

// continueRotation is what a check-in does for a rotation. Both steps need the
// computer to be recognised as a release without a code does: a copy elsewhere
// that reports what nobody could read would else be given the share of the
// owner's next vault, or have the share of the present one forgotten.
func (w *work) continueRotation(dev Device, known recognised, r api.CheckInRequest) (*api.Release, error) {
	if !known.Releasable(known.policy) {
		return nil, nil
	}
	if err := w.confirmRotation(dev, r.Generation); err != nil {
		return nil, err
	}
	if err := w.mendRotation(dev, r.Generation); err != nil {
		return nil, err
	}
	return w.nextShare(dev, r.Ephemeral)
}

// generationMost bounds what a vault may name; nobody rotates so often.
const generationMost = 1_000_000

func validGeneration(n int) bool { return n >= 0 && n <= generationMost }

// fits says that a vault's generation is the device's only share, or that there
// is no vault or none is named: there is nothing to do for a rotation.
func (w *work) fits(device string, generation int) (bool, error) {
	list, err := w.tx.Shares(device)
	if err != nil || len(list) > 1 {
		return false, err
	}
	return generation == 0 || len(list) == 1 && list[0].Generation == generation, nil
}

// mendRotation begins a rotation where no share opens the vault: its file was put
// back from a copy, the database was, or a copy of the computer confirmed a
// rotation. The vault opens by its own slot now; it would not the day that it
// needs the server.
func (w *work) mendRotation(dev Device, generation int) error {
	fits, err := w.fits(dev.ID, generation)
	if err != nil || fits {
		return err
	}
	list, err := w.tx.Shares(dev.ID)
	if err != nil || slices.ContainsFunc(list, func(sh Share) bool { return sh.Generation == generation }) {
		return err
	}
	if len(list) > 1 && list[len(list)-1].Generation > generation {
		return nil // one is pending, which mends it
	}
	if until, err := w.takeRotation(dev); err != nil || until != 0 {
		return err
	}
	return w.beginRotation(dev, "", generation)
}

// nextShare seals the pending share to an activated device that offers a key
// for it; nil where none is pending or none is offered.
func (w *work) nextShare(dev Device, ephemeral string) (*api.Release, error) {
	if dev.State != api.DeviceActivated || ephemeral == "" {
		return nil, nil
	}
	pending, err := w.pending(dev.ID)
	if err != nil || pending.Generation == 0 {
		return nil, err
	}
	return w.sealShare(dev, pending, ephemeral)
}
