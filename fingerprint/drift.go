package fingerprint

import (
	"cmp"
	"slices"
	"strings"
)

// What happened to a component, the last part of a translation key
// ("drift." + kind + "." + change).
const (
	Changed = "changed"
	Added   = "added"
	Removed = "removed"
)

// Change is one difference between two sets of labels.
type Change struct {
	Class  Class
	Kind   string
	Place  string
	Change string // Changed, Added or Removed
	Before string // empty where Added
	After  string // empty where Removed
	Weight int    // of the kind; the list is ordered by it, heaviest first
}

type slot struct{ kind, place, name string }

// Drift names what differs between two sets of labels, heaviest first. Members
// of a set are matched by name (the text before the first blank), so that a
// package's new version is one change and not two. A kind that either side
// could not read is left out.
func Drift(before, after []Label) []Change {
	blind := unread(before, after)
	old, now := bySlot(before, blind), bySlot(after, blind)
	var out []Change
	for s, was := range old {
		is := now[s]
		for i := range max(len(was), len(is)) {
			out = append(out, change(at(was, i), at(is, i))...)
		}
	}
	for s, is := range now {
		if _, known := old[s]; !known {
			for _, l := range is {
				out = append(out, change(Label{}, l)...)
			}
		}
	}
	slices.SortFunc(out, func(a, b Change) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Place, b.Place),
			cmp.Compare(a.Before, b.Before), cmp.Compare(a.After, b.After))
	})
	return out
}

// unread lists the kinds that one side could not read.
func unread(sides ...[]Label) map[string]bool {
	out := map[string]bool{}
	for _, side := range sides {
		for _, l := range side {
			if l.Text == "" {
				out[l.Kind] = true
			}
		}
	}
	return out
}

// bySlot groups labels by what they describe and leaves nothing to the order
// in which they were read.
func bySlot(list []Label, blind map[string]bool) map[slot][]Label {
	out := make(map[slot][]Label, len(list))
	for _, l := range list {
		if blind[l.Kind] {
			continue
		}
		s := slot{kind: l.Kind, place: l.Place}
		if kindInfo(l.Kind).Set {
			s.name, _, _ = strings.Cut(l.Text, " ")
		}
		out[s] = append(out[s], l)
	}
	for _, ls := range out {
		slices.SortFunc(ls, func(a, b Label) int { return cmp.Compare(a.Text, b.Text) })
	}
	return out
}

func at(list []Label, i int) Label {
	if i < len(list) {
		return list[i]
	}
	return Label{}
}

func change(was, is Label) []Change {
	if was.Text == is.Text {
		return nil
	}
	c := Change{Class: is.Class, Kind: is.Kind, Place: is.Place, Change: Changed, Before: was.Text, After: is.Text}
	switch {
	case was.Text == "":
		c.Change = Added
	case is.Text == "":
		c.Change = Removed
		c.Class, c.Kind, c.Place = was.Class, was.Kind, was.Place
	}
	c.Weight = Weight(c.Kind)
	return []Change{c}
}
