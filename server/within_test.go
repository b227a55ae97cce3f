package server

import (
	"fmt"
	"slices"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
)

// it and person give an open window.
func it(change func(*Window)) Window {
	v := Window{ID: "w1", Account: "402593718460", Origin: api.WindowIT, From: 1, To: 9}
	change(&v)
	return v
}

func person(groups ...string) Window {
	return Window{ID: "p1", Account: "402593718460", Device: "d", Origin: api.WindowPerson, Groups: groups, From: 1, To: 9}
}

func many(n int, name string) []string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprint(name, i))
	}
	return list
}

func TestJudgeWithinWindows(t *testing.T) {
	l := Laptop()
	patch := it(func(v *Window) { v.Kinds = []string{"kernel", "module", "gpu-driver"} })
	everyone := it(func(v *Window) { v.Account = ""; v.Groups = []string{api.GroupDisk} })
	disk := it(func(v *Window) { v.ID = "w2"; v.Groups = []string{api.GroupDisk} })
	newDisk := l.With("boot-disk", "d9").With("boot-disk-model", "x").With("disk", "d9", "d2")
	updated := l.With("kernel", "6.2").With("module", "b")
	newBoard := l.With("system-uuid", "u2").With("system-serial", "s2").With("board-serial", "b2").With("network-card", "n9").With("cpu", "c2")
	for _, tt := range []struct {
		name    string
		policy  string
		now     Computer
		open    []Window
		want    Verdict
		window  string
		release bool
	}{
		{"managed, nothing open", api.Managed, updated, nil, NeedsCode, "", false},
		{"managed, all of it listed", api.Managed, updated, []Window{patch}, Accepted, "w1", true},
		{"managed, partly outside", api.Managed, updated.With("memory", "32"), []Window{patch}, NeedsCode, "", false},
		{"managed, a second window lists the rest", api.Managed, updated.With("boot-disk", "d9"), []Window{patch, disk}, Accepted, "w1,w2", true},
		{"managed, one window lists it all alone", api.Managed, newDisk, []Window{patch, disk}, Accepted, "w2", true},
		{"managed, for all accounts", api.Managed, newDisk, []Window{everyone}, Accepted, "w1", true},
		{"managed, nothing changed", api.Managed, l, []Window{patch}, Known, "", true},
		{"managed, unread beside what is listed", api.Managed, updated.With("package", "?"), []Window{patch}, Accepted, "w1", false},
		{"managed, the board beside the disk", api.Managed, newDisk.With("system-uuid", "u2"), []Window{disk}, NeedsCode, "", false},
		{"strict, IT's window counts nothing", api.Strict, updated, []Window{patch}, NeedsCode, "", false},
		{"strict, announced", api.Strict, newDisk, []Window{person(api.GroupDisk)}, Accepted, "p1", true},
		{"strict, more than announced", api.Strict, newDisk.With("package", "x"), []Window{person(api.GroupDisk)}, NeedsCode, "", false},
		{"balanced, IT's window for the account", api.Balanced, newDisk, []Window{disk}, Accepted, "w2", true},
		{"balanced, IT's window for all", api.Balanced, newDisk, []Window{everyone}, NeedsCode, "", false},
		{"balanced, accepted anyway", api.Balanced, updated, []Window{patch}, Accepted, "", true},
		{"balanced, announced disk", api.Balanced, newDisk, []Window{person(api.GroupDisk)}, Accepted, "p1", true},
		{"balanced, announced disk, another board", api.Balanced, newBoard, []Window{person(api.GroupDisk)}, NeedsCode, "", false},
		{"balanced, announced board", api.Balanced, newBoard, []Window{person(api.GroupBoard)}, Accepted, "p1", true},
		{"balanced, announced board, installed afresh", api.Balanced, newBoard.With("install-id", "i2"), []Window{person(api.GroupBoard)}, NeedsCode, "", false},
		{"balanced, announced board, not yet readable", api.Balanced, l.With("system-uuid", "?").With("system-serial", "?").With("board-serial", "?"), []Window{person(api.GroupBoard)}, Accepted, "", true},
		{"balanced, physical became virtual, listed", api.Balanced, l.With("hypervisor", "kvm"), []Window{it(func(v *Window) { v.Kinds = []string{kindHypervisor} })}, Accepted, "w1", true},
		{"IT's window before the person's", api.Balanced, newDisk, []Window{person(api.GroupDisk), disk}, Accepted, "w2", true},
		{"all hardware listed: the drift, but no release", api.Managed, newBoard.With("boot-disk", "d9"), []Window{it(func(v *Window) { v.Groups = []string{api.GroupBoard, api.GroupDisk} })}, Accepted, "w1", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, _ := PolicyFor(tt.policy, "linux")
			j := JudgeWithin(p, []api.Snapshot{l.Snapshot()}, tt.now.Snapshot(), nil, tt.open)
			if j.Verdict != tt.want || j.Window != tt.window || j.Releasable(p) != tt.release {
				t.Errorf("got %s, window %q, release %v; groups %v, listed %v, changes %v", j.Verdict, j.Window, j.Releasable(p), j.Groups, j.Listed, j.Changes)
			}
			if tt.want != Known && len(j.Changes) == 0 {
				t.Error("what changed is not named")
			}
		})
	}
}

