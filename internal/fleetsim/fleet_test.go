package fleetsim

import (
	"context"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
)

func run(t *testing.T, in Input, years float64, policies ...string) []Tally {
	t.Helper()
	list, err := Simulation{In: in, Bases: bases(t), Years: years}.Run(context.Background(), policies)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestBalancedHardlyAsksInVain is the promise, with fewer device-years than the
// page has and only those events that can matter (see the next test).
func TestBalancedHardlyAsksInVain(t *testing.T) {
	in := input(t)
	in.Events = in.identity()
	list := run(t, in, 5000, api.Balanced)
	for _, p := range in.Platforms() {
		sum := Sum(list, p, api.Balanced)
		e := sum.VainRate()
		t.Logf("%s: %s in vain, %s wanted, %d passed, in %.0f years; %v", p, e.interval(), sum.WantedRate().interval(), sum.Missed, sum.Years, sum.Reasons)
		for _, name := range sum.causeNames()[:min(8, len(sum.Causes))] {
			t.Logf("    %s %+v", name, sum.Causes[name])
		}
		if e.Value > Limit {
			t.Errorf("%s: balanced asks in vain %v times per computer and year, more than %v", p, e.Value, Limit)
		}
	}
}

// TestTheRestChangesNothing: without the events that touch no identity group,
// balanced asks exactly as often.
func TestTheRestChangesNothing(t *testing.T) {
	in := input(t)
	all := run(t, in, 120, api.Balanced)
	in.Events = in.identity()
	few := run(t, in, 120, api.Balanced)
	for i := range all {
		if all[i].Vain != few[i].Vain || all[i].Wanted != few[i].Wanted || all[i].Missed != few[i].Missed || all[i].Years != few[i].Years {
			t.Errorf("%s: %d, %d and %d, without the rest %d, %d and %d", all[i].Stratum.Name(),
				all[i].Wanted, all[i].Vain, all[i].Missed, few[i].Wanted, few[i].Vain, few[i].Missed)
		}
	}
}

func TestEqualSeedsGiveEqualNumbers(t *testing.T) {
	in := input(t)
	in.Events = in.identity()
	a := run(t, in, 300, Policies...)
	old := runtime.GOMAXPROCS(1)
	b := run(t, in, 300, Policies...)
	runtime.GOMAXPROCS(old)
	if !reflect.DeepEqual(a, b) {
		t.Error("two runs differ")
	}
	in.Seed++
	if c := run(t, in, 300, Policies...); reflect.DeepEqual(a, c) {
		t.Error("the seed does not matter")
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := (Simulation{In: in, Bases: bases(t), Years: 100}).Run(ctx, Policies); err == nil {
		t.Error("it cannot be stopped")
	}
}

// TestAttacksAreSeen is the other promise, on every kind of computer.
func TestAttacksAreSeen(t *testing.T) {
	in := input(t)
	seen, err := Simulation{In: in, Bases: bases(t)}.Attack(context.Background(), 150, Policies)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range seen {
		st := s.Stratum
		guarded := st.Chip || st.Tags || st.Platform != "linux"
		least := 0.0
		switch {
		case s.Attack == "copied", s.Attack == "copied-same":
			least = 0.999
		case s.Attack == "moved" && guarded, s.Attack == "cloned", s.Attack == "image":
			least = 0.99
		case s.Attack == "moved" && st.Form != "vm":
			least = 0.9
		case s.Attack == "spoofed-all" && st.Chip:
			least = 1
		}
		if share := float64(s.Chip) / float64(s.Tries); share < least {
			t.Errorf("%s under %s on %s: seen in %v, want %v", s.Attack, s.Policy, st.Name(), share, least)
		}
		if s.Attack == "vm-copied" && s.Server > 0 {
			t.Errorf("a byte by byte copy differs on %s", st.Name())
		}
	}
	names := map[string]bool{}
	for _, a := range Attacks() {
		if names[a.Name] || a.Title == "" {
			t.Errorf("attack %q", a.Name)
		}
		names[a.Name] = true
	}
	if !slices.ContainsFunc(seen, func(s Seen) bool { return s.Attack == "moved" && s.Chip < s.Tries }) {
		t.Error("the honest figure is gone: some moved disks cannot be seen")
	}
}
