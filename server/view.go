package server

import (
	"github.com/seed-1feef0b2/holdfast/api"
)

// view is what a client is told of a challenge: never the code.
func (w *work) view(sc scene, ch Challenge) (api.Challenge, error) {
	sc, err := w.about(sc, ch)
	if err != nil {
		return api.Challenge{}, err
	}
	now, err := w.current(sc, ch)
	if err != nil {
		return api.Challenge{}, err
	}
	v := api.Challenge{
		Reference: ch.Reference, State: ch.State, Reason: ch.Reason, Channel: ch.Channel,
		Destination: now.mask(), Opened: stamp(ch.Opened), Changes: ch.Changes,
		TriesLeft: max(w.limits.TriesPerChallenge-ch.Failures, 0),
		Sender:    w.sender, Outbox: w.outbox,
		Subject: w.subject(MessageCodePrefix+ch.Reason, sc.acct.Language, ch.Reference),
	}
	v.CodeKind, v.CodeLength = shape(ch.Channel)
	if v.State == api.ChallengeOpen && w.now >= ch.Expires {
		v.State = api.ChallengeExpired
	}
	if err := w.viewTimes(sc, ch, &v); err != nil {
		return v, err
	}
	ways, err := w.waysOf(sc, ch)
	if err != nil {
		return v, err
	}
	if v.Ways, err = w.viewWays(sc, ways); err != nil {
		return v, err
	}
	list, err := w.tx.MessagesOf(ch.ID)
	if err != nil {
		return v, err
	}
	v.Deliveries = make([]api.Delivery, 0, len(list))
	for _, m := range list {
		d := delivery(m)
		if d.Destination = v.Destination; m.Channel != ch.Channel {
			d.Destination = maskOf(ways, m)
		}
		v.Deliveries = append(v.Deliveries, d)
	}
	return v, nil
}

// maskOf gives the masked address of a message, as far as it is still one of the
// ways.
func maskOf(ways []way, m OutboxRow) string {
	for _, v := range ways {
		if v.to.ID == m.Contact {
			return v.mask()
		}
	}
	return "•••"
}

func (w *work) viewTimes(sc scene, ch Challenge, v *api.Challenge) error {
	epochs, err := w.tx.Epochs(ch.ID)
	if err != nil {
		return err
	}
	var expires int64
	for _, e := range epochs {
		if e.Handed != 0 {
			expires = max(expires, w.limits.ends(e))
		}
	}
	v.Expires = stamp(expires)
	until, err := w.nextSend(sc, ch)
	if err != nil {
		return err
	}
	if v.State == api.ChallengeLocked {
		// What is sent next is another challenge's first message, which waits
		// for no pause of this one.
		if until, err = w.paused(sc); err != nil {
			return err
		}
	}
	if until > w.now && v.State != api.ChallengeConsumed {
		v.NextSend = stamp(until)
	}
	paused, err := w.paused(sc)
	if err != nil {
		return err
	}
	if next := max(paused, sc.dev.NextTry); next > w.now {
		v.NextTry = stamp(next)
	}
	return nil
}

func delivery(m OutboxRow) api.Delivery {
	d := api.Delivery{Channel: m.Channel, State: m.State, At: stamp(m.Changed), Detail: m.Detail, MessageID: m.MessageID}
	if m.State == api.DeliveryPutOff {
		d.NextTry = stamp(m.Due)
	}
	return d
}
