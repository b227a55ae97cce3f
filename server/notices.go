package server

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
)

// noticeKept is how long a notice is tried, in seconds.
const noticeKept = int64(3 * 24 * 60 * 60)

// textClass says when a notice also goes out as a text message, and what it counts
// against: so that nobody makes the one that matters stay away by causing others first.
type textClass int

const (
	// textTry: somebody tries something, as a stranger may. It goes to a phone that
	// codes go to, Limits.PhoneNoticesDay a day.
	textTry textClass = iota
	// textDone: something happened, which took a code or a computer's key. The same,
	// as many a day, counted apart.
	textDone
	// textSettings: it was changed where codes go. It goes to every phone of the
	// account, always: what causes it takes the password, and is limited itself.
	textSettings
)

var textNotices = map[string]textClass{
	NoticeCodeSent: textTry, NoticeLocked: textTry, NoticeWrongDevice: textTry, NoticeEnrolStopped: textTry, NoticeBlocked: textTry,
	NoticeActivated: textDone, NoticeChip: textDone, NoticeFork: textDone, NoticeRevoked: textDone,
	NoticeAnnounced: textDone, NoticeRotated: textDone, NoticeWindowUsed: textDone,
	NoticePhone: textSettings, NoticePhoneGone: textSettings, NoticeChannel: textSettings,
}

// PhoneKinds lists the kinds of messages that may go to phones; each needs its
// words for text messages, and codes and the test those for calls.
func PhoneKinds() []string {
	list := []string{
		MessageEnrol, MessageChanged, MessageLocked, MessageFork, MessageChip, MessageAnnounce, MessagePhone, MessageChannel, NoticeTest,
	}
	return append(list, slices.Sorted(maps.Keys(textNotices))...)
}

// mayTell says whether a message may go to a contact: to one that is the account's,
// and was when the message was queued; a code to the one that it confirms; and the
// notice that an address has an account already to that address.
func (w *work) mayTell(row OutboxRow, to Contact) bool {
	if strings.HasPrefix(row.Kind, MessageCodePrefix) || row.Kind == NoticeExists {
		return to.Removed == 0 && len(to.Sealed) > 0
	}
	return to.Verified != 0 && len(to.Sealed) > 0 && (to.Removed == 0 || row.Created <= to.Removed)
}

// notify queues a notice about a device to the account's contacts: the address,
// and as a text message the phones. Notices are not sends: no pause and no limit
// of codes holds them back. A contact that nobody has confirmed is told nothing.
func (w *work) notify(about Device, kind string, data map[string]string) error {
	return w.notifyBut(about, kind, data, "")
}

// notifyBut is notify, leaving out one contact.
func (w *work) notifyBut(about Device, kind string, data map[string]string, but string) error {
	acct, err := w.tx.Account(about.Account)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	list, err := w.tx.ContactsOf(about.Account)
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b Contact) int { // the address first
		return cmp.Or(cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Verified, b.Verified), cmp.Compare(a.ID, b.ID))
	})
	for _, to := range list {
		if !to.confirmed() || to.ID == but {
			continue
		}
		v, ok, err := w.noticeWay(acct, to, kind)
		if err == nil && ok {
			err = w.queueNotice(about, acct, v, kind, data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// noticeWay says how a notice goes to a contact, if it does. Those by text message
// are few: they cost money, and a stranger can cause some.
func (w *work) noticeWay(acct Account, to Contact, kind string) (way, bool, error) {
	if to.Channel == api.ChannelEmail {
		return way{channel: api.ChannelEmail, to: to}, true, nil
	}
	class, texts := textNotices[kind]
	if !texts || class != textSettings && acct.Contact != to.ID {
		return way{}, false, nil
	}
	list, err := w.waysTo(to)
	if err != nil || len(list) == 0 || list[0].channel != api.ChannelSMS {
		return way{}, false, err
	}
	if class == textSettings {
		return list[0], true, nil
	}
	may, err := w.mayText(list[0], kind, class)
	return list[0], may, err
}

// mayText counts a notice by text message, if it may go out.
func (w *work) mayText(v way, kind string, class textClass) (bool, error) {
	stopped, err := w.countryStopped(true, v.number.country)
	if err != nil || stopped > w.now {
		return false, err
	}
	if kind == NoticeLocked {
		if until, err := w.take("locked notices to phone", v.number.e164, rule{1, day}); err != nil || until > w.now {
			return false, err
		}
	}
	label := "notices to phone"
	if class == textDone {
		label = "notices to phone of what happened"
	}
	until, err := w.take(label, v.number.e164, rule{w.limits.PhoneNoticesDay, day})
	return until <= w.now, err
}

func (w *work) queueNotice(about Device, acct Account, v way, kind string, data map[string]string) error {
	facts := map[string]string{"Time": stamp(w.now), aboutDevice: about.ID}
	maps.Copy(facts, data)
	return w.tx.AddMessage(OutboxRow{
		ID: w.newMessageID(), Account: about.Account, Contact: v.to.ID, Channel: v.channel, Kind: kind,
		Language: acct.Language, State: api.DeliveryQueued, Due: w.now, Created: w.now, Asked: w.now, Changed: w.now,
		Expires: w.now + noticeKept, MessageID: w.messageID(), Device: about.Name, Place: place(w.c.IP), Data: facts,
	})
}

// tellElsewhere tells the account's other contacts that a code went out by a way
// that has a phone in it: once for each challenge and way.
func (w *work) tellElsewhere(sc scene, ch Challenge, v way) error {
	if ch.Mute || confirms(ch.Reason) || sc.acct.State != accountActive {
		return nil
	}
	if v.channel == api.ChannelEmail && sc.acct.Contact == "" { // as of nearly every account: nobody else to tell
		return nil
	}
	list, err := w.tx.MessagesOf(ch.ID)
	if err != nil {
		return err
	}
	for _, m := range list {
		if m.Channel == v.channel && m.Contact == v.to.ID {
			return nil
		}
	}
	data := map[string]string{
		"Channel": v.channel, "Destination": v.mask(), "Reason": ch.Reason,
	}
	return w.notifyBut(sc.dev, NoticeCodeSent, data, v.to.ID)
}
