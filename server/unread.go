package server

import (
	"encoding/json"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// unreadMost is where counting stops; no limit asks for more.
const unreadMost = 10

// Overdue is the set of buckets that have been unreadable for too long.
type Overdue map[bucketKey]bool

// Unread counts, per device, since when and in how many check-ins something
// could not be read. It is stored between check-ins.
type Unread map[bucketKey]unreadSince

type unreadSince struct {
	Since int64 // Unix seconds of the first check-in that could not read it
	Times int
}

// Observe gives the counts after one more check-in at a time: what was read, or
// is absent, is forgotten.
func (u Unread) Observe(now api.Snapshot, at time.Time) Unread {
	next := Unread{}
	for _, b := range bucketsOf(now) {
		k := b.bucketKey
		if b.unread == 0 {
			continue
		}
		s, ok := u[k]
		if !ok {
			s.Since = at.Unix()
		}
		s.Times = min(s.Times+1, unreadMost)
		next[k] = s
	}
	return next
}

// Overdue gives what counts as changed at a time: unreadable in so many
// check-ins and for so long, both.
func (u Unread) Overdue(at time.Time, checkIns int, long time.Duration) Overdue {
	out := Overdue{}
	for k, s := range u {
		if s.Times >= checkIns && at.Unix()-s.Since >= int64(long/time.Second) {
			out[k] = true
		}
	}
	return out
}

// Settle gives the snapshot that is kept of an accepted one: a component that
// could not be read this time keeps what was known of it, so that a computer
// cannot be changed behind an unreadable spell. While anything of it is kept, so
// are the rules that it was read under.
func Settle(known, now api.Snapshot, overdue Overdue) api.Snapshot {
	return settle(known, now, overdue, false)
}

// settle is Settle, which may also keep what newer rules took away: where that
// was a whole identity group, or somebody who reports placeholders would take
// one group away after the other.
func settle(known, now api.Snapshot, overdue Overdue, keepLost bool) api.Snapshot {
	before, after := bucketsOf(known), bucketsOf(now)
	keep := map[bucketKey]bool{}
	rules := rulesBetween(known, now)
	for _, d := range compare(before, after, rules) {
		if d.unread > 0 && !overdue[d.bucketKey] {
			keep[d.bucketKey] = true
		}
	}
	for _, n := range before {
		k, b := n.bucketKey, n.bucket
		if d := compareBucket(b, after.at(k), rules.in(k.class)); keepLost && d.lost > 0 && d.lost == len(b.digests) {
			keep[k] = true
		}
	}
	out := api.Snapshot{Schema: now.Schema, Platform: now.Platform, Rules: now.Rules}
	if len(keep) > 0 {
		out.Rules = min(known.Rules, now.Rules)
	}
	for _, c := range now.Components {
		valued := c.State == api.StatePresent || c.State == api.StateAbsent
		if valued || !keep[bucketKey{c.Class, c.Kind, c.Place}] {
			out.Components = append(out.Components, c)
		}
	}
	for _, c := range known.Components {
		k := bucketKey{c.Class, c.Kind, c.Place}
		if keep[k] && !hasDigest(after.at(k), c) {
			out.Components = append(out.Components, c)
		}
	}
	sortComponents(out.Components)
	return out
}

func hasDigest(b bucket, c api.Component) bool {
	return c.State == api.StatePresent && contains(b.digests, c.Digest)
}

// MarshalJSON writes the counts as a list, in no particular order.
func (u Unread) MarshalJSON() ([]byte, error) {
	list := make([]unreadEntry, 0, len(u))
	for k, s := range u {
		list = append(list, unreadEntry{k.class, k.kind, k.place, s.Since, s.Times})
	}
	return json.Marshal(list)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (u *Unread) UnmarshalJSON(raw []byte) error {
	var list []unreadEntry
	if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	*u = make(Unread, len(list))
	for _, e := range list {
		(*u)[bucketKey{e.Class, e.Kind, e.Place}] = unreadSince{e.Since, e.Times}
	}
	return nil
}

type unreadEntry struct {
	Class string `json:"c"`
	Kind  string `json:"k"`
	Place string `json:"p,omitempty"`
	Since int64  `json:"s"`
	Times int    `json:"n"`
}
