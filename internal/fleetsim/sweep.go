package fleetsim

import (
	"context"
	"maps"
	"math"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Limit is the number of prompts in vain per computer and year that the balanced
// policy is to stay under.
const Limit = 0.02

// Point is one rate of a sweep and what came of it.
type Point struct {
	// Factor is what the documented rates were multiplied with, Events how many
	// such events a computer then has in a year.
	Factor, Events float64
	Vain           Estimate
}

// Sweep is how prompts in vain under balanced grow with the events of one sort.
type Sweep struct {
	Platform string
	Sort     string
	Points   []Point
	// Crossing is the rate of events at which Limit is crossed, interpolated
	// between the points on a logarithmic scale; its interval is where the upper
	// and the lower ends of the points' intervals cross. Infinite where they do not.
	Crossing Estimate
}

// factors are log-spaced.
var factors = []float64{0.1, 1, 3, 10, 30, 100, 300, 1000, 3000}

// Sweep runs the balanced policy with the events of one sort multiplied. Events
// that touch no identity group are left out: under balanced they ask for nothing
// (a test makes sure).
func (s Simulation) Sweep(ctx context.Context, platform, sort string) (Sweep, error) {
	out := Sweep{Platform: platform, Sort: sort}
	for _, f := range factors {
		in, events := s.In.scaled(platform, sort, f)
		run := s
		run.In, run.Strata = in, func(st Stratum) bool { return st.Platform == platform }
		list, err := run.Run(ctx, []string{api.Balanced})
		if err != nil {
			return out, err
		}
		out.Points = append(out.Points, Point{f, events, Sum(list, platform, api.Balanced).VainRate()})
	}
	out.cross()
	return out, nil
}

// scaled gives an input with the events of a sort that touch an identity group
// multiplied, and how many of them a computer of the platform has in a year. More
// computers have them first; where all have, each has more.
func (in Input) scaled(platform, sort string, factor float64) (Input, float64) {
	var events []Event
	total := 0.0
	for _, e := range in.identity() {
		if e.Sort == sort && e.touches(identityKinds) {
			if sort == "flap" {
				e.Platforms = nil // on all platforms alike, also where none is known to
			}
			e.Rate.Value *= factor
			if e.Share > 0 {
				e.Share = math.Min(1, e.Share*factor)
			}
			for _, st := range in.Fleet {
				if st.Platform == platform && e.happensTo(st) {
					total += st.Share * e.Rate.Value
				}
			}
		}
		events = append(events, e)
	}
	in.Events = events
	return in, total
}

// identityKinds are those that balanced looks at.
var identityKinds = []string{"boot-disk", "install-id", "system-uuid", "system-serial", "board-serial", "network-card", "hypervisor"}

func (e Event) touches(kinds []string) bool {
	return slices.ContainsFunc(e.Effects, func(f Effect) bool {
		return f.Do == doChip || slices.ContainsFunc(f.Kinds, func(k string) bool { return slices.Contains(kinds, k) })
	})
}

// identity gives the events that can matter to balanced.
func (in Input) identity() []Event {
	var out []Event
	for _, e := range in.Events {
		if e.touches(identityKinds) {
			out = append(out, e)
		}
	}
	return out
}

func (s *Sweep) cross() {
	s.Crossing = Estimate{
		Value: s.crossing(func(e Estimate) float64 { return e.Value }),
		Low:   s.crossing(func(e Estimate) float64 { return e.High }),
		High:  s.crossing(func(e Estimate) float64 { return e.Low }),
	}
}

// crossing interpolates where a curve first reaches the limit: 0 where it starts
// above it, infinite where it never does.
func (s *Sweep) crossing(of func(Estimate) float64) float64 {
	for i, p := range s.Points {
		y := of(p.Vain)
		if y < Limit {
			continue
		}
		if i == 0 {
			return 0
		}
		before := s.Points[i-1]
		y0 := math.Max(of(before.Vain), 1e-6)
		t := (math.Log(Limit) - math.Log(y0)) / (math.Log(y) - math.Log(y0))
		return math.Exp(math.Log(before.Events) + t*(math.Log(p.Events)-math.Log(before.Events)))
	}
	return math.Inf(1)
}

// rereads are the shares for which the page says what a second reading brings.
var rereads = []float64{0, 0.5, 0.9, 1}

// Reread gives the prompts in vain of a platform under balanced, were a second
// reading some seconds later to help in so many cases.
func (s Simulation) Reread(ctx context.Context, platform string) ([]Estimate, error) {
	var out []Estimate
	for _, share := range rereads {
		run := s
		run.In.Events = s.In.identity()
		run.In.Numbers = maps.Clone(s.In.Numbers)
		run.In.Numbers[numReread] = Rate{Value: share}
		run.Strata = func(st Stratum) bool { return st.Platform == platform }
		list, err := run.Run(ctx, []string{api.Balanced})
		if err != nil {
			return nil, err
		}
		out = append(out, Sum(list, platform, api.Balanced).VainRate())
	}
	return out, nil
}
