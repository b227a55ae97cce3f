package rules

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
)

// maxList bounds every list of identifiers, addresses, ties and agents.
const maxList = 2000

// placeholder is the reason that is given for a value that is nobody's own.
const placeholder = "placeholder"

type idDoc struct {
	Distinct int      `json:"distinct"`
	Known    []string `json:"known"`
	Prefixes []string `json:"prefixes"`
}

type idRules struct {
	distinct int
	known    map[[16]byte]bool // in both byte orders
	prefixes [][]byte
}

func (d idDoc) parse() (idRules, error) {
	r := idRules{distinct: d.Distinct, known: map[[16]byte]bool{}}
	if d.Distinct < 1 || d.Distinct > 6 {
		return r, fmt.Errorf("rules: uuids: distinct %d, want 1 to 6", d.Distinct)
	}
	if len(d.Known) > maxList || len(d.Prefixes) > maxList {
		return r, fmt.Errorf("rules: uuids: more than %d", maxList)
	}
	for _, s := range d.Known {
		b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
		if err != nil || len(b) != 16 {
			return r, fmt.Errorf("rules: uuids: %q is no identifier", s)
		}
		u := [16]byte(b)
		r.known[u], r.known[swapped(u)] = true, true
	}
	for _, s := range d.Prefixes {
		b, err := hex.DecodeString(s)
		if err != nil || len(b) < 4 || len(b) > 16 {
			return r, fmt.Errorf("rules: uuids: prefix %q: want 4 to 16 bytes in hexadecimal", s)
		}
		r.prefixes = append(r.prefixes, b)
	}
	return r, nil
}

// swapped gives the other byte order of the first three groups.
func swapped(u [16]byte) [16]byte {
	return [16]byte{u[3], u[2], u[1], u[0], u[5], u[4], u[7], u[6], u[8], u[9], u[10], u[11], u[12], u[13], u[14], u[15]}
}

// UUID gives the reason why an identifier is nobody's ("placeholder"), or "".
func (s *Set) UUID(u [16]byte) (reason string) {
	if s.ids.known[u] || distinct(string(u[:])) < s.ids.distinct {
		return placeholder
	}
	for _, p := range s.ids.prefixes {
		if bytes.HasPrefix(u[:], p) {
			return placeholder
		}
	}
	if tag, ok := s.UUIDTag(u); ok && strings.Trim(tag, "\x00 ") == "" {
		return placeholder
	}
	if mac, ok := s.UUIDAddress(u); ok && s.MAC(mac[:]) != "" {
		return placeholder
	}
	return ""
}

type addressDoc struct {
	Multicast bool      `json:"multicast"`
	Local     bool      `json:"local"`
	Equal     int       `json:"equal"`
	Prefixes  []prefixD `json:"prefixes"`
}

type prefixD struct {
	Bytes string `json:"bytes"`
	Of    string `json:"of"`
}

type addressRules struct {
	multicast, local bool
	equal            int
	prefixes         [][]byte
}

func (d addressDoc) parse() (addressRules, error) {
	r := addressRules{multicast: d.Multicast, local: d.Local, equal: d.Equal}
	if d.Equal < 4 || d.Equal > 6 {
		return r, fmt.Errorf("rules: addresses: equal %d, want 4 to 6", d.Equal)
	}
	if len(d.Prefixes) > maxList {
		return r, fmt.Errorf("rules: addresses: more than %d", maxList)
	}
	for _, p := range d.Prefixes {
		b, err := hex.DecodeString(p.Bytes)
		if err != nil || len(b) < 3 || len(b) > 6 {
			return r, fmt.Errorf("rules: addresses: %q: want 3 to 6 bytes in hexadecimal", p.Bytes)
		}
		r.prefixes = append(r.prefixes, b)
	}
	return r, nil
}

// MAC gives the reason why a network address is no card's own: "not-an-address"
// where it has not six bytes, "placeholder", or "".
func (s *Set) MAC(b []byte) (reason string) {
	r := s.addresses
	switch {
	case len(b) != 6:
		return "not-an-address"
	case r.multicast && b[0]&1 != 0, r.local && b[0]&2 != 0, mostCommon(b) >= r.equal:
		return placeholder
	}
	for _, p := range r.prefixes {
		if bytes.HasPrefix(b, p) {
			return placeholder
		}
	}
	return ""
}

func mostCommon(b []byte) int {
	var n [256]int
	most := 0
	for _, c := range b {
		n[c]++
		most = max(most, n[c])
	}
	return most
}
