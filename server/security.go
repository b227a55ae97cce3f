package server

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Security says where the account's codes go. Only an activated computer is told.
// Errors: not_activated, and those of Device.
func (s *Service) Security(ctx context.Context, c Caller) (api.Security, error) {
	return read(ctx, s, c, func(w *work) (api.Security, error) {
		sc, err := w.secured()
		if err != nil {
			return api.Security{}, err
		}
		return w.security(sc)
	})
}

// secured is the scene of a caller that may see and change where codes go.
func (w *work) secured() (scene, error) {
	dev, err := w.device()
	if err != nil {
		return scene{}, err
	}
	if dev.State != api.DeviceActivated {
		return scene{}, api.NewError(api.CodeNotActivated)
	}
	return w.scene(dev)
}

func (w *work) security(sc scene) (api.Security, error) {
	out := api.Security{Channel: sc.via, Ways: []api.Way{}, Phones: w.phones.Channels}
	contacts, err := w.tx.ContactsOf(sc.acct.Number)
	if err != nil {
		return out, err
	}
	var ways []way
	for _, c := range contacts {
		if !c.confirmed() {
			continue
		}
		list, err := w.waysTo(c)
		if err != nil {
			return out, err
		}
		ways = append(ways, list...)
		if c.EnrolStopped != 0 {
			out.EnrolStopped = stamp(c.EnrolStopped)
		}
	}
	if out.Ways, err = w.viewWays(sc, ways); err != nil {
		return out, err
	}
	slices.SortStableFunc(out.Ways, func(a, b api.Way) int { return cmp.Compare(placeOf(a), placeOf(b)) })
	open, err := w.tx.OpenChallenges(sc.acct.Number)
	if err != nil {
		return out, err
	}
	for _, ch := range open {
		if w.now < ch.Expires && ch.Contact != sc.to.ID && !confirms(ch.Reason) && sc.dev.OnceActive {
			out.Channel, out.Next = ch.Channel, sc.via
		}
	}
	return out, nil
}

// placeOf orders ways for people: the address, then the phone that may be used,
// then one that waits.
func placeOf(v api.Way) int {
	switch {
	case v.Channel == api.ChannelEmail:
		return 0
	case v.Paused == "":
		return 1
	}
	return 2
}

// stepUp wants the account's password once more before a write, for what a computer
// that was left open must not do. Tries are counted on the computer, so that nobody
// elsewhere can use them up. Who gives the scene of a caller that may ask. Errors:
// step_up, too_many_requests, and those of who and of the write.
func stepUp[T any](
	ctx context.Context, s *Service, c Caller, password string, who func(*work) (scene, error), fn func(*work) (T, error),
) (T, error) {
	var none T
	if len(password) > passwordBytes {
		return none, invalid("password")
	}
	var hash string
	return weigh(ctx, s, c, weighed[T]{
		count: func(w *work) error {
			sc, err := who(w)
			if err != nil {
				return err
			}
			hash = sc.acct.Password
			return w.takeOr("step-up on", sc.dev.ID, rule{w.limits.StepUpHour, time.Hour})
		},
		dear: func() error {
			ok, err := s.checkHash(ctx, hash, password)
			if err == nil && !ok {
				err = api.NewError(api.CodeStepUp)
			}
			return err
		},
		write: fn,
	})
}

// RequestPhone enrols a phone: it opens a challenge whose code goes there, and
// whose answer makes it the account's. Asking again for the same number finds the
// same challenge. Errors: step_up, phone_refused, country_refused,
// too_many_requests, challenge_open, not_activated, and those of Device.
func (s *Service) RequestPhone(ctx context.Context, c Caller, r api.PhoneRequest) (api.DeviceReply, error) {
	var none api.DeviceReply
	n, err := checkNumber(r.Number)
	if err != nil {
		return none, err
	}
	channel := api.ChannelSMS
	if r.Voice {
		channel = api.ChannelVoice
	}
	switch {
	case n.landline && !r.Voice:
		return none, api.NewError(api.CodePhone, "landline")
	case !s.phones.allows(channel, n.country):
		return none, api.NewError(api.CodeCountry)
	}
	return stepUp(ctx, s, c, r.Password, (*work).secured, func(w *work) (api.DeviceReply, error) { return w.requestPhone(n, channel) })
}

