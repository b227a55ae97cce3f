package fleetsim

import (
	"math/rand/v2"
	"slices"
)

// boardKinds are what the firmware says that this very computer is.
var boardKinds = []string{"system-uuid", "system-serial", "board-serial"}

// computer is one simulated computer.
type computer struct {
	*shape
	stratum Stratum
	id      uint64
	seed    uint64
	// parts are its components without passing effects, in canonical order.
	parts picture
	// from says which values the maker computed from which.
	from    map[string]string
	passing []passing
	drawn   uint32 // the last value of its own
}

// passing is an effect that ends.
type passing struct {
	event  *Event
	places [][]uint8 // per effect, those it touches
	values uint64    // which of the values an "other" effect shows
	until  int
}

// stream gives the random numbers of one purpose of one computer.
func stream(seed, id uint64, purpose string) *rand.Rand {
	return rand.New(rand.NewPCG(seed, mixed(id, purpose)))
}

// newComputer makes a computer of a stratum: a recorded one with identifiers of
// its own and a firmware drawn from the input's patterns. The model decides the
// firmware's habits, so computers of one model share them. Computers with
// different salts (0 to 7) share no identifier.
func newComputer(in *Input, sh *shape, s Stratum, seed, id, model uint64, salt uint32) *computer {
	c := &computer{shape: sh, stratum: s, id: id, seed: seed, parts: slices.Clone(sh.parts), drawn: modelValues + salt<<24}
	for i := range c.parts {
		if c.parts[i].state == present && sh.places[c.parts[i].place].identifier {
			c.parts[i].value = c.fresh()
		}
	}
	r := stream(seed, model, "model")
	c.setFirmware(pick(r, in.patternsOf(s)))
	c.setCards(in, r)
	none := in.number(numNoDisk)
	if s.Form == "vm" {
		none = in.number(numNoDiskVM)
	}
	if r.Float64() < none {
		c.setState("boot-disk", unreadable)
		c.setState("disk", unreadable)
	}
	c.order()
	return c
}

// fresh gives a value that no component had before.
func (c *computer) fresh() uint32 {
	c.drawn++
	return c.drawn
}

func pick(r *rand.Rand, list []Pattern) Pattern {
	at := r.Float64()
	for _, p := range list {
		if at -= p.Share; at < 0 {
			return p
		}
	}
	return list[len(list)-1]
}

// setFirmware says what of the board can be read. On Linux without tags the
// kernel shows none of it.
func (c *computer) setFirmware(p Pattern) {
	closed := c.stratum.Platform == "linux" && !c.stratum.Tags
	if !closed {
		c.from = p.From
	}
	for i, word := range []string{p.UUID, p.Serial, p.Board} {
		state := stateOf(word)
		if closed {
			state = unreadable
		}
		c.setState(boardKinds[i], state)
	}
	if closed {
		c.setState("memory-module", unreadable)
	}
}

// setCards draws which cards of the network have an address of their own.
func (c *computer) setCards(in *Input, r *rand.Rand) {
	some, one := r.Float64(), r.Float64()
	switch {
	case c.stratum.Form == "vm" && some < in.number(numGlobalMAC):
		c.setState("network-card", present)
	case c.stratum.Form == "vm":
		c.setState("network-card", placeholder)
	case some < in.number(numNoNet):
		c.setState("network-card", absent)
	case c.stratum.Form == "laptop" && one < in.number(numOneNet):
		for n, i := range presentOf(c.parts, c.at("network-card")) {
			if n > 0 {
				c.parts[i].state = gone
			}
		}
		c.order()
	}
}

// setState gives a kind one component of a state, or leaves those it has.
func (c *computer) setState(kind string, state uint8) {
	at, kept := c.at(kind), false
	for i := range c.parts {
		p := &c.parts[i]
		switch {
		case !at.has(p.place):
			continue
		case state == present && p.state == present:
		case kept:
			p.state = gone // one says it for all
		case state == present:
			p.state, p.value = state, c.fresh()
		default:
			p.state, p.value = state, 0
		}
		kept = true
	}
	c.order()
}

// presentOf gives the indices of the present components at some places.
func presentOf(parts []part, at placeSet) []int {
	var out []int
	for i, p := range parts {
		if p.state == present && at.has(p.place) {
			out = append(out, i)
		}
	}
	return out
}

// order brings the components into canonical order and drops those gone.
func (c *computer) order() {
	c.parts = slices.DeleteFunc(c.parts, func(p part) bool { return p.state == gone })
	sortParts(c.parts)
}

// look is what the reader sees now, passing effects included.
func (c *computer) look() picture {
	parts := slices.Clone(c.parts)
	for _, p := range c.passing {
		for i, f := range p.event.Effects {
			for _, at := range p.places[i] {
				parts = c.do(parts, f, p.event, at, p.values)
			}
		}
	}
	if len(c.passing) > 0 {
		sortParts(parts)
	}
	return parts
}
