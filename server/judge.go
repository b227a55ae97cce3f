package server

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Verdict is what a judgement comes to.
type Verdict string

// Verdicts.
const (
	Known     Verdict = "known"      // equal to a known configuration
	Accepted  Verdict = "accepted"   // differs, and the policy or an open change window accepts it
	NeedsCode Verdict = "needs-code" // differs, and a code must confirm it
)

// Judgement is the outcome of comparing a snapshot with what is known.
type Judgement struct {
	Verdict Verdict
	// Changes are the kinds that differ from the nearest known snapshot, the
	// heaviest first. They carry no values.
	Changes []api.Change
	// Groups holds one state for every identity group of the policy.
	Groups map[string]GroupState
	// Flags are what the drift raises, whatever the policy makes of it.
	Flags []string
	// Window is the id of the change window without which the drift would need a
	// code; several that were needed together are separated by commas. Empty
	// where none was needed.
	Window string
	// Listed are the groups that differ or could not be read and that open
	// windows list, sorted.
	Listed []string
	// Nearest is the index of the known snapshot compared with; -1 where
	// nothing is known.
	Nearest int

	needed []string // windows that the verdict needed
	stand  []string // windows that stand in for whatever differs or is unread
	inside bool     // open windows list all of the drift
	lost   bool     // newer rules took a whole identity group away
}

// Releasable says whether the server's share may go out without a code: the
// computer is known or accepted, and every identity group that counts was
// matched by value or is listed in an open change window. Where a window stands
// in for a group, another one of the hardware must match: what can be copied
// with a disk is not enough. Under a policy that binds everything only equality
// will do, or a window that lists all of the drift.
func (j Judgement) Releasable(p api.Policy) bool {
	if j.Verdict == NeedsCode || (p.BindAll && j.Verdict != Known && !j.inside) {
		return false
	}
	matched, hardware := 0, 0
	for group, state := range j.Groups {
		switch {
		case state == GroupMatches:
			matched++
			if group != api.GroupInstallation {
				hardware++
			}
		case state == GroupAbsent, contains(j.Listed, group):
		default:
			return false
		}
	}
	return matched > 0 && (hardware > 0 || len(j.Listed) == 0)
}

// Judge compares a snapshot with the known ones. What was readable and no
// longer is counts as unchanged: see JudgeAged.
func Judge(p api.Policy, known []api.Snapshot, now api.Snapshot) Judgement {
	return JudgeWithin(p, known, now, nil, nil)
}

// JudgeAged is Judge with the components that have been unreadable for so long
// that they count as changed (see Unread).
func JudgeAged(p api.Policy, known []api.Snapshot, now api.Snapshot, overdue Overdue) Judgement {
	return JudgeWithin(p, known, now, overdue, nil)
}

// JudgeWithin is JudgeAged inside change windows, all of them open for this
// computer; those that do not count under the policy are left out here. It
// compares with every known snapshot and takes the mildest verdict, one that
// needs no window before one that does, and among equals the nearest.
func JudgeWithin(p api.Policy, known []api.Snapshot, now api.Snapshot, overdue Overdue, open []Window) Judgement {
	best := Judgement{Verdict: NeedsCode, Groups: map[string]GroupState{}, Nearest: -1}
	for group := range p.Groups {
		best.Groups[group] = GroupAbsent
	}
	c := comparison{policy: p, now: now, after: bucketsOf(now), room: &bucketRoom{}, overdue: overdue, windows: windowsFor(p, open)}
	var distance int
	for i, k := range known {
		j, d := c.judge(k)
		j.Nearest = i
		if best.Nearest < 0 || j.rank() < best.rank() || (j.rank() == best.rank() && d < distance) {
			best, distance = j, d
		}
	}
	return best
}

// rank orders judgements from the mildest.
func (j Judgement) rank() int {
	rank := 2 * slices.Index([]Verdict{Known, Accepted, NeedsCode}, j.Verdict)
	if j.Window != "" {
		rank++
	}
	return rank
}

// comparison is one snapshot being compared with known ones.
type comparison struct {
	policy  api.Policy
	now     api.Snapshot
	after   buckets
	room    *bucketRoom // for the buckets of the one that it is compared with
	overdue Overdue
	windows []Window
}

