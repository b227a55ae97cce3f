package fleetsim

import (
	"math/rand/v2"
	"slices"
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
	places := make([][]uint8, len(e.Effects))
	for i, f := range e.Effects {
		switch done := f.Chance == 0 || r.Float64() < f.Chance; {
		case done && f.Do == doChip:
			chip = chip || c.stratum.Chip
		case done:
			places[i] = c.picks(e, f)
		}
	}
	values := r.Uint64()
	if e.Lasts > 0 {
		c.passing = append(c.passing, passing{e, places, values, at + lasting(e.Lasts, r)})
		return chip
	}
	for i, f := range e.Effects {
		for _, at := range places[i] {
			c.parts = c.do(c.parts, f, e, at, values)
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

// picks gives the places that an effect touches on this computer: where it
// touches some only, the same ones each time, and such as the computer has.
func (c *computer) picks(e *Event, f Effect) []uint8 {
	var out []uint8
	for i, p := range c.places {
		if slices.Contains(f.Kinds, p.kind) && (f.Picks == 0 || len(presentOf(c.parts, 1<<i)) > 0) {
			out = append(out, uint8(i))
		}
	}
	if f.Picks == 0 || f.Picks >= len(out) {
		return out
	}
	stream(c.seed, c.id, e.Name+" picks").Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out[:f.Picks]
}

// do applies one effect to the components of one place.
func (c *computer) do(parts picture, f Effect, e *Event, place uint8, values uint64) picture {
	if f.Do == doAdd {
		return c.add(parts, place, values)
	}
	at := presentOf(parts, 1<<place)
	if f.Members > 0 && f.Members < len(at) {
		first := int(values % uint64(len(at)))
		at = append(slices.Clone(at[first:]), at[:first]...)[:f.Members]
	}
	for n, i := range at {
		p := &parts[i]
		switch f.Do {
		case doChange:
			p.value = c.fresh()
		case doUnread:
			p.state, p.value = unreadable, 0
		case doBlank:
			p.state, p.value = placeholder, 0
		case doOther:
			p.value = c.other(e, place, n, values)
		case doRemove:
			p.state, p.value = gone, 0
		}
	}
	if f.Do == doRemove && len(at) > 0 {
		return dropped(parts, place)
	}
	return parts
}

// dropped takes out what was removed, and says "absent" where nothing is left.
func dropped(parts picture, at uint8) picture {
	parts = slices.DeleteFunc(parts, func(p part) bool { return p.state == gone })
	if !slices.ContainsFunc(parts, func(p part) bool { return p.place == at }) {
		parts = append(parts, part{place: at, state: absent})
	}
	return parts
}

func (c *computer) add(parts picture, at uint8, values uint64) picture {
	value := c.strange("added", at, values)
	for i := range parts {
		if p := &parts[i]; p.place == at && p.state != present {
			p.state, p.value = present, value
			return parts
		}
	}
	return append(parts, part{at, present, value})
}

// other gives the value that shows instead of the true one.
func (c *computer) other(e *Event, at uint8, member int, values uint64) uint32 {
	if e.Again > 0 {
		values %= uint64(e.Again)
	}
	return c.strange(e.Name, at, values<<8|uint64(member))
}

// strange makes a value that is none of those counted up.
func (c *computer) strange(word string, at uint8, n uint64) uint32 {
	return uint32(mixed(c.id<<8|uint64(at), word)+n*0x9e3779b97f4a7c15>>32) | 1<<31
}

// endPassing undoes what ends by a check-in.
func (c *computer) endPassing(at int) {
	c.passing = slices.DeleteFunc(c.passing, func(p passing) bool { return p.until <= at })
}

// blind says that something cannot be read because of a passing effect.
func (c *computer) blind() bool {
	return slices.ContainsFunc(c.passing, func(p passing) bool {
		return slices.ContainsFunc(p.event.Effects, func(f Effect) bool { return f.Do == doUnread })
	})
}
