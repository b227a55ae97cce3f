package server

import (
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// quota is one limit on what is sent: so many under a name.
type quota struct {
	label, id string
	rules     []rule
}

// owns says that a message is asked for by a computer that was once active, over a
// contact that is the account's. Of every limit that strangers can use up, they
// may use half: the owner always has the other one.
func owns(sc scene, v way) bool { return sc.dev.OnceActive && v.to.confirmed() }

// quotas are the limits of a way: all that is sent to an address or a number, over
// all accounts; all that an account sends to phones; all that goes to numbers of
// one prefix; and what one source causes that is not the owner's.
func (w *work) quotas(sc scene, v way) []quota {
	own := owns(sc, v)
	account := []rule{{w.limits.SendsPerHour, time.Hour}, {w.limits.SendsPerDay, day}}
	if v.channel == api.ChannelEmail {
		id := plain(v.channel, v.address)
		list := []quota{{"sends", id, account}}
		if !own {
			list = append(list, quota{"sends by new computers", id, halves(account)})
		}
		return list
	}
	var list []quota
	add := func(label, id string, rules []rule) {
		list = append(list, quota{label, id, rules})
		if !own {
			list = append(list, quota{label + " by others", id, halves(rules)})
		}
	}
	phone, prefix := w.limits.phoneRules(), []rule{{w.limits.PrefixSendsHour, time.Hour}}
	add("sends to phone", v.number.e164, phone)
	add("phone sends of", sc.acct.Number, account)
	add("sends to prefix", v.number.prefix(), prefix)
	if v.channel == api.ChannelVoice {
		add("calls to phone", v.number.e164, halves(phone))
		add("calls of", sc.acct.Number, halves(account))
		add("calls to prefix", v.number.prefix(), halves(prefix))
	}
	if !own && w.c.IP.IsValid() {
		list = append(list, quota{"phone sends from", source(w.c.IP), []rule{{w.limits.PhoneSourceHour, time.Hour}}})
	}
	return list
}

func (l Limits) phoneRules() []rule {
	return []rule{{l.PhoneSendsTenMinutes, 10 * time.Minute}, {l.PhoneSendsHour, time.Hour}, {l.PhoneSendsDay, day}}
}

func halves(rules []rule) []rule {
	out := make([]rule, len(rules))
	for i, r := range rules {
		out[i] = rule{half(r.most), r.within}
	}
	return out
}

// waitKey names a way and whose it is.
type waitKey struct {
	contact, channel string
	own              bool
}

// limited gives until when nothing may be sent by a way; zero or the past where
// it may now.
func (w *work) limited(sc scene, v way) (int64, error) {
	key := waitKey{v.to.ID, v.channel, owns(sc, v)}
	if until, ok := w.waits[key]; ok {
		return until, nil
	}
	until, err := w.findWait(sc, v)
	if err != nil {
		return 0, err
	}
	if w.waits == nil {
		w.waits = map[waitKey]int64{}
	}
	w.waits[key] = until
	return until, nil
}

func (w *work) findWait(sc scene, v way) (int64, error) {
	if v.channel != api.ChannelEmail && v.number.e164 == "" {
		return w.now + seconds(day), nil // this server has no such way any more
	}
	var until int64
	for _, q := range w.quotas(sc, v) {
		at, err := w.peek(q.label, q.id, q.rules...)
		if err != nil {
			return 0, err
		}
		until = max(until, at)
	}
	if v.channel == api.ChannelEmail && v.to.Verified == 0 {
		at, err := w.peek(leftAlone, plain(v.channel, v.address), rule{1, w.limits.LinkPause})
		return max(until, at), err
	}
	if v.channel == api.ChannelEmail {
		return until, nil
	}
	at, err := w.countryStopped(owns(sc, v), v.number.country)
	if err != nil {
		return 0, err
	}
	until = max(until, at)
	if owns(sc, v) || !w.c.IP.IsValid() {
		return until, nil
	}
	at, err = w.peekCountry(v.number.country)
	return max(until, at), err
}

// spend counts a message by a way. What limits it was looked at in the same
// transaction.
func (w *work) spend(sc scene, v way) error {
	w.waits = nil
	for _, q := range w.quotas(sc, v) {
		if _, err := w.take(q.label, q.id, q.rules...); err != nil {
			return err
		}
	}
	if v.channel == api.ChannelEmail {
		return nil
	}
	if !owns(sc, v) && w.c.IP.IsValid() {
		if err := w.takeCountry(v.number.country); err != nil {
			return err
		}
	}
	return w.countCountry(owns(sc, v), v.number.country, 1, 0)
}
