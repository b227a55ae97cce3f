package fleetsim

import (
	"fmt"
	"math"
	"slices"
)

// Names of the general numbers that an input must have.
const (
	numYears     = "years_per_computer"
	numCheckIns  = "check_ins_per_day"
	numInWindow  = "patches_in_window"
	numReread    = "reread_helps"
	numNoDisk    = "disk_without_serial"
	numNoDiskVM  = "disk_without_serial_vm"
	numNoNet     = "no_internal_card"
	numOneNet    = "one_internal_card_laptop"
	numGlobalMAC = "own_address_vm"
)

var needed = []string{numYears, numCheckIns, numInWindow, numReread, numNoDisk, numNoDiskVM, numNoNet, numOneNet, numGlobalMAC}

var (
	doings = []string{"change", "add", "remove", "unread", "blank", "other", "chip"}
	sorts  = []string{"update", "hardware", "identity", "firmware", "flap", "unreadable", "vanishing", "virtual", "passing"}
)

func (in Input) check() error {
	for _, name := range needed {
		r, ok := in.Numbers[name]
		if !ok {
			return fmt.Errorf("fleet input: the number %s is missing", name)
		}
		if err := r.check(name); err != nil {
			return err
		}
	}
	if in.number(numYears) < 0.1 || in.number(numCheckIns) < 0.5 || in.number(numCheckIns) > 24 {
		return fmt.Errorf("fleet input: %s or %s is out of range", numYears, numCheckIns)
	}
	seen := map[string]bool{}
	for _, e := range in.Events {
		if err := e.check(); err != nil {
			return err
		}
		if seen[e.Name] {
			return fmt.Errorf("fleet input: two events are called %s", e.Name)
		}
		seen[e.Name] = true
	}
	return in.checkShares()
}

func (r Rate) check(name string) error {
	switch {
	case r.Value < 0 || r.Value < r.Low || r.Value > r.High || math.IsNaN(r.Value):
		return fmt.Errorf("fleet input: %s: %v is not within %v and %v", name, r.Value, r.Low, r.High)
	case r.Unit == "":
		return fmt.Errorf("fleet input: %s has no unit", name)
	case (r.Source == "") == (r.Assumed == ""):
		return fmt.Errorf("fleet input: %s needs a source, or a reason why it is assumed", name)
	}
	return nil
}

func (e Event) check() error {
	if e.Name == "" || e.Title == "" || !slices.Contains(sorts, e.Sort) {
		return fmt.Errorf("fleet input: event %q has no name, no title or an unknown sort", e.Name)
	}
	if err := e.Rate.check(e.Name); err != nil {
		return err
	}
	if e.Share < 0 || e.Share > 1 || e.Lasts < 0 {
		return fmt.Errorf("fleet input: %s: a share or duration is out of range", e.Name)
	}
	if (e.Reads == "") == (len(e.Effects) == 0) {
		return fmt.Errorf("fleet input: %s needs effects, or a recorded variant that shows that there are none", e.Name)
	}
	for _, f := range e.Effects {
		if !slices.Contains(doings, f.Do) || f.Chance < 0 || f.Chance > 1 || (f.Do == "chip") != (len(f.Kinds) == 0) {
			return fmt.Errorf("fleet input: %s has an effect that is not understood", e.Name)
		}
	}
	return nil
}

// checkShares: the strata of a platform are all of it, and so are the patterns
// of a form.
func (in Input) checkShares() error {
	for _, p := range in.Platforms() {
		sum := 0.0
		for _, s := range in.Fleet {
			if s.Platform == p {
				sum += s.Share
			}
		}
		if math.Abs(sum-1) > 1e-9 {
			return fmt.Errorf("fleet input: the shares of %s add up to %v", p, sum)
		}
	}
	for _, s := range in.Fleet {
		sum := 0.0
		for _, p := range in.patternsOf(s) {
			sum += p.Share
		}
		if math.Abs(sum-1) > 1e-6 {
			return fmt.Errorf("fleet input: the firmware patterns of %s %s add up to %v", s.Platform, s.Form, sum)
		}
	}
	return nil
}

func (in Input) patternsOf(s Stratum) []Pattern {
	var out []Pattern
	for _, p := range in.Patterns {
		if slices.Contains(p.Platforms, s.Platform) && slices.Contains(p.Forms, s.Form) {
			out = append(out, p)
		}
	}
	return out
}

// happensTo says whether a stratum has an event.
func (e Event) happensTo(s Stratum) bool {
	if len(e.Platforms) > 0 && !slices.Contains(e.Platforms, s.Platform) || len(e.Forms) > 0 && !slices.Contains(e.Forms, s.Form) {
		return false
	}
	switch e.Needs {
	case "tags":
		return s.Tags
	case "no-tags":
		return !s.Tags
	case "chip":
		return s.Chip
	}
	return true
}
