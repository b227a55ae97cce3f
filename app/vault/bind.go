package vault

import (
	"cmp"
	"slices"

	"golang.org/x/crypto/cryptobyte"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// Binding is the bound set of one configuration: the kinds that are named in a
// slot, and their values at one moment. It holds raw values: keep it in memory
// and no longer than needed.
type Binding struct {
	// Kinds are the bound kinds, sorted.
	Kinds []string

	facts []fact // one per kind, in the same order
}

// fact is what is bound of one kind: its present members, sorted; none where
// the computer has no such thing. A kind that could not be read has no fact.
type fact struct {
	known   bool
	members []fingerprint.Component
}

// Bind takes from a snapshot the values of the kinds. Only present values are
// bound, and the absence of what is absent; a placeholder is as good as
// absent, since it says nothing. Members of a set that could not be read are
// left out while others can be.
func Bind(kinds []string, s fingerprint.Snapshot) Binding {
	b := Binding{Kinds: slices.Compact(slices.Sorted(slices.Values(kinds)))}
	for _, k := range b.Kinds {
		b.facts = append(b.facts, factOf(s.Of(k)))
	}
	return b
}

func factOf(list []fingerprint.Component) fact {
	var f fact
	unread := len(list) == 0
	for _, c := range list {
		switch {
		case c.State == fingerprint.Present && c.Value != "":
			f.members = append(f.members, c)
		case c.State == fingerprint.Absent, c.State == fingerprint.Placeholder:
		default:
			unread = true
		}
	}
	f.known = len(f.members) > 0 || !unread
	slices.SortFunc(f.members, func(a, b fingerprint.Component) int {
		return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.Value, b.Value))
	})
	return f
}

// Kinds lists what a policy binds on this computer, sorted: with BindAll every
// kind that was read, present or absent; else the kinds of the identity groups
// that are present, of the network only where nothing of the board is. What
// could not be read is not bound: a value that appears later would lock the
// vault for nothing.
func Kinds(p api.Policy, s fingerprint.Snapshot) []string {
	var out []string
	if p.BindAll {
		for _, k := range kindsOf(s) {
			if factOf(s.Of(k)).known {
				out = append(out, k)
			}
		}
	} else {
		board := present(p.Groups[api.GroupBoard], s)
		for group, kinds := range p.Groups {
			if group == api.GroupNetwork && len(board) > 0 {
				continue
			}
			out = append(out, present(kinds, s)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// kindsOf lists every kind of a snapshot once: it may hold thousands of
// packages, which are of one kind.
func kindsOf(s fingerprint.Snapshot) []string {
	seen := map[string]bool{}
	var out []string
	for _, c := range s.Components {
		if !seen[c.Kind] {
			seen[c.Kind] = true
			out = append(out, c.Kind)
		}
	}
	return out
}

func present(kinds []string, s fingerprint.Snapshot) []string {
	var out []string
	for _, k := range kinds {
		if len(factOf(s.Of(k)).members) > 0 {
			out = append(out, k)
		}
	}
	return out
}

// complete says that every kind was read, so that the binding may open a slot.
func (b Binding) complete() bool {
	for _, f := range b.facts {
		if !f.known {
			return false
		}
	}
	return true
}

// usable says that the binding may become a slot: complete, and with at least
// one value; a slot without a value would open with the keyring alone.
func (b Binding) usable() bool {
	values := 0
	for _, f := range b.facts {
		values += len(f.members)
	}
	return b.complete() && values > 0 && len(b.Kinds) <= maxKinds
}

// boundMagic starts the bound bytes; it names their version.
const boundMagic = "holdfast bound values v1"

// canonical gives the bytes that Argon2id is run over: equal bound sets give
// equal bytes, and no two others do. Texts carry their length (32 bits,
// big-endian), and a kind its number of members, so that an absent kind is not
// an empty one:
//
//	magic ‖ number of kinds ‖ for each: kind ‖ number of members ‖ for each: place ‖ value
func (b Binding) canonical() []byte {
	var out cryptobyte.Builder
	text := func(s string) {
		out.AddUint32(uint32(len(s)))
		out.AddBytes([]byte(s))
	}
	text(boundMagic)
	out.AddUint32(uint32(len(b.Kinds)))
	for i, k := range b.Kinds {
		text(k)
		out.AddUint32(uint32(len(b.facts[i].members)))
		for _, m := range b.facts[i].members {
			text(m.Place)
			text(m.Value)
		}
	}
	return out.BytesOrPanic()
}
