package server

import (
	"bytes"
	"encoding/binary"
	"errors"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// recognised is what a device's snapshot turned out to be.
type recognised struct {
	Judgement
	policy   api.Policy
	overdue  Overdue
	sum      [32]byte
	nearest  Configuration // whose snapshots may not be loaded
	compared api.Snapshot  // the known snapshot that was nearest
	all      []Configuration
	windows  []Window // open for the computer under its policy
}

// recognise judges a snapshot against the device's configurations. Equality is
// found by sum alone, without reading any; full asks for the comparison all the
// same, for its groups.
func (w *work) recognise(dev Device, acct Account, now api.Snapshot, full bool) (recognised, error) {
	p, ok := w.policies.For(acct.Policy, now.Platform)
	if !ok {
		return recognised{}, errors.New("server: an account has a policy that is not known")
	}
	r := recognised{policy: p, sum: configurationSum(now)}
	if !full {
		c, err := w.tx.ConfigurationBySum(dev.ID, r.sum[:])
		if err == nil {
			r.Verdict, r.nearest = Known, c
			return r, nil
		}
		if !errors.Is(err, ErrNotFound) {
			return r, err
		}
	}
	var err error
	if r.all, err = w.tx.ConfigurationsOf(dev.ID); err != nil {
		return r, err
	}
	if r.windows, err = w.openWindows(dev, p); err != nil {
		return r, err
	}
	var known []api.Snapshot
	var of []Configuration
	for _, c := range r.all {
		first := c.Snapshot
		first.Rules = max(first.Rules, c.Rules) // newer rules took away from it what they did, once
		known, of = append(known, first), append(of, c)
		if c.Moved != nil {
			known, of = append(known, *c.Moved), append(of, c)
		}
	}
	at := w.time()
	long := time.Duration(p.UnreadableSeconds) * time.Second
	r.overdue = dev.Unread.Observe(now, at).Overdue(at, p.UnreadableCheckIns, long)
	r.Judgement = JudgeWithin(p, known, now, r.overdue, r.windows)
	if r.Nearest >= 0 {
		r.nearest, r.compared = of[r.Nearest], known[r.Nearest]
	}
	return r, nil
}

// bound are the kinds that a message must have named.
func (r recognised) bound() []string { return boundChanges(r.policy, r.Changes, r.Groups) }

// shortSum is how much of a sum tells the snapshots of one day apart.
const shortSum = 8

// meet counts a snapshot that is not known against the day's limit.
func (w *work) meet(dev *Device, sum [32]byte) error {
	const secondsOfDay = 24 * 60 * 60
	today := w.now / secondsOfDay
	if dev.SeenDay != today {
		dev.SeenDay, dev.Seen = today, nil
	}
	for i := 0; i+shortSum <= len(dev.Seen); i += shortSum {
		if binary.BigEndian.Uint64(dev.Seen[i:]) == binary.BigEndian.Uint64(sum[:]) {
			return nil
		}
	}
	if len(dev.Seen)/shortSum >= w.limits.SnapshotsPerDay {
		return retryAt(api.CodeSnapshotLimit, (today+1)*secondsOfDay)
	}
	dev.Seen = append(bytes.Clone(dev.Seen), sum[:shortSum]...)
	return nil
}

// settleIn records that a snapshot was accepted: the configuration is used, and
// the baseline moves on where it drifted.
func (w *work) settleIn(dev *Device, r recognised, now api.Snapshot) error {
	dev.Checked, dev.Sum, dev.Assurance = w.now, r.sum[:], Assurance(now, dev.Hardware)
	if r.Verdict == Known {
		return w.settleKnown(r, now)
	}
	moved := settle(r.compared, now, r.overdue, r.lost)
	c := r.nearest
	c.Used = w.now
	if err := w.move(c, moved); err != nil {
		return err
	}
	if err := w.carry(r, moved); err != nil {
		return err
	}
	return w.event(*dev, api.EventAccepted, eventFacts{
		Result: string(r.Verdict), Changes: r.Changes, Flags: r.Flags, Window: r.Window,
	})
}

// settleKnown marks a configuration as used, often enough to find the oldest.
// One that was read under newer placeholder rules, though the values are the
// same, is kept as they read it.
func (w *work) settleKnown(r recognised, now api.Snapshot) error {
	c := r.nearest
	if now.Rules > c.Rules {
		c.Used = w.now
		if r.Nearest >= 0 && len(r.all) > 0 {
			now = settle(r.compared, now, r.overdue, r.lost)
		}
		return w.move(c, now)
	}
	if c.Used/3600 == w.now/3600 {
		return nil
	}
	return w.tx.TouchConfiguration(c.ID, w.now)
}

// activateConfiguration stores a snapshot that a code confirmed, and forgets
// the one that was used longest ago where there are too many.
func (w *work) activateConfiguration(dev *Device, now api.Snapshot) error {
	sum := configurationSum(now)
	dev.Checked, dev.Sum, dev.Assurance, dev.Unread = w.now, sum[:], Assurance(now, dev.Hardware), nil
	list, err := w.tx.ConfigurationHeads(dev.ID)
	if err != nil {
		return err
	}
	for _, c := range list {
		if bytes.Equal(c.Sum, sum[:]) {
			return w.tx.TouchConfiguration(c.ID, w.now)
		}
	}
	for i := len(list) - 1; i >= 0 && i >= w.limits.Configurations-1; i-- {
		if err := w.tx.RemoveConfiguration(list[i].ID); err != nil {
			return err
		}
	}
	return w.tx.AddConfiguration(Configuration{
		ID: w.newID(), Device: dev.ID, Activated: w.now, Used: w.now, Sum: sum[:], Snapshot: now, Rules: now.Rules,
	})
}
