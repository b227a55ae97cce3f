package server

import (
	"context"
	"encoding/base64"
	"errors"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/api/sign"
)

// Answer takes a code. A right one activates the computer as the request's
// snapshot shows it and releases the server's share, in one transaction; after
// a fork it also puts the new key in the old one's place.
//
// Errors: code_mistyped (no try used), code_wrong (with ArgTriesLeft),
// code_expired (with ArgChallenge: the one whose message is on its way),
// code_used, challenge_locked, try_wait, no_challenge, rekey_needed, no_places,
// and those of CheckIn.
func (s *Service) Answer(ctx context.Context, c Caller, reference string, r api.AnswerRequest) (api.DeviceReply, error) {
	snapshot, err := checkSnapshot(r.Snapshot)
	if err != nil {
		return api.DeviceReply{}, err
	}
	r.Snapshot, r.Code = snapshot, code.Normalise(r.Code)
	if _, err := ephemeralKey(r.Ephemeral); err != nil {
		return api.DeviceReply{}, err
	}
	if !validGeneration(r.Generation) {
		return api.DeviceReply{}, invalid("generation")
	}
	if r.NewKey != nil {
		if _, err := sign.PublicKey(*r.NewKey); err != nil || !validChain(r.NewNext) {
			return api.DeviceReply{}, invalid("new_key")
		}
	}
	if !validHardware(r.NewHardware) {
		return api.DeviceReply{}, invalid("new_hardware")
	}
	if r.Claim != "" {
		if _, err := claimKey(r.Claim); err != nil {
			return api.DeviceReply{}, err
		}
	}
	c.Issuer = r.Issuer
	return act(ctx, s, c, func(w *work) (api.DeviceReply, error) { return w.answer(reference, r) })
}

func (w *work) answer(reference string, r api.AnswerRequest) (api.DeviceReply, error) {
	var none api.DeviceReply
	dev, req, err := w.party()
	if api.CodeOf(err) == api.CodeNotFound {
		return none, w.strayAnswer(dev, r)
	}
	if err != nil {
		return none, err
	}
	dev.LastSeen = w.now
	sc, ch, err := w.challenge(dev, reference, req)
	if api.CodeOf(err) == api.CodeNoChallenge {
		return none, w.strayAnswer(dev, r)
	}
	if err != nil {
		return none, err
	}
	if !wellFormed(r.Code) {
		return none, api.NewError(api.CodeMistyped)
	}
	if ch.State != api.ChallengeOpen || w.now >= ch.Expires {
		return none, w.answerClosed(sc, ch, r)
	}
	if err := w.mayTry(sc); err != nil {
		return none, err
	}
	found, which, err := w.match(ch, r.Code)
	switch {
	case err != nil:
		return none, err
	case found == matchNone:
		return none, w.wrong(sc, ch, r.Code)
	case found == matchExpired:
		return none, w.expired(sc, ch, r)
	}
	sc.typed = which
	if ch.Reason == api.ReasonPhone || ch.Reason == api.ReasonChannel || ch.Reason == api.ReasonEmail {
		return w.settleSecurity(sc, ch)
	}
	return w.right(sc, ch, r, req)
}

// answerClosed answers a code for a challenge that is over.
func (w *work) answerClosed(sc scene, ch Challenge, r api.AnswerRequest) error {
	switch ch.State {
	case api.ChallengeConsumed:
		return api.NewError(api.CodeUsed)
	case api.ChallengeLocked:
		until, err := w.paused(sc)
		if err != nil {
			return err
		}
		if until = max(until, sc.dev.NextTry); until <= w.now {
			return api.NewError(api.CodeChallengeLocked)
		}
		return retryAt(api.CodeChallengeLocked, until)
	}
	return w.expired(sc, ch, r)
}

// expired says that a code came too late, which costs no try, and sees to it
// that another one is on its way as soon as that is allowed.
func (w *work) expired(sc scene, ch Challenge, r api.AnswerRequest) error {
	if sc.dev.State == api.DeviceActivated && ch.Reason != api.ReasonChip { // nothing asks for a code any more
		return api.NewError(api.CodeExpired)
	}
	known, err := w.recognise(sc.dev, sc.acct, r.Snapshot, false)
	if err != nil {
		return err
	}
	reason := ch.Reason
	if reason == api.ReasonAnnounce { // too late: the computer needs a code by now
		reason = api.ReasonLocked
	}
	next, err := w.demand(sc, reason, known.Changes, known.bound())
	if err != nil {
		return err
	}
	v, err := w.view(sc, next)
	if err != nil {
		return err
	}
	e := api.NewError(api.CodeExpired).With(ArgChallenge, v)
	if until, err := w.nextSend(sc, next); err != nil {
		return err
	} else if until > w.now {
		e = retryAt(api.CodeExpired, until).With(ArgChallenge, v)
	}
	return keep(e)
}

