package fleetsim

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the built-in input
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

//go:embed rates.json
var builtIn []byte

// mostInput bounds an input file, in bytes.
const mostInput = 1 << 20

// Rate is a number of the input with where it comes from.
type Rate struct {
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	// Low and High are the range in which the truth is thought to lie.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	// Source cites where the value was published or measured; Assumed says why a
	// value without a source was chosen. Exactly one of the two is there.
	Source  string `json:"source,omitempty"`
	Assumed string `json:"assumed,omitempty"`
}

// Effect is one thing that an event does to a computer.
type Effect struct {
	// Do is change, add, remove, unread, blank, other or chip; see device.go.
	Do string `json:"do"`
	// Kinds are the kinds of component that it is done to.
	Kinds []string `json:"kinds,omitempty"`
	// Members is how many members of a set are touched; 0 means all.
	Members int `json:"members,omitempty"`
	// Chance is the probability that it is done; 0 means always.
	Chance float64 `json:"chance,omitempty"`
	// Picks is how many of Kinds are touched, drawn once per computer; 0 means all.
	Picks int `json:"picks,omitempty"`
}

// Event is something that happens to computers.
type Event struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	// Sort is update, hardware, identity, firmware, flap, unreadable, vanishing,
	// virtual or passing; it orders the page and names what a sweep scales.
	Sort string `json:"sort"`
	// Platforms and Forms limit where it happens; empty means everywhere.
	Platforms []string `json:"platforms,omitempty"`
	Forms     []string `json:"forms,omitempty"`
	// Needs is tags, no-tags or chip where only such computers have it.
	Needs string `json:"needs,omitempty"`
	Rate  Rate   `json:"rate"`
	// Share is the share of computers that have it at all, at Rate/Share; 0 means
	// all of them.
	Share float64 `json:"share,omitempty"`
	// Wanted is true where the computer's identity really changed, so that a
	// code is what the owner of the policy wants.
	Wanted bool `json:"wanted,omitempty"`
	// Patch is true for what IT can put into its weekly window.
	Patch bool `json:"patch,omitempty"`
	// Lasts is the mean number of check-ins after which the effects are undone;
	// 0 means never.
	Lasts float64 `json:"lasts,omitempty"`
	// Again is the number of values between which an "other" value alternates on
	// one computer; 0 means that each is new.
	Again int `json:"again,omitempty"`
	// Reads names a variant of the recorded computers that shows what the reader
	// makes of it. Such an event has no effects: the reading must be equal.
	Reads   string   `json:"reads,omitempty"`
	Effects []Effect `json:"effects,omitempty"`
}

// Stratum is one kind of computer in the fleet.
type Stratum struct {
	Platform string `json:"platform"`
	// Base is the recorded computer that it starts from.
	Base string `json:"base"`
	// Form is laptop, desktop, server or vm.
	Form string `json:"form"`
	// Tags is true on Linux where the root service writes tags.
	Tags bool `json:"tags,omitempty"`
	// Chip is true where the device key is in a TPM.
	Chip bool `json:"chip,omitempty"`
	// Share is its part of the platform's fleet; a platform's add up to 1.
	Share float64 `json:"share"`
}

// Name says in a few words which computers they are.
func (s Stratum) Name() string {
	name := platformNames[s.Platform] + ", " + map[string]string{"vm": "virtual machine"}[s.Form]
	if s.Form != "vm" {
		name = platformNames[s.Platform] + ", " + s.Form
	}
	switch {
	case s.Platform == "linux" && s.Tags:
		name += ", tags"
	case s.Platform == "linux":
		name += ", no tags"
	}
	if s.Chip {
		name += ", TPM"
	}
	return name
}

// Pattern is what the firmware of a part of the computers of a form says.
type Pattern struct {
	Forms     []string `json:"forms"`
	Platforms []string `json:"platforms"`
	Name      string   `json:"name"`
	Share     float64  `json:"share"`
	// UUID, Serial and Board are the states of system-uuid, system-serial and
	// board-serial: present, placeholder or absent.
	UUID   string `json:"uuid"`
	Serial string `json:"serial"`
	Board  string `json:"board"`
	// From maps a kind to the kind that its value is computed from.
	From map[string]string `json:"from,omitempty"`
}

// Input is all that a simulation depends on beside the code.
type Input struct {
	About []string `json:"about"`
	Seed  uint64   `json:"seed"`
	// Numbers are the general ones, by name.
	Numbers map[string]Rate `json:"numbers"`
	// Firmware says where Patterns come from.
	Firmware string    `json:"firmware"`
	Patterns []Pattern `json:"patterns"`
	// Mix says where the shares of Fleet come from.
	Mix    string    `json:"mix"`
	Fleet  []Stratum `json:"fleet"`
	Events []Event   `json:"events"`

	sum string
}

// Default gives the input that is built in.
func Default() (Input, error) { return Parse(builtIn) }

// Parse reads an input and refuses one that is not complete: an unknown field, a
// rate without source, a range that does not hold its value, shares that do not
// add up.
func Parse(doc []byte) (Input, error) {
	var in Input
	if len(doc) > mostInput {
		return in, fmt.Errorf("fleet input: more than %d bytes", mostInput)
	}
	d := json.NewDecoder(bytes.NewReader(doc))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return in, fmt.Errorf("fleet input: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return in, fmt.Errorf("fleet input: something follows the document")
	}
	sum := sha256.Sum256(doc)
	in.sum = hex.EncodeToString(sum[:8])
	return in, in.check()
}

// Sum identifies the input: 16 hex digits.
func (in Input) Sum() string { return in.sum }

// number gives a general number; check made sure that it is there.
func (in Input) number(name string) float64 { return in.Numbers[name].Value }

// Platforms lists the platforms of the fleet, in its order.
func (in Input) Platforms() []string {
	var out []string
	for _, s := range in.Fleet {
		if !slices.Contains(out, s.Platform) {
			out = append(out, s.Platform)
		}
	}
	return out
}
