package server

import (
	"github.com/seed-1feef0b2/holdfast/api"
)

// consume is what a right code does, all of it in the answer's transaction: the
// challenge is closed and its secret erased, the address confirmed, the
// configuration stored, the device active, the share made and released, the
// hold set, the owner told, the log written. Held is what held the key that
// asked for the code; a new key may be held by something else.
func (w *work) consume(sc scene, ch Challenge, known recognised, r api.AnswerRequest, held string) (api.DeviceReply, error) {
	var none api.DeviceReply
	if err := w.closeChallenge(ch, api.ChallengeConsumed); err != nil {
		return none, err
	}
	if err := w.arrived(&sc, ch); err != nil {
		return none, err
	}
	first := sc.acct.State == accountPending
	if err := w.confirm(&sc, ch.Reason); err != nil {
		return none, err
	}
	if err := w.settleHome(sc, ch.Reason); err != nil {
		return none, err
	}
	if err := w.registerClaim(&sc.dev, r.Claim); err != nil {
		return none, err
	}
	if err := w.carry(known, r.Snapshot); err != nil {
		return none, err
	}
	if err := w.activate(&sc.dev, r.Snapshot); err != nil {
		return none, err
	}
	if err := w.hold(sc.dev, ch.Reason, known, first); err != nil {
		return none, err
	}
	if err := w.tell(sc.dev, ch, known, held); err != nil {
		return none, err
	}
	release, err := w.release(sc.dev, r.Generation, r.Ephemeral)
	if err != nil {
		return none, err
	}
	if ch.Reason == api.ReasonFork || ch.Reason == api.ReasonChip {
		if err := w.beginRotation(sc.dev, ch.Reason, r.Generation); err != nil {
			return none, err
		}
	}
	reply, err := w.reply(sc)
	if err != nil {
		return none, err
	}
	reply.Release, reply.Changes, reply.Flags = release, known.Changes, known.Flags
	reply.Next, err = w.nextShare(sc.dev, r.Ephemeral)
	return reply, err
}

// tell records that a code was typed, opens the window where that is what it
// was for, and tells the owner.
func (w *work) tell(dev Device, ch Challenge, known recognised, held string) error {
	facts := eventFacts{
		Result: "accepted", Reason: ch.Reason, Reference: ch.Reference, Changes: known.Changes, Flags: known.Flags,
	}
	if ch.Reason == api.ReasonAnnounce {
		var err error
		if facts.Window, err = w.announced(dev, ch); err != nil {
			return err
		}
		return w.event(dev, api.EventAnnounced, facts)
	}
	if err := w.event(dev, api.EventActivated, facts); err != nil {
		return err
	}
	return w.tellActivated(dev, ch.Reason, held)
}

// tellActivated tells the owner that a code was typed, and what it changed
// about the key: that a lost one was replaced, or that no chip holds it now.
func (w *work) tellActivated(dev Device, reason, held string) error {
	kind, data := NoticeActivated, map[string]string{"Reason": reason}
	if reason == api.ReasonChip {
		kind = NoticeChip
	}
	if held != "" && dev.Hardware == "" {
		data["Key"] = "software"
	}
	return w.notify(dev, kind, data)
}

// confirm makes the address verified and the account active, once, and ends the
// count of wrong codes from new computers.
func (w *work) confirm(sc *scene, reason string) error {
	if sc.acct.State == accountPending {
		sc.acct.State = accountActive
		if err := w.tx.SaveAccount(sc.acct); err != nil {
			return err
		}
	}
	if sc.to.Verified != 0 && sc.to.Failures == 0 {
		return nil
	}
	sc.to.Failures = 0
	if sc.to.Verified == 0 && confirms(reason) {
		sc.to.Verified = w.now
	}
	if sc.email.ID == sc.to.ID { // what the reply says of the address
		sc.email = sc.to
	}
	return w.tx.SaveContact(sc.to)
}

func (w *work) activate(dev *Device, now api.Snapshot) error {
	if !dev.OnceActive {
		dev.OnceActive, dev.Activated = true, w.now
	}
	dev.State, dev.Streak, dev.NextTry, dev.Blocked = api.DeviceActivated, 0, 0, 0
	if err := w.activateConfiguration(dev, now); err != nil {
		return err
	}
	return w.tx.SaveDevice(*dev)
}

// hold stops sensitive actions for a while after a computer became one that the
// account did not have: a further one, another disk or board, a copy, or one
// whose key had to be replaced. The
// first computer of a new account guards nothing yet.
func (w *work) hold(dev Device, reason string, known recognised, first bool) error {
	h := Hold{ID: w.newID(), Account: dev.Account, Device: dev.ID, Reason: reason, Created: w.now}
	switch {
	case reason == api.ReasonFork:
		h.Until, h.Condition = w.now+seconds(w.limits.HoldClone), "review"
	case reason == api.ReasonChip:
		h.Until = w.now + seconds(w.limits.HoldChip)
	case reason == api.ReasonEnrol, reason == api.ReasonChanged && anchorsDiffer(known):
		h.Until = w.now + seconds(w.limits.HoldNewDevice)
	}
	if h.Until == 0 || first {
		return nil
	}
	return w.tx.AddHold(h)
}

func anchorsDiffer(known recognised) bool {
	for _, state := range known.Groups {
		if state == GroupDiffers {
			return true
		}
	}
	return false
}
