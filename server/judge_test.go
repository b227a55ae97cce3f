package server

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// computer is a snapshot in the making: kind → values; "?" is unreadable, "-"
// a placeholder, and a kind that is missing is absent.
type computer map[string][]string

func laptop() computer {
	return computer{
		"install-id": {"i1"}, "os-release": {"12"}, "kernel": {"6.1"}, "root-fs": {"r1"},
		"firmware": {"1.0"}, "secure-boot": {"on"},
		"system-uuid": {"u1"}, "system-serial": {"s1"}, "board-serial": {"b1"},
		"system-model": {"m"}, "board-model": {"bm"}, "chassis-type": {"10"},
		"cpu": {"c"}, "memory": {"16"}, "boot-disk": {"d1"}, "boot-disk-model": {"dm"}, "disk": {"d1", "d2"},
		"network-card": {"n1", "n2"}, "gpu": {"g1"}, "pci": {"p1", "p2"},
		"gpu-driver": {"550"}, "module": {"a"}, "package": {"x", "y", "z"},
	}
}

// with returns a copy with some kinds replaced: "kind", values …
func (c computer) with(kind string, values ...string) computer {
	out := computer{}
	for k, v := range c {
		out[k] = v
	}
	out[kind] = values
	return out
}

func (c computer) snapshot() api.Snapshot {
	s := api.Snapshot{Schema: api.SchemaVersion, Platform: "linux"}
	for _, k := range Required("linux") {
		values := c[k]
		if len(values) == 0 {
			s.Components = append(s.Components, api.Component{Class: kinds[k].class, Kind: k, State: api.StateAbsent})
		}
		for _, v := range values {
			s.Components = append(s.Components, component(k, v))
		}
	}
	sortComponents(s.Components)
	return s
}

func component(kind, value string) api.Component {
	c := api.Component{Class: kinds[kind].class, Kind: kind, State: api.StatePresent}
	switch value {
	case "?":
		c.State = api.StateUnreadable
	case "-":
		c.State = api.StatePlaceholder
	default:
		c.Digest = digestOf(kind + "=" + value)
	}
	return c
}

func TestJudgeBothPolicies(t *testing.T) {
	l := laptop()
	noBoard := l.with("system-uuid", "?").with("system-serial", "?").with("board-serial", "?")
	junk := l.with("system-uuid", "-").with("system-serial", "-").with("board-serial", "-")
	virtual := l.with("hypervisor", "kvm")
	for _, tt := range []struct {
		name             string
		known, now       computer
		strict, balanced Verdict
	}{
		{"the same", l, l, Known, Known},
		{"kernel and graphics driver updated", l, l.with("kernel", "6.2").with("gpu-driver", "560"), NeedsCode, Accepted},
		{"nine drivers and two applications", l, l.with("module", "q", "r").with("package", "x", "v", "w"), NeedsCode, Accepted},
		{"memory added", l, l.with("memory", "32"), NeedsCode, Accepted},
		{"one firmware value flaps", l, l.with("system-uuid", "u2"), NeedsCode, Accepted},
		{"one firmware value became junk", l, l.with("system-serial", "-"), NeedsCode, Accepted},
		{"two of the board differ", l, l.with("system-uuid", "u2").with("board-serial", "b2"), NeedsCode, NeedsCode},
		{"all of the board became junk", l, junk, NeedsCode, NeedsCode},
		{"the only readable one of the board differs", junk.with("system-uuid", "u1"), junk.with("system-uuid", "u2"), NeedsCode, NeedsCode},
		{"two known, one unread, the other differs", l, l.with("system-uuid", "?").with("system-serial", "?").with("board-serial", "b2"), NeedsCode, NeedsCode},
		{"boot disk swapped", l, l.with("boot-disk", "d9"), NeedsCode, NeedsCode},
		{"boot disk gone", l, l.with("boot-disk"), NeedsCode, NeedsCode},
		{"boot disk unread once", l, l.with("boot-disk", "?"), Accepted, Accepted},
		{"reinstalled on the same disk", l, l.with("install-id", "i2").with("root-fs", "r2"), NeedsCode, NeedsCode},
		{"network card swapped, board readable", l, l.with("network-card", "n9"), NeedsCode, Accepted},
		{"network card swapped, board never readable", noBoard, noBoard.with("network-card", "n9"), NeedsCode, NeedsCode},
		{"network card swapped, board junk", junk, junk.with("network-card", "n9"), NeedsCode, NeedsCode},
		{"one known network card is left", noBoard, noBoard.with("network-card", "n2", "n9"), NeedsCode, Accepted},
		{"board unread now, network swapped", l, noBoard.with("network-card", "n9"), NeedsCode, NeedsCode},
		{"board newly readable, network swapped", noBoard, l.with("network-card", "n9"), NeedsCode, NeedsCode},
		{"board newly readable", noBoard, l, NeedsCode, Accepted},
		{"board unread now", l, noBoard, Accepted, Accepted},
		{"disk moved into the same model", l, l.with("system-uuid", "u2").with("system-serial", "s2").with("board-serial", "b2").with("network-card", "n8"), NeedsCode, NeedsCode},
		{"the same, board not readable", noBoard, noBoard.with("network-card", "n8"), NeedsCode, NeedsCode},
		{"physical became virtual", l, virtual, NeedsCode, NeedsCode},
		{"virtual became physical", virtual, l, NeedsCode, Accepted},
		{"default strings throughout", junk, junk, Known, Known},
		{"absent became junk", l.with("board-serial"), l.with("board-serial", "-"), Known, Known},
		{"a disk more", l, l.with("disk", "d1", "d2", "d3"), NeedsCode, Accepted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for policy, want := range map[string]Verdict{api.Strict: tt.strict, api.Managed: tt.strict, api.Balanced: tt.balanced} {
				p, _ := PolicyFor(policy, "linux")
				j := Judge(p, []api.Snapshot{tt.known.snapshot()}, tt.now.snapshot())
				if j.Verdict != want {
					t.Errorf("%s: got %s, want %s; groups %v, changes %v", policy, j.Verdict, want, j.Groups, j.Changes)
				}
			}
		})
	}
}

