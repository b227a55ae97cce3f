package fleetsim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// Size is how much is simulated.
type Size struct {
	// Years are device-years per policy and platform, SweepYears per point of a
	// sweep, Tries per attack, policy and kind of computer.
	Years, SweepYears float64
	Tries             int
}

// FullSize is that of the page in docs/.
var FullSize = Size{Years: 20000, SweepYears: 4000, Tries: 5000}

// Result is all that the page says.
type Result struct {
	In       Input
	Bases    map[string]Base
	Size     Size
	Prompts  []Tally
	Seen     []Seen
	Sweeps   []Sweep
	Rereads  map[string][]Estimate // by platform
	Identity string
}

// Simulate runs everything. Progress is called with the name of each part.
func Simulate(ctx context.Context, in Input, bases map[string]Base, size Size, progress func(string)) (Result, error) {
	r := Result{In: in, Bases: bases, Size: size, Identity: Identity(in, bases, size)}
	var err error
	run := Simulation{In: in, Bases: bases, Years: size.Years}
	progress("policies")
	if r.Prompts, err = run.Run(ctx, Policies); err != nil {
		return r, err
	}
	progress("attacks")
	if r.Seen, err = run.Attack(ctx, size.Tries, Policies); err != nil {
		return r, err
	}
	run.Years = size.SweepYears
	for _, sort := range []string{"flap", "unreadable"} {
		for _, p := range in.Platforms() {
			progress(sort + " on " + p)
			sw, err := run.Sweep(ctx, p, sort)
			if err != nil {
				return r, err
			}
			r.Sweeps = append(r.Sweeps, sw)
		}
	}
	r.Rereads = map[string][]Estimate{}
	run.Years = size.Years
	for _, p := range in.Platforms() {
		progress("a second reading on " + p)
		if r.Rereads[p], err = run.Reread(ctx, p); err != nil {
			return r, err
		}
	}
	return r, nil
}

// Identity is a hash over all that the numbers depend on beside the judging
// code: the input, the size, the policies, and what the recorded computers have
// (not its values).
func Identity(in Input, bases map[string]Base, size Size) string {
	h := sha256.New()
	fmt.Fprintln(h, in.sum, size)
	for _, st := range in.Fleet {
		b := bases[st.Base]
		sh := newShape(&b)
		fmt.Fprintf(h, "%s %v %v %v\n", st.Base, sh.places, sh.parts, b.Quiet)
	}
	for _, platform := range in.Platforms() {
		for _, name := range Policies {
			p, _ := server.PolicyFor(name, platform)
			raw, err := json.Marshal(p)
			if err != nil {
				panic(err) // a struct of plain fields
			}
			h.Write(raw)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Recorded says, for an event that the reader does not see, on which recorded
// computers that was tried, and on which it was seen after all.
func (r Result) Recorded(e Event) (same, differ []string) {
	for _, name := range r.bases() {
		b := r.Bases[name]
		switch {
		case slices.Contains(b.Quiet, e.Reads):
			same = append(same, name)
		case slices.Contains(b.Variants, e.Reads):
			differ = append(differ, name)
		}
	}
	return same, differ
}

func (r Result) bases() []string {
	var out []string
	for _, st := range r.In.Fleet {
		if !slices.Contains(out, st.Base) {
			out = append(out, st.Base)
		}
	}
	return out
}

// Failures are what the page may not say: the promises that the numbers do not
// keep, in words. Promised are the upper limit of prompts in vain and the shares
// of the two plain attacks.
func (r Result) Failures() []string {
	var out []string
	for _, p := range r.In.Platforms() {
		if e := Sum(r.Prompts, p, api.Balanced).VainRate(); e.Value > Limit {
			out = append(out, fmt.Sprintf("%s: balanced asks in vain %s times per computer and year, more than %v", p, rounded(e.Value), Limit))
		}
	}
	for _, policy := range Policies {
		for _, attack := range []string{"copied", "copied-same"} {
			for _, s := range r.Seen {
				if e := shareOf(s.Server, s.Tries); s.Attack == attack && s.Policy == policy && e.Value < 0.999 {
					out = append(out, fmt.Sprintf("%s: a copied profile is seen in %s only", s.Stratum.Name(), percent(e.Value)))
				}
			}
		}
		for _, g := range guards[:2] {
			if k, n := g.seen(r.Seen, "moved", policy); n > 0 && float64(k)/float64(n) < 0.99 {
				out = append(out, fmt.Sprintf("%s: a moved disk is seen in %s only", g.title, percent(float64(k)/float64(n))))
			}
		}
	}
	return out
}
