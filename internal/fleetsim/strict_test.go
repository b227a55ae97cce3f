package fleetsim

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// TestStrictSeesEveryEventOnce lets each event of the list happen alone, on every
// kind of computer that has it: strict asks at that check-in and at no other,
// also when it is undone. What changed nothing asks for nothing.
func TestStrictSeesEveryEventOnce(t *testing.T) {
	in := input(t)
	seen := map[string]bool{}
	for _, st := range in.Fleet {
		s := newStand(t, &in, st, api.Strict)
		for i := range in.Events {
			if e := &in.Events[i]; e.happensTo(st) && len(e.Effects) > 0 {
				for id := range uint64(20) {
					if s.alone(t, e, id) {
						seen[e.Name] = true
					}
				}
			}
		}
	}
	for _, e := range in.Events {
		if len(e.Effects) > 0 && !seen[e.Name] {
			t.Errorf("%s never changed anything", e.Title)
		}
	}
}

// alone lets one event happen to one computer, and says whether it was seen.
func (s stand) alone(t *testing.T, e *Event, id uint64) bool {
	t.Helper()
	c := s.computer(id)
	k := s.keeper(c)
	before := c.look()
	chip := c.happen(e, 10, rand.New(rand.NewPCG(id, 1)))
	changed := chip || differing(before, c.look()) != 0
	for at := 10; at < 400; at++ {
		c.endPassing(at)
		out := k.checkIn(c.look(), began.Add(time.Duration(at)*12*time.Hour), chip && at == 10, nil)
		if asked := out.asked != ""; asked != (changed && at == 10) {
			t.Fatalf("%s, %s: check-in %d asked %q (%s), changed %v", s.st.Name(), e.Title, at, out.asked, out.verdict, changed)
		}
		if len(c.passing) == 0 && at > 12 {
			return changed
		}
	}
	t.Fatalf("%s never ends", e.Title)
	return false
}

// TestBalancedAcceptsTheRest: an event that touches no identity group asks for
// nothing, whatever it changes.
func TestBalancedAcceptsTheRest(t *testing.T) {
	in := input(t)
	for _, st := range in.Fleet {
		s := newStand(t, &in, st, api.Balanced)
		for i := range in.Events {
			e := &in.Events[i]
			if !e.happensTo(st) || e.touches(identityKinds) {
				continue
			}
			c := s.computer(uint64(i))
			k := s.keeper(c)
			for at := 1; at < 6; at++ {
				c.happen(e, at, rand.New(rand.NewPCG(uint64(at), 2)))
				if out := k.checkIn(c.look(), began.Add(time.Duration(at)*12*time.Hour), false, nil); out.asked != "" || out.freed {
					t.Errorf("%s, %s: %+v", st.Name(), e.Title, out)
				}
			}
		}
	}
}

func TestManagedKeepsToItsWindow(t *testing.T) {
	in := input(t)
	s := newStand(t, &in, in.Fleet[0], api.Managed)
	p := newPlan(&in, true)
	patches, inside := 0, 0
	for id := range uint64(40) {
		c := s.computer(id)
		for _, a := range p.arrivals(c) {
			if p.events[a.event].Patch {
				patches++
				inside += count(p.inWindow(a.at))
			}
		}
	}
	if share := float64(inside) / float64(patches); patches < 1000 || share < 0.85 || share > 0.97 {
		t.Errorf("%d of %d patches are in the window", inside, patches)
	}
	if len(p.open(p.weekly-1)) != 0 || len(p.open(p.weekly)) != 1 {
		t.Error("the window is open at the wrong time")
	}
	kernel := &in.Events[0]
	c := s.computer(1)
	k := s.keeper(c)
	c.happen(kernel, 1, rand.New(rand.NewPCG(1, 1)))
	if out := k.checkIn(c.look(), p.time(p.weekly), false, p.open(p.weekly)); out.asked != "" || out.window != "weekly" {
		t.Errorf("%s inside the window: %+v", kernel.Title, out)
	}
	c.happen(kernel, 2, rand.New(rand.NewPCG(2, 1)))
	if out := k.checkIn(c.look(), p.time(p.weekly+4), false, nil); out.asked != api.ReasonChanged || out.verdict != server.NeedsCode {
		t.Errorf("%s outside: %+v", kernel.Title, out)
	}
}
