package fleetsim

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"hash/fnv"
	"math/bits"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// mostMembers is how many members of a set a simulated computer keeps: a
// thousand packages are judged like two, only slower.
const mostMembers = 2

// place is a kind of component at its place: what the server compares with each
// other.
type place struct {
	class, kind, place string
	identifier         bool
}

// part is one component of a simulated computer, small: most of a life is
// comparing. It becomes an [api.Component] where the server is asked.
type part struct {
	place uint8
	state uint8
	value uint32 // stands for the digest; 0 where there is none
}

// The states of a part. gone marks one that is about to be dropped.
const (
	gone uint8 = iota
	present
	absent
	placeholder
	unreadable
)

var stateWords = [...]string{"", api.StatePresent, api.StateAbsent, api.StatePlaceholder, api.StateUnreadable}

func stateOf(word string) uint8 {
	if word == api.StateError {
		return unreadable
	}
	return uint8(slices.Index(stateWords[:], word))
}

// shape is what all computers of one base share: their places, in canonical
// order, and the values that tell a model.
type shape struct {
	base   *Base
	places []place
	parts  []part

	digests map[uint32]string // written so far; not safe for several goroutines
}

// mostDigests bounds how many are kept.
const mostDigests = 1 << 12

func (sh *shape) digest(value uint32) string {
	if s, ok := sh.digests[value]; ok {
		return s
	}
	if len(sh.digests) >= mostDigests {
		clear(sh.digests)
	}
	s := digest(value)
	sh.digests[value] = s
	return s
}

// Values below modelValues are those of the model; what a computer has for
// itself starts at its own salt.
const modelValues = 1 << 12

func newShape(base *Base) *shape {
	sh := &shape{base: base, digests: map[uint32]string{}}
	members := map[string]int{}
	for _, c := range base.Snapshot.Components {
		p := place{string(c.Class), c.Kind, c.Place, fingerprint.Identifier(c.Kind)}
		i := slices.Index(sh.places, p)
		if i < 0 {
			i = len(sh.places)
			sh.places = append(sh.places, p)
		}
		if members[c.Kind]++; members[c.Kind] > mostMembers {
			continue
		}
		x := part{place: uint8(i), state: stateOf(string(c.State))}
		if x.state == present {
			x.value = uint32(1 + len(sh.parts))
		}
		sh.parts = append(sh.parts, x)
	}
	return sh
}

// at gives the places of a kind, as a set.
func (sh *shape) at(kind string) placeSet {
	var s placeSet
	for i, p := range sh.places {
		if p.kind == kind {
			s |= 1 << i
		}
	}
	return s
}

// placeSet is a set of places; a computer has far fewer than 64.
type placeSet uint64

func (s placeSet) has(i uint8) bool { return s>>i&1 == 1 }

func (s placeSet) size() int { return bits.OnesCount64(uint64(s)) }

// picture is what a check-in reports, in canonical order.
type picture []part

func sortParts(list []part) {
	slices.SortFunc(list, func(a, b part) int { return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.value, b.value)) })
}

// states says which places have what states, without values.
func (p picture) states() string {
	b := make([]byte, 0, 2*len(p))
	for i, x := range p {
		if i > 0 && p[i-1].place == x.place && p[i-1].state == x.state {
			continue
		}
		b = append(b, x.place, x.state)
	}
	return string(b)
}

// differing gives the places at which two pictures differ.
func differing(a, b picture) placeSet {
	var out placeSet
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			i++
			j++
		case a[i].place < b[j].place || a[i].place == b[j].place && a[i].value < b[j].value:
			out |= 1 << a[i].place
			i++
		case a[i].place == b[j].place && a[i].value == b[j].value:
			out |= 1 << a[i].place
			i++
			j++
		default:
			out |= 1 << b[j].place
			j++
		}
	}
	for ; i < len(a); i++ {
		out |= 1 << a[i].place
	}
	for ; j < len(b); j++ {
		out |= 1 << b[j].place
	}
	return out
}

// unread gives the places where something could not be read.
func (p picture) unread() placeSet {
	var out placeSet
	for _, x := range p {
		if x.state == unreadable {
			out |= 1 << x.place
		}
	}
	return out
}

// snapshot is a picture as the server gets it, of some places only.
func (sh *shape) snapshot(p picture, of placeSet, from map[string]string) api.Snapshot {
	s := api.Snapshot{Schema: api.SchemaVersion, Platform: sh.base.Platform, Components: make([]api.Component, 0, of.size()+4)}
	for _, x := range p {
		if !of.has(x.place) {
			continue
		}
		at := sh.places[x.place]
		c := api.Component{Class: at.class, Kind: at.kind, Place: at.place, State: stateWords[x.state]}
		if x.state == present {
			c.Digest, c.From = sh.digest(x.value), from[at.kind]
		}
		s.Components = append(s.Components, c)
	}
	return s
}

// picture turns a snapshot of ours back.
func (sh *shape) picture(s api.Snapshot) picture {
	var out picture
	for _, c := range s.Components {
		x := part{state: stateOf(c.State)}
		x.place = uint8(slices.IndexFunc(sh.places, func(p place) bool { return p.class == c.Class && p.kind == c.Kind && p.place == c.Place }))
		if x.state == present {
			x.value = valueOf(c.Digest)
		}
		out = append(out, x)
	}
	sortParts(out)
	return out
}

// digest writes a value as 32 hexadecimal digits. The server can do no more with
// a real digest than with these: compare.
func digest(value uint32) string {
	var b [16]byte
	binary.BigEndian.PutUint32(b[:], value)
	binary.BigEndian.PutUint32(b[12:], ^value)
	return hex.EncodeToString(b[:])
}

func valueOf(digest string) uint32 {
	b, err := hex.DecodeString(digest)
	if err != nil || len(b) != 16 {
		return 0
	}
	return binary.BigEndian.Uint32(b)
}

// mixed hashes numbers and a word.
func mixed(n uint64, s string) uint64 {
	h := fnv.New64a()
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], n)
	h.Write(b[:])
	h.Write([]byte(s))
	return h.Sum64()
}
