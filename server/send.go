package server

import (
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
)

// relaunch sends a challenge's code again where pauses and limits allow, and
// else leaves it: the view says when it will.
func (w *work) relaunch(sc scene, ch Challenge) (Challenge, error) {
	until, err := w.nextSend(sc, ch)
	if err != nil || until > w.now {
		return ch, err
	}
	return w.send(sc, ch)
}

// nextSend is when another message may go out: after the pause of this
// challenge and channel, within the address's limits, and not while the source
// of wrong codes is paused. Zero or the past means now.
func (w *work) nextSend(sc scene, ch Challenge) (int64, error) {
	until, err := w.paused(sc)
	if err != nil {
		return 0, err
	}
	list, err := w.tx.MessagesOf(ch.ID)
	if err != nil {
		return 0, err
	}
	v, err := w.current(sc, ch)
	if err != nil {
		return 0, err
	}
	at, err := w.limited(sc, v)
	if err != nil {
		return 0, err
	}
	return max(until, at, w.pauseAfter(sc, ch, list)), nil
}

// current is the way that a challenge's code goes now.
func (w *work) current(sc scene, ch Challenge) (way, error) {
	list, err := w.waysTo(sc.to)
	if err != nil {
		return way{}, err
	}
	for _, v := range list {
		if v.channel == ch.Channel {
			return v, nil
		}
	}
	return way{channel: ch.Channel, to: sc.to}, nil
}

// pauseAfter is until when the messages of a challenge and channel, and a channel
// that takes no new computers, hold the next one back. Zero or the past means now.
func (w *work) pauseAfter(sc scene, ch Challenge, list []OutboxRow) int64 {
	var until int64
	if sc.to.EnrolStopped != 0 && !sc.dev.OnceActive {
		until = w.now + seconds(day) // until an active computer lifts it; ask again tomorrow
	}
	n, asked := 0, int64(0)
	for _, m := range list {
		if m.Channel == ch.Channel {
			n, asked = n+1, max(asked, m.Asked)
		}
	}
	if n > 0 {
		until = max(until, asked+seconds(w.limits.sendPause(n)))
	}
	return until
}

// send queues a message with the challenge's code. A message that is still
// waiting to be handed over is not doubled: it is tried now.
func (w *work) send(sc scene, ch Challenge) (Challenge, error) {
	v, err := w.current(sc, ch)
	if err != nil {
		return ch, err
	}
	if v.address == "" || !w.mayHold(ch, sc.to) {
		return ch, w.tx.SaveChallenge(ch) // it was taken away, or there is no provider any more
	}
	if err := w.spend(sc, v); err != nil {
		return ch, err
	}
	epoch, err := w.epochFor(ch)
	if err != nil {
		return ch, err
	}
	ch.Expires = max(ch.Expires, epoch.Created+seconds(w.limits.EmailCodeMost))
	if err := w.tx.SaveChallenge(ch); err != nil {
		return ch, err
	}
	list, err := w.tx.MessagesOf(ch.ID)
	if err != nil {
		return ch, err
	}
	same := func(m OutboxRow) bool { return waiting(m) && m.Epoch == epoch.Number && m.Channel == ch.Channel }
	if i := slices.IndexFunc(list, same); i >= 0 {
		m := list[i]
		m.Due, m.Asked = w.now, w.now
		return ch, w.tx.SaveMessage(m)
	}
	kind, language := MessageCodePrefix+ch.Reason, sc.acct.Language
	if ch.Mute {
		kind = NoticeExists
		language = w.ownersLanguage(sc)
	}
	facts, err := w.codeFacts(ch)
	if err != nil {
		return ch, err
	}
	if err := w.tellElsewhere(sc, ch, v); err != nil {
		return ch, err
	}
	return ch, w.tx.AddMessage(OutboxRow{
		ID: w.newMessageID(), Challenge: ch.ID, Account: ch.Account, Contact: ch.Contact, Channel: ch.Channel,
		Kind: kind, Language: language, Epoch: epoch.Number, State: api.DeliveryQueued,
		Due: w.now, Created: w.now, Asked: w.now, Changed: w.now, Expires: w.limits.ends(epoch),
		MessageID: w.messageID(), Reference: ch.Reference, Device: sc.dev.Name, Place: ch.Place, Reason: ch.Reason,
		Changes: ch.Changes, Data: facts,
	})
}

func waiting(m OutboxRow) bool {
	return m.State == api.DeliveryQueued || m.State == api.DeliveryPutOff
}

func (w *work) messageID() string { return w.randomHex(16) + "@" + w.host }

// ownersLanguage is that of the account that owns a pending account's address.
func (w *work) ownersLanguage(sc scene) string {
	owner, err := w.owner(sc.to)
	if err != nil {
		return sc.acct.Language
	}
	acct, err := w.tx.Account(owner.Account)
	if err != nil {
		return sc.acct.Language
	}
	return acct.Language
}

// epochFor gives the epoch whose code is sent: the last one, or a new one where
// less than half of its life is left. The old code works until it expires.
func (w *work) epochFor(ch Challenge) (Epoch, error) {
	epochs, err := w.tx.Epochs(ch.ID)
	if err != nil {
		return Epoch{}, err
	}
	next := Epoch{Challenge: ch.ID, Channel: ch.Channel, Number: 1, Created: w.now}
	for _, e := range slices.Backward(epochs) {
		if e.Channel != ch.Channel {
			continue
		}
		if life, _ := w.limits.lives(e.Channel); w.limits.ends(e)-w.now >= seconds(life)/2 {
			return e, nil
		}
		next.Number = e.Number + 1
		break
	}
	return next, w.tx.AddEpoch(next)
}
