package server

import (
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
)

// derived marks a kind of a snapshot as computed from another one.
func derived(s api.Snapshot, kind, from string) api.Snapshot {
	for i := range s.Components {
		if s.Components[i].Kind == kind && s.Components[i].State == api.StatePresent {
			s.Components[i].From = from
		}
	}
	return s
}

// TestAServiceTagIsOneValue: the system UUID of some makers is computed from the
// serial number, so the two misread together, and count once.
func TestAServiceTagIsOneValue(t *testing.T) {
	l := Laptop()
	for _, tt := range []struct {
		name       string
		known, now Computer
		from       string
		want       GroupState
	}{
		{"both misread, of its own each", l, l.With("system-uuid", "u2").With("system-serial", "s2"), "", GroupDiffers},
		{"both misread, one from the other", l, l.With("system-uuid", "u2").With("system-serial", "s2"), "system-serial", GroupMatches},
		{"both and the board's", l, l.With("system-uuid", "u2").With("system-serial", "s2").With("board-serial", "b2"), "system-serial", GroupDiffers},
		{"the derived one and the board's", l, l.With("system-uuid", "u2").With("board-serial", "b2"), "system-serial", GroupDiffers},
		{"both, and nothing else was ever read", l.With("board-serial"), l.With("board-serial").With("system-uuid", "u2").With("system-serial", "s2"), "system-serial", GroupDiffers},
		{"both, and the other is unread now", l, l.With("board-serial", "?").With("system-uuid", "u2").With("system-serial", "s2"), "system-serial", GroupDiffers},
		{"the derived one alone, nothing else read", l.With("board-serial"), l.With("board-serial").With("system-uuid", "u2"), "system-serial", GroupMatches},
		{"from a kind that was never read", l.With("system-serial"), l.With("system-serial").With("system-uuid", "u2").With("board-serial", "b2"), "system-serial", GroupDiffers},
		{"from a kind of another group", l, l.With("system-uuid", "u2").With("board-serial", "b2"), "network-card", GroupDiffers},
		{"in a circle", l, l.With("system-uuid", "u2").With("system-serial", "s2"), "circle", GroupDiffers},
	} {
		known := tt.known.Snapshot()
		if tt.from == "circle" {
			known = derived(derived(known, "system-uuid", "system-serial"), "system-serial", "system-uuid")
			// Whatever a circle counts as, it ends.
			p, _ := PolicyFor(api.Balanced, "linux")
			Judge(p, []api.Snapshot{known}, tt.now.Snapshot())
			continue
		}
		known = derived(known, "system-uuid", tt.from)
		p, _ := PolicyFor(api.Balanced, "linux")
		if j := Judge(p, []api.Snapshot{known}, tt.now.Snapshot()); j.Groups[api.GroupBoard] != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, j.Groups[api.GroupBoard], tt.want)
		}
		// What the judged snapshot says of itself counts nothing.
		now := derived(derived(tt.now.Snapshot(), "system-uuid", "board-serial"), "system-serial", "board-serial")
		if j := Judge(p, []api.Snapshot{known}, now); j.Groups[api.GroupBoard] != tt.want {
			t.Errorf("%s, with a claim of its own: %s, want %s", tt.name, j.Groups[api.GroupBoard], tt.want)
		}
	}
}

