package vault

import (
	"math"
	"slices"
	"strings"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// Worth is what one bound kind adds for somebody who has the keyring's secret
// and the vault file and must guess the rest.
type Worth struct {
	Kind string
	// Copied is the estimate in bits against somebody with a copy of the
	// profile's files and of the system's, and without its hardware.
	Copied float64
	// Held is the estimate against somebody with the disk in their hands, the
	// system's log on it included.
	Held float64
	// Reason is a word that docs/vault.md explains: on-disk, on-label,
	// serial, consecutive, random, derived, vendor, in-log, public.
	Reason string
}

// Bits estimates the unknown bits of a bound set against somebody with a copy
// of the files: the sum of Estimate's Copied. It is an upper bound of a guess,
// not a measurement; docs/vault.md says how each kind is counted.
func Bits(b Binding) float64 {
	sum := 0.0
	for _, w := range Estimate(b) {
		sum += w.Copied
	}
	return sum
}

// Estimate gives what every bound kind is worth, in the order of the kinds.
// Values that a maker computed from another bound one count once.
func Estimate(b Binding) []Worth {
	var out []Worth
	for i, k := range b.Kinds {
		w := Worth{Kind: k, Reason: "public"}
		for j, m := range b.facts[i].members {
			c, h, reason := worth(m, b)
			if k == "network-card" && sameMaker(b.facts[i].members[:j], m) {
				c = nearBits
			}
			w.Copied += c
			w.Held += h
			w.Reason = reason
		}
		out = append(out, w)
	}
	return out
}

// Estimates that stand for what a guesser cannot know, in bits.
const (
	serialBits  = 24  // a maker's serial: prefix and date are known, a running number is not
	uuidBits    = 122 // a random UUID, RFC 9562 version 4
	oldUUIDBits = 32  // any other UUID: built from dates, addresses and counters
	macBits     = 24  // the half of an address that the maker numbers
	nearBits    = 4   // a further address of the same maker: usually the next one
)

// worth estimates one value: against a copy of the files, and with the disk at
// hand.
func worth(c fingerprint.Component, b Binding) (copied, held float64, reason string) {
	if c.From != "" && b.has(c.From) {
		return 0, 0, "derived"
	}
	switch c.Kind {
	case "install-id", "root-fs":
		return 0, 0, "on-disk"
	case "boot-disk", "disk":
		bits, reason := serial(c.Value)
		if reason == "serial" {
			reason = "on-label"
		}
		if c.Kind == "disk" && b.holds("boot-disk", c.Value) {
			return 0, 0, "derived"
		}
		return bits, 0, reason
	case "system-serial", "board-serial":
		bits, reason := serial(c.Value)
		return bits, bits, reason
	case "system-uuid":
		bits, reason := uuid(c.Value)
		return bits, bits, reason
	case "network-card":
		return macBits, 0, "in-log"
	}
	return 0, 0, "public"
}

// serial estimates a serial number from its length: at most 24 bits, and
// nothing for the running names of virtual disks.
func serial(v string) (float64, string) {
	v = strings.ToLower(v)
	for _, p := range []string{"qm0000", "drive-", "virtio", "vda", "vdb"} {
		if strings.HasPrefix(v, p) {
			return 0, "consecutive"
		}
	}
	digits := 0
	distinct := map[rune]bool{}
	for _, c := range v {
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' {
			digits++
			distinct[c] = true
		}
	}
	if len(distinct) < 3 {
		return 0, "consecutive"
	}
	return math.Min(serialBits, 3*float64(digits)), "serial"
}

// uuid tells random UUIDs from those that a maker builds.
func uuid(v string) (float64, string) {
	hex := strings.ReplaceAll(strings.ToLower(v), "-", "")
	switch {
	case len(hex) != 32:
		bits, reason := serial(v)
		return bits, reason
	case hex[12] == '4' && strings.ContainsRune("89ab", rune(hex[16])) && !strings.HasPrefix(hex, "4c4c4544"):
		return uuidBits, "random"
	}
	return oldUUIDBits, "vendor"
}

// sameMaker says that an address shares its first half, the maker's, with an
// earlier one.
func sameMaker(earlier []fingerprint.Component, m fingerprint.Component) bool {
	half := func(v string) string {
		v = strings.ReplaceAll(v, ":", "")
		return v[:min(len(v), 6)]
	}
	return slices.ContainsFunc(earlier, func(e fingerprint.Component) bool { return half(e.Value) == half(m.Value) })
}

func (b Binding) has(kind string) bool {
	for i, k := range b.Kinds {
		if k == kind {
			return len(b.facts[i].members) > 0
		}
	}
	return false
}

// holds says that a kind's value is v, or a list that v is in (the members of a
// RAID that the system boots from).
func (b Binding) holds(kind, value string) bool {
	for i, k := range b.Kinds {
		if k != kind {
			continue
		}
		for _, m := range b.facts[i].members {
			if slices.Contains(strings.Split(m.Value, ", "), value) {
				return true
			}
		}
	}
	return false
}