// judge compares with one known snapshot and says how far away it is. Values
// that other rules read as placeholders are left out, unless that would leave
// nothing by which to recognise the computer.
func (c comparison) judge(known api.Snapshot) (Judgement, int) {
	before := c.room.bucketsOf(known)
	rules := rulesBetween(known, c.now)
	groups, lost, believable := c.groupStates(before, rules)
	if !believable {
		rules = sameRules
		groups, lost, _ = c.groupStates(before, rules)
	}
	diffs := compare(before, c.after, rules)
	j := Judgement{Groups: groups, Changes: changesOf(diffs), Flags: flagsOf(diffs, before), lost: lost > 0}
	distance := 0
	for _, d := range diffs {
		distance += weightOf(d.kind) * d.members()
	}
	if known.Platform != c.now.Platform {
		j.Verdict = NeedsCode
		return j, distance
	}
	c.verdict(&j, diffs)
	c.listed(&j, diffs)
	return j, distance
}

// verdict looks for the fewest windows that are needed: none, one, or all.
func (c comparison) verdict(j *Judgement, diffs []difference) {
	tries := [][]Window{nil}
	for i := range c.windows {
		tries = append(tries, c.windows[i:i+1])
	}
	if len(c.windows) > 1 {
		tries = append(tries, c.windows)
	}
	j.Verdict = NeedsCode
	for _, windows := range tries {
		need := cover{policy: c.policy, windows: windows}
		if c.policy.BindAll {
			c.bindAll(&need, j.Flags, diffs)
		} else {
			c.identity(&need, j.Groups, diffs)
		}
		if need.outside {
			continue
		}
		j.Verdict, j.needed, j.Window = Accepted, need.needed, strings.Join(need.needed, ",")
		if len(diffs) == 0 {
			j.Verdict = Known
		}
		return
	}
}

// bindAll accepts nothing by itself but a component that could not be read this
// time; a window must list the rest, and the flags that the policy singles out.
func (c comparison) bindAll(need *cover, flags []string, diffs []difference) {
	for _, d := range diffs {
		if d.changed() || d.readable > 0 || (d.unread > 0 && c.overdue[d.bucketKey]) {
			need.kind(d.kind)
		}
	}
	for _, flag := range flags {
		if contains(c.policy.Flags, flag) {
			need.flag(flag)
		}
	}
}

// identity asks where an identity group differs or a physical computer became
// a virtual one.
func (c comparison) identity(need *cover, groups map[string]GroupState, diffs []difference) {
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		if groups[group] == GroupDiffers {
			need.group(group, diffs)
		}
	}
	for _, d := range diffs {
		if d.kind == kindHypervisor && d.wasEmpty && d.added > 0 {
			need.kind(d.kind)
		}
	}
}

// listed notes what the open windows list, for a release without a code.
func (c comparison) listed(j *Judgement, diffs []difference) {
	all := cover{policy: c.policy, windows: c.windows}
	for _, d := range diffs {
		all.kind(d.kind)
	}
	j.inside = len(diffs) > 0 && !all.outside
	if j.inside {
		j.stand = all.needed
	}
	for _, group := range slices.Sorted(maps.Keys(j.Groups)) {
		if s := j.Groups[group]; s != GroupDiffers && s != GroupUnreadable {
			continue
		}
		one := cover{policy: c.policy, windows: c.windows}
		if one.group(group, diffs); !one.outside {
			j.Listed = append(j.Listed, group)
			j.stand = append(j.stand, one.needed...)
		}
	}
}

// changesOf sums differences up by kind and way of changing, heaviest first.
func changesOf(diffs []difference) []api.Change {
	var list []api.Change
	add := func(d difference, how string, n int) {
		if n == 0 {
			return
		}
		for i := range list {
			if list[i].Kind == d.kind && list[i].Class == d.class && list[i].Change == how {
				list[i].Count += n
				return
			}
		}
		list = append(list, api.Change{Class: d.class, Kind: d.kind, Change: how, Count: n})
	}
	for _, d := range diffs {
		swapped := min(d.added, d.removed)
		add(d, api.Changed, swapped)
		add(d, api.Added, d.added-swapped)
		add(d, api.Removed, d.removed-swapped)
		add(d, api.NoLongerRead, d.unread)
		add(d, api.BecameReadable, d.readable)
	}
	slices.SortStableFunc(list, func(a, b api.Change) int {
		return cmp.Or(cmp.Compare(weightOf(b.Kind), weightOf(a.Kind)),
			cmp.Compare(a.Class, b.Class), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Change, b.Change))
	})
	return list
}
