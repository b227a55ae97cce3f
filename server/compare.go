package server

import (
	"cmp"
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

// buckets are those of a snapshot in the order of their keys, each key once.
type buckets []namedBucket

type namedBucket struct {
	bucketKey
	bucket
}

func (k bucketKey) compare(o bucketKey) int {
	return cmp.Or(cmp.Compare(k.class, o.class), cmp.Compare(k.kind, o.kind), cmp.Compare(k.place, o.place))
}

// at gives a bucket; the zero value where there is none.
func (b buckets) at(k bucketKey) bucket {
	i, ok := slices.BinarySearchFunc(b, k, func(n namedBucket, k bucketKey) int { return n.compare(k) })
	if !ok {
		return bucket{}
	}
	return b[i].bucket
}

// bucketsOf sorts a snapshot's components into buckets.
func bucketsOf(s api.Snapshot) buckets {
	var room bucketRoom
	return room.bucketsOf(s)
}

// bucketRoom is memory for one snapshot's buckets, which the next one's overwrite.
type bucketRoom struct {
	list    buckets
	digests []string
}

// bucketsOf sorts a snapshot's components into buckets. Snapshots are kept in
// canonical order, so that those of one bucket stand side by side.
func (r *bucketRoom) bucketsOf(s api.Snapshot) buckets {
	list := s.Components
	if !slices.IsSortedFunc(list, compareComponents) {
		list = slices.Clone(list)
		sortComponents(list)
	}
	out, digests := slices.Grow(r.list[:0], min(len(list), usualBuckets)), slices.Grow(r.digests[:0], len(list))
	for len(list) > 0 {
		k := bucketKey{list[0].Class, list[0].Kind, list[0].Place}
		b, first := bucket{}, len(digests)
		n := 0
		for ; n < len(list) && list[n].Place == k.place && list[n].Kind == k.kind && list[n].Class == k.class; n++ {
			switch c := &list[n]; c.State {
			case api.StatePresent:
				digests = append(digests, c.Digest)
				b.from = c.From
			case api.StatePlaceholder:
				b.junk++
			case api.StateUnreadable, api.StateError:
				b.unread++
			}
		}
		b.digests = digests[first:len(digests):len(digests)]
		out = append(out, namedBucket{k, b})
		list = list[n:]
	}
	r.list, r.digests = out, digests
	return out
}

// usualBuckets is how many a computer has at most, as a rule.
const usualBuckets = 40

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
	var out []difference
	add := func(k bucketKey, was, is bucket) {
		if d := compareBucket(was, is, rules.in(k.class)); d.members() > 0 {
			d.bucketKey = k
			out = append(out, d)
		}
	}
	for len(before) > 0 || len(after) > 0 {
		order := 0
		switch {
		case len(before) == 0:
			order = 1
		case len(after) == 0:
			order = -1
		default:
			order = before[0].compare(after[0].bucketKey)
		}
		switch {
		case order < 0:
			add(before[0].bucketKey, before[0].bucket, bucket{})
			before = before[1:]
		case order > 0:
			add(after[0].bucketKey, bucket{}, after[0].bucket)
			after = after[1:]
		default:
			add(before[0].bucketKey, before[0].bucket, after[0].bucket)
			before, after = before[1:], after[1:]
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
