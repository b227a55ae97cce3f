package server

import "github.com/seed-1feef0b2/holdfast/api"

// groupStates compares every identity group of a policy. The network counts
// only where nothing of the board can be compared: a board that was readable
// and is not just now leaves it counting, and so does one that newly is.
func groupStates(p api.Policy, before, after buckets, overdue Overdue) map[string]GroupState {
	out := make(map[string]GroupState, len(p.Groups))
	compared := false
	for group, members := range p.Groups {
		switch group {
		case api.GroupNetwork:
			out[group] = anyState(members, before, after, overdue)
		case api.GroupBoard:
			out[group], compared = mostState(members, before, after, overdue)
		default:
			out[group], _ = mostState(members, before, after, overdue)
		}
	}
	if _, ok := out[api.GroupNetwork]; ok && compared {
		out[api.GroupNetwork] = GroupAbsent
	}
	return out
}

// tally counts the values of a group: how many were known, can be compared now,
// and differ.
type tally struct{ known, compared, differ int }

// mostState judges a group of single values: it differs where two do, or the
// only one that can be compared. One flapping value of three is no difference.
// The second result says whether any value could be compared.
func mostState(kinds []string, before, after buckets, overdue Overdue) (GroupState, bool) {
	var t tally
	for k, b := range before {
		if len(b.digests) == 0 || !contains(kinds, k.kind) {
			continue
		}
		t.known++
		d := compareBucket(b, after[k])
		switch {
		case d.unread > 0 && !overdue[k]:
		case d.removed > 0 || d.unread > 0:
			t.compared++
			t.differ++
		default:
			t.compared++
		}
	}
	return t.state(), t.compared > 0
}

func (t tally) state() GroupState {
	switch {
	case t.known == 0:
		return GroupAbsent
	case t.compared == 0:
		return GroupUnreadable
	case t.differ >= 2 || (t.differ == 1 && t.compared == 1):
		return GroupDiffers
	}
	return GroupMatches
}

// anyState judges a set that is the same while any known member is there.
func anyState(kinds []string, before, after buckets, overdue Overdue) GroupState {
	state := GroupAbsent
	for k, b := range before {
		if len(b.digests) == 0 || !contains(kinds, k.kind) {
			continue
		}
		a := after[k]
		gone := missing(b.digests, a.digests)
		switch {
		case gone < len(b.digests):
			return GroupMatches
		case a.unread > 0 && !overdue[k]:
			state = GroupUnreadable
		case state == GroupAbsent:
			state = GroupDiffers
		}
	}
	return state
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
