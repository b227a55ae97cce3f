package server

import (
	"cmp"
	"errors"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
)

// way is one way for codes: a contact, and a channel that reaches it.
type way struct {
	channel string
	to      Contact
	// address is the contact's, opened; number is what is known of it where it is a
	// phone.
	address string
	number  phoneNumber
}

// mask shows the way's address to its owner.
func (v way) mask() string {
	switch {
	case v.address == "":
		return "•••"
	case v.channel == api.ChannelEmail:
		return maskEmail(v.address)
	}
	return maskNumber(v.address)
}

// confirmed says that the contact is its account's: a code showed it, and it was
// not taken away since.
func (c Contact) confirmed() bool { return c.Verified != 0 && c.Removed == 0 && len(c.Sealed) > 0 }

// takesCodes says that codes may go to the contact now.
func (c Contact) takesCodes(now int64) bool {
	return c.confirmed() && (c.Channel != channelPhone || c.Trusted <= now)
}

// confirms says that a challenge's code is what shows that a contact is the
// account's: such a code, and nothing else, goes to a contact that is not
// confirmed yet.
func confirms(reason string) bool {
	return reason == api.ReasonRegister || reason == api.ReasonPhone || reason == api.ReasonEmail
}

// mayHold says whether a challenge's code may be sent to a contact.
func (w *work) mayHold(ch Challenge, c Contact) bool {
	if c.ID != ch.Email && c.ID != ch.Phone && c.ID != ch.Contact || c.Account != ch.Account {
		return false
	}
	if confirms(ch.Reason) {
		return c.Removed == 0 && len(c.Sealed) > 0
	}
	return c.takesCodes(w.now)
}

// waysTo gives the ways to a contact that this server has, without looking at
// whether codes may go there.
func (w *work) waysTo(c Contact) ([]way, error) {
	if len(c.Sealed) == 0 { // forgotten, or lost with the master key
		return nil, nil
	}
	address, err := w.address(c)
	if err != nil || address == "" {
		return nil, err
	}
	if c.Channel == api.ChannelEmail {
		return []way{{channel: api.ChannelEmail, to: c, address: address}}, nil
	}
	n, err := checkNumber(address)
	if err != nil { // the numbering plan changed since
		return nil, nil //nolint:nilerr // a phone that cannot be reached is no way
	}
	var list []way
	for _, channel := range []string{api.ChannelSMS, api.ChannelVoice} {
		if w.takes(n, channel) {
			list = append(list, way{channel, c, address, n})
		}
	}
	return list, nil
}

// waysOf gives the ways that a challenge's code may take now: those that it began
// with, as far as they are still the account's. The one in use is first.
func (w *work) waysOf(sc scene, ch Challenge) ([]way, error) {
	var list []way
	for _, id := range []string{ch.Email, ch.Phone} {
		if id == "" {
			continue
		}
		c, err := w.contact(sc, id)
		if errors.Is(err, ErrNotFound) || (err == nil && !w.mayHold(ch, c)) {
			continue
		}
		if err != nil {
			return nil, err
		}
		ways, err := w.waysTo(c)
		if err != nil {
			return nil, err
		}
		list = append(list, ways...)
	}
	slices.SortStableFunc(list, func(a, b way) int { return cmp.Compare(used(b, ch), used(a, ch)) })
	return list, nil
}

// contact gives a contact by its id, without asking the store for one that the
// scene has.
func (w *work) contact(sc scene, id string) (Contact, error) {
	for _, c := range []Contact{sc.to, sc.email, sc.phone} {
		if c.ID == id {
			return c, nil
		}
	}
	return w.tx.Contact(id)
}

func used(v way, ch Challenge) int {
	if v.channel == ch.Channel && v.to.ID == ch.Contact {
		return 1
	}
	return 0
}

// contacts gives the contacts that a new challenge of an account may use: its
// address, and the phone that it set or, where it set none, the phone that was
// confirmed last.
func (w *work) contacts(acct Account) (email, phone Contact, err error) {
	list, err := w.tx.ContactsOf(acct.Number)
	if err != nil {
		return email, phone, err
	}
	for _, c := range list {
		switch {
		case c.Channel == api.ChannelEmail:
			if !email.confirmed() {
				email = c
			}
		case c.takesCodes(w.now) && (c.ID == acct.Contact || phone.ID == "" || phone.ID != acct.Contact && c.Verified > phone.Verified):
			phone = c
		}
	}
	if email.ID == "" {
		return email, phone, ErrNotFound
	}
	return email, phone, nil
}

// pin gives a new challenge the contacts that it may use, for as long as it is
// open, and picks the way of its first message: the one that the account set, or
// the next one while that fails or nothing may go there. A fixed scene has one
// contact and nothing beside it.
func (w *work) pin(sc *scene, ch *Challenge) error {
	switch {
	case !sc.fixed:
		ch.Email, ch.Phone = sc.email.ID, sc.phone.ID
	case sc.to.Channel == channelPhone:
		ch.Phone = sc.to.ID
	default:
		ch.Email = sc.to.ID
	}
	ch.Contact, ch.Channel = sc.to.ID, sc.via
	if sc.fixed || sc.phone.ID == "" {
		return nil
	}
	list, err := w.waysOf(*sc, *ch)
	if err != nil {
		return err
	}
	v, ok, err := w.firstFree(*sc, list)
	if err == nil && ok {
		sc.to, sc.via = v.to, v.channel
		ch.Contact, ch.Channel = v.to.ID, v.channel
	}
	return err
}

// preferred is the way that an account set, if it is one.
func preferred(acct Account, email, phone Contact) (Contact, string) {
	if phone.ID != "" && phone.ID == acct.Contact && acct.Channel != "" {
		return phone, acct.Channel
	}
	return email, api.ChannelEmail
}

// firstFree gives the first way that does not fail and may be sent to now; where
// there is none, the first that does not fail; false where all do.
func (w *work) firstFree(sc scene, list []way) (way, bool, error) {
	var second *way
	for _, v := range list {
		if w.failing(v) {
			continue
		}
		until, err := w.limited(sc, v)
		if err != nil {
			return way{}, false, err
		}
		if until <= w.now {
			return v, true, nil
		}
		if second == nil {
			second = &v
		}
	}
	if second != nil {
		return *second, true, nil
	}
	return way{}, false, nil
}

// about is the scene of a challenge: its contact and channel.
func (w *work) about(sc scene, ch Challenge) (scene, error) {
	to, err := w.contact(sc, ch.Contact)
	if errors.Is(err, ErrNotFound) {
		return sc, nil
	}
	sc.to, sc.via = to, ch.Channel
	return sc, err
}

// viewWays are the ways as a person is told of them.
func (w *work) viewWays(sc scene, list []way) ([]api.Way, error) {
	out := make([]api.Way, 0, len(list))
	for _, v := range list {
		t := api.Way{
			Channel: v.channel, Destination: v.mask(), InUse: v.to.ID == sc.to.ID && v.channel == sc.via,
		}
		if w.failing(v) {
			t.Failing = v.to.Failing[v.channel].Detail
		}
		until, err := w.limited(sc, v)
		if err != nil {
			return nil, err
		}
		if v.to.Channel == channelPhone && v.to.Verified != 0 {
			until = max(until, v.to.Trusted)
		}
		if until > w.now {
			t.Paused = stamp(until)
		}
		out = append(out, t)
	}
	return out, nil
}
