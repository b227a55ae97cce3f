package server

import (
	"net/netip"
	"slices"
	"time"
)

// rule is a limit: so many events in so long.
type rule struct {
	most   int
	within time.Duration
}

// take counts an event under a name if every rule allows it, and else gives
// when it will. Reading and counting are one transaction, so the limit holds
// across processes.
func (w *work) take(label, id string, rules ...rule) (int64, error) {
	times, until, err := w.look(label, id, rules)
	if err != nil || until != 0 {
		return until, err
	}
	return 0, w.setTimes(label, id, append(times, w.now), w.now+longest(rules))
}

// peek gives when take will allow an event; zero for now.
func (w *work) peek(label, id string, rules ...rule) (int64, error) {
	_, until, err := w.look(label, id, rules)
	return until, err
}

// times gives what was counted under a name, oldest first, whichever pepper it
// was counted under.
func (w *work) times(label, id string) ([]int64, error) {
	var all []int64
	for _, key := range w.indexes("counter "+label, id) {
		times, err := w.tx.Times(key)
		if err != nil {
			return nil, err
		}
		all = append(all, times...)
	}
	slices.Sort(all)
	return all, nil
}

// setTimes replaces them, under the newest pepper alone.
func (w *work) setTimes(label, id string, times []int64, forget int64) error {
	keys := w.indexes("counter "+label, id)
	for _, old := range keys[1:] {
		if had, err := w.tx.Times(old); err != nil {
			return err
		} else if len(had) > 0 {
			if err := w.tx.SetTimes(old, nil, w.now); err != nil {
				return err
			}
		}
	}
	return w.tx.SetTimes(keys[0], times, forget)
}

func (w *work) look(label, id string, rules []rule) ([]int64, int64, error) {
	times, err := w.times(label, id)
	if err != nil {
		return nil, 0, err
	}
	times = since(times, w.now-longest(rules))
	var until int64
	for _, r := range rules {
		in := since(times, w.now-seconds(r.within))
		if len(in) >= r.most {
			until = max(until, in[len(in)-r.most]+seconds(r.within))
		}
	}
	return times, until, nil
}

// since gives the times after one; times are in order.
func since(times []int64, after int64) []int64 {
	i := slices.IndexFunc(times, func(t int64) bool { return t > after })
	if i < 0 {
		return nil
	}
	return times[i:]
}

func longest(rules []rule) int64 {
	var most int64
	for _, r := range rules {
		most = max(most, seconds(r.within))
	}
	return most
}

// source is what a network address counts as: itself for IPv4, its /64 for IPv6.
func source(ip netip.Addr) string {
	ip = ip.Unmap()
	if !ip.IsValid() {
		return "none"
	}
	if ip.Is6() {
		if p, err := ip.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}

// place is where a request came from, cut short: enough to recognise one's own
// network, too little to point at a person.
func place(ip netip.Addr) string {
	ip = ip.Unmap()
	if !ip.IsValid() {
		return ""
	}
	bits := 24
	if ip.Is6() {
		bits = 48
	}
	p, err := ip.WithZone("").Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}
