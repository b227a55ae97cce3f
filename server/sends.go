package server

import (
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// quota is one limit on what is sent: so many under a name. Where it has a share,
// what an owner sends within that time counts once.
type quota struct {
	label, id string
	rules     []rule
	share     share
}

// share is how an owner's codes count where others' codes count each: once within
// a time, for his account and for his phone.
type share struct {
	label  string
	within time.Duration
}

// shares are the two counters of a share: who uses one account with many phones has
// one share, and so has who uses many accounts with one phone.
func (w *work) shares(s share, sc scene, v way) [][2]string {
	return [][2]string{{s.label + " account", sc.acct.Number}, {s.label + " phone", v.number.e164}}
}

// hasShare says that an owner's share is used.
func (w *work) hasShare(s share, sc scene, v way) (bool, error) {
	if s.label == "" {
		return false, nil
	}
	for _, c := range w.shares(s, sc, v) {
		until, err := w.peek(c[0], c[1], rule{1, s.within})
		if err != nil || until > w.now {
			return until > w.now, err
		}
	}
	return false, nil
}

// takeShare uses an owner's share, and says whether it was free.
func (w *work) takeShare(s share, sc scene, v way) (bool, error) {
	if used, err := w.hasShare(s, sc, v); err != nil || used {
		return false, err
	}
	for _, c := range w.shares(s, sc, v) {
		if _, err := w.take(c[0], c[1], rule{1, s.within}); err != nil {
			return false, err
		}
	}
	return true, nil
}

// freeShare frees an owner's share, and says whether the account's was used; where it
// was not, nothing changes.
func (w *work) freeShare(s share, sc scene, v way) (bool, error) {
	for i, c := range w.shares(s, sc, v) {
		until, err := w.peek(c[0], c[1], rule{1, s.within})
		if err != nil || i == 0 && until <= w.now {
			return false, err
		}
		if err := w.setTimes(c[0], c[1], nil, w.now); err != nil {
			return false, err
		}
	}
	return true, nil
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
		if v.to.Verified == 0 { // anybody may give an address: that uses up nothing of its account's
			return []quota{{label: "sends to confirm", id: id, rules: halves(account)}}
		}
		list := []quota{{label: "sends", id: id, rules: account}}
		if !own {
			list = append(list, quota{label: "sends by new computers", id: id, rules: halves(account)})
		}
		return list
	}
	var list []quota
	add := func(label, id string, rules []rule, within time.Duration) {
		q := quota{label: label, id: id, rules: rules}
		if own && within != 0 {
			q.share = share{label + " by", within}
		}
		list = append(list, q)
		if !own {
			list = append(list, quota{label: label + " by others", id: id, rules: halves(rules)})
		}
	}
	phone, prefix := w.limits.phoneRules(), []rule{{w.limits.PrefixSendsHour, time.Hour}}
	add("sends to phone", v.number.e164, phone, 0)
	add("phone sends of", sc.acct.Number, account, 0)
	add("sends to prefix", v.number.prefix(), prefix, time.Hour)
	if v.channel == api.ChannelVoice {
		add("calls to phone", v.number.e164, halves(phone), 0)
		add("calls of", sc.acct.Number, halves(account), 0)
		add("calls to prefix", v.number.prefix(), halves(prefix), time.Hour)
	}
	if !own && w.c.IP.IsValid() {
		list = append(list, quota{label: "phone sends from", id: source(w.c.IP), rules: []rule{{w.limits.PhoneSourceHour, time.Hour}}})
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
		counted, err := w.hasShare(q.share, sc, v)
		if err != nil {
			return 0, err
		}
		if counted {
			continue
		}
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
		if q.share.label != "" {
			if first, err := w.takeShare(q.share, sc, v); err != nil || !first {
				if err != nil {
					return err
				}
				continue
			}
		}
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
	return w.sentTo(sc, v)
}
