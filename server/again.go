package server

import (
	"context"
	"errors"

	"github.com/seed-1feef0b2/holdfast/api"
)

// SendAgain sends a challenge's code again over an enrolled channel. Errors:
// send_wait with the time at which it will be sent, channel_not_enrolled,
// no_challenge, challenge_locked, code_used, and those of Device.
func (s *Service) SendAgain(ctx context.Context, c Caller, reference string, r api.DeliveryRequest) (api.Challenge, error) {
	return act(ctx, s, c, func(w *work) (api.Challenge, error) {
		var none api.Challenge
		dev, req, err := w.party()
		if err != nil {
			return none, err
		}
		sc, ch, err := w.challenge(dev, reference, req)
		if err != nil {
			return none, err
		}
		if err := sendable(ch, w.now); err != nil {
			return none, err
		}
		if sc, ch, err = w.another(sc, ch, r.Channel); err != nil {
			return none, err
		}
		until, err := w.nextSend(sc, ch)
		if err != nil {
			return none, err
		}
		if until > w.now {
			return none, retryAt(api.CodeSendWait, until)
		}
		if ch, err = w.send(sc, ch); err != nil {
			return none, err
		}
		return w.view(sc, ch)
	})
}

// another moves a challenge to the way that a person chose, among those that it
// began with; empty means the same one. Errors: channel_not_enrolled.
func (w *work) another(sc scene, ch Challenge, channel string) (scene, Challenge, error) {
	if channel == "" {
		channel = ch.Channel
	}
	list, err := w.waysOf(sc, ch)
	if err != nil {
		return sc, ch, err
	}
	for _, v := range list {
		if v.channel == channel {
			sc, ch = w.by(sc, ch, v)
			return sc, ch, nil
		}
	}
	return sc, ch, api.NewError(api.CodeChannel)
}

func sendable(ch Challenge, now int64) error {
	switch {
	case ch.State == api.ChallengeConsumed:
		return api.NewError(api.CodeUsed)
	case ch.State == api.ChallengeLocked:
		return api.NewError(api.CodeChallengeLocked)
	case ch.State != api.ChallengeOpen || now >= ch.Expires:
		return api.NewError(api.CodeNoChallenge)
	}
	return nil
}

// SignOut revokes the caller's key and deletes the server's share of its vault.
// Doing it twice is no error. Errors: unknown_key, not_found.
func (s *Service) SignOut(ctx context.Context, c Caller) error {
	_, err := act(ctx, s, c, func(w *work) (struct{}, error) {
		dev, err := w.device()
		if api.CodeOf(err) == api.CodeRevoked {
			return struct{}{}, nil
		}
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, w.revoke(dev)
	})
	return err
}

func (w *work) revoke(dev Device) error {
	ch, err := w.tx.LatestChallenge(dev.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if ch.State == api.ChallengeOpen {
		if err := w.closeChallenge(ch, api.ChallengeReplaced); err != nil {
			return err
		}
	}
	if err := w.endAnnounced(dev.ID); err != nil {
		return err
	}
	if err := w.tx.RemoveShares(dev.ID); err != nil {
		return err
	}
	dev.State = api.DeviceRevoked
	if err := w.tx.SaveDevice(dev); err != nil {
		return err
	}
	if err := w.event(dev, api.EventSignedOut, eventFacts{Result: "revoked"}); err != nil {
		return err
	}
	if !dev.OnceActive {
		return nil
	}
	return w.notify(dev, NoticeRevoked, nil)
}

// LiftEnrolStop lets the account enrol new computers again after too many wrong
// codes from strangers. Only an active device may. Errors: not_activated, and
// those of Device.
func (s *Service) LiftEnrolStop(ctx context.Context, c Caller) (api.Security, error) {
	return act(ctx, s, c, func(w *work) (api.Security, error) {
		sc, err := w.secured()
		if err != nil {
			return api.Security{}, err
		}
		list, err := w.tx.ContactsOf(sc.acct.Number)
		if err != nil {
			return api.Security{}, err
		}
		for _, c := range list {
			if c.EnrolStopped == 0 && c.Failures == 0 {
				continue
			}
			c.EnrolStopped, c.Failures = 0, 0
			if err := w.tx.SaveContact(c); err != nil {
				return api.Security{}, err
			}
		}
		if err := w.note(sc.dev, "enrol-stop.lifted", "accepted", ""); err != nil {
			return api.Security{}, err
		}
		if sc, err = w.scene(sc.dev); err != nil {
			return api.Security{}, err
		}
		return w.security(sc)
	})
}
