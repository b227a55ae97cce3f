package server

import (
	"bytes"
	"encoding/binary"
	"errors"

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
}

// recognise judges a snapshot against the device's configurations. Equality is
// found by sum alone, without reading any; full asks for the comparison all the
// same, for its groups.
func (w *work) recognise(dev Device, acct Account, now api.Snapshot, full bool) (recognised, error) {
	p, ok := PolicyFor(acct.Policy, now.Platform)
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
	list, err := w.tx.ConfigurationsOf(dev.ID)
	if err != nil {
		return r, err
	}
	var known []api.Snapshot
	var of []Configuration
	for _, c := range list {
		known, of = append(known, c.Snapshot), append(of, c)
		if c.Moved != nil {
			known, of = append(known, *c.Moved), append(of, c)
		}
	}
	at := w.time()
	r.overdue = dev.Unread.Observe(now, at).Overdue(at, w.limits.UnreadCheckIns, w.limits.UnreadTime)
	r.Judgement = JudgeAged(p, known, now, r.overdue)
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
		if r.nearest.Used/3600 == w.now/3600 { // often enough to find the oldest
			return nil
		}
		return w.tx.TouchConfiguration(r.nearest.ID, w.now)
	}
	moved := Settle(r.compared, now, r.overdue)
	sum := configurationSum(moved)
	c := r.nearest
	c.Used, c.Moved, c.MovedSum = w.now, &moved, sum[:]
	if err := w.tx.MoveConfiguration(c); err != nil {
		return err
	}
	return w.event(*dev, api.EventAccepted, eventFacts{Result: string(r.Verdict), Changes: r.Changes})
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
		ID: w.newID(), Device: dev.ID, Activated: w.now, Used: w.now, Sum: sum[:], Snapshot: now,
	})
}
