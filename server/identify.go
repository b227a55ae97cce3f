package server

import (
	"context"
	"crypto/ecdsa"
	"errors"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
)

// DeviceKey gives the public key of a keyid, for verifying a signature. A key
// that was revoked is given too: what it asks for is refused later, with a
// reason. So is one that asks to take a lost key's place. The error is api code unknown_key, or the store's.
func (s *Service) DeviceKey(ctx context.Context, keyid string) (*ecdsa.PublicKey, error) {
	if public := s.seenKeys.get(keyid); public != nil {
		return public, nil
	}
	var key api.Key
	err := s.store.Read(ctx, func(tx Tx) error {
		d, err := tx.DeviceByKey(keyid)
		key = d.Key
		if !errors.Is(err, ErrNotFound) {
			return err
		}
		r, err := tx.RevokedKey(keyid)
		key = r.Key
		if !errors.Is(err, ErrNotFound) {
			return err
		}
		q, err := tx.KeyRequestByKey(keyid)
		key = q.Key
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return nil, api.NewError(api.CodeUnknownKey)
	}
	if err != nil {
		return nil, err
	}
	public, err := sign.PublicKey(key)
	if err == nil {
		s.seenKeys.put(keyid, public)
	}
	return public, err
}

// device is the caller's own. In a write, hearing from it ends a request to
// replace its key. Errors: unknown_key, device_revoked, and not_found, with the
// device, where the path names another one.
func (w *work) device() (Device, error) {
	d, err := w.tx.DeviceByKey(w.c.KeyID)
	if errors.Is(err, ErrNotFound) {
		if _, err := w.tx.RevokedKey(w.c.KeyID); err == nil {
			return d, api.NewError(api.CodeRevoked)
		} else if !errors.Is(err, ErrNotFound) {
			return d, err
		}
		return d, api.NewError(api.CodeUnknownKey)
	}
	switch {
	case err != nil:
		return d, err
	case d.State == api.DeviceRevoked:
		return d, api.NewError(api.CodeRevoked)
	case d.ID != w.c.DeviceID:
		return d, api.NewError(api.CodeNotFound)
	}
	return d, w.heard(d)
}

// read runs a signed read: nothing is written, not even the nonce.
func read[T any](ctx context.Context, s *Service, c Caller, fn func(*work) (T, error)) (T, error) {
	var reply T
	err := s.store.Read(ctx, func(tx Tx) (err error) {
		reply, err = fn(&work{Service: s, tx: tx, c: c, now: s.time().Unix(), ctx: ctx, reading: true})
		return err
	})
	return reply, err
}

// Device says what the server knows of the caller: its state, its open
// challenge, and the certificate that its last accepted check-in earned.
// Errors: unknown_key, device_revoked, not_found.
func (s *Service) Device(ctx context.Context, c Caller) (api.DeviceReply, error) {
	return read(ctx, s, c, func(w *work) (api.DeviceReply, error) {
		dev, err := w.device()
		if err != nil {
			return api.DeviceReply{}, err
		}
		sc, err := w.scene(dev)
		if err != nil {
			return api.DeviceReply{}, err
		}
		r, err := w.reply(sc)
		if err != nil || dev.State == api.DeviceActivated {
			return r, err
		}
		ch, err := w.tx.LatestChallenge(dev.ID)
		if errors.Is(err, ErrNotFound) {
			return r, nil
		}
		if err != nil || !concerns(ch, nil) {
			return r, err
		}
		v, err := w.view(sc, ch)
		r.Challenge = &v
		return r, err
	})
}

// Challenge gives one challenge of the caller with its deliveries. Errors:
// no_challenge, and those of Device.
func (s *Service) Challenge(ctx context.Context, c Caller, reference string) (api.Challenge, error) {
	return read(ctx, s, c, func(w *work) (api.Challenge, error) {
		dev, req, err := w.party()
		if err != nil {
			return api.Challenge{}, err
		}
		sc, ch, err := w.challenge(dev, reference, req)
		if err != nil {
			return api.Challenge{}, err
		}
		return w.view(sc, ch)
	})
}

func (w *work) challenge(dev Device, reference string, req *KeyRequest) (scene, Challenge, error) {
	ch, err := w.tx.ChallengeByReference(dev.ID, reference)
	if errors.Is(err, ErrNotFound) || (err == nil && !concerns(ch, req)) {
		return scene{}, ch, api.NewError(api.CodeNoChallenge)
	}
	if err != nil {
		return scene{}, ch, err
	}
	sc, err := w.scene(dev)
	if err != nil {
		return sc, ch, err
	}
	sc, err = w.about(sc, ch)
	return sc, ch, err
}

// reply is what every answer to a device says: state, policy, hold, and the
// certificate where the device is active.
func (w *work) reply(sc scene) (api.DeviceReply, error) {
	r := api.DeviceReply{State: sc.dev.State}
	hold, err := w.tx.HoldEnd(sc.dev.Account, w.now)
	if err != nil {
		return r, err
	}
	r.HoldUntil = stamp(hold)
	return r, w.dress(sc, &r)
}

// dress adds what is never stored with a reply.
func (w *work) dress(sc scene, r *api.DeviceReply) (err error) {
	r.Time, r.Issuers = stamp(w.now), w.ring().issuers.changesAfter(w.c.Issuer)
	r.ContactLost = contactLost(sc)
	pending, err := w.pending(sc.dev.ID)
	if err != nil {
		return err
	}
	r.Rotate = pending.Generation
	if r.Windows, err = w.viewWindows(sc); err != nil {
		return err
	}
	if r.Policy, err = w.signedPolicy(sc.acct.Policy, sc.dev.Platform); err != nil {
		return err
	}
	if r.State == api.DeviceActivated && sc.dev.State == api.DeviceActivated {
		r.Certificate, err = w.certificate(sc.dev, sc.acct)
	}
	return err
}

// refresh dresses a reply that was stored and is given again.
func (w *work) refresh(r *api.DeviceReply) error {
	dev, err := w.tx.Device(w.c.DeviceID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	sc, err := w.scene(dev)
	if err != nil {
		return err
	}
	return w.dress(sc, r)
}
