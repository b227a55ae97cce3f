package rules

import (
	"encoding/hex"
	"fmt"
	"strings"
)

type tiesDoc struct {
	UUIDLayouts    []layoutDoc `json:"uuidLayouts"`
	SerialsOfUUID  []string    `json:"serialsOfUUID"`
	BoardsOfSerial []string    `json:"boardsOfSerial"`
}

type layoutDoc struct {
	Of      string `json:"of"`
	Bytes   string `json:"bytes"`
	Swapped bool   `json:"swapped"` // look for it in both byte orders
}

// ties are the ways in which makers compute one value from another.
type ties struct {
	addresses []layout // identifiers that hold a network address
	tags      []layout // identifiers that hold a service tag
	serials   []string // prefixes of serial numbers that spell the identifier
	boards    []string // board serial numbers that hold the system's
}

// layout is an identifier byte by byte.
type layout struct {
	parts   [16]part
	size    int // how many parts of the other value it holds
	swapped bool
}

// part is one byte of a layout: a fixed one, one that may be anything, or one
// of the other value.
type part struct {
	kind  byte // 0 fixed, '-' anything, 'm' of an address, 't' of a tag, 'T' the same without its top bit
	value byte // the byte, or its place in the other value
}

func (d tiesDoc) parse() (ties, error) {
	var t ties
	if len(d.UUIDLayouts) > 32 || len(d.SerialsOfUUID) > 32 || len(d.BoardsOfSerial) > 32 {
		return t, fmt.Errorf("rules: correlations: more than 32 of a sort")
	}
	for _, l := range d.UUIDLayouts {
		parsed, of, err := parseLayout(l.Bytes)
		if err != nil {
			return t, fmt.Errorf("rules: uuidLayouts: %q: %w", l.Bytes, err)
		}
		parsed.swapped = l.Swapped
		if of == 'm' {
			t.addresses = append(t.addresses, parsed)
		} else {
			t.tags = append(t.tags, parsed)
		}
	}
	for _, p := range d.SerialsOfUUID {
		if len(p) < 2 || Fold(p) != p {
			return t, fmt.Errorf("rules: serialsOfUUID: %q: want two characters or more, no capital letters", p)
		}
	}
	for _, p := range d.BoardsOfSerial {
		if strings.Count(p, "SERIAL") != 1 || strings.Contains(strings.TrimSuffix(p, "*"), "*") {
			return t, fmt.Errorf("rules: boardsOfSerial: %q: want SERIAL once, and * at the end or not at all", p)
		}
	}
	t.serials, t.boards = d.SerialsOfUUID, d.BoardsOfSerial
	return t, nil
}

// parseLayout reads sixteen words: two hexadecimal digits, -- for any byte, m0
// to m5 for the bytes of an address, t0 to t9 (T0 without the top bit) for the
// characters of a tag.
func parseLayout(s string) (l layout, of byte, err error) {
	words := strings.Fields(s)
	if len(words) != 16 {
		return l, 0, fmt.Errorf("%d bytes, want 16", len(words))
	}
	seen := map[byte]bool{}
	for i, w := range words {
		p, err := parsePart(w)
		if err != nil {
			return l, 0, err
		}
		l.parts[i] = p
		if p.kind == 0 || p.kind == '-' {
			continue
		}
		if k := p.kind | 0x20; of == 0 || of == k {
			of = k
		} else {
			return l, 0, fmt.Errorf("an address and a tag at once")
		}
		if seen[p.value] {
			return l, 0, fmt.Errorf("%s is there twice", w)
		}
		seen[p.value] = true
	}
	l.size = len(seen)
	for i := range l.size {
		if !seen[byte(i)] {
			return l, 0, fmt.Errorf("%c%d is missing", of, i)
		}
	}
	if of == 0 || of == 'm' && l.size != 6 || l.size > 10 {
		return l, 0, fmt.Errorf("it holds %d bytes of another value", l.size)
	}
	return l, of, nil
}

func parsePart(w string) (part, error) {
	if w == "--" {
		return part{kind: '-'}, nil
	}
	if len(w) == 2 && strings.IndexByte("mtT", w[0]) >= 0 && w[1] >= '0' && w[1] <= '9' {
		return part{kind: w[0], value: w[1] - '0'}, nil
	}
	b, err := hex.DecodeString(w)
	if err != nil || len(b) != 1 {
		return part{}, fmt.Errorf("%q is no byte", w)
	}
	return part{value: b[0]}, nil
}

// of takes the other value out of an identifier.
func (l layout) of(u [16]byte) ([]byte, bool) {
	if out, ok := l.match(u); ok || !l.swapped {
		return out, ok
	}
	return l.match(swapped(u))
}

func (l layout) match(u [16]byte) ([]byte, bool) {
	out := make([]byte, l.size)
	for i, p := range l.parts {
		switch p.kind {
		case 0:
			if u[i] != p.value {
				return nil, false
			}
		case 'T':
			out[p.value] = u[i] & 0x7f
		case 'm', 't':
			out[p.value] = u[i]
		}
	}
	return out, true
}

// UUIDAddress takes the network address out of an identifier that the maker
// computed from one.
func (s *Set) UUIDAddress(u [16]byte) (mac [6]byte, ok bool) {
	for _, l := range s.ties.addresses {
		if b, ok := l.of(u); ok {
			return [6]byte(b), true
		}
	}
	return mac, false
}

// UUIDTag takes the service tag out of an identifier that the maker computed
// from one, as it is written there.
func (s *Set) UUIDTag(u [16]byte) (tag string, ok bool) {
	for _, l := range s.ties.tags {
		if b, ok := l.of(u); ok {
			return string(b), true
		}
	}
	return "", false
}

// SerialOfUUID says whether a folded serial number only spells the identifier,
// in either byte order.
func (s *Set) SerialOfUUID(serial string, u [16]byte) bool {
	for _, prefix := range s.ties.serials {
		rest, ok := strings.CutPrefix(serial, prefix)
		if !ok {
			continue
		}
		b, err := hex.DecodeString(strings.NewReplacer(" ", "", "-", "").Replace(rest))
		if err == nil && len(b) == 16 && ([16]byte(b) == u || [16]byte(b) == swapped(u)) {
			return true
		}
	}
	return false
}

// BoardOfSerial says whether a folded board serial number only repeats the
// system's.
func (s *Set) BoardOfSerial(board, serial string) bool {
	if serial == "" {
		return false
	}
	for _, p := range s.ties.boards {
		whole, open := strings.CutSuffix(p, "*")
		whole = strings.Replace(whole, "SERIAL", serial, 1)
		if board == whole || open && strings.HasPrefix(board, whole) {
			return true
		}
	}
	return false
}
