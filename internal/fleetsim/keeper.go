package fleetsim

import (
	"slices"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/server"
)

// judge holds what judging the computers of one shape under one policy needs.
// Not safe for several goroutines.
type judge struct {
	*shape
	policy api.Policy
	limits server.Limits
	groups placeSet            // the places that identity groups name
	kinds  map[string]placeSet // what the vault binds, by what can be read
	seen   memory
	gap    time.Duration // between two check-ins
}

func newJudge(in *Input, sh *shape, policy string) *judge {
	p, _ := server.PolicyFor(policy, sh.base.Platform)
	j := &judge{shape: sh, policy: p, limits: server.DefaultLimits(), kinds: map[string]placeSet{}, seen: memory{}}
	j.gap = time.Duration(24 * float64(time.Hour) / in.number(numCheckIns))
	for _, kinds := range p.Groups {
		for _, k := range kinds {
			j.groups |= sh.at(k)
		}
	}
	return j
}

// keeper keeps what the server and the vault's file know of one computer: the
// configurations with their moved baselines, what was unreadable since when, the
// slots. It judges nothing itself.
type keeper struct {
	*judge
	from    map[string]string
	configs []configuration
	unread  server.Unread
	last    time.Time
	slots   []slot
	day     int64 // of the releases counted
	freed   int
}

// configuration is a row of the server's table: what was activated, and what it
// moved on to by accepted changes.
type configuration struct {
	activated, moved picture
	used             int64
}

// slot is a slot of the vault: the places that it binds, and their values.
type slot struct {
	places placeSet
	values picture
}

// outcome is what one check-in came to.
type outcome struct {
	asked   string // the reason of the challenge (api.Reason…), empty without one
	freed   bool   // the server's share went out without a code
	verdict server.Verdict
	window  string // the change window that accepted it
}

// activate stores what a code confirmed: the server keeps the configuration and
// forgets the one used longest ago, the vault adds a slot.
func (k *keeper) activate(p picture, at time.Time) {
	k.unread, k.last = nil, at
	defer k.bind(p)
	for i := range k.configs {
		if slices.Equal(k.configs[i].activated, p) {
			k.configs[i].used = at.Unix()
			return
		}
	}
	for len(k.configs) >= k.limits.Configurations {
		oldest := 0
		for i, c := range k.configs {
			if c.used < k.configs[oldest].used {
				oldest = i
			}
		}
		k.configs = slices.Delete(k.configs, oldest, oldest+1)
	}
	k.configs = append(k.configs, configuration{activated: p, used: at.Unix()})
}

// checkIn judges one check-in as the service does: equality first, then the
// judgement against every known snapshot, then the vault's wish. The check-ins
// between this one and the last were equal to the last.
func (k *keeper) checkIn(p picture, at time.Time, chip bool, open []server.Window) outcome {
	if chip {
		k.slots = nil
		k.activate(p, at)
		return outcome{asked: api.ReasonChip, verdict: server.NeedsCode}
	}
	locked := !k.opens(p)
	if i := k.equal(p); i >= 0 && !locked {
		k.configs[i].used, k.unread, k.last = at.Unix(), nil, at
		return outcome{verdict: server.Known}
	}
	r := k.compare(p, at, open)
	out := outcome{verdict: r.what, window: r.window}
	switch {
	case r.what == server.NeedsCode:
		out.asked = api.ReasonChanged
	case locked && !k.release(r.releasable, at):
		out.asked = api.ReasonLocked
	default:
		out.freed = locked
		k.settle(r, p, at)
		k.bind(p)
		return out
	}
	k.activate(p, at)
	return out
}

// compared is a judgement with what it was made from.
type compared struct {
	verdict
	overdue server.Overdue
	known   []picture
	of      []int // the configuration of each
}

