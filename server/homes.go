package server

import (
	"github.com/seed-1feef0b2/holdfast/api"
)

// A home of an account is a network address from which a computer of its was
// activated lately. Anybody may try passwords at an account whose address he knows,
// and so use up its tries; those from a home are counted apart, so that its owner
// gets in with another computer all the same.
const (
	homeOf   = "home of"
	homeKept = 180 * day
)

// atHome says that a sign-in comes from a home of what was typed, without looking
// whether there is such an account.
func (w *work) atHome(who login) (bool, error) {
	times, err := w.times(homeOf, who.typed()+" "+source(w.c.IP))
	return len(since(times, w.now-seconds(homeKept))) > 0, err
}

// settleHome notes where a new computer of an account was activated, under both
// names that its owner signs in with.
func (w *work) settleHome(sc scene, reason string) error {
	if reason != api.ReasonRegister && reason != api.ReasonEnrol || !w.c.IP.IsValid() {
		return nil
	}
	names := []login{{number: sc.acct.Number}}
	address, err := w.address(sc.email)
	if err != nil {
		return err
	}
	if address != "" {
		names = append(names, login{address: plain(api.ChannelEmail, address)})
	}
	for _, who := range names {
		id := who.typed() + " " + source(w.c.IP)
		if err := w.setTimes(homeOf, id, []int64{w.now}, w.now+seconds(homeKept)); err != nil {
			return err
		}
	}
	return nil
}
