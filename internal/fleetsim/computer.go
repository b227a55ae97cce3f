package fleetsim

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// mostMembers is how many members of a set a simulated computer keeps: a
// thousand packages are judged like a few, only slower.
const mostMembers = 4

// boardKinds are what the firmware says that this very computer is.
var boardKinds = []string{"system-uuid", "system-serial", "board-serial"}

// computer is one simulated computer. Its digests are random tokens: the server
// can do no more with them than with real ones, compare.
type computer struct {
	stratum Stratum
	id      uint64
	seed    uint64
	// parts are its components without passing effects, in canonical order.
	parts   []api.Component
	passing []passing
	drawn   uint64 // how many tokens were drawn
}

// passing is an effect that ends.
type passing struct {
	event  *Event
	kinds  [][]string // per effect, those it touches
	values uint64     // which of the values an "other" effect shows
	until  int
}

// stream gives the random numbers of one purpose of one computer.
func stream(seed, id uint64, purpose string) *rand.Rand {
	return rand.New(rand.NewPCG(seed, mixed(id, purpose)))
}

func mixed(n uint64, s string) uint64 {
	h := fnv.New64a()
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], n)
	h.Write(b[:])
	h.Write([]byte(s))
	return h.Sum64()
}

// token makes a digest from numbers and a word: 32 hex digits.
func token(a, b uint64, word string) string {
	r := rand.NewPCG(mixed(a, word), b)
	var out [16]byte
	binary.LittleEndian.PutUint64(out[:8], r.Uint64())
	binary.LittleEndian.PutUint64(out[8:], r.Uint64())
	return hex.EncodeToString(out[:])
}

// fresh gives a digest that no component had before.
func (c *computer) fresh() string {
	c.drawn++
	return token(c.seed^c.id*0x9e3779b97f4a7c15, c.drawn, "fresh")
}

// newComputer makes a computer of a stratum: a recorded one with identifiers of
// its own and a firmware drawn from the input's patterns. Computers of one seed
// and number are equal, whatever they are made for. The model decides the
// firmware's habits, so computers of one model share them.
func newComputer(in *Input, base *Base, s Stratum, seed, id, model uint64) *computer {
	c := &computer{stratum: s, id: id, seed: seed}
	members := map[string]int{}
	for _, p := range base.Snapshot.Components {
		if members[p.Kind]++; members[p.Kind] > mostMembers {
			continue
		}
		a := api.Component{Class: string(p.Class), Kind: p.Kind, Place: p.Place, State: string(p.State), From: p.From}
		if p.State == fingerprint.Present {
			a.Digest = token(0, 0, p.Kind+"\x00"+p.Place+"\x00"+p.Value)
			if fingerprint.Identifier(p.Kind) {
				a.Digest = c.fresh()
			}
		}
		c.parts = append(c.parts, a)
	}
	r := stream(seed, model, "model")
	c.setFirmware(pick(r, in.patternsOf(s)))
	c.setCards(in, r)
	none := in.number(numNoDisk)
	if s.Form == "vm" {
		none = in.number(numNoDiskVM)
	}
	if r.Float64() < none {
		c.setState("boot-disk", api.StateUnreadable)
		c.setState("disk", api.StateUnreadable)
	}
	c.order()
	return c
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
	for i, state := range []string{p.UUID, p.Serial, p.Board} {
		kind := boardKinds[i]
		if closed {
			state = api.StateUnreadable
		}
		c.setState(kind, state)
		for j := range c.parts {
			if c.parts[j].Kind == kind {
				c.parts[j].From = ""
				if state == api.StatePresent {
					c.parts[j].From = p.From[kind]
				}
			}
		}
	}
	if closed {
		c.setState("memory-module", api.StateUnreadable)
	}
}

// setCards draws which cards of the network have an address of their own.
func (c *computer) setCards(in *Input, r *rand.Rand) {
	some, one := r.Float64(), r.Float64()
	switch {
	case c.stratum.Form == "vm":
		if some < in.number(numGlobalMAC) {
			c.setState("network-card", api.StatePresent)
		} else {
			c.setState("network-card", api.StatePlaceholder)
		}
	case some < in.number(numNoNet):
		c.setState("network-card", api.StateAbsent)
	case c.stratum.Form == "laptop" && one < in.number(numOneNet):
		for _, i := range c.membersOf("network-card")[1:] {
			c.parts[i].State = "" // dropped by order
		}
	}
}

// setState gives a kind one component of a state.
func (c *computer) setState(kind, state string) {
	kept := false
	for i := range c.parts {
		p := &c.parts[i]
		if p.Kind != kind {
			continue
		}
		switch {
		case state == api.StatePresent && p.State == api.StatePresent:
		case state == api.StatePresent:
			p.State, p.Digest = state, c.fresh()
		case kept:
			p.State = "" // one says it for all
		default:
			p.State, p.Digest = state, ""
		}
		kept = true
	}
	c.order()
}

// membersOf gives the indices of the present components of a kind, in an order
// that does not change with their values.
func (c *computer) membersOf(kind string) []int { return presentOf(c.parts, kind) }

func presentOf(parts []api.Component, kind string) []int {
	var out []int
	for i := range parts {
		if parts[i].Kind == kind && parts[i].State == api.StatePresent {
			out = append(out, i)
		}
	}
	return out
}

// order brings the components into canonical order and drops those without a
// state.
func (c *computer) order() {
	c.parts = slices.DeleteFunc(c.parts, func(p api.Component) bool { return p.State == "" })
	sortParts(c.parts)
}

func sortParts(list []api.Component) {
	slices.SortFunc(list, func(a, b api.Component) int {
		if a.Class != b.Class {
			return cmp.Compare(a.Class, b.Class)
		}
		if a.Kind != b.Kind {
			return cmp.Compare(a.Kind, b.Kind)
		}
		if a.Place != b.Place {
			return cmp.Compare(a.Place, b.Place)
		}
		return cmp.Compare(a.Digest, b.Digest)
	})
}

// snapshot is what the reader would see now, passing effects included.
func (c *computer) snapshot() api.Snapshot {
	parts := slices.Clone(c.parts)
	for _, p := range c.passing {
		for i, f := range p.event.Effects {
			for _, kind := range p.kinds[i] {
				parts = c.do(parts, f, p.event, kind, p.values)
			}
		}
	}
	if len(c.passing) > 0 {
		sortParts(parts)
	}
	return api.Snapshot{Schema: api.SchemaVersion, Platform: c.stratum.Platform, Components: parts}
}
