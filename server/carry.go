package server

import (
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Carry takes what was accepted of a computer in one configuration over to
// another one of it: whatever was equal in both before is equal in both after.
// An update that was confirmed while docked is not asked about again undocked.
// It gives false where that changes nothing.
func Carry(other, before, now api.Snapshot) (api.Snapshot, bool) {
	if other.Platform != now.Platform || other.Platform != before.Platform {
		return other, false
	}
	was, is, elsewhere := bucketsOf(before), bucketsOf(now), bucketsOf(other)
	moved := map[bucketKey]bool{}
	for _, d := range compare(was, is, rulesBetween(before, now)) {
		a, b := was.at(d.bucketKey), elsewhere.at(d.bucketKey)
		whole := a.unread+b.unread+is.at(d.bucketKey).unread == 0
		if d.changed() && whole && slices.Equal(a.digests, b.digests) {
			moved[d.bucketKey] = true
		}
	}
	if len(moved) == 0 {
		return other, false
	}
	out := api.Snapshot{Schema: other.Schema, Platform: other.Platform, Rules: min(other.Rules, now.Rules)}
	for _, from := range []struct {
		list []api.Component
		take bool
	}{{other.Components, false}, {now.Components, true}} {
		for _, c := range from.list {
			if moved[bucketKey{c.Class, c.Kind, c.Place}] == from.take {
				out.Components = append(out.Components, c)
			}
		}
	}
	sortComponents(out.Components)
	return out, true
}

// carry moves the other configurations of a computer along with one that
// changed. Only where every component counts would they be asked about.
func (w *work) carry(r recognised, now api.Snapshot) error {
	if !r.policy.BindAll || r.Nearest < 0 {
		return nil
	}
	for _, c := range r.all {
		if c.ID == r.nearest.ID {
			continue
		}
		last := c.Snapshot
		if c.Moved != nil {
			last = *c.Moved
		}
		if moved, ok := Carry(last, r.compared, now); ok {
			if err := w.move(c, moved); err != nil {
				return err
			}
		}
	}
	return nil
}

// move saves where a configuration has moved to, without calling it used.
func (w *work) move(c Configuration, to api.Snapshot) error {
	sum := configurationSum(to)
	c.Moved, c.MovedSum, c.Rules = &to, sum[:], to.Rules
	return w.tx.MoveConfiguration(c)
}
