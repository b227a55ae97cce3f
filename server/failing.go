package server

import (
	"errors"
	"maps"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
)

// failing says that the last message by a way was refused for good or came back,
// not long ago: another enrolled way is taken before it. After Limits.FailingLife
// it is tried like any other, because a full mailbox does not stay full.
func (w *work) failing(v way) bool {
	f, ok := v.to.Failing[v.channel]
	return ok && w.now < f.At+seconds(w.limits.FailingLife)
}

// markFailing notes at a contact that messages of a channel do not arrive.
func (w *work) markFailing(row OutboxRow, detail string) error {
	c, err := w.tx.Contact(row.Contact)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	c.Failing = maps.Clone(c.Failing)
	if c.Failing == nil {
		c.Failing = map[string]Failure{}
	}
	c.Failing[row.Channel] = Failure{Detail: printable(detail), At: w.now}
	return w.tx.SaveContact(c)
}

// failed is what a message that was refused for good, or came back, means: a code
// takes the next way; and its way fails, if the reason was whom it was for. What was
// wrong with the message, or with this server, or that it was put off until its time
// was over, says nothing of the way.
func (w *work) failed(row OutboxRow, detail string, theirs bool) error {
	if theirs && w.now < row.Expires {
		if err := w.markFailing(row, detail); err != nil {
			return err
		}
	}
	return w.fallBack(row)
}

// reached is what a carrier's word means that a phone has a message.
func (w *work) reached(row OutboxRow) error {
	c, err := w.tx.Contact(row.Contact)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err == nil {
		_, err = w.unmark(c, row.Channel)
	}
	return err
}

// unmark forgets that a way failed: something arrived.
func (w *work) unmark(c Contact, channel string) (Contact, error) {
	if _, ok := c.Failing[channel]; !ok {
		return c, nil
	}
	c.Failing = maps.Clone(c.Failing)
	delete(c.Failing, channel)
	if len(c.Failing) == 0 {
		c.Failing = nil
	}
	return c, w.tx.SaveContact(c)
}

// arrived is what a typed code shows beside what it is for: that messages arrive
// by its way, and that its country's codes are typed.
func (w *work) arrived(sc *scene, ch Challenge) error {
	id := ch.Email
	if sc.typed.Channel != api.ChannelEmail {
		id = ch.Phone
	}
	c, err := w.contact(*sc, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if c, err = w.unmark(c, sc.typed.Channel); err != nil {
		return err
	}
	for _, mine := range []*Contact{&sc.to, &sc.email, &sc.phone} {
		if mine.ID == c.ID {
			*mine = c
		}
	}
	if sc.typed.Channel == api.ChannelEmail {
		return nil
	}
	list, err := w.waysTo(c)
	if err != nil || len(list) == 0 {
		return err
	}
	return w.typedFrom(*sc, list[0])
}

// fallBack sends a code by the next enrolled way after one way refused it for good
// or gave it back: only while that challenge still waits for it, only to a contact
// that it began with, and within the limits. Where there is no such way everything
// stays as it is, and the person sees why.
func (w *work) fallBack(row OutboxRow) error {
	if row.Challenge == "" {
		return nil
	}
	ch, err := w.tx.Challenge(row.Challenge)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if ch.State != api.ChallengeOpen || w.now >= ch.Expires || ch.Channel != row.Channel || ch.Contact != row.Contact {
		return nil
	}
	dev, err := w.tx.Device(ch.Device)
	if err != nil {
		return err
	}
	sc, err := w.scene(dev)
	if err != nil {
		return err
	}
	if sc, err = w.about(sc, ch); err != nil {
		return err
	}
	list, err := w.waysOf(sc, ch)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(v way) bool { return used(v, ch) == 1 })
	v, ok, err := w.firstFree(sc, list)
	if err != nil || !ok {
		return err
	}
	moved, next := w.by(sc, ch, v)
	if until, err := w.nextSend(moved, next); err != nil || until > w.now {
		return err
	}
	if err := w.note(dev, "delivery", "another way", row.Channel+" to "+v.channel); err != nil {
		return err
	}
	_, err = w.send(moved, next)
	return err
}

// by moves a challenge to another of its ways.
func (w *work) by(sc scene, ch Challenge, v way) (scene, Challenge) {
	sc.to, sc.via = v.to, v.channel
	ch.Contact, ch.Channel = v.to.ID, v.channel
	return sc, ch
}