func TestJudgeTakesTheMildestKnownConfiguration(t *testing.T) {
	docked, undocked := laptop().with("boot-disk", "d7"), laptop()
	known := []api.Snapshot{docked.snapshot(), undocked.snapshot()}
	p, _ := PolicyFor(api.Balanced, "linux")
	j := Judge(p, known, undocked.with("kernel", "6.2").snapshot())
	if j.Verdict != Accepted || j.Nearest != 1 {
		t.Errorf("got %s nearest %d", j.Verdict, j.Nearest)
	}
	if j := Judge(p, known, docked.snapshot()); j.Verdict != Known || j.Nearest != 0 {
		t.Errorf("back to an earlier configuration: got %s nearest %d", j.Verdict, j.Nearest)
	}
	mixed := docked.with("boot-disk", "d7").with("system-uuid", "u2").with("system-serial", "s2").snapshot()
	if j := Judge(p, known, mixed); j.Verdict != NeedsCode {
		t.Errorf("a mixture of two configurations: got %s", j.Verdict)
	}
	if j := Judge(p, nil, undocked.snapshot()); j.Verdict != NeedsCode || j.Nearest != -1 {
		t.Errorf("nothing known: got %+v", j)
	}
	other := undocked.snapshot()
	other.Platform = "windows"
	if j := Judge(p, known, other); j.Verdict != NeedsCode {
		t.Errorf("another platform: got %s", j.Verdict)
	}
}

func TestChangesNameKindsHeaviestFirst(t *testing.T) {
	p, _ := PolicyFor(api.Balanced, "linux")
	now := laptop().with("package", "x", "v", "w", "q").with("boot-disk", "d9").with("cpu", "?").with("gpu-driver")
	j := Judge(p, []api.Snapshot{laptop().snapshot()}, now.snapshot())
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
	known, now := laptop().snapshot(), laptop().with("boot-disk", "?").snapshot()
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
	known := laptop().snapshot()
	spell := laptop().with("boot-disk", "?").with("hypervisor", "?").with("network-card", "n1", "?").with("kernel", "6.2").snapshot()
	kept := Settle(known, spell, nil)
	if j := Judge(p, []api.Snapshot{kept}, laptop().with("kernel", "6.2").snapshot()); j.Verdict != Known && j.Verdict != Accepted {
		t.Errorf("the same computer read again: %s %v", j.Verdict, j.Changes)
	}
	for kind, value := range map[string]string{"boot-disk": "d9", "hypervisor": "kvm"} {
		if j := Judge(p, []api.Snapshot{kept}, laptop().with(kind, value).snapshot()); j.Verdict != NeedsCode {
			t.Errorf("%s changed behind the spell: %s", kind, j.Verdict)
		}
	}
	if _, err := checkSnapshot(kept); err != nil {
		t.Errorf("the settled snapshot is not a snapshot: %v", err)
	}
}

func TestReleaseNeedsEveryCountedGroupByValue(t *testing.T) {
	l := laptop()
	noBoard := l.with("system-uuid", "?").with("system-serial", "?").with("board-serial", "?")
	blind := noBoard.with("boot-disk", "?").with("install-id", "?").with("network-card", "?")
	for _, tt := range []struct {
		name       string
		policy     string
		known, now computer
		want       bool
	}{
		{"the same", api.Balanced, l, l, true},
		{"the same, strict", api.Strict, l, l, true},
		{"one value flaps", api.Balanced, l, l.with("system-uuid", "u2"), true},
		{"board never readable", api.Balanced, noBoard, noBoard, true},
		{"board unread now", api.Balanced, l, noBoard, false},
		{"disk unread now", api.Balanced, l, l.with("boot-disk", "?"), false},
		{"disk unread now, strict", api.Strict, l, l.with("boot-disk", "?"), false},
		{"package list unread, strict", api.Strict, l, l.with("package", "?"), false},
		{"disk swapped", api.Balanced, l, l.with("boot-disk", "d9"), false},
		{"nothing was ever read", api.Balanced, blind, blind, false},
	} {
		p, _ := PolicyFor(tt.policy, "linux")
		j := Judge(p, []api.Snapshot{tt.known.snapshot()}, tt.now.snapshot())
		if got := j.Releasable(p); got != tt.want {
			t.Errorf("%s: got %v, want %v (%s %v)", tt.name, got, tt.want, j.Verdict, j.Groups)
		}
	}
}

func TestAssurance(t *testing.T) {
	l := laptop()
	if got := Assurance(l.snapshot()); got != api.AssuranceHigh {
		t.Errorf("everything readable: %s", got)
	}
	if got := Assurance(l.with("system-uuid", "?").with("system-serial", "?").with("board-serial", "?").snapshot()); got != api.AssuranceLow {
		t.Errorf("nothing of the board: %s", got)
	}
	bare := computer{"system-uuid": {"u"}, "install-id": {"i"}, "cpu": {"c"}, "memory": {"m"}, "boot-disk": {"d"}, "hypervisor": {"kvm"}}
	if got := Assurance(bare.snapshot()); got != api.AssuranceLow {
		t.Errorf("processor and memory of a virtual computer weigh nothing: %s", got)
	}
}
