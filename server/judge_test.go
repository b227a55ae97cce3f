package server

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

func TestJudgeBothPolicies(t *testing.T) {
	l := Laptop()
	noBoard := l.With("system-uuid", "?").With("system-serial", "?").With("board-serial", "?")
	junk := l.With("system-uuid", "-").With("system-serial", "-").With("board-serial", "-")
	virtual := l.With("hypervisor", "kvm")
	for _, tt := range []struct {
		name             string
		known, now       Computer
		strict, balanced Verdict
	}{
		{"the same", l, l, Known, Known},
		{"kernel and graphics driver updated", l, l.With("kernel", "6.2").With("gpu-driver", "560"), NeedsCode, Accepted},
		{"nine drivers and two applications", l, l.With("module", "q", "r").With("package", "x", "v", "w"), NeedsCode, Accepted},
		{"memory added", l, l.With("memory", "32"), NeedsCode, Accepted},
		{"one firmware value flaps", l, l.With("system-uuid", "u2"), NeedsCode, Accepted},
		{"one firmware value became junk", l, l.With("system-serial", "-"), NeedsCode, Accepted},
		{"two of the board differ", l, l.With("system-uuid", "u2").With("board-serial", "b2"), NeedsCode, NeedsCode},
		{"all of the board became junk", l, junk, NeedsCode, NeedsCode},
		{"the only readable one of the board differs", junk.With("system-uuid", "u1"), junk.With("system-uuid", "u2"), NeedsCode, NeedsCode},
		{"two known, one unread, the other differs", l, l.With("system-uuid", "?").With("system-serial", "?").With("board-serial", "b2"), NeedsCode, NeedsCode},
		{"boot disk swapped", l, l.With("boot-disk", "d9"), NeedsCode, NeedsCode},
		{"boot disk gone", l, l.With("boot-disk"), NeedsCode, NeedsCode},
		{"boot disk unread once", l, l.With("boot-disk", "?"), Accepted, Accepted},
		{"reinstalled on the same disk", l, l.With("install-id", "i2").With("root-fs", "r2"), NeedsCode, NeedsCode},
		{"network card swapped, board readable", l, l.With("network-card", "n9"), NeedsCode, Accepted},
		{"network card swapped, board never readable", noBoard, noBoard.With("network-card", "n9"), NeedsCode, NeedsCode},
		{"network card swapped, board junk", junk, junk.With("network-card", "n9"), NeedsCode, NeedsCode},
		{"one known network card is left", noBoard, noBoard.With("network-card", "n2", "n9"), NeedsCode, Accepted},
		{"board unread now, network swapped", l, noBoard.With("network-card", "n9"), NeedsCode, NeedsCode},
		{"board newly readable, network swapped", noBoard, l.With("network-card", "n9"), NeedsCode, NeedsCode},
		{"board newly readable", noBoard, l, NeedsCode, Accepted},
		{"board unread now", l, noBoard, Accepted, Accepted},
		{"disk moved into the same model", l, l.With("system-uuid", "u2").With("system-serial", "s2").With("board-serial", "b2").With("network-card", "n8"), NeedsCode, NeedsCode},
		{"the same, board not readable", noBoard, noBoard.With("network-card", "n8"), NeedsCode, NeedsCode},
		{"physical became virtual", l, virtual, NeedsCode, NeedsCode},
		{"virtual became physical", virtual, l, NeedsCode, Accepted},
		{"default strings throughout", junk, junk, Known, Known},
		{"absent became junk", l.With("board-serial"), l.With("board-serial", "-"), Known, Known},
		{"a disk more", l, l.With("disk", "d1", "d2", "d3"), NeedsCode, Accepted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for policy, want := range map[string]Verdict{api.Strict: tt.strict, api.Managed: tt.strict, api.Balanced: tt.balanced} {
				p, _ := PolicyFor(policy, "linux")
				j := Judge(p, []api.Snapshot{tt.known.Snapshot()}, tt.now.Snapshot())
				if j.Verdict != want {
					t.Errorf("%s: got %s, want %s; groups %v, changes %v", policy, j.Verdict, want, j.Groups, j.Changes)
				}
			}
		})
	}
}