func TestFlags(t *testing.T) {
	l := Laptop().With("module", "a", "b").With("package", many(12, "p")...).With("security-agent", "falcon")
	replaced := append(many(5, "p"), many(7, "q")...)
	for _, tt := range []struct {
		name       string
		known, now Computer
		want       []string
	}{
		{"a driver more", l, l.With("module", "a", "b", "c"), []string{api.FlagNewDriver}},
		{"the first driver", l.With("module"), l.With("module", "c"), []string{api.FlagNewDriver}},
		{"another version of a driver", l, l.With("module", "a", "b2"), nil},
		{"one gone, two new", l, l.With("module", "a", "c", "d"), []string{api.FlagNewDriver}},
		{"a driver less", l, l.With("module", "a"), nil},
		{"a driver read again", l.With("module", "a", "?"), l.With("module", "a", "b"), nil},
		{"most applications replaced", l, l.With("package", replaced...), []string{api.FlagAppsReplaced}},
		{"the same with a release of the system", l, l.With("package", replaced...).With("os-release", "13"), nil},
		{"half of them stayed", l, l.With("package", append(many(6, "p"), many(6, "q")...)...), nil},
		{"as many again were added", l, l.With("package", many(24, "p")...), nil},
		{"far more were added", l, l.With("package", many(25, "p")...), []string{api.FlagAppsReplaced}},
		{"a short list", l.With("package", many(9, "p")...), l.With("package", "q"), nil},
		{"the list unread", l, l.With("package", "?"), nil},
		{"the agent is gone", l, l.With("security-agent"), []string{api.FlagAgentRemoved}},
		{"another agent in its place", l, l.With("security-agent", "defender"), nil},
		{"two gone, one came", l.With("security-agent", "x", "y"), l.With("security-agent", "z"), []string{api.FlagAgentRemoved}},
		{"the agent unread", l, l.With("security-agent", "?"), nil},
		{"all at once", l, l.With("module", "a", "b", "c").With("package", replaced...).With("security-agent"), Flags()},
	} {
		p, _ := PolicyFor(api.Balanced, "linux")
		j := Judge(p, []api.Snapshot{tt.known.Snapshot()}, tt.now.Snapshot())
		if !slices.Equal(j.Flags, tt.want) || j.Verdict != Accepted {
			t.Errorf("%s: got %v %s, want %v", tt.name, j.Flags, j.Verdict, tt.want)
		}
	}
}

func TestManagedWantsFlagsListed(t *testing.T) {
	p, _ := PolicyFor(api.Managed, "linux")
	l := Laptop().With("security-agent", "falcon")
	now := l.With("module", "a", "b").With("security-agent")
	kinds := []string{"module", "security-agent"}
	for _, tt := range []struct {
		flags []string
		want  Verdict
	}{
		{nil, NeedsCode},
		{[]string{api.FlagNewDriver}, NeedsCode},
		{[]string{api.FlagAgentRemoved}, NeedsCode},
		{[]string{api.FlagAgentRemoved, api.FlagNewDriver}, Accepted},
	} {
		open := it(func(v *Window) { v.Kinds, v.Flags = kinds, tt.flags })
		j := JudgeWithin(p, []api.Snapshot{l.Snapshot()}, now.Snapshot(), nil, []Window{open})
		if j.Verdict != tt.want || len(j.Flags) != 2 {
			t.Errorf("%v: %s %v", tt.flags, j.Verdict, j.Flags)
		}
	}
}

// TestWindowsDoNotHideTheNearest: a configuration that needs no window is taken
// before one that does.
func TestWindowsDoNotHideTheNearest(t *testing.T) {
	p, _ := PolicyFor(api.Balanced, "linux")
	docked, undocked := Laptop().With("boot-disk", "d7"), Laptop()
	now := docked.With("kernel", "6.2").With("package", many(40, "p")...)
	j := JudgeWithin(p, []api.Snapshot{undocked.Snapshot(), docked.Snapshot()}, now.Snapshot(), nil, []Window{person(api.GroupDisk)})
	if j.Window != "" || j.Nearest != 1 || j.Verdict != Accepted {
		t.Errorf("%s by %q, nearest %d", j.Verdict, j.Window, j.Nearest)
	}
}
