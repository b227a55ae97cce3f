package fingerprint

import "time"

// Schema is the version of the canonical form and of the digests. It grows
// whenever equal computers would no longer give equal bytes.
const Schema = 1

// Class groups kinds for people and policies.
type Class string

// The classes of components.
const (
	OS       Class = "os"
	Firmware Class = "firmware"
	Hardware Class = "hardware"
	Driver   Class = "driver"
	SysApp   Class = "sysapp"
)

// State says what became of reading a component.
type State string

// The states of a component. Only Present carries a value.
const (
	Present     State = "present"
	Absent      State = "absent"      // this computer has no such thing
	Placeholder State = "placeholder" // a text that the maker never filled in
	Unreadable  State = "unreadable"  // it may be there, but not for this user or not now
	Failed      State = "error"       // reading went wrong in a way that should not happen
)

// Component is one thing that was read.
type Component struct {
	Class Class
	Kind  string
	// Place tells apart components of one kind that have a fixed place. It is
	// never an enumeration number, and empty for members of a set.
	Place string
	State State
	// Value is the normalised raw value. It never leaves the computer.
	Value string
	// Label is a model or a version for people, never an identifier.
	Label string
	// Masked is the identifier for the person's own eyes, mostly dots.
	Masked string
	// Reason is the suffix of a translation key ("reason." + Reason) that says
	// why there is no value; empty where there is one.
	Reason string
	// From names the kind that this value is computed from by the maker (a UUID
	// that embeds the service tag, say), so that the two count once. Empty for
	// a value of its own.
	From string
}

// Snapshot is all components of a computer at one moment, in canonical order.
type Snapshot struct {
	Schema   int
	Platform string // linux, windows, darwin
	// Partial is true where the time ran out before everything was read; what
	// is missing is reported as unreadable.
	Partial bool
	Took    time.Duration
	// Rules is the version of the rules that told values from placeholders. It
	// is no part of the canonical form or the digests.
	Rules      int
	Components []Component
}

// Label is what may be kept beside a locked vault to name drift: a model or a
// version, never a serial number, a UUID or an address. An empty Text says that
// the kind could not be read, so that nothing is called removed because of it.
type Label struct {
	Class Class  `json:"class"`
	Kind  string `json:"kind"`
	Place string `json:"place,omitempty"`
	Text  string `json:"text"`
}

// Labels gives the labels of all components that have one, in canonical order,
// and an empty one for each kind that could not be read. Kinds that identify
// this very computer are left out: nothing on the disk should confirm them.
func (s Snapshot) Labels() []Label {
	var out []Label
	for _, c := range s.Components {
		if Identifier(c.Kind) {
			continue
		}
		switch {
		case c.State == Present && c.Label != "":
			out = append(out, Label{c.Class, c.Kind, c.Place, c.Label})
		case c.State == Unreadable, c.State == Failed:
			out = append(out, Label{Class: c.Class, Kind: c.Kind, Place: c.Place})
		}
	}
	return out
}

// Of gives the components of one kind, in canonical order.
func (s Snapshot) Of(kind string) []Component {
	var out []Component
	for _, c := range s.Components {
		if c.Kind == kind {
			out = append(out, c)
		}
	}
	return out
}

// State gives the state of a kind: Present where any component of it is.
func (s Snapshot) State(kind string) State {
	var st State = Absent
	for _, c := range s.Components {
		if c.Kind == kind {
			if c.State == Present {
				return Present
			}
			st = c.State
		}
	}
	return st
}

// Score adds up the weights of the kinds that are present, correlated values
// once; under 40 the assurance is low. What a hypervisor is called says nothing
// about which computer this is, and on a virtual one neither do processor and
// memory, since a live migration changes them.
func (s Snapshot) Score() int {
	virtual := s.State("hypervisor") == Present
	seen := map[string]bool{}
	sum := 0
	for _, c := range s.Components {
		if c.State != Present || seen[c.Kind] {
			continue
		}
		seen[c.Kind] = true
		if c.Kind == "hypervisor" || virtual && (c.Kind == "cpu" || c.Kind == "memory" || c.Kind == "memory-module") {
			continue
		}
		if c.From != "" && s.State(c.From) == Present {
			continue
		}
		sum += Weight(c.Kind)
	}
	return sum
}
