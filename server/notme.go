package server

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"maps"
	"strconv"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
)

// NotMePath is where the pages are on which whoever got a message says that it was
// somebody else; a token follows.
const NotMePath = "/not-me/"

// What saying so does; see NotMe.Effect.
const (
	// EffectAddress ends the registration that the message was about; nobody can
	// have another code sent to the address for Limits.LinkPause.
	EffectAddress = "address"
	// EffectOffer gives up an address that a computer in use gave; nobody can have
	// another code sent there for Limits.LinkPause. It does nothing to the computer,
	// which is a stranger's.
	EffectOffer = "offer"
	// EffectComputer shuts the computer out that the message was about: one that was
	// never active for good, another one for Limits.LinkPause and until a code after
	// that.
	EffectComputer = "computer"
	// EffectHold does that, and holds sensitive actions back.
	EffectHold = "hold"
	// EffectSettings does that too, stops new computers until an active one lifts it,
	// and takes away a phone that waits for its first codes.
	EffectSettings = "settings"
)

// effects are what the links of messages do. They only ever restrict: none makes a
// code go anywhere, ends a hold, or takes away the phone that codes go to, or a
// thief of the mailbox could have codes sent there.
var effects = map[string]string{
	MessageRegister: EffectAddress, MessageEmail: EffectOffer,
	MessageEnrol: EffectComputer, MessageChanged: EffectComputer, MessageLocked: EffectComputer, MessageFork: EffectComputer,
	MessageChip: EffectComputer, MessageAnnounce: EffectComputer, MessageChannel: EffectComputer,
	NoticeCodeSent: EffectComputer, NoticeLocked: EffectComputer,
	NoticeActivated: EffectHold, NoticeChip: EffectHold, NoticeRotated: EffectHold, NoticeAnnounced: EffectHold, NoticeWindowUsed: EffectHold,
	NoticePhone: EffectSettings, NoticePhoneGone: EffectSettings, NoticeChannel: EffectSettings,
}

// effectOf is what a message's link does; empty where it has none. Whoever owns an
// address that has an account already is told so where a code would have gone, and
// may stop that as the code's own link would.
func effectOf(row OutboxRow) string {
	if row.Kind == NoticeExists {
		return effects[MessageCodePrefix+row.Reason]
	}
	return effects[row.Kind]
}

// NotMe is what the page of a link says.
type NotMe struct {
	// Language is that of the message: en, vi or ru.
	Language string
	// Effect is one of the Effect constants.
	Effect string
	// Done says that it was done, now or earlier.
	Done bool
}

// linkSize is how many bytes of the keyed hash a token carries: 128 bits.
const linkSize = 16

// link gives the address of a message's page; empty for kinds that have none, and
// for text messages, in which nobody should follow a link.
func (w *work) link(row OutboxRow) string {
	if effectOf(row) == "" || row.Channel != api.ChannelEmail {
		return ""
	}
	raw := binary.BigEndian.AppendUint64(nil, uint64(row.ID)) //nolint:gosec // the same bits
	raw = append(raw, w.index(linkLabel, strconv.FormatInt(row.ID, 10))[:linkSize]...)
	return strings.TrimRight(w.origin, "/") + NotMePath + base64.RawURLEncoding.EncodeToString(raw)
}

const linkLabel = "not-me link"

// linked finds the message of a token. The token is made from the message's number
// under a key of the server's, and is stored nowhere. Errors: not_found, for every
// token that is not good any more or never was.
func (w *work) linked(token string) (OutboxRow, error) {
	none := api.NewError(api.CodeNotFound)
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != 8+linkSize {
		return OutboxRow{}, none
	}
	id := int64(binary.BigEndian.Uint64(raw)) //nolint:gosec // the same bits
	ours := false
	for _, mac := range w.indexes(linkLabel, strconv.FormatInt(id, 10)) {
		ours = hmac.Equal(mac[:linkSize], raw[8:]) || ours
	}
	if !ours {
		return OutboxRow{}, none
	}
	row, err := w.tx.OutboxRow(id)
	if errors.Is(err, ErrNotFound) || (err == nil && (effectOf(row) == "" || w.now >= row.Created+seconds(w.limits.LinkLife))) {
		return OutboxRow{}, none
	}
	return row, err
}

func pageOf(row OutboxRow) NotMe {
	return NotMe{Language: row.Language, Effect: effectOf(row), Done: row.Data[saidNotMe] != ""}
}

// saidNotMe is the fact of a message that its link was used.
const saidNotMe = "NotMe"

// LinkPage gives what a link's page says. It changes nothing: programs that check
// mail open links by themselves. Errors: not_found.
func (s *Service) LinkPage(ctx context.Context, token string) (NotMe, error) {
	var page NotMe
	err := s.store.Read(ctx, func(tx Tx) error {
		w := &work{Service: s, tx: tx, now: s.time().Unix(), ctx: ctx, reading: true}
		row, err := w.linked(token)
		page = pageOf(row)
		return err
	})
	return page, err
}

// SayNotMe does what a link's page offers, once. A token that is not good, and one
// that was used, write nothing: anybody can send them. Errors: not_found.
func (s *Service) SayNotMe(ctx context.Context, c Caller, token string) (NotMe, error) {
	page, err := s.LinkPage(ctx, token)
	if err != nil || page.Done {
		return page, err
	}
	err = s.store.Write(ctx, func(tx Tx) error {
		w := &work{Service: s, tx: tx, c: c, now: s.time().Unix(), ctx: ctx}
		row, err := w.linked(token)
		if err != nil {
			return err
		}
		if page = pageOf(row); page.Done {
			return nil
		}
		row.Data = maps.Clone(row.Data)
		if row.Data == nil {
			row.Data = map[string]string{}
		}
		row.Data[saidNotMe], page.Done = stamp(w.now), true
		if err := tx.SaveMessage(row); err != nil {
			return err
		}
		return w.restrict(row)
	})
	return page, err
}

