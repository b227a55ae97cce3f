package fleetsim

import (
	"cmp"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/server"
)

// step is one check-in at which something is different, or may be judged
// differently, from the one before.
type step struct {
	at     int
	seen   picture
	events []*Event // what happened since the last check-in
	chip   bool     // the hardware key was lost
}

// arrival is one event to come.
type arrival struct {
	at    int
	event int
}

// plan says what a life is made of.
type plan struct {
	in     *Input
	events []Event
	ticks  int
	// weekly is the check-in of the week at which IT's window opens; -1 without.
	weekly int
	window server.Window // IT's, open all the time: inWindow says when
}

// perYear is how many check-ins a year has.
func (in *Input) perYear() float64 { return in.number(numCheckIns) * 365.25 }

// perWeek is how many check-ins a week has, at least one.
func (in *Input) perWeek() int { return max(1, int(math.Round(in.number(numCheckIns)*7))) }

func newPlan(in *Input, managed bool) plan {
	p := plan{in: in, events: in.Events, ticks: int(in.number(numYears) * in.perYear()), weekly: -1}
	if managed {
		p.weekly = in.perWeek() / 2
		p.window = patchWindow(in.Events)
	}
	return p
}

// patchWindow is IT's weekly window: it lists the kinds that patches change, and
// the flags that they raise. Losing the security agent is not among them.
func patchWindow(events []Event) server.Window {
	w := server.Window{
		ID: "weekly", Origin: api.WindowIT, Flags: []string{api.FlagNewDriver, api.FlagAppsReplaced}, To: math.MaxInt64,
	}
	for _, e := range events {
		for _, f := range e.Effects {
			for _, kind := range f.Kinds {
				if e.Patch && !fingerprint.Identifier(kind) && !slices.Contains(w.Kinds, kind) {
					w.Kinds = append(w.Kinds, kind)
				}
			}
		}
	}
	return w
}

// open gives the windows that are open at a check-in.
func (p plan) open(at int) []server.Window {
	if !p.inWindow(at) {
		return nil
	}
	return []server.Window{p.window}
}

// began is when every simulated life begins; nothing depends on the date.
var began = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)

// time is when a check-in is made.
func (p plan) time(at int) time.Time {
	return began.Add(time.Duration(float64(at) * 24 * float64(time.Hour) / p.in.number(numCheckIns)))
}

// inWindow says whether IT's window is open at a check-in. It is open for a day.
func (p plan) inWindow(at int) bool {
	if p.weekly < 0 {
		return false
	}
	d := at%p.in.perWeek() - p.weekly
	return d >= 0 && float64(d) < max(1, p.in.number(numCheckIns))
}

// arrivals draws when each event happens, from the event's own stream. Patches
// move into the next window where IT installs them then.
func (p plan) arrivals(c *computer) []arrival {
	var out []arrival
	for i := range p.events {
		e := &p.events[i]
		if e.Rate.Value == 0 || len(e.Effects) == 0 || !e.happensTo(c.stratum) {
			continue
		}
		r := stream(c.seed, c.id, e.Name)
		rate := e.Rate.Value / p.in.perYear()
		if e.Share > 0 {
			if r.Float64() >= e.Share {
				continue
			}
			rate /= e.Share
		}
		for at := r.ExpFloat64() / rate; at < float64(p.ticks-1); at += r.ExpFloat64() / rate {
			when, helped := p.moved(e, 1+int(at), r.Float64()), r.Float64() < p.in.number(numReread)
			if e.Sort == "unreadable" && helped {
				continue // the second reading found it
			}
			out = append(out, arrival{when, i})
		}
	}
	slices.SortStableFunc(out, func(a, b arrival) int { return cmp.Compare(a.at, b.at) })
	return out
}

// moved gives the check-in at which a patch is installed.
func (p plan) moved(e *Event, at int, chance float64) int {
	if p.weekly < 0 || !e.Patch || chance >= p.in.number(numInWindow) {
		return at
	}
	for !p.inWindow(at) {
		at++
	}
	return at
}

// live lets a computer live, and yields the check-ins that matter: those after
// an event, those after the end of a passing one, and every one while something
// cannot be read, since that is counted.
func (p plan) live(c *computer) iter.Seq[step] {
	return func(yield func(step) bool) {
		if !yield(step{at: 0, seen: c.look()}) {
			return
		}
		list := p.arrivals(c)
		for at := 0; ; {
			at = p.next(c, list, at)
			if at >= p.ticks {
				return
			}
			s := step{at: at}
			c.endPassing(at)
			for ; len(list) > 0 && list[0].at <= at; list = list[1:] {
				e := &p.events[list[0].event]
				how := rand.New(rand.NewPCG(mixed(c.id, e.Name), c.seed^uint64(at)))
				s.chip = c.happen(e, at, how) || s.chip
				s.events = append(s.events, e)
			}
			s.seen = c.look()
			if !yield(s) {
				return
			}
		}
	}
}

// next gives the next check-in that matters.
func (p plan) next(c *computer, list []arrival, at int) int {
	if c.blind() {
		return at + 1
	}
	next := p.ticks
	if len(list) > 0 {
		next = min(next, list[0].at)
	}
	for _, x := range c.passing {
		next = min(next, x.until)
	}
	return max(next, at+1)
}
