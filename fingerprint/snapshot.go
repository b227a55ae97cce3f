package fingerprint

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
)

// Prefixes keep the two byte forms apart from each other and from anything else.
const (
	canonicalMagic = "holdfast-snapshot"
	digestMagic    = "holdfast-digest"
)

// Canonical gives the snapshot's bytes: equal computers give equal bytes, on
// any system and at any time. All lengths and numbers are 32-bit big-endian;
// every text is its length and its bytes:
//
//	"holdfast-snapshot" ‖ schema ‖ platform ‖ number of components ‖
//	for each, sorted by (class, kind, place, value): class ‖ kind ‖ place ‖ state ‖ value
func (s Snapshot) Canonical() []byte {
	list := slices.Clone(s.Components)
	sortComponents(list)
	b := []byte(canonicalMagic)
	b = binary.BigEndian.AppendUint32(b, uint32(s.Schema))
	b = appendText(b, s.Platform)
	b = binary.BigEndian.AppendUint32(b, uint32(len(list)))
	for _, c := range list {
		for _, t := range []string{string(c.Class), c.Kind, c.Place, string(c.State), c.Value} {
			b = appendText(b, t)
		}
	}
	return b
}

// Digest is one component as the server may see it.
type Digest struct {
	Class Class
	Kind  string
	Place string
	State State
	// Sum is 32 lower-case hex digits, only where State is Present.
	Sum string
}

// Digests gives every component under a key that never leaves the computer, so
// that a server can compare but neither reverse nor link: HMAC-SHA-256(key,
// "holdfast-digest" ‖ schema ‖ kind ‖ place ‖ value), cut to its first 128
// bits, encoded as in [Snapshot.Canonical]. The order is class, kind, place,
// sum, which tells nothing about the values.
func (s Snapshot) Digests(key []byte) []Digest {
	mac := hmac.New(sha256.New, key)
	var msg, sum []byte
	out := make([]Digest, 0, len(s.Components))
	for _, c := range s.Components {
		d := Digest{Class: c.Class, Kind: c.Kind, Place: c.Place, State: c.State}
		if c.State == Present {
			msg = append(msg[:0], digestMagic...)
			msg = binary.BigEndian.AppendUint32(msg, uint32(s.Schema))
			msg = appendText(appendText(appendText(msg, c.Kind), c.Place), c.Value)
			mac.Reset()
			mac.Write(msg)
			sum = mac.Sum(sum[:0])
			d.Sum = hex.EncodeToString(sum[:16])
		}
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b Digest) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Place, b.Place), cmp.Compare(a.Sum, b.Sum))
	})
	return out
}

func sortComponents(list []Component) {
	slices.SortStableFunc(list, func(a, b Component) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Place, b.Place), cmp.Compare(a.Value, b.Value))
	})
}

func appendText(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
}
