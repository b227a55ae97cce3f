package server

import (
	"cmp"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Verdict is what a judgement comes to.
type Verdict string

// Verdicts.
const (
	Known     Verdict = "known"      // equal to a known configuration
	Accepted  Verdict = "accepted"   // differs, and the policy accepts it
	NeedsCode Verdict = "needs-code" // differs, and a code must confirm it
)

// GroupState says how one identity group compares with a configuration.
type GroupState string

// Group states.
const (
	GroupMatches    GroupState = "match"      // enough known values are there
	GroupDiffers    GroupState = "differ"     // too few are
	GroupUnreadable GroupState = "unreadable" // known, but not read just now
	GroupAbsent     GroupState = "absent"     // nothing known to compare, or not counted
)

// Judgement is the outcome of comparing a snapshot with what is known.
type Judgement struct {
	Verdict Verdict
	// Changes are the kinds that differ from the nearest known snapshot, the
	// heaviest first. They carry no values.
	Changes []api.Change
	// Groups holds one state for every identity group of the policy.
	Groups map[string]GroupState
	// Nearest is the index of the known snapshot compared with; -1 where
	// nothing is known.
	Nearest int
}

// Releasable says whether the server's share may go out without a code: the
// computer is known or accepted, and every identity group that counts was
// matched by value. Under a policy that binds everything only equality will do.
func (j Judgement) Releasable(p api.Policy) bool {
	if j.Verdict == NeedsCode || (p.BindAll && j.Verdict != Known) {
		return false
	}
	matched := 0
	for _, state := range j.Groups {
		switch state {
		case GroupMatches:
			matched++
		case GroupDiffers, GroupUnreadable:
			return false
		}
	}
	return matched > 0
}

// Judge compares a snapshot with the known ones. What was readable and no
// longer is counts as unchanged: see JudgeAged.
func Judge(p api.Policy, known []api.Snapshot, now api.Snapshot) Judgement {
	return JudgeAged(p, known, now, nil)
}

// JudgeAged is Judge with the components that have been unreadable for so long
// that they count as changed (see Unread). It compares with every known
// snapshot and takes the mildest verdict, and among equals the nearest.
func JudgeAged(p api.Policy, known []api.Snapshot, now api.Snapshot, overdue Overdue) Judgement {
	best := Judgement{Verdict: NeedsCode, Groups: map[string]GroupState{}, Nearest: -1}
	for group := range p.Groups {
		best.Groups[group] = GroupAbsent
	}
	after := bucketsOf(now)
	var distance int
	for i, k := range known {
		j, d := judgeOne(p, k, now, after, overdue)
		j.Nearest = i
		if best.Nearest < 0 || milder(j.Verdict, best.Verdict) || (j.Verdict == best.Verdict && d < distance) {
			best, distance = j, d
		}
	}
	return best
}

func milder(a, b Verdict) bool {
	order := []Verdict{Known, Accepted, NeedsCode}
	return slices.Index(order, a) < slices.Index(order, b)
}

func judgeOne(p api.Policy, known, now api.Snapshot, after buckets, overdue Overdue) (Judgement, int) {
	before := bucketsOf(known)
	diffs := compare(before, after)
	j := Judgement{Groups: groupStates(p, before, after, overdue), Changes: changesOf(diffs, overdue)}
	distance := 0
	for _, d := range diffs {
		distance += weightOf(d.kind) * d.members()
	}
	switch {
	case known.Platform != now.Platform:
		j.Verdict = NeedsCode
	case len(diffs) == 0:
		j.Verdict = Known
	case p.Name == api.Balanced:
		j.Verdict = balanced(j.Groups, diffs)
	default:
		j.Verdict = strict(diffs, overdue)
	}
	return j, distance
}

// strict accepts nothing but a component that could not be read this time.
func strict(diffs []difference, overdue Overdue) Verdict {
	for _, d := range diffs {
		if d.changed() || d.readable > 0 || (d.unread > 0 && overdue[d.bucketKey]) {
			return NeedsCode
		}
	}
	return Accepted
}

// balanced asks where an identity group differs or a physical computer became
// a virtual one.
func balanced(groups map[string]GroupState, diffs []difference) Verdict {
	for _, state := range groups {
		if state == GroupDiffers {
			return NeedsCode
		}
	}
	for _, d := range diffs {
		if d.kind == kindHypervisor && d.wasEmpty && d.added > 0 {
			return NeedsCode
		}
	}
	return Accepted
}

// changesOf sums differences up by kind and way of changing, heaviest first.
func changesOf(diffs []difference, overdue Overdue) []api.Change {
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
