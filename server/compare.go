package server

import (
	"cmp"
	"maps"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
)

// bucketKey names components that are compared with each other: the members of
// a set, or the one component of a fixed place.
type bucketKey struct{ class, kind, place string }

// bucket is what was read of them: the digests of those present, sorted, how
// many could not be read, and how many are placeholders. Absent ones and
// placeholders are nothing; from is the kind that the values were computed from.
type bucket struct {
	digests []string
	unread  int
	junk    int
	from    string
}

type buckets map[bucketKey]bucket

func bucketsOf(s api.Snapshot) buckets {
	out := make(buckets, 32)
	for _, c := range s.Components {
		k := bucketKey{c.Class, c.Kind, c.Place}
		b := out[k]
		switch c.State {
		case api.StatePresent:
			b.digests = append(b.digests, c.Digest)
			b.from = c.From
		case api.StatePlaceholder:
			b.junk++
		case api.StateUnreadable, api.StateError:
			b.unread++
		}
		out[k] = b
	}
	for _, b := range out {
		slices.Sort(b.digests)
	}
	return out
}

// difference is how one bucket differs, in members.
type difference struct {
	bucketKey
	added, removed, unread, readable int
	lost                             int  // taken away by newer placeholder rules, which is no change
	wasEmpty                         bool // absent before: neither present nor unreadable
}

func (d difference) changed() bool { return d.added+d.removed > 0 }
func (d difference) members() int  { return d.added + d.removed + d.unread + d.readable }

// rulesChange says how the placeholder rules changed between two snapshots.
type rulesChange int

const (
	sameRules rulesChange = iota
	newerRules
	olderRules
)

func rulesBetween(known, now api.Snapshot) rulesChange {
	switch {
	case now.Rules > known.Rules:
		return newerRules
	case now.Rules < known.Rules:
		return olderRules
	}
	return sameRules
}

// in gives the change of rules as it bears on a class: drivers and applications
// have no placeholders, whatever a snapshot says.
func (r rulesChange) in(class string) rulesChange {
	if class == classDriver || class == classApps {
		return sameRules
	}
	return r
}

// compare lists the buckets that differ, in the order of their keys.
func compare(before, after buckets, rules rulesChange) []difference {
	keys := slices.Collect(maps.Keys(before))
	for k := range after {
		if _, ok := before[k]; !ok {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b bucketKey) int {
		return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.kind, b.kind), cmp.Compare(a.place, b.place))
	})
	var out []difference
	for _, k := range keys {
		if d := compareBucket(before[k], after[k], rules.in(k.class)); d.members() > 0 {
			d.bucketKey = k
			out = append(out, d)
		}
	}
	return out
}

// compareBucket counts. A member that is missing while something in its bucket
// could not be read may be the one that could not be: it is unread, not gone.
// A new member where something could not be read before became readable. A value
// that other rules than before call a placeholder, or no longer do, is the same.
func compareBucket(before, after bucket, rules rulesChange) difference {
	d := difference{wasEmpty: len(before.digests) == 0 && before.unread == 0}
	gone, fresh := missing(before.digests, after.digests), missing(after.digests, before.digests)
	switch rules {
	case newerRules:
		d.lost = min(gone, max(after.junk-before.junk, 0))
		gone -= d.lost
	case olderRules:
		fresh -= min(fresh, max(before.junk-after.junk, 0))
	}
	switch {
	case after.unread > before.unread:
		d.unread = max(gone, 1)
	case after.unread > 0 && gone > 0:
		d.unread = gone
	default:
		d.removed = gone
	}
	if before.unread > after.unread && fresh > 0 {
		d.readable = fresh
	} else {
		d.added = fresh
	}
	return d
}

// missing counts the elements of sorted a that sorted b lacks; equal elements
// count as often as they occur.
func missing(a, b []string) int {
	n, j := 0, 0
	for _, x := range a {
		for j < len(b) && b[j] < x {
			j++
		}
		if j < len(b) && b[j] == x {
			j++
			continue
		}
		n++
	}
	return n
}
