package server

import (
	"cmp"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Window is a change window as stored: a time in which listed drift needs no
// code. IT opens one for an account or for all managed accounts; a person opens
// one for a computer by announcing a change and typing a code for it.
type Window struct {
	ID string
	// Account is empty for a window of IT's that holds for all managed accounts.
	Account string
	// Device is the computer that a person announced a change of; empty for IT's.
	Device string
	Origin string // api.WindowIT or api.WindowPerson
	// Kinds and Groups (identity groups) are what may change; Flags what of it
	// may be flagged.
	Kinds, Groups, Flags []string
	// From and To bound it, Unix seconds; To is the first second outside. Used is
	// when it ended before its time: its one use, or IT took it back.
	From, To, Used, Created int64
	Note                    string
}

// Open says whether the window is open at a time (Unix seconds).
func (v Window) Open(at int64) bool { return v.Used == 0 && v.From <= at && at < v.To }

// besides are the kinds that change together with those of a group: another
// disk is of another model, another board brings its own processor and network
// card.
func besides(group string) []string {
	switch group {
	case api.GroupDisk:
		return []string{"boot-disk-model", "disk", "root-fs"}
	case api.GroupInstallation:
		return []string{"root-fs", "os-release", "kernel", "gpu-driver", "module", "package"}
	case api.GroupBoard:
		return []string{
			"system-model", "board-model", "chassis-type", "firmware", "secure-boot", "cpu", "memory", "memory-module",
			"network-card", "gpu", "pci", "tpm", "gpu-driver", "module",
		}
	case api.GroupNetwork:
		return []string{"pci"}
	}
	return nil
}

// lists says whether a window lists changes of a kind under a policy.
func (v Window) lists(p api.Policy, kind string) bool {
	if contains(v.Kinds, kind) {
		return true
	}
	return slices.ContainsFunc(v.Groups, func(g string) bool {
		return contains(p.Groups[g], kind) || contains(besides(g), kind)
	})
}

// windowsFor gives the windows that count under a policy, IT's first: a person's
// is used up by being needed. Under strict nothing of IT's counts, and what IT
// opened for all accounts counts for managed ones only.
func windowsFor(p api.Policy, open []Window) []Window {
	var list []Window
	for _, v := range open {
		if v.Origin != api.WindowPerson && (p.Name == api.Strict || (v.Account == "" && p.Name != api.Managed)) {
			continue
		}
		list = append(list, v)
	}
	slices.SortStableFunc(list, func(a, b Window) int {
		return cmp.Or(cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.From, b.From), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// cover collects which windows were needed for a drift.
type cover struct {
	policy  api.Policy
	windows []Window
	needed  []string // ids
	outside bool     // something is listed nowhere
}

func (c *cover) need(ok func(Window) bool) {
	i := slices.IndexFunc(c.windows, ok)
	switch {
	case i < 0:
		c.outside = true
	case !contains(c.needed, c.windows[i].ID):
		c.needed = append(c.needed, c.windows[i].ID)
	}
}

func (c *cover) kind(kind string) {
	c.need(func(v Window) bool { return v.lists(c.policy, kind) })
}

func (c *cover) flag(flag string) {
	c.need(func(v Window) bool { return contains(v.Flags, flag) })
}

// group needs every difference of a group's kinds listed. A group that differs
// without one is not listed by anything.
func (c *cover) group(group string, diffs []difference) {
	found := false
	for _, d := range diffs {
		if contains(c.policy.Groups[group], d.kind) {
			found = true
			c.kind(d.kind)
		}
	}
	c.outside = c.outside || !found
}

// openWindows gives the windows that are open for a device and count under its
// policy.
func (w *work) openWindows(dev Device, p api.Policy) ([]Window, error) {
	list, err := w.tx.WindowsFor(dev.Account, dev.ID, w.now)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(v Window) bool { return !v.Open(w.now) })
	return windowsFor(p, list), nil
}

// viewWindows gives the windows that a device is told of: open or to come.
func (w *work) viewWindows(sc scene) ([]api.Window, error) {
	p, ok := w.policies.For(sc.acct.Policy, sc.dev.Platform)
	if !ok {
		return nil, api.NewError(api.CodePolicyInvalid)
	}
	list, err := w.tx.WindowsFor(sc.dev.Account, sc.dev.ID, w.now)
	if err != nil {
		return nil, err
	}
	var out []api.Window
	for _, v := range windowsFor(p, list) {
		out = append(out, api.Window{
			ID: v.ID, Origin: v.Origin, Kinds: v.Kinds, Groups: v.Groups, Flags: v.Flags,
			From: stamp(v.From), To: stamp(v.To), Note: v.Note,
		})
	}
	return out, nil
}

// countedApart says whether a release counts as one inside a change window: a
// window of IT's is open for the computer, or the drift needed a person's.
func (r recognised) countedApart() bool {
	return r.Window != "" || slices.ContainsFunc(r.windows, func(v Window) bool { return v.Origin == api.WindowIT })
}

// useWindows is what accepting a drift inside change windows does beside moving
// the baseline: an announced window that was needed has had its one use, its
// owner is told, and changed anchors set the same hold as after a code. A release
// also needs what stands in for something unread.
func (w *work) useWindows(dev Device, r recognised, released bool) error {
	used := r.needed
	if released {
		used = slices.Concat(used, r.stand)
	}
	for _, v := range r.windows {
		if v.Origin != api.WindowPerson || !contains(used, v.ID) {
			continue
		}
		if err := w.tx.EndWindow(v.ID, w.now); err != nil {
			return err
		}
		if err := w.notify(dev, NoticeWindowUsed, nil); err != nil {
			return err
		}
	}
	if r.Verdict != Accepted || len(r.needed) == 0 {
		return nil
	}
	return w.hold(dev, api.ReasonChanged, r, false)
}