// compare asks the server's code. It is given the places that an identity group
// names and those at which the picture differs from what it is compared with:
// what is equal adds nothing to a judgement, and leaving it out makes a fleet of
// thousands possible. A test compares with the whole.
func (k *keeper) compare(p picture, at time.Time, open []server.Window) compared {
	r := compared{}
	for i, c := range k.configs {
		for _, known := range []picture{c.activated, c.moved} {
			if known != nil {
				r.known, r.of = append(r.known, known), append(r.of, i)
			}
		}
	}
	if at.Sub(k.last) > k.gap+time.Second {
		k.unread = nil // the check-ins in between were equal to a known one
	}
	if blind := p.unread(); blind != 0 {
		k.unread = k.unread.Observe(k.snapshot(p, blind, k.from), at)
		r.overdue = k.unread.Overdue(at, k.policy.UnreadableCheckIns, time.Duration(k.policy.UnreadableSeconds)*time.Second)
	} else {
		k.unread = nil
	}
	k.last = at
	r.verdict = k.mildest(r, p, open)
	if r.what == server.Known {
		k.unread = nil
	}
	return r
}

// equal gives the configuration that a picture is equal to, or -1.
func (k *keeper) equal(p picture) int {
	return slices.IndexFunc(k.configs, func(c configuration) bool {
		return slices.Equal(c.activated, p) || c.moved != nil && slices.Equal(c.moved, p)
	})
}

// settle moves the baseline on after an accepted change. What can be read is
// what it moves to; the rest the server's code says.
func (k *keeper) settle(r compared, p picture, at time.Time) {
	c := &k.configs[r.of[r.nearest]]
	c.used = at.Unix()
	if r.what == server.Known {
		return
	}
	known := r.known[r.nearest]
	blind := p.unread() & differing(known, p)
	moved := picture{}
	for _, x := range p {
		if !blind.has(x.place) {
			moved = append(moved, x)
		}
	}
	if blind != 0 {
		s := server.Settle(k.snapshot(known, blind, k.from), k.snapshot(p, blind, k.from), r.overdue)
		moved = append(moved, k.picture(s)...)
		sortParts(moved)
	}
	c.moved = moved
}

// release says whether the share goes out without a code, and counts it.
func (k *keeper) release(may bool, at time.Time) bool {
	const secondsOfDay = 24 * 60 * 60
	if today := at.Unix() / secondsOfDay; today != k.day {
		k.day, k.freed = today, 0
	}
	if !may || k.freed >= k.limits.ReleasesPerDay {
		return false
	}
	k.freed++
	return true
}

// opens says whether a slot opens on the computer as it is.
func (k *keeper) opens(p picture) bool {
	return slices.ContainsFunc(k.slots, func(s slot) bool {
		values, ok := bound(p, s.places)
		return ok && slices.Equal(values, s.values)
	})
}

// bind adds a slot for the computer as it is, where none is there yet; the
// vault's own code says what is bound, which depends on what can be read alone.
func (k *keeper) bind(p picture) {
	key := p.states()
	places, ok := k.kinds[key]
	if !ok {
		for _, kind := range vault.Kinds(k.policy, k.asRead(p)) {
			places |= k.at(kind)
		}
		k.kinds[key] = places
	}
	values, ok := bound(p, places)
	if !ok || len(values) == 0 {
		return
	}
	if slices.ContainsFunc(k.slots, func(s slot) bool { return s.places == places && slices.Equal(s.values, values) }) {
		return
	}
	k.slots = append(k.slots, slot{places, values})
	if len(k.slots) > vault.MaxSlots {
		k.slots = slices.Delete(k.slots, 0, len(k.slots)-vault.MaxSlots)
	}
}

// asRead is a picture as the vault is given it.
func (sh *shape) asRead(p picture) fingerprint.Snapshot {
	out := fingerprint.Snapshot{Schema: fingerprint.Schema, Platform: sh.base.Platform}
	for _, x := range p {
		at := sh.places[x.place]
		c := fingerprint.Component{Class: fingerprint.Class(at.class), Kind: at.kind, Place: at.place, State: fingerprint.State(stateWords[x.state])}
		if x.state == present {
			c.Value = digest(x.value)
		}
		out.Components = append(out.Components, c)
	}
	return out
}

// bound gives the present values at some places, and false where one could not
// be read at all, as [vault.Bind] has it.
func bound(p picture, at placeSet) (picture, bool) {
	var out picture
	var read, unread placeSet
	for _, x := range p {
		switch {
		case !at.has(x.place):
		case x.state == present:
			out = append(out, x)
			read |= 1 << x.place
		case x.state == unreadable:
			unread |= 1 << x.place
		}
	}
	return out, unread&^read == 0
}
