package fleetsim

import (
	"context"
	"maps"
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// Policies are the policies in the order of the page.
var Policies = []string{api.Strict, api.Balanced, api.Managed}

// Tally is what was counted of the computers of one stratum under one policy.
type Tally struct {
	Stratum Stratum
	Policy  string
	// Computers is how many lived, Years their years together.
	Computers int
	Years     float64
	// Wanted are prompts after the identity really changed, Vain the others.
	Wanted, Vain int
	// Missed are changes of identity that were accepted without a code.
	Missed int
	// Freed is how often the server's share went out without a code.
	Freed int
	// Squares is the sum of the squares of the computers' Vain: how much prompts
	// come in clusters.
	Squares float64
	// Causes counts prompts by the event that came just before, and Reasons by
	// the challenge's reason.
	Causes  map[string]Cause
	Reasons map[string]int
}

// Cause counts the prompts and the accepted changes after one event.
type Cause struct{ Wanted, Vain, Missed, Happened int }

func newTally(s Stratum, policy string) Tally {
	return Tally{Stratum: s, Policy: policy, Causes: map[string]Cause{}, Reasons: map[string]int{}}
}

// Add sums two tallies up.
func (t *Tally) Add(o Tally) {
	t.Computers += o.Computers
	t.Years += o.Years
	t.Wanted += o.Wanted
	t.Vain += o.Vain
	t.Missed += o.Missed
	t.Freed += o.Freed
	t.Squares += o.Squares
	for name, c := range o.Causes {
		have := t.Causes[name]
		t.Causes[name] = Cause{have.Wanted + c.Wanted, have.Vain + c.Vain, have.Missed + c.Missed, have.Happened + c.Happened}
	}
	for name, n := range o.Reasons {
		t.Reasons[name] += n
	}
}

// spread is how much wider than Poisson's the counts of single computers are: a
// few computers that flap are asked again and again.
func (t Tally) spread() float64 {
	if t.Vain == 0 || t.Computers < 2 {
		return 1
	}
	mean := float64(t.Vain) / float64(t.Computers)
	variance := t.Squares/float64(t.Computers) - mean*mean
	return math.Max(1, variance/mean)
}

// VainRate gives the prompts in vain per computer and year with the 95 %
// interval, Poisson's exact one on the count less its clustering.
func (t Tally) VainRate() Estimate { return rateOf(t.Vain, t.Years, t.spread()) }

// WantedRate gives the prompts that were wanted, per computer and year.
func (t Tally) WantedRate() Estimate { return rateOf(t.Wanted, t.Years, 1) }

// Simulation is one run of the fleet.
type Simulation struct {
	In    Input
	Bases map[string]Base
	// Years are the device-years per policy and platform.
	Years float64
	// Strata limits the run to some of the fleet; nil is all.
	Strata func(Stratum) bool

	judges *bench
}

// job is a part of a stratum's computers.
type job struct {
	at          int // of the result
	stratum     Stratum
	policy      string
	first, last uint64 // numbers of the computers, the last one outside
}

// jobSize is how many computers are counted together.
const jobSize = 50

// Run lets the fleet live under the given policies and counts. The outcome
// depends on the input and the years alone, not on how many processors there are.
func (s Simulation) Run(ctx context.Context, policies []string) ([]Tally, error) {
	s.judges = &bench{free: map[string][]*judge{}}
	var out []Tally
	var jobs []job
	first := uint64(1)
	for _, st := range s.In.Fleet {
		if s.Strata != nil && !s.Strata(st) {
			continue
		}
		n := uint64(max(1, math.Round(s.Years*st.Share/s.In.number(numYears))))
		for _, p := range policies {
			out = append(out, newTally(st, p))
			for at := first; at < first+n; at += jobSize {
				jobs = append(jobs, job{len(out) - 1, st, p, at, min(at+jobSize, first+n)})
			}
		}
		first += n
	}
	done := parallel(ctx, jobs, s.work)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i, t := range done {
		out[jobs[i].at].Add(t)
	}
	return out, nil
}

// parallel does a list of jobs on all processors and gives the results in the
// order of the jobs.
func parallel[J, R any](ctx context.Context, jobs []J, work func(J) R) []R {
	out := make([]R, len(jobs))
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				out[i] = work(jobs[i])
			}
		})
	}
	for i := range jobs {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	return out
}