func (w *work) requestPhone(n phoneNumber, channel string) (api.DeviceReply, error) {
	var none api.DeviceReply
	sc, err := w.secured()
	if err != nil {
		return none, err
	}
	latest, open, err := w.openBefore(sc.dev)
	if err != nil {
		return none, err
	}
	to, known, err := w.phoneOf(sc.acct, n)
	if err != nil {
		return none, err
	}
	if open && latest.Reason == api.ReasonPhone && known && latest.Contact == to.ID && latest.Channel == channel {
		return w.replied(sc, latest, w.relaunch)
	}
	until, err := w.take("phones of", sc.acct.Number, rule{w.limits.PhonesPerDay, day})
	if err != nil {
		return none, err
	}
	if until != 0 {
		return none, retryAt(api.CodeTooMany, until)
	}
	sc.to, sc.via, sc.fixed = to, channel, true
	if err := w.mayReach(sc, way{channel, to, n.e164, n}); err != nil {
		return none, err
	}
	if !known {
		if err := w.addPhone(&sc, n); err != nil {
			return none, err
		}
	}
	if open {
		if err := w.closeChallenge(latest, api.ChallengeReplaced); err != nil {
			return none, err
		}
	}
	ch, err := w.demand(sc, api.ReasonPhone, nil, nil)
	if err != nil {
		return none, err
	}
	return w.replied(sc, ch, nil)
}

// mayReach refuses a phone that no code may be sent to now.
func (w *work) mayReach(sc scene, v way) error {
	stopped, err := w.countryStopped(owns(sc, v), v.number.country)
	if err == nil && stopped > w.now {
		err = retryAt(api.CodeCountry, stopped)
	}
	if err != nil {
		return err
	}
	until, err := w.limited(sc, v)
	if err == nil && until > w.now {
		err = retryAt(api.CodeTooMany, until)
	}
	return err
}

// openBefore gives the caller's open challenge, if there is one that may give way
// to a change of where codes go: an earlier such change. Errors: challenge_open.
func (w *work) openBefore(dev Device) (Challenge, bool, error) {
	ch, err := w.tx.LatestChallenge(dev.ID)
	if errors.Is(err, ErrNotFound) {
		return ch, false, nil
	}
	if err != nil || ch.State != api.ChallengeOpen || w.now >= ch.Expires {
		return ch, false, err
	}
	if ch.Reason != api.ReasonPhone && ch.Reason != api.ReasonChannel {
		return ch, false, api.NewError(api.CodeChallengeOpen)
	}
	return ch, true, nil
}

// phoneOf finds a phone among an account's contacts.
func (w *work) phoneOf(acct Account, n phoneNumber) (Contact, bool, error) {
	list, err := w.tx.ContactsOf(acct.Number)
	if err != nil {
		return Contact{}, false, err
	}
	for _, blind := range w.indexes("contact "+channelPhone, plain(channelPhone, n.e164)) {
		for _, c := range list {
			if c.Channel == channelPhone && bytes.Equal(c.Blind, blind) {
				return c, true, nil
			}
		}
	}
	return Contact{}, false, nil
}

// addPhone adds a phone that is not confirmed yet, in the place of one that never
// was.
func (w *work) addPhone(sc *scene, n phoneNumber) error {
	list, err := w.tx.ContactsOf(sc.acct.Number)
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.Channel == channelPhone && c.Verified == 0 {
			c.Removed = w.now
			if err := w.tx.SaveContact(c); err != nil {
				return err
			}
		}
	}
	c := Contact{ID: w.newID(), Account: sc.acct.Number, Channel: channelPhone, Blind: w.blind(channelPhone, n.e164)}
	if c.Sealed, err = w.seal(contactPlace(c.ID), []byte(n.e164)); err != nil {
		return err
	}
	sc.to = c
	return w.tx.AddContact(c)
}

// replied answers with a challenge, sent again where again says how.
func (w *work) replied(sc scene, ch Challenge, again func(scene, Challenge) (Challenge, error)) (api.DeviceReply, error) {
	var none api.DeviceReply
	sc, err := w.about(sc, ch)
	if err != nil {
		return none, err
	}
	if again != nil {
		if ch, err = again(sc, ch); err != nil {
			return none, err
		}
	}
	reply, err := w.reply(sc)
	if err != nil {
		return none, err
	}
	v, err := w.view(sc, ch)
	reply.Challenge = &v
	return reply, err
}