// TestNewerRulesAreNoChange: what newer placeholder rules take away did not
// change, but nobody gets far by claiming it.
func TestNewerRulesAreNoChange(t *testing.T) {
	l := Laptop()
	noBoard := l.With("system-uuid", "-").With("system-serial", "-").With("board-serial", "-")
	for _, tt := range []struct {
		name             string
		known, now       Computer
		rules            int // of the snapshot; the known one's are 3
		strict, balanced Verdict
		release          bool
	}{
		{"one value, newer rules", l, l.With("system-serial", "-"), 4, Known, Known, true},
		{"one value, the same rules", l, l.With("system-serial", "-"), 3, NeedsCode, Accepted, true},
		{"the board, newer rules", l, noBoard, 4, Known, Known, false},
		{"the board, newer rules, and no network card", l.With("network-card"), noBoard.With("network-card"), 4, Known, Known, false},
		{"the board, the same rules", l, noBoard, 3, NeedsCode, NeedsCode, false},
		{"the board, and another network card", l, noBoard.With("network-card", "n9"), 4, NeedsCode, NeedsCode, false},
		{"one value, and two others differ", l, l.With("system-serial", "-").With("system-uuid", "u2").With("board-serial", "b2"), 4, NeedsCode, NeedsCode, false},
		{"one value, and the other one differs", l.With("board-serial"), l.With("board-serial").With("system-serial", "-").With("system-uuid", "u2"), 4, NeedsCode, NeedsCode, false},
		{"board and disk: too much to believe", l, noBoard.With("boot-disk", "-"), 4, NeedsCode, NeedsCode, false},
		{"all there is to match", l.With("install-id").With("network-card").With("system-uuid").With("system-serial").With("board-serial"), l.With("install-id").With("network-card").With("boot-disk", "-").With("system-uuid").With("system-serial").With("board-serial"), 4, NeedsCode, NeedsCode, false},
		{"an agent is no placeholder", l.With("security-agent", "x"), l.With("security-agent", "-"), 4, NeedsCode, Accepted, true},
		{"older rules read it again", noBoard.With("board-serial", "b1"), l, 2, Known, Known, true},
		{"the same rules read it again", noBoard.With("board-serial", "b1"), l, 3, NeedsCode, Accepted, true},
	} {
		known, now := tt.known.Snapshot(), tt.now.Snapshot()
		known.Rules, now.Rules = 3, tt.rules
		for policy, want := range map[string]Verdict{api.Strict: tt.strict, api.Balanced: tt.balanced} {
			p, _ := PolicyFor(policy, "linux")
			j := Judge(p, []api.Snapshot{known}, now)
			if j.Verdict != want {
				t.Errorf("%s, %s: %s, want %s; %v %v", tt.name, policy, j.Verdict, want, j.Groups, j.Changes)
			}
			if policy == api.Balanced && j.Releasable(p) != tt.release {
				t.Errorf("%s: released %v (%v)", tt.name, !tt.release, j.Groups)
			}
			if j.Verdict == NeedsCode && len(j.Changes) == 0 {
				t.Errorf("%s, %s: a code, and nothing is named", tt.name, policy)
			}
		}
	}
}

func TestSettledSnapshotsKeepTheRulesOfWhatTheyKeep(t *testing.T) {
	known, now := Laptop().Snapshot(), Laptop().With("board-serial", "?").With("kernel", "6.2").Snapshot()
	known.Rules, now.Rules = 3, 4
	if got := Settle(known, now, nil); got.Rules != 3 {
		t.Errorf("a value read under rules 3 is kept as if under %d", got.Rules)
	}
	now = Laptop().With("kernel", "6.2").Snapshot()
	now.Rules = 4
	if got := Settle(known, now, nil); got.Rules != 4 {
		t.Errorf("all of it was read under rules 4, kept as under %d", got.Rules)
	}
}

// TestNobodyDrainsAComputerByClaimingNewerRules: a patched program that reports
// one group after the other as placeholders, each time under newer rules, and
// what is still counted as unreadable, never gets to where nothing is left to
// match.
func TestNobodyDrainsAComputerByClaimingNewerRules(t *testing.T) {
	p, _ := PolicyFor(api.Balanced, "linux")
	steps := []Computer{
		Laptop().With("boot-disk", "-").With("system-uuid", "?").With("system-serial", "?").With("board-serial", "?").With("network-card", "?"),
		Laptop().With("boot-disk", "-").With("system-uuid", "-").With("system-serial", "-").With("board-serial", "-").With("network-card", "?"),
		Laptop().With("boot-disk", "-").With("system-uuid", "-").With("system-serial", "-").With("board-serial", "-").With("network-card", "-"),
	}
	known := Laptop().Snapshot()
	all := []api.Snapshot{known}
	for i := range 9 {
		now := steps[i%len(steps)].Snapshot()
		now.Rules = 2 + i
		j := Judge(p, all, now)
		if j.Releasable(p) {
			t.Fatalf("step %d: %s, and the share would go out; %v", i, j.Verdict, j.Groups)
		}
		if j.Verdict == NeedsCode {
			continue
		}
		known = settle(all[j.Nearest], now, nil, j.lost)
		all = append(all, known)
	}
	if j := Judge(p, []api.Snapshot{known}, Laptop().Snapshot()); j.Verdict == NeedsCode || !j.Releasable(p) {
		t.Errorf("the computer itself afterwards: %s %v", j.Verdict, j.Groups)
	}
}