func TestJudgeTakesTheMildestKnownConfiguration(t *testing.T) {
	docked, undocked := Laptop().With("boot-disk", "d7"), Laptop()
	known := []api.Snapshot{docked.Snapshot(), undocked.Snapshot()}
	p, _ := PolicyFor(api.Balanced, "linux")
	j := Judge(p, known, undocked.With("kernel", "6.2").Snapshot())
	if j.Verdict != Accepted || j.Nearest != 1 {
		t.Errorf("got %s nearest %d", j.Verdict, j.Nearest)
	}
	if j := Judge(p, known, docked.Snapshot()); j.Verdict != Known || j.Nearest != 0 {
		t.Errorf("back to an earlier configuration: got %s nearest %d", j.Verdict, j.Nearest)
	}
	mixed := docked.With("boot-disk", "d7").With("system-uuid", "u2").With("system-serial", "s2").Snapshot()
	if j := Judge(p, known, mixed); j.Verdict != NeedsCode {
		t.Errorf("a mixture of two configurations: got %s", j.Verdict)
	}
	if j := Judge(p, nil, undocked.Snapshot()); j.Verdict != NeedsCode || j.Nearest != -1 {
		t.Errorf("nothing known: got %+v", j)
	}
	other := undocked.Snapshot()
	other.Platform = "windows"
	if j := Judge(p, known, other); j.Verdict != NeedsCode {
		t.Errorf("another platform: got %s", j.Verdict)
	}
}

func TestChangesNameKindsHeaviestFirst(t *testing.T) {
	p, _ := PolicyFor(api.Balanced, "linux")
	now := Laptop().With("package", "x", "v", "w", "q").With("boot-disk", "d9").With("cpu", "?").With("gpu-driver")
	j := Judge(p, []api.Snapshot{Laptop().Snapshot()}, now.Snapshot())
	want := []api.Change{
		{Class: "hardware", Kind: "boot-disk", Change: api.Changed, Count: 1},
		{Class: "hardware", Kind: "cpu", Change: api.NoLongerRead, Count: 1},
		{Class: "driver", Kind: "gpu-driver", Change: api.Removed, Count: 1},
		{Class: "sysapp", Kind: "package", Change: api.Added, Count: 1},
		{Class: "sysapp", Kind: "package", Change: api.Changed, Count: 2},
	}
	if !reflect.DeepEqual(j.Changes, want) {
		t.Errorf("got %v\nwant %v", j.Changes, want)
	}
	if got := boundChanges(p, j.Changes, j.Groups); !slices.Equal(got, []string{"boot-disk"}) {
		t.Errorf("bound under balanced: %v", got)
	}
	p, _ = PolicyFor(api.Strict, "linux")
	if got := boundChanges(p, j.Changes, j.Groups); len(got) != 4 {
		t.Errorf("bound under strict: %v", got)
	}
}

func TestUnreadableCountsAfterThreeCheckInsAndADay(t *testing.T) {
	start := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	known, now := Laptop().Snapshot(), Laptop().With("boot-disk", "?").Snapshot()
	p, _ := PolicyFor(api.Balanced, "linux")
	var u Unread
	for i, tt := range []struct {
		after time.Duration
		want  Verdict
	}{
		{0, Accepted},
		{time.Hour, Accepted},
		{23*time.Hour + 59*time.Minute, Accepted},
		{24 * time.Hour, NeedsCode},
	} {
		at := start.Add(tt.after)
		u = u.Observe(now, at)
		raw, err := json.Marshal(u)
		if err != nil {
			t.Fatal(err)
		}
		u = nil
		if err := json.Unmarshal(raw, &u); err != nil {
			t.Fatal(err)
		}
		if j := JudgeAged(p, []api.Snapshot{known}, now, u.Overdue(at, 3, 24*time.Hour)); j.Verdict != tt.want {
			t.Errorf("check-in %d after %s: got %s, want %s (%v)", i, tt.after, j.Verdict, tt.want, j.Groups)
		}
	}
	if two := Unread(nil).Observe(now, start).Observe(now, start.Add(48*time.Hour)); len(two.Overdue(start.Add(48*time.Hour), 3, 24*time.Hour)) != 0 {
		t.Error("two check-ins are not three")
	}
	if again := u.Observe(known, start.Add(25*time.Hour)); len(again) != 0 {
		t.Errorf("read again, yet still counted: %v", again)
	}
	strictPolicy, _ := PolicyFor(api.Strict, "linux")
	if j := JudgeAged(strictPolicy, []api.Snapshot{known}, now, u.Overdue(start.Add(25*time.Hour), 3, 24*time.Hour)); j.Verdict != NeedsCode {
		t.Errorf("strict: got %s", j.Verdict)
	}
}