// right takes a right code, unless the computer is not the one that its message
// named, its account has no place for it, or a fork's answer lacks the new key.
// A request is there where the answer comes from a key that is to take the
// place of a lost one.
func (w *work) right(sc scene, ch Challenge, r api.AnswerRequest, req *KeyRequest) (api.DeviceReply, error) {
	var none api.DeviceReply
	known, err := w.recognise(sc.dev, sc.acct, r.Snapshot, true)
	if err != nil {
		return none, err
	}
	if !covers(ch, known.bound()) {
		return none, w.expired(sc, ch, r)
	}
	held := sc.dev.Hardware
	switch {
	case req != nil:
		err = w.takeKey(&sc.dev, ch, *req)
	case sc.dev.State == api.DeviceFrozen:
		err = w.replaceKey(&sc.dev, ch, r)
	}
	if err != nil {
		return none, err
	}
	if !sc.dev.OnceActive {
		if err := w.placeFor(sc.dev); err != nil {
			return none, err
		}
	}
	if ch.Reason == api.ReasonRegister {
		if owner, err := w.owner(sc.to); err == nil && owner.ID != sc.to.ID {
			// Somebody confirmed this address meanwhile: the challenge falls
			// silent, and the owner is told.
			ch.Mute = true
			if err := w.tx.SaveChallenge(ch); err != nil {
				return none, err
			}
			return none, w.expired(sc, ch, r)
		} else if err != nil && !errors.Is(err, ErrNotFound) {
			return none, err
		}
	}
	return w.consume(sc, ch, known, r, held)
}

// placeFor refuses one active computer too many. The code stays unused.
func (w *work) placeFor(dev Device) error {
	list, err := w.tx.DevicesOf(dev.Account)
	if err != nil {
		return err
	}
	active, _ := count(list)
	if active >= w.limits.ActiveDevices {
		return api.NewError(api.CodeNoPlaces)
	}
	return nil
}

// count gives how many of an account's devices are active (limited and frozen
// ones hold their place) and pending.
func count(list []Device) (active, pending int) {
	for _, d := range list {
		switch d.State {
		case api.DeviceActivated, api.DeviceLimited, api.DeviceFrozen:
			active++
		case api.DevicePending:
			pending++
		}
	}
	return active, pending
}

// replaceKey puts a new key in a frozen one's place; the old key is revoked.
// The new key's own signature shows that whoever answers holds it.
func (w *work) replaceKey(dev *Device, ch Challenge, r api.AnswerRequest) error {
	if r.NewKey == nil {
		return api.NewError(api.CodeRekeyNeeded)
	}
	keyid, err := sign.Thumbprint(*r.NewKey)
	if err != nil {
		return invalid("new_key")
	}
	public, err := sign.PublicKey(*r.NewKey)
	if err != nil {
		return invalid("new_key")
	}
	proof, err := base64.RawURLEncoding.Strict().DecodeString(r.NewProof)
	text := "holdfast-rekey-v1\n" + dev.ID + "\n" + ch.Reference + "\n" + keyid
	if err != nil || !sign.VerifyMessage(public, []byte(text), proof) {
		return invalid("new_proof")
	}
	if used, err := w.keyUsed(keyid); err != nil || used {
		if used {
			return invalid("new_key")
		}
		return err
	}
	return w.putKey(dev, ch, KeyRequest{KeyID: keyid, Key: *r.NewKey, Hardware: r.NewHardware, Next: r.NewNext})
}

// putKey revokes a device's key, puts another in its place and begins the chain
// anew.
func (w *work) putKey(dev *Device, ch Challenge, fresh KeyRequest) error {
	err := w.tx.AddRevokedKey(RevokedKey{
		KeyID: dev.KeyID, Key: dev.Key, Device: dev.ID, Account: dev.Account, Revoked: w.now, Reason: ch.Reason,
	})
	if err != nil {
		return err
	}
	if err := w.endAnnounced(dev.ID); err != nil { // whoever announced it had the other key
		return err
	}
	dev.KeyID, dev.Key, dev.Hardware = fresh.KeyID, fresh.Key, fresh.Hardware
	dev.Current, dev.LastPrev, dev.LastNext = fresh.Next, "", ""
	return w.event(*dev, api.EventKeyChanged, eventFacts{Result: "accepted", Reason: ch.Reason, Reference: ch.Reference})
}

// keyUsed says whether a key is, or once was, a device's, or asks to be one's.
func (w *work) keyUsed(keyid string) (bool, error) {
	if _, err := w.tx.DeviceByKey(keyid); !errors.Is(err, ErrNotFound) {
		return err == nil, err
	}
	if _, err := w.tx.RevokedKey(keyid); !errors.Is(err, ErrNotFound) {
		return err == nil, err
	}
	if _, err := w.tx.KeyRequestByKey(keyid); !errors.Is(err, ErrNotFound) {
		return err == nil, err
	}
	return false, nil
}
