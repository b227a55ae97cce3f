package server

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"

	"github.com/seed-1feef0b2/holdfast/api"
)

// CheckIn judges a fresh snapshot of the caller's computer. It answers with a
// certificate, and where the computer says that its vault is locked with the
// server's share; or it opens the challenge, or finds the open one and sends
// its code again if it may.
//
// Errors: invalid_value, schema_unknown, snapshot_incomplete, snapshot_limit,
// nonce_used, idempotency_reused, unknown_key, device_revoked, not_found.
func (s *Service) CheckIn(ctx context.Context, c Caller, r api.CheckInRequest) (api.DeviceReply, error) {
	snapshot, err := checkSnapshot(r.Snapshot)
	if err != nil {
		return api.DeviceReply{}, err
	}
	r.Snapshot = snapshot
	if !validChain(r.Prev) || !validChain(r.Next) || r.Prev == r.Next {
		return api.DeviceReply{}, invalid("next")
	}
	if !validGeneration(r.Generation) {
		return api.DeviceReply{}, invalid("generation")
	}
	if r.Locked || r.Ephemeral != "" {
		if _, err := ephemeralKey(r.Ephemeral); err != nil {
			return api.DeviceReply{}, err
		}
	}
	c.Issuer = r.Issuer
	return act(ctx, s, c, func(w *work) (api.DeviceReply, error) { return w.checkIn(r) })
}

func ephemeralKey(s string) (*ecdh.PublicKey, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, invalid("ephemeral")
	}
	key, err := ecdh.X25519().NewPublicKey(raw)
	if err != nil {
		return nil, invalid("ephemeral")
	}
	return key, nil
}

func (w *work) checkIn(r api.CheckInRequest) (api.DeviceReply, error) {
	var none api.DeviceReply
	dev, err := w.device()
	if err != nil {
		return none, err
	}
	sc, err := w.scene(dev)
	if err != nil {
		return none, err
	}
	sc.dev.LastSeen = w.now
	switch sc.dev.State {
	case api.DevicePending:
		return w.checkInPending(sc, r)
	case api.DeviceFrozen:
		return w.checkInFrozen(sc, r)
	}
	forked, err := w.follow(&sc.dev, r)
	if err != nil {
		return none, err
	}
	if forked {
		return w.freeze(sc, r)
	}
	return w.checkInActive(sc, r)
}

// checkInActive judges the snapshot of a device that was activated before.
func (w *work) checkInActive(sc scene, r api.CheckInRequest) (api.DeviceReply, error) {
	var none api.DeviceReply
	fits, err := w.fits(sc.dev.ID, r.Generation)
	if err != nil {
		return none, err
	}
	known, err := w.recognise(sc.dev, sc.acct, r.Snapshot, r.Locked || !fits)
	if err != nil {
		return none, err
	}
	if known.Verdict != Known && known.Window == "" { // what a window lists tells a guesser nothing
		if err := w.meet(&sc.dev, known.sum); err != nil {
			return none, err
		}
	}
	if known.Verdict == Known {
		sc.dev.Unread = nil
	} else {
		sc.dev.Unread = sc.dev.Unread.Observe(r.Snapshot, w.time())
	}
	if known.Verdict == NeedsCode {
		return w.challenged(sc, api.ReasonChanged, known)
	}
	if sc.dev.Blocked != 0 {
		return w.challenged(sc, api.ReasonLocked, known)
	}
	var release *api.Release
	if r.Locked {
		if release, err = w.releaseFree(sc, known, r); err != nil {
			return none, err
		}
		if release == nil {
			return w.challenged(sc, api.ReasonLocked, known)
		}
	}
	sc.dev.State = api.DeviceActivated
	if err := w.settleIn(&sc.dev, known, r.Snapshot); err != nil {
		return none, err
	}
	next, err := w.continueRotation(sc.dev, known, r)
	if err != nil {
		return none, err
	}
	if err := w.useWindows(sc.dev, known, release != nil || next != nil); err != nil {
		return none, err
	}
	if err := w.tx.SaveDevice(sc.dev); err != nil {
		return none, err
	}
	reply, err := w.reply(sc)
	if err != nil {
		return none, err
	}
	reply.Release, reply.Changes, reply.Flags, reply.Window = release, known.Changes, known.Flags, known.Window
	reply.Next = next
	reply.Rules, err = w.rulesAfter(r.RulesVersion)
	return reply, err
}

// challenged limits the device and answers with its challenge.
func (w *work) challenged(sc scene, reason string, known recognised) (api.DeviceReply, error) {
	if sc.dev.State == api.DeviceActivated {
		sc.dev.State = api.DeviceLimited
	}
	return w.challengedAs(sc, reason, known)
}

func (w *work) challengedAs(sc scene, reason string, known recognised) (api.DeviceReply, error) {
	var none api.DeviceReply
	if err := w.tx.SaveDevice(sc.dev); err != nil {
		return none, err
	}
	ch, err := w.demand(sc, reason, known.Changes, known.bound())
	if err != nil {
		return none, err
	}
	reply, err := w.reply(sc)
	if err != nil {
		return none, err
	}
	v, err := w.view(sc, ch)
	reply.Challenge, reply.Changes, reply.Flags = &v, known.Changes, known.Flags
	return reply, err
}

// checkInPending finds the first challenge again. A pending device has nothing
// to copy yet, so its chain only follows.
func (w *work) checkInPending(sc scene, r api.CheckInRequest) (api.DeviceReply, error) {
	var none api.DeviceReply
	sum := configurationSum(r.Snapshot)
	if err := w.meet(&sc.dev, sum); err != nil {
		return none, err
	}
	sc.dev.Current, sc.dev.LastPrev, sc.dev.LastNext = r.Next, r.Prev, r.Next
	reason := api.ReasonEnrol
	if sc.acct.State == accountPending {
		reason = api.ReasonRegister
		sc.acct.Seen = w.now
		if err := w.tx.SaveAccount(sc.acct); err != nil {
			return none, err
		}
	}
	return w.challengedAs(sc, reason, recognised{})
}

// freeze stops a key that two computers use, and tells the owner.
func (w *work) freeze(sc scene, r api.CheckInRequest) (api.DeviceReply, error) {
	var none api.DeviceReply
	sc.dev.State = api.DeviceFrozen
	if err := w.endAnnounced(sc.dev.ID); err != nil {
		return none, err
	}
	if err := w.event(sc.dev, api.EventForked, eventFacts{Result: "frozen"}); err != nil {
		return none, err
	}
	if err := w.notify(sc.dev, NoticeFork, nil); err != nil {
		return none, err
	}
	return w.checkInFrozen(sc, r)
}

// checkInFrozen answers either copy with the same challenge. Which of them is
// the owner's, the code says.
func (w *work) checkInFrozen(sc scene, r api.CheckInRequest) (api.DeviceReply, error) {
	known, err := w.recognise(sc.dev, sc.acct, r.Snapshot, false)
	if err != nil {
		return api.DeviceReply{}, err
	}
	if known.Verdict != Known {
		if err := w.meet(&sc.dev, known.sum); err != nil {
			return api.DeviceReply{}, err
		}
	}
	return w.challengedAs(sc, api.ReasonFork, known)
}