// restrict is what a link does.
func (w *work) restrict(row OutboxRow) error {
	dev, err := w.subjectOf(row)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	effect := effectOf(row)
	switch effect {
	case EffectAddress:
		return w.endRegistration(dev, row)
	case EffectOffer:
		return w.endOffer(dev, row)
	}
	if effect == EffectHold || effect == EffectSettings {
		if err := w.holdContact(dev, "not-me"); err != nil {
			return err
		}
	}
	if effect == EffectSettings {
		if err := w.freezeSettings(dev); err != nil {
			return err
		}
	}
	return w.block(dev)
}

// subjectOf is the computer that a message is about: its challenge's, or the one
// that a notice names.
func (w *work) subjectOf(row OutboxRow) (Device, error) {
	if row.Challenge == "" {
		return w.tx.Device(row.Data[aboutDevice])
	}
	ch, err := w.tx.Challenge(row.Challenge)
	if err != nil {
		return Device{}, err
	}
	return w.tx.Device(ch.Device)
}

// aboutDevice is the fact of a notice that says which computer it is about.
const aboutDevice = "DeviceID"

// block shuts a computer out. One that was never active is refused from now on.
// The key of another one stays: its owner may have pressed the wrong button, and
// the server's share of its vault must not be lost by that.
func (w *work) block(dev Device) error {
	if dev.State == api.DeviceRevoked {
		return nil
	}
	if !dev.OnceActive {
		return w.revoke(dev)
	}
	if err := w.lockOpen(dev); err != nil {
		return err
	}
	if err := w.endAnnounced(dev.ID); err != nil {
		return err
	}
	dev.Blocked = w.now + seconds(w.limits.LinkPause)
	if dev.State == api.DeviceActivated {
		dev.State = api.DeviceLimited
	}
	if err := w.tx.SaveDevice(dev); err != nil {
		return err
	}
	if err := w.eventBy(actorStranger, dev, api.EventBlocked, eventFacts{Result: "not me"}); err != nil {
		return err
	}
	return w.notify(dev, NoticeBlocked, nil)
}

// actorStranger is who follows a link: whoever has the message.
const actorStranger = "stranger"

// lockOpen closes a computer's open challenge.
func (w *work) lockOpen(dev Device) error {
	ch, err := w.tx.LatestChallenge(dev.ID)
	if errors.Is(err, ErrNotFound) || (err == nil && ch.State != api.ChallengeOpen) {
		return nil
	}
	if err != nil {
		return err
	}
	return w.closeChallenge(ch, api.ChallengeLocked)
}

// endRegistration forgets the computer that somebody registers with an address
// that is not theirs, and lets nobody else have a code sent there for a while.
func (w *work) endRegistration(dev Device, row OutboxRow) error {
	if dev.OnceActive { // confirmed meanwhile: it is the account's computer
		return w.block(dev)
	}
	to, err := w.tx.Contact(row.Contact)
	if err != nil {
		return err
	}
	if err := w.leaveAlone(to); err != nil {
		return err
	}
	return w.revoke(dev)
}

// endOffer gives up an address that a computer gave as its account's. Once a code
// confirmed it, it is the account's: then there is nothing to give up.
func (w *work) endOffer(dev Device, row OutboxRow) error {
	to, err := w.tx.Contact(row.Contact)
	if err != nil || to.Verified != 0 {
		return err
	}
	if err := w.leaveAlone(to); err != nil {
		return err
	}
	ch, err := w.tx.Challenge(row.Challenge)
	if err != nil {
		return err
	}
	if ch.State == api.ChallengeOpen {
		if err := w.closeChallenge(ch, api.ChallengeReplaced); err != nil {
			return err
		}
	}
	if to.Removed == 0 {
		to.Removed = w.now
		if err := w.tx.SaveContact(to); err != nil {
			return err
		}
	}
	return w.record(AuditRow{
		Account: dev.Account, Actor: actorStranger, Device: dev.ID, Event: "address", Result: "given up", Detail: "not me",
	})
}

// leaveAlone lets nobody have a code sent to an address for a while that would
// confirm it.
func (w *work) leaveAlone(to Contact) error {
	address, err := w.address(to)
	if err != nil {
		return err
	}
	_, err = w.take(leftAlone, plain(to.Channel, address), rule{1, w.limits.LinkPause})
	return err
}

// leftAlone counts addresses whose owners asked to be left alone.
const leftAlone = "left alone"

// freezeSettings stops new computers, and takes away phones that wait for their
// first codes. The phone that codes go to stays.
func (w *work) freezeSettings(dev Device) error {
	acct, err := w.tx.Account(dev.Account)
	if err != nil {
		return err
	}
	list, err := w.tx.ContactsOf(dev.Account)
	if err != nil {
		return err
	}
	for _, c := range list {
		switch {
		case c.Channel == channelPhone && c.ID != acct.Contact && c.Trusted > w.now:
			c.Removed = w.now
		case c.EnrolStopped == 0:
			c.EnrolStopped = w.now
		default:
			continue
		}
		if err := w.tx.SaveContact(c); err != nil {
			return err
		}
	}
	return nil
}
