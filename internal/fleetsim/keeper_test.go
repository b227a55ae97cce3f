package fleetsim

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/server"
)

// everywhere is the set of all places.
const everywhere = placeSet(math.MaxUint64)

// wild gives an input in which much happens in a short life.
func wild(in Input) Input {
	in.Numbers = maps.Clone(in.Numbers)
	years := in.Numbers[numYears]
	years.Value = 0.5
	in.Numbers[numYears] = years
	in.Events = slices.Clone(in.Events)
	for i := range in.Events {
		e := &in.Events[i]
		e.Rate.Value = min(20, max(e.Rate.Value, 3))
		e.Share = min(1, e.Share*200)
		e.Lasts *= 1.5
	}
	return in
}

// TestShortcutsAgainstTheWhole judges every step of wild lives a second time with
// all components, nothing remembered, and the baseline settled by the server's
// code alone.
func TestShortcutsAgainstTheWhole(t *testing.T) {
	in := wild(input(t))
	steps := 0
	verdicts := map[server.Verdict]int{}
	for i, st := range in.Fleet {
		for _, policy := range Policies {
			s := newStand(t, &in, st, policy)
			p := newPlan(&in, policy == api.Managed)
			for id := range uint64(2) {
				c := s.computer(id + uint64(i)*10)
				k := &keeper{judge: s.judge, from: c.from}
				for x := range p.live(c) {
					if x.at == 0 {
						k.activate(x.seen, p.time(0))
						continue
					}
					steps++
					verdicts[k.twice(t, x, p)]++
				}
			}
		}
	}
	t.Logf("%d steps: %v", steps, verdicts)
	if steps < 2000 || verdicts[server.Accepted] < 300 || verdicts[server.NeedsCode] < 300 {
		t.Errorf("too little happened: %d %v", steps, verdicts)
	}
}

// twice checks in and compares with the long way.
func (k *keeper) twice(t *testing.T, x step, p plan) server.Verdict {
	t.Helper()
	at, open := p.time(x.at), p.open(x.at)
	before := *k
	before.configs = slices.Clone(k.configs)
	before.unread = maps.Clone(k.unread)
	if !x.chip && before.equal(x.seen) < 0 {
		short := before.compare(x.seen, at, open)
		var known []api.Snapshot
		for _, q := range short.known {
			known = append(known, k.snapshot(q, everywhere, k.from))
		}
		now := k.snapshot(x.seen, everywhere, k.from)
		long := server.JudgeWithin(k.policy, known, now, short.overdue, open)
		if long.Verdict != short.what || long.Verdict != server.NeedsCode && long.Nearest != short.nearest || long.Window != short.window || long.Releasable(k.policy) != short.releasable {
			t.Fatalf("short %+v, long %+v of %d", short.verdict, long, len(known))
		}
		if long.Verdict == server.Accepted {
			before.settle(short, x.seen, at)
			want := k.picture(server.Settle(known[long.Nearest], now, short.overdue))
			if got := before.configs[short.of[short.nearest]].moved; !slices.Equal(got, want) {
				t.Fatalf("settled %v, want %v", got, want)
			}
		}
	}
	return k.checkIn(x.seen, at, x.chip, open).verdict
}

// TestBoundAgainstTheVault compares what the simulator takes for the bound values
// with the vault's own reading of the same snapshot.
func TestBoundAgainstTheVault(t *testing.T) {
	in := wild(input(t))
	for _, st := range in.Fleet {
		for _, policy := range []string{api.Strict, api.Balanced} {
			s := newStand(t, &in, st, policy)
			c := s.computer(3)
			k := s.keeper(c)
			for x := range newPlan(&in, false).live(c) {
				k.slots = nil
				k.bind(x.seen)
				read := k.asRead(x.seen)
				kinds := vault.Kinds(k.policy, read)
				if len(k.slots) == 0 {
					t.Fatalf("%s: nothing bound, the vault binds %v", st.Name(), kinds)
				}
				var mine []string
				for i, p := range k.places {
					if k.slots[0].places.has(uint8(i)) && !slices.Contains(mine, p.kind) {
						mine = append(mine, p.kind)
					}
				}
				if slices.Sort(mine); !slices.Equal(mine, kinds) || !k.opens(x.seen) {
					t.Fatalf("%s: bound %v, the vault %v", st.Name(), mine, kinds)
				}
			}
		}
	}
}

func TestConfigurationsAreFew(t *testing.T) {
	in := input(t)
	s := newStand(t, &in, in.Fleet[1], api.Strict)
	c := s.computer(1)
	k := s.keeper(c)
	first := c.look()
	for i := range 9 {
		c.happen(&Event{Effects: []Effect{{Do: doChange, Kinds: []string{"install-id"}}}}, i, rand.New(rand.NewPCG(1, 1)))
		at := began.Add(time.Duration(i+1) * time.Hour)
		if out := k.checkIn(c.look(), at, false, nil); out.asked != api.ReasonChanged {
			t.Fatalf("%+v", out)
		}
		if out := k.checkIn(c.look(), at, false, nil); out.asked != "" || out.verdict != server.Known {
			t.Fatalf("asked again: %+v", out)
		}
	}
	if len(k.configs) != server.DefaultLimits().Configurations || len(k.slots) != vault.MaxSlots {
		t.Errorf("%d configurations, %d slots", len(k.configs), len(k.slots))
	}
	if out := k.checkIn(first, began.Add(24*time.Hour), false, nil); out.asked == "" {
		t.Error("the first configuration was never forgotten")
	}
}

func TestDigestsComeBack(t *testing.T) {
	for _, v := range []uint32{1, 77, 1 << 24, math.MaxUint32} {
		if d := digest(v); len(d) != 32 || valueOf(d) != v {
			t.Errorf("%d is %s", v, d)
		}
	}
	if valueOf("short") != 0 || fmt.Sprint(differing(picture{{1, present, 2}}, picture{{1, present, 3}, {2, absent, 0}})) != "6" {
		t.Error("values or places")
	}
}