// TestCardsAreTheSameWhileOneIsThere, with the baseline moving on: cards may be
// replaced one after the other, never all at once.
func TestCardsAreTheSameWhileOneIsThere(t *testing.T) {
	p, _ := PolicyFor(api.Balanced, "linux")
	noBoard := Laptop().With("system-uuid", "?").With("system-serial", "?").With("board-serial", "?")
	known := noBoard.Snapshot()
	for i, cards := range [][]string{{"n1", "n2", "n3"}, {"n3"}, {"n3", "n4"}, {"n4"}, {"n5"}} {
		now := noBoard.With("network-card", cards...).Snapshot()
		want := Accepted
		if i == 4 {
			want = NeedsCode
		}
		j := Judge(p, []api.Snapshot{known}, now)
		if j.Verdict != want {
			t.Fatalf("cards %v: %s", cards, j.Verdict)
		}
		known = Settle(known, now, nil)
	}
	p.Groups[api.GroupNetwork] = []string{"gpu"}
	two := noBoard.With("gpu", "g1", "g2")
	if j := Judge(p, []api.Snapshot{two.Snapshot()}, noBoard.With("gpu", "g2", "g3").Snapshot()); j.Groups[api.GroupNetwork] != GroupMatches {
		t.Errorf("one graphics device of two: %s", j.Groups[api.GroupNetwork])
	}
}

// TestAnUpdateIsAskedAboutOnce: under strict a computer with two configurations
// has an update confirmed in one of them, and the other one knows it.
func TestAnUpdateIsAskedAboutOnce(t *testing.T) {
	p, _ := PolicyFor(api.Strict, "linux")
	undocked := Laptop()
	docked := undocked.With("pci", "p1", "p2", "dock").With("gpu", "g1", "g2")
	known := []api.Snapshot{undocked.Snapshot(), docked.Snapshot()}
	for i, now := range []Computer{undocked, docked} {
		if j := Judge(p, known, now.Snapshot()); j.Verdict != Known || j.Nearest != i {
			t.Errorf("configuration %d: %s, nearest %d", i, j.Verdict, j.Nearest)
		}
	}
	update := func(c Computer) Computer { return c.With("kernel", "6.2").With("package", "x", "y2", "z") }
	if j := Judge(p, known, update(docked).Snapshot()); j.Verdict != NeedsCode {
		t.Fatalf("an update under strict: %s", j.Verdict)
	}
	other, ok := Carry(undocked.Snapshot(), docked.Snapshot(), update(docked).Snapshot())
	if !ok {
		t.Fatal("nothing was carried over")
	}
	known = append(known, update(docked).Snapshot(), other)
	if j := Judge(p, known, update(undocked).Snapshot()); j.Verdict != Known {
		t.Errorf("the same update undocked: %s %v", j.Verdict, j.Changes)
	}
	if j := Judge(p, known, update(undocked).With("pci", "p1", "p2", "dock").Snapshot()); j.Verdict != NeedsCode {
		t.Errorf("half a dock: %s", j.Verdict)
	}
	if _, err := checkSnapshot(other); err != nil {
		t.Error(err)
	}
	moved := undocked.With("boot-disk", "d7")
	if got, _ := Carry(moved.Snapshot(), undocked.Snapshot(), undocked.With("boot-disk", "d9").Snapshot()); len(got.Components) == 0 || Judge(p, []api.Snapshot{got}, moved.Snapshot()).Verdict != Known {
		t.Error("another configuration's own disk was replaced")
	}
}

func TestSnapshotsWithFromAndRules(t *testing.T) {
	good := Laptop().Snapshot()
	good.Rules = 3
	good = derived(good, "system-uuid", "system-serial")
	if _, err := checkSnapshot(good); err != nil {
		t.Fatal(err)
	}
	if configurationSum(good) != configurationSum(Laptop().Snapshot()) {
		t.Error("what a value is computed from changes a configuration's sum")
	}
	for name, spoil := range map[string]func(*api.Snapshot){
		"rules under zero":      func(s *api.Snapshot) { s.Rules = -1 },
		"rules without bounds":  func(s *api.Snapshot) { s.Rules = maxRules + 1 },
		"computed from a value": func(s *api.Snapshot) { derivedIn(s, "system-uuid", "4C4C4544 0051") },
		"computed from nothing known, and long": func(s *api.Snapshot) {
			derivedIn(s, "system-uuid", "a-kind-of-more-than-forty-characters-in-all")
		},
	} {
		bad := Laptop().Snapshot()
		spoil(&bad)
		if _, err := checkSnapshot(bad); api.CodeOf(err) != api.CodeInvalidValue {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func derivedIn(s *api.Snapshot, kind, from string) { *s = derived(*s, kind, from) }
