package app

import (
	"context"
	"errors"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
)

// TestAcceptedDriftIsNotedOnce kills the client at every write of a check-in that
// accepts a driver update: afterwards the journal has it once, with models and
// versions.
func TestAcceptedDriftIsNotedOnce(t *testing.T) {
	points := 0
	for point := 1; ; point++ {
		b := newBench(t)
		b.activated().Close()
		b.become("laptop", "driver-update")
		steps := 0
		b.disk = files.Stepped(func(step, _ string) error {
			if step != files.StepRead {
				steps++
			}
			if steps >= point {
				return errors.New("killed")
			}
			return nil
		})
		c := b.client()
		_, err := c.CheckIn(context.Background())
		c.Close()
		if err == nil {
			break
		}
		points++
		b.disk = files.OS()
		c = b.client()
		if _, err := c.CheckIn(context.Background()); err != nil {
			t.Errorf("killed at %d: %v", point, err)
			continue
		}
		accepted := 0
		for _, e := range b.journal() {
			if e.Event == api.EventAccepted {
				accepted++
				if len(e.Drift) == 0 || e.Drift[0].Before == "" {
					t.Errorf("killed at %d: %+v", point, e)
				}
			}
		}
		if accepted != 1 {
			t.Errorf("killed at %d: noted %d times", point, accepted)
		}
	}
	t.Logf("accepted drift, killed at %d writes: noted once each time", points)
	if points < 15 {
		t.Errorf("only %d places to be killed at", points)
	}
}

func TestAppendEntryTellsTheSameEventFromAnother(t *testing.T) {
	drift := []Drift{{Kind: "gpu-driver", Change: api.Changed, Before: "550", After: "560"}}
	first := entry{At: at("14:00"), Event: api.EventAccepted, Drift: drift, Sum: "a"}
	again, other := first, first
	again.At, other.Sum = at("14:01"), "b"
	typed := entry{At: at("14:00"), Event: api.EventActivated, Reason: api.ReasonChanged, Reference: "K7Q", Drift: drift, Sum: "a"}
	poorer := typed
	poorer.Drift = nil
	for name, c := range map[string]struct {
		list  []entry
		next  entry
		again bool
		want  int
	}{
		"the labels did not move":        {[]entry{first}, again, true, 1},
		"the labels moved in between":    {[]entry{first}, again, false, 2},
		"another state":                  {[]entry{first}, other, true, 2},
		"the same code":                  {[]entry{typed}, typed, false, 1},
		"the same code, told with less":  {[]entry{typed}, poorer, false, 1},
		"a rotation after a rotation":    {[]entry{{Event: api.EventRotated, Sum: "a"}}, entry{Event: api.EventRotated, Sum: "a"}, true, 2},
		"something else came in between": {[]entry{first, typed}, again, true, 3},
	} {
		got := appendEntry(c.list, c.next, c.again)
		if len(got) != c.want {
			t.Errorf("%s: %d entries, want %d", name, len(got), c.want)
		}
		if last := got[len(got)-1]; len(last.Drift) == 0 && last.Event != api.EventRotated {
			t.Errorf("%s: what changed got lost", name)
		}
	}
}