func TestNothingCanBeChangedBehindAnUnreadableSpell(t *testing.T) {
	p, _ := PolicyFor(api.Balanced, "linux")
	known := Laptop().Snapshot()
	spell := Laptop().With("boot-disk", "?").With("hypervisor", "?").With("network-card", "n1", "?").With("kernel", "6.2").Snapshot()
	kept := Settle(known, spell, nil)
	if j := Judge(p, []api.Snapshot{kept}, Laptop().With("kernel", "6.2").Snapshot()); j.Verdict != Known && j.Verdict != Accepted {
		t.Errorf("the same computer read again: %s %v", j.Verdict, j.Changes)
	}
	for kind, value := range map[string]string{"boot-disk": "d9", "hypervisor": "kvm"} {
		if j := Judge(p, []api.Snapshot{kept}, Laptop().With(kind, value).Snapshot()); j.Verdict != NeedsCode {
			t.Errorf("%s changed behind the spell: %s", kind, j.Verdict)
		}
	}
	if _, err := checkSnapshot(kept); err != nil {
		t.Errorf("the settled snapshot is not a snapshot: %v", err)
	}
}

func TestReleaseNeedsEveryCountedGroupByValue(t *testing.T) {
	l := Laptop()
	noBoard := l.With("system-uuid", "?").With("system-serial", "?").With("board-serial", "?")
	blind := noBoard.With("boot-disk", "?").With("install-id", "?").With("network-card", "?")
	for _, tt := range []struct {
		name       string
		policy     string
		known, now Computer
		want       bool
	}{
		{"the same", api.Balanced, l, l, true},
		{"the same, strict", api.Strict, l, l, true},
		{"one value flaps", api.Balanced, l, l.With("system-uuid", "u2"), true},
		{"board never readable", api.Balanced, noBoard, noBoard, true},
		{"board unread now", api.Balanced, l, noBoard, false},
		{"disk unread now", api.Balanced, l, l.With("boot-disk", "?"), false},
		{"disk unread now, strict", api.Strict, l, l.With("boot-disk", "?"), false},
		{"package list unread, strict", api.Strict, l, l.With("package", "?"), false},
		{"disk swapped", api.Balanced, l, l.With("boot-disk", "d9"), false},
		{"nothing was ever read", api.Balanced, blind, blind, false},
	} {
		p, _ := PolicyFor(tt.policy, "linux")
		j := Judge(p, []api.Snapshot{tt.known.Snapshot()}, tt.now.Snapshot())
		if got := j.Releasable(p); got != tt.want {
			t.Errorf("%s: got %v, want %v (%s %v)", tt.name, got, tt.want, j.Verdict, j.Groups)
		}
	}
}

func TestAssurance(t *testing.T) {
	l := Laptop()
	if got := Assurance(l.Snapshot(), ""); got != api.AssuranceHigh {
		t.Errorf("everything readable: %s", got)
	}
	if got := Assurance(l.With("system-uuid", "?").With("system-serial", "?").With("board-serial", "?").Snapshot(), ""); got != api.AssuranceLow {
		t.Errorf("nothing of the board: %s", got)
	}
	bare := Computer{"system-uuid": {"u"}, "install-id": {"i"}, "cpu": {"c"}, "memory": {"m"}, "boot-disk": {"d"}, "hypervisor": {"kvm"}}
	if got := Assurance(bare.Snapshot(), ""); got != api.AssuranceLow {
		t.Errorf("processor and memory of a virtual computer weigh nothing: %s", got)
	}
}
