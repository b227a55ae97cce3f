package server

import (
	"errors"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
)

// referenceSymbols is the length of a challenge's reference; it is drawn, and
// says nothing about the code.
const referenceSymbols = 3

// scene is whom a challenge is about, and the way that its code goes.
type scene struct {
	dev  Device
	acct Account
	// to and via are the contact and the channel: of an open challenge its own, else
	// those that the account set.
	to  Contact
	via string
	// email and phone are the contacts that a new challenge may use.
	email, phone Contact
	// fixed says that a new challenge may use no other contact than to; wish is what
	// its answer will do.
	fixed bool
	wish  string
	// typed is the code that was typed, where one was and it is right.
	typed Epoch
}

func (w *work) scene(dev Device) (scene, error) {
	acct, err := w.tx.Account(dev.Account)
	if err != nil {
		return scene{}, err
	}
	return w.sceneOf(acct, dev)
}

func (w *work) sceneOf(acct Account, dev Device) (scene, error) {
	sc := scene{dev: dev, acct: acct}
	var err error
	if sc.email, sc.phone, err = w.contacts(acct); err != nil {
		return sc, err
	}
	sc.to, sc.via = preferred(acct, sc.email, sc.phone)
	return sc, nil
}

// demand finds the device's open challenge, or opens one, and sends its code
// as far as pauses and limits allow. Bound are the kinds that a message must
// have named for its code to activate this computer as it is now.
func (w *work) demand(sc scene, reason string, changes []api.Change, bound []string) (Challenge, error) {
	if sc.dev.State == api.DeviceFrozen && reason != api.ReasonChip {
		reason = api.ReasonFork
	}
	latest, err := w.tx.LatestChallenge(sc.dev.ID)
	if errors.Is(err, ErrNotFound) {
		return w.openChallenge(sc, Challenge{}, reason, changes)
	}
	if err != nil {
		return Challenge{}, err
	}
	switch {
	case latest.State == api.ChallengeOpen && w.now < latest.Expires &&
		(covers(latest, bound) && sameSort(reason, latest.Reason) && !stranded(sc, latest) || givesAddress(sc, latest)):
		if sc, err = w.about(sc, latest); err != nil {
			return latest, err
		}
		return w.relaunch(sc, latest)
	case latest.State == api.ChallengeOpen:
		how := api.ChallengeReplaced
		if w.now >= latest.Expires {
			how = api.ChallengeExpired
		}
		if err := w.closeChallenge(latest, how); err != nil {
			return Challenge{}, err
		}
	case latest.State == api.ChallengeLocked:
		if until, err := w.paused(sc); err != nil || until > w.now {
			return latest, err
		}
		latest.Failures = 0 // its own count is closed; the key's and the channel's go on
	default:
		latest.Failures = 0
	}
	if reason == api.ReasonLocked && len(bound) > 0 {
		reason = api.ReasonChanged
	}
	return w.openChallenge(sc, latest, reason, changes)
}

// sameSort says whether one challenge can stand for two reasons: those whose
// answers do more than activate stand for themselves alone.
func sameSort(a, b string) bool {
	alone := []string{
		api.ReasonFork, api.ReasonChip, api.ReasonAnnounce, api.ReasonPhone, api.ReasonChannel, api.ReasonEmail,
	}
	return a == b || (!slices.Contains(alone, a) && !slices.Contains(alone, b))
}

// covers says whether a challenge's message named every bound kind that
// changed. A message about a new computer covers whatever it is.
func covers(ch Challenge, bound []string) bool {
	if ch.Reason == api.ReasonRegister || ch.Reason == api.ReasonEnrol {
		return true
	}
	for _, kind := range bound {
		if !slices.ContainsFunc(ch.Changes, func(c api.Change) bool { return c.Kind == kind }) {
			return false
		}
	}
	return true
}

// openChallenge makes a challenge after an earlier one, whose failures carry
// over, and sends its first message.
func (w *work) openChallenge(sc scene, before Challenge, reason string, changes []api.Change) (Challenge, error) {
	ch := Challenge{
		ID: w.newID(), Account: sc.dev.Account, Device: sc.dev.ID, State: api.ChallengeOpen, Reason: reason,
		Failures: before.Failures, Changes: changes, Place: place(w.c.IP), Wish: sc.wish,
		Opened: w.now, Expires: w.now + seconds(w.limits.EmailCodeMost), Seq: before.Seq + 1, Mute: before.Mute,
	}
	if err := w.pin(&sc, &ch); err != nil {
		return ch, err
	}
	if (sc.acct.State == accountPending || reason == api.ReasonEmail) && !ch.Mute {
		_, err := w.owner(sc.to)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return ch, err
		}
		ch.Mute = err == nil
	}
	var err error
	if ch.Reference, err = w.newReference(sc.dev.ID); err != nil {
		return ch, err
	}
	if ch.Secret, err = w.seal(secretPlace(ch.ID), w.randomBytes(secretBytes)); err != nil {
		return ch, err
	}
	if err := w.tx.AddChallenge(ch); err != nil {
		return ch, err
	}
	if err := w.keepAnnouncement(ch); err != nil {
		return ch, err
	}
	if err := w.event(sc.dev, api.EventAsked, eventFacts{
		Result: "opened", Reason: reason, Reference: ch.Reference, Changes: changes,
	}); err != nil {
		return ch, err
	}
	return w.relaunch(sc, ch)
}

func (w *work) newReference(device string) (string, error) {
	for {
		ref := w.draw(code.Crockford, referenceSymbols)
		_, err := w.tx.ChallengeByReference(device, ref)
		if errors.Is(err, ErrNotFound) {
			return ref, nil
		}
		if err != nil {
			return "", err
		}
	}
}

// closeChallenge ends a challenge: its secret is erased, and what was not sent
// yet is not.
func (w *work) closeChallenge(ch Challenge, state string) error {
	ch.State, ch.Closed, ch.Secret = state, w.now, nil
	if err := w.tx.SaveChallenge(ch); err != nil {
		return err
	}
	return w.tx.CancelMessages(ch.ID, detailClosed)
}

// detailClosed is what a delivery says that was overtaken.
const detailClosed = "no longer needed"
