package server

import (
	"context"

	"github.com/seed-1feef0b2/holdfast/api"
)

// A device has one share, K_srv, of a generation that its vault is known to
// use, or two: that one, and a pending one of a later generation, which the
// vault is to be rotated to. The earlier one goes when the device says that its
// vault has the later. A rotation that is never confirmed keeps both for ever:
// to forget either could lose the keys of somebody who was away.

// Rotate makes a pending share, so that the caller can give its vault a new
// master key, or gives the pending one again. Errors: not_activated,
// too_many_requests, invalid_value, and those of Device.
func (s *Service) Rotate(ctx context.Context, c Caller, r api.RotateRequest) (api.DeviceReply, error) {
	if _, err := ephemeralKey(r.Ephemeral); err != nil {
		return api.DeviceReply{}, err
	}
	return act(ctx, s, c, func(w *work) (api.DeviceReply, error) { return w.rotate(r) })
}

func (w *work) rotate(r api.RotateRequest) (api.DeviceReply, error) {
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
		until, err := w.take("rotations", dev.ID, rule{w.limits.RotationsPerDay, day})
		if err != nil {
			return none, err
		}
		if until != 0 {
			return none, retryAt(api.CodeTooMany, until)
		}
		if err := w.beginRotation(dev, ""); err != nil {
			return none, err
		}
	}
	sc, err := w.scene(dev)
	if err != nil {
		return none, err
	}
	reply, err := w.reply(sc)
	if err != nil {
		return none, err
	}
	reply.Next, err = w.nextShare(dev, r.Ephemeral)
	return reply, err
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

// beginRotation makes a fresh pending share. One that was pending falls away:
// after a fork, the other copy may have been given it.
func (w *work) beginRotation(dev Device, reason string) error {
	if _, err := w.share(dev.ID); err != nil { // the first one, where there is none yet
		return err
	}
	list, err := w.tx.Shares(dev.ID)
	if err != nil {
		return err
	}
	last := list[len(list)-1].Generation
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
