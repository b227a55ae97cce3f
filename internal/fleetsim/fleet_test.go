package fleetsim

import (
	"context"
	"testing"
)

func TestX(t *testing.T) {
	in := input(t)
	bases, err := Bases(in, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := Simulation{In: in, Bases: bases, Years: 100}
	list, err := s.Run(context.Background(), Policies)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range in.Platforms() {
		for _, pol := range Policies {
			x := Sum(list, p, pol)
			t.Log(p, pol, x.Years, "vain", x.VainRate(), "wanted", x.WantedRate(), "missed", x.Missed, "freed", x.Freed, x.spread(), x.Reasons)
			for i, n := range x.causeNames() {
				if i < 9 && x.Causes[n].Vain > 0 {
					t.Log("     ", n, x.Causes[n])
				}
			}
		}
	}
}