func (s Simulation) work(j job) Tally {
	t := newTally(j.stratum, j.policy)
	by := s.judges.take(&s.In, s.Bases, j.stratum.Base, j.policy)
	defer s.judges.give(by, j.stratum.Base, j.policy)
	p := newPlan(&s.In, j.policy == api.Managed)
	for id := j.first; id < j.last; id++ {
		t.life(p, newComputer(&s.In, by.shape, j.stratum, s.In.Seed, id, id, 0), by)
	}
	return t
}

// life counts what one computer's life brings.
func (t *Tally) life(p plan, c *computer, by *judge) {
	k := &keeper{judge: by, from: c.from}
	before := t.Vain
	var since []*Event // what happened since the last code or accepted change
	for s := range p.live(c) {
		at := p.time(s.at)
		if s.at == 0 {
			k.activate(s.seen, at)
			continue
		}
		for _, e := range s.events {
			t.count(e, func(c *Cause) { c.Happened++ })
		}
		since = append(since, s.events...)
		out := k.checkIn(s.seen, at, s.chip, p.open(s.at))
		if out.freed {
			t.Freed++
		}
		t.outcome(out, since)
		if out.asked != "" || out.verdict == server.Accepted || out.verdict == server.Known {
			since = nil
		}
	}
	t.Computers++
	t.Years += float64(p.ticks) / p.in.perYear()
	t.Squares += float64(t.Vain-before) * float64(t.Vain-before)
}

// outcome counts one answer. A prompt is wanted where any of what happened
// changed the identity; without any event it is the end of a passing one.
func (t *Tally) outcome(out outcome, since []*Event) {
	wanted := slices.ContainsFunc(since, func(e *Event) bool { return e.Wanted })
	switch {
	case out.asked != "" && wanted:
		t.Wanted++
	case out.asked != "":
		t.Vain++
	case wanted:
		t.Missed++
	default:
		return
	}
	if out.asked != "" {
		t.Reasons[out.asked]++
	}
	t.count(blamed(since, wanted), func(c *Cause) {
		switch {
		case out.asked == "":
			c.Missed++
		case wanted:
			c.Wanted++
		default:
			c.Vain++
		}
	})
}

// passed stands for the end of something passing, or its staying unreadable.
var passed = &Event{Name: "after"}

// blamed is the event that a prompt is booked on: one that was wanted where there
// is one, else one that touches the identity, else the first.
func blamed(since []*Event, wanted bool) *Event {
	if len(since) == 0 {
		return passed
	}
	i := slices.IndexFunc(since, func(e *Event) bool {
		return wanted && e.Wanted || !wanted && e.touches(identityKinds)
	})
	return since[max(i, 0)]
}

func (t *Tally) count(e *Event, f func(*Cause)) {
	c := t.Causes[e.Name]
	f(&c)
	t.Causes[e.Name] = c
}

// Sum adds the tallies of a platform and policy up.
func Sum(list []Tally, platform, policy string) Tally {
	out := newTally(Stratum{Platform: platform}, policy)
	for _, t := range list {
		if t.Stratum.Platform == platform && t.Policy == policy {
			out.Add(t)
		}
	}
	return out
}

// causeNames lists the events that brought prompts in vain, most first.
func (t Tally) causeNames() []string {
	names := slices.Sorted(maps.Keys(t.Causes))
	slices.SortStableFunc(names, func(a, b string) int { return t.Causes[b].Vain - t.Causes[a].Vain })
	return names
}
