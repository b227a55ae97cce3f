package fleetsim

import (
	"math/rand/v2"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
)

// What an effect does to the present members of its kinds:
//
//	change  another value, for good
//	add     one member more; an absent kind becomes present
//	remove  the member is gone; the last one leaves "absent" behind
//	unread  it cannot be read
//	blank   the firmware says nothing useful where it said something
//	other   another value for a while, one of few or a new one each time
//	chip    the hardware key is lost
const (
	doChange = "change"
	doAdd    = "add"
	doRemove = "remove"
	doUnread = "unread"
	doBlank  = "blank"
	doOther  = "other"
	doChip   = "chip"
)

// happen lets an event happen to a computer at a check-in, and says whether the
// hardware key was lost. The random numbers are the event's own.
func (c *computer) happen(e *Event, at int, r *rand.Rand) (chip bool) {
	kinds := make([][]string, len(e.Effects))
	for i, f := range e.Effects {
		done := f.Chance == 0 || r.Float64() < f.Chance
		if !done {
			continue
		}
		if f.Do == doChip {
			chip = chip || c.stratum.Chip
			continue
		}
		kinds[i] = c.picks(e, f)
	}
	values := r.Uint64()
	if e.Lasts > 0 {
		c.passing = append(c.passing, passing{e, kinds, values, at + lasting(e.Lasts, r)})
		return chip
	}
	for i, f := range e.Effects {
		for _, kind := range kinds[i] {
			c.parts = c.do(c.parts, f, e, kind, values)
		}
	}
	c.order()
	return chip
}

// lasting draws how many check-ins a passing effect is seen: one at least.
func lasting(mean float64, r *rand.Rand) int {
	n := 1
	for mean > 1 && r.Float64() > 1/mean {
		n++
	}
	return n
}

// picks gives the kinds that an effect touches on this computer: the same ones
// each time, and only such as it has.
func (c *computer) picks(e *Event, f Effect) []string {
	if f.Picks == 0 || f.Picks >= len(f.Kinds) {
		return f.Kinds
	}
	var have []string
	for _, k := range f.Kinds {
		if len(c.membersOf(k)) > 0 {
			have = append(have, k)
		}
	}
	stream(c.seed, c.id, e.Name+" picks").Shuffle(len(have), func(i, j int) { have[i], have[j] = have[j], have[i] })
	return have[:min(f.Picks, len(have))]
}

// do applies one effect to one kind of a list of components.
func (c *computer) do(parts []api.Component, f Effect, e *Event, kind string, values uint64) []api.Component {
	if f.Do == doAdd {
		return c.add(parts, kind, values)
	}
	at := presentOf(parts, kind)
	if f.Members > 0 && f.Members < len(at) {
		first := int(values % uint64(len(at)))
		at = append(at[first:], at[:first]...)[:f.Members]
	}
	for n, i := range at {
		switch f.Do {
		case doChange:
			parts[i].Digest = c.fresh()
		case doUnread:
			parts[i].State, parts[i].Digest = api.StateUnreadable, ""
		case doBlank:
			parts[i].State, parts[i].Digest = api.StatePlaceholder, ""
		case doOther:
			parts[i].Digest = c.other(e, kind, n, values)
		case doRemove:
			parts[i].State, parts[i].Digest = "", ""
		}
	}
	if f.Do == doRemove {
		return dropped(parts, kind)
	}
	return parts
}

// dropped takes out what was removed, and says "absent" where nothing is left.
func dropped(parts []api.Component, kind string) []api.Component {
	left, last := 0, api.Component{}
	for _, p := range parts {
		if p.Kind == kind {
			if p.State != "" {
				left++
			}
			last = p
		}
	}
	parts = slices.DeleteFunc(parts, func(p api.Component) bool { return p.State == "" })
	if left == 0 && last.Kind != "" {
		last.State, last.Digest, last.From = api.StateAbsent, "", ""
		parts = append(parts, last)
	}
	return parts
}

func (c *computer) add(parts []api.Component, kind string, values uint64) []api.Component {
	for i := range parts {
		p := &parts[i]
		if p.Kind != kind {
			continue
		}
		digest := token(c.id, values, "added "+kind)
		if p.State != api.StatePresent {
			p.State, p.Digest = api.StatePresent, digest
			return parts
		}
		return append(parts, api.Component{Class: p.Class, Kind: kind, Place: p.Place, State: api.StatePresent, Digest: digest})
	}
	return parts
}

// other gives the value that shows instead of the true one.
func (c *computer) other(e *Event, kind string, member int, values uint64) string {
	which := values
	if e.Again > 0 {
		which = values % uint64(e.Again)
	}
	return token(c.id+uint64(member)<<48, which, "other "+e.Name+" "+kind)
}

// endPassing undoes what ends by a check-in, and says whether anything did.
func (c *computer) endPassing(at int) bool {
	before := len(c.passing)
	c.passing = slices.DeleteFunc(c.passing, func(p passing) bool { return p.until <= at })
	return len(c.passing) < before
}

// unread says that something cannot be read because of a passing effect.
func (c *computer) unread() bool {
	return slices.ContainsFunc(c.passing, func(p passing) bool {
		return slices.ContainsFunc(p.event.Effects, func(f Effect) bool { return f.Do == doUnread })
	})
}
