package rules

import (
	"fmt"
	"regexp"
	"strings"
)

// Bounds of the list of patterns.
const (
	maxTexts   = 1000
	maxPattern = 200 // bytes of one pattern
)

// ordinary are values that real computers have. A pattern that matches one of
// them would call every computer a placeholder, so a document with it is refused.
var ordinary = []string{"7kq2x9d4m1zt", "pf1abc2d", "s4genx0r412873", "latitude 5511", "b450m pro4", "x1"}

// compileTexts makes one pattern of all, anchored at both ends.
func compileTexts(name string, list []string) (*regexp.Regexp, error) {
	if len(list) == 0 || len(list) > maxTexts {
		return nil, fmt.Errorf("rules: %s: %d patterns, want 1 to %d", name, len(list), maxTexts)
	}
	for i, p := range list {
		if err := checkPattern(p); err != nil {
			return nil, fmt.Errorf("rules: %s[%d]: %w", name, i, err)
		}
	}
	all, err := regexp.Compile(`^(?:(?:` + strings.Join(list, ")|(?:") + `))$`)
	if err != nil {
		return nil, fmt.Errorf("rules: %s: %w", name, err)
	}
	return all, nil
}

func checkPattern(p string) error {
	if p == "" || len(p) > maxPattern {
		return fmt.Errorf("a pattern of %d bytes, want 1 to %d", len(p), maxPattern)
	}
	if Fold(p) != p {
		return fmt.Errorf("%q has capital letters, and texts are folded", p)
	}
	// Alone first: a bracket too many would only mean something between ours.
	if _, err := regexp.Compile(p); err != nil {
		return err
	}
	one, err := regexp.Compile(`^(?:` + p + `)$`)
	if err != nil {
		return err
	}
	for _, v := range ordinary {
		if one.MatchString(v) {
			return fmt.Errorf("%q matches %q, which is a value", p, v)
		}
	}
	return nil
}

// Fold lowers ASCII letters only: a newer Unicode table must never change a
// value that was read before.
func Fold(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'A' && c <= 'Z' {
			return c + 'a' - 'A'
		}
		return c
	}, s)
}

// Text says whether a model, a maker or a version is a placeholder.
func (s *Set) Text(v string) bool {
	f := Fold(v)
	return oneCharacter(f) || s.texts.MatchString(f)
}

func oneCharacter(s string) bool {
	return s == "" || strings.Trim(s, s[:1]) == ""
}

// serialRules are what a serial number has beside being no placeholder text.
type serialRules struct {
	Shortest  int  `json:"shortest"`  // bytes, letters and digits
	Distinct  int  `json:"distinct"`  // different characters
	Ascending bool `json:"ascending"` // refuse what only counts up
	// Texts are fillers where a serial number should be, and good names elsewhere.
	Texts []string `json:"texts"`
}

func (r serialRules) check() error {
	if r.Shortest < 1 || r.Shortest > 8 || r.Distinct < 1 || r.Distinct > 4 {
		return fmt.Errorf("rules: serials: shortest %d, distinct %d: want 1 to 8 and 1 to 4", r.Shortest, r.Distinct)
	}
	return nil
}

// Serial says whether a serial number is a placeholder.
func (s *Set) Serial(v string) bool {
	f := Fold(v)
	squeezed := squeeze(f)
	return len(squeezed) < s.serials.Shortest || distinct(strings.ReplaceAll(f, "-", "")) < s.serials.Distinct ||
		s.serials.Ascending && ascending(squeezed) || s.Text(f) || s.serialTexts.MatchString(f)
}

// squeeze leaves letters and digits only, for comparing.
func squeeze(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, s)
}

// ascending says whether a text only counts up: 0123456789, 12345678, abcdef.
func ascending(s string) bool {
	for i := 1; i < len(s); i++ {
		if s[i] != s[i-1]+1 && !(s[i-1] == '9' && s[i] == '0') {
			return false
		}
	}
	return len(s) > 1
}

// distinct counts the different bytes of a text.
func distinct(s string) int {
	var seen [256]bool
	n := 0
	for i := range len(s) {
		if !seen[s[i]] {
			seen[s[i]] = true
			n++
		}
	}
	return n
}
