package fleetsim

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/server"
)

// keeper keeps what the server and the vault's file know of one computer: the
// configurations with their moved baselines, what was unreadable since when, the
// slots. It judges nothing itself.
type keeper struct {
	policy  api.Policy
	limits  server.Limits

	configs []configuration
	unread  server.Unread
	slots   []slot
	day     int64 // of the releases counted
	freed   int
}

// configuration is a row of the server's table: what was activated, and what it
// moved on to by accepted changes.
type configuration struct {
	snapshot api.Snapshot
	moved    *api.Snapshot
	used     int64
}

// slot is a slot of the vault: the kinds that it binds, and their values.
type slot struct {
	kinds  []string
	values string
}

// outcome is what one check-in came to.
type outcome struct {
	// Asked is the reason of the challenge (api.Reason…), empty without one.
	asked string
	// freed says that the server's share went out without a code.
	freed bool
	// verdict and flags are the judgement's.
	verdict server.Verdict
	window  string
}

func newKeeper(policy, platform string) *keeper {
	p, _ := server.PolicyFor(policy, platform)
	return &keeper{policy: p, limits: server.DefaultLimits()}
}

// enrol activates the first configuration.
func (k *keeper) enrol(s api.Snapshot, at time.Time) { k.activate(s, at) }

// activate stores what a code confirmed: the server keeps the configuration and
// forgets the one used longest ago, the vault adds a slot.
func (k *keeper) activate(s api.Snapshot, at time.Time) {
	k.unread = nil
	for i := range k.configs {
		if same(k.configs[i].snapshot, s) {
			k.configs[i].used = at.Unix()
			k.bind(s)
			return
		}
	}
	for len(k.configs) >= k.limits.Configurations {
		oldest := 0
		for i, c := range k.configs {
			if c.used < k.configs[oldest].used {
				oldest = i
			}
		}
		k.configs = slices.Delete(k.configs, oldest, oldest+1)
	}
	k.configs = append(k.configs, configuration{snapshot: s, used: at.Unix()})
	k.bind(s)
}

// same says that two snapshots are equal in all that is judged.
func same(a, b api.Snapshot) bool {
	return a.Platform == b.Platform && slices.Equal(a.Components, b.Components)
}

// checkIn judges one check-in as the service does: equality first, then the
// judgement against every known snapshot, then the vault's wish.
func (k *keeper) checkIn(s api.Snapshot, at time.Time, chip bool) outcome {
	if chip {
		k.slots = nil
		k.activate(s, at)
		return outcome{asked: api.ReasonChip, verdict: server.NeedsCode}
	}
	locked := !k.opens(s)
	if i := k.equal(s); i >= 0 && !locked {
		k.configs[i].used, k.unread = at.Unix(), nil
		return outcome{verdict: server.Known}
	}
	known, of := k.known()
	overdue := k.unread.Observe(s, at).Overdue(at, k.limits.UnreadCheckIns, k.limits.UnreadTime)
	j := k.judge(known, s, overdue, at)
	if j.Verdict == server.Known {
		k.unread = nil
	} else {
		k.unread = k.unread.Observe(s, at)
	}
	out := outcome{verdict: j.Verdict}
	switch {
	case j.Verdict == server.NeedsCode:
		out.asked = api.ReasonChanged
	case locked && !k.release(j, at):
		out.asked = api.ReasonLocked
	default:
		out.freed = locked
		k.settle(j, known, of, s, overdue, at)
		k.bind(s)
		return out
	}
	k.activate(s, at)
	return out
}

func (k *keeper) judge(known []api.Snapshot, s api.Snapshot, overdue server.Overdue, at time.Time) server.Judgement {
	return server.JudgeAged(k.policy, known, s, overdue)
}

// equal gives the configuration that a snapshot is equal to, or -1.
func (k *keeper) equal(s api.Snapshot) int {
	return slices.IndexFunc(k.configs, func(c configuration) bool {
		return same(c.snapshot, s) || c.moved != nil && same(*c.moved, s)
	})
}

func (k *keeper) known() (list []api.Snapshot, of []int) {
	for i, c := range k.configs {
		list, of = append(list, c.snapshot), append(of, i)
		if c.moved != nil {
			list, of = append(list, *c.moved), append(of, i)
		}
	}
	return list, of
}

// settle moves the baseline on after an accepted change.
func (k *keeper) settle(j server.Judgement, known []api.Snapshot, of []int, s api.Snapshot, overdue server.Overdue, at time.Time) {
	c := &k.configs[of[j.Nearest]]
	c.used = at.Unix()
	if j.Verdict == server.Known {
		return
	}
	moved := server.Settle(known[j.Nearest], s, overdue)
	c.moved = &moved
}

// release says whether the share goes out without a code, and counts it.
func (k *keeper) release(j server.Judgement, at time.Time) bool {
	if today := at.Unix() / 86400; today != k.day {
		k.day, k.freed = today, 0
	}
	if !j.Releasable(k.policy) || k.freed >= k.limits.ReleasesPerDay {
		return false
	}
	k.freed++
	return true
}

// opens says whether a slot opens on the computer as it is.
func (k *keeper) opens(s api.Snapshot) bool {
	for i := len(k.slots) - 1; i >= 0; i-- {
		if v, ok := bound(k.slots[i].kinds, s); ok && v == k.slots[i].values {
			return true
		}
	}
	return false
}

// bind adds a slot for the computer as it is, where none is there yet.
func (k *keeper) bind(s api.Snapshot) {
	kinds := vault.Kinds(k.policy, asRead(s))
	values, ok := bound(kinds, s)
	if !ok || values == "" {
		return
	}
	sl := slot{kinds, values}
	for _, x := range k.slots {
		if x.values == sl.values && slices.Equal(x.kinds, sl.kinds) {
			return
		}
	}
	k.slots = append(k.slots, sl)
	if len(k.slots) > vault.MaxSlots {
		k.slots = slices.Delete(k.slots, 0, len(k.slots)-vault.MaxSlots)
	}
}

// asRead turns a snapshot back into what the vault is given, with the digests in
// the place of values.
func asRead(s api.Snapshot) fingerprint.Snapshot {
	out := fingerprint.Snapshot{Schema: s.Schema, Platform: s.Platform, Components: make([]fingerprint.Component, len(s.Components))}
	for i, c := range s.Components {
		out.Components[i] = fingerprint.Component{
			Class: fingerprint.Class(c.Class), Kind: c.Kind, Place: c.Place, State: fingerprint.State(c.State), Value: c.Digest,
		}
	}
	return out
}

// bound gives the values of kinds as one text, and false where a kind could not
// be read, as [vault.Bind] has it.
func bound(kinds []string, s api.Snapshot) (string, bool) {
	var b strings.Builder
	for _, kind := range kinds {
		members, unread, seen := 0, false, false
		for _, c := range s.Components {
			if c.Kind != kind {
				continue
			}
			seen = true
			switch c.State {
			case api.StatePresent:
				b.WriteString(c.Digest)
				members++
			case api.StateUnreadable, api.StateError:
				unread = true
			}
		}
		if members == 0 && (unread || !seen) {
			return "", false
		}
		b.WriteString(strconv.Itoa(members))
		b.WriteByte(';')
	}
	return b.String(), true
}
