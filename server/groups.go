package server

import "github.com/seed-1feef0b2/holdfast/api"

// GroupState says how one identity group compares with a configuration.
type GroupState string

// Group states.
const (
	GroupMatches    GroupState = "match"      // enough known values are there
	GroupDiffers    GroupState = "differ"     // too few are
	GroupUnreadable GroupState = "unreadable" // known, but not read just now, or a placeholder under newer rules
	GroupAbsent     GroupState = "absent"     // nothing known to compare, or not counted
)

// groupStates compares every identity group of the policy. The network counts
// only where nothing of the board can be compared: a board that was readable
// and is not just now leaves it counting, and so does one that newly is.
//
// The second result is how many whole groups newer rules take away. The third is
// false where that is too much: more than one, or all that there is to match.
// Somebody who reports placeholders instead of values gets no further than that.
func (c comparison) groupStates(before buckets, rules rulesChange) (map[string]GroupState, int, bool) {
	out := make(map[string]GroupState, len(c.policy.Groups))
	lost, matched := 0, 0
	var board tally
	for group, members := range c.policy.Groups {
		t := c.tally(members, before, rules)
		if out[group] = t.state(); group == api.GroupBoard {
			board = t
		}
		if t.known == 0 && t.lost > 0 {
			lost++
		}
	}
	if _, ok := out[api.GroupNetwork]; ok && board.compared() > 0 {
		out[api.GroupNetwork] = GroupAbsent
	}
	for _, state := range out {
		if state == GroupMatches {
			matched++
		}
	}
	return out, lost, lost == 0 || (lost == 1 && matched > 0)
}

// tally counts the values of a group: those known, matched, and taken away by
// newer rules, and which independent ones differ.
type tally struct {
	known, matched, lost int
	differ               map[string]bool
	differing            int
}

func (t tally) compared() int { return t.matched + t.differing }

// state: a group differs where two independent values do, or the only one that
// can be compared. One flapping value of three is no difference, and neither is
// one that flaps together with what its maker computed from it.
//
// A group of which newer rules took everything is not matched by value: nothing
// is asked for, and nothing is released on the strength of what is left.
func (t tally) state() GroupState {
	switch {
	case t.known == 0 && t.lost == 0:
		return GroupAbsent
	case t.compared() == 0:
		return GroupUnreadable
	case len(t.differ) >= 2 || (len(t.differ) == 1 && t.matched == 0):
		return GroupDiffers
	}
	return GroupMatches
}

func (c comparison) tally(members []string, before buckets, rules rulesChange) tally {
	var t tally
	for _, n := range before {
		k, b := n.bucketKey, n.bucket
		if len(b.digests) == 0 || !contains(members, k.kind) {
			continue
		}
		switch c.value(k, b, rules) {
		case valueLost:
			t.lost++
			continue
		case valueSame:
			t.matched++
		case valueDiffers:
			t.differing++
			if t.differ == nil {
				t.differ = map[string]bool{}
			}
			t.differ[origin(k, members, before)] = true
		}
		t.known++
	}
	return t
}

// valueState is how one component, or one set of them, compares.
type valueState int

const (
	valueSame valueState = iota
	valueDiffers
	valueUnread
	valueLost // newer rules call all of it a placeholder
)

// value compares a bucket that has known values. A set of network cards or
// graphics devices is the same while any known member is there.
func (c comparison) value(k bucketKey, b bucket, rules rulesChange) valueState {
	a := c.after.at(k)
	d := compareBucket(b, a, rules.in(k.class))
	left := len(b.digests) - d.lost
	gone := missing(b.digests, a.digests) - d.lost
	switch {
	case left == 0:
		return valueLost
	case anyMember(k.kind) && gone < left:
		return valueSame
	case d.unread > 0 && !c.overdue[k]:
		return valueUnread
	case d.unread > 0 || d.removed > 0:
		return valueDiffers
	}
	return valueSame
}

// origin names what a value counts as: itself, or the value of the same group
// that its maker computed it from. The known snapshot says which, never the one
// that is judged.
func origin(k bucketKey, members []string, before buckets) string {
	kind, place := k.kind, k.place
	for range members {
		from := before.at(bucketKey{k.class, kind, place}).from
		next := bucketKey{k.class, from, ""}
		if from == "" || !contains(members, from) || len(before.at(next).digests) == 0 {
			break
		}
		kind, place = from, ""
	}
	return kind + " " + place
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
