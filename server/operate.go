package server

import (
	"context"
	"errors"

	"github.com/seed-1feef0b2/holdfast/api"
)

// sweepPage is how many pending accounts and devices one Sweep forgets.
const sweepPage = 200

// SetPolicy sets an account's policy: strict, balanced or managed. It holds
// from the next check-in on. Errors: policy_invalid, not_found.
func (s *Service) SetPolicy(ctx context.Context, account, name string) error {
	if s.policies.Version(name) == 0 {
		return api.NewError(api.CodePolicyInvalid)
	}
	return s.store.Write(ctx, func(tx Tx) error {
		w := &work{Service: s, tx: tx, now: s.time().Unix(), ctx: ctx}
		acct, err := tx.Account(account)
		if errors.Is(err, ErrNotFound) {
			return api.NewError(api.CodeNotFound)
		}
		if err != nil || acct.Policy == name {
			return err
		}
		acct.Policy = name
		if err := tx.SaveAccount(acct); err != nil {
			return err
		}
		if err := w.eventBy(actorOperator, Device{Account: account}, api.EventPolicy, eventFacts{Result: "set", Reason: name}); err != nil {
			return err
		}
		return w.notify(Device{Account: account}, NoticePolicy, map[string]string{"Policy": name})
	})
}

// OpenEpoch says that the database was restored from a backup: until then the
// chains of some devices have moved on, so one unknown value of each is
// accepted, and logged. What may have been used up since ends: open challenges, whose
// codes were perhaps typed, sessions and invitations of the console, whose users
// were perhaps removed.
func (s *Service) OpenEpoch(ctx context.Context) error {
	return s.store.Write(ctx, func(tx Tx) error {
		epoch, err := tx.Fact(factEpoch)
		if err != nil {
			return err
		}
		now := s.time().Unix()
		return errors.Join(tx.SetFact(factEpoch, epoch+1), tx.ExpireChallenges(now), tx.CancelCodes(detailClosed),
			tx.SweepStaffSessions(now, now), tx.LapseStaffLinks())
	})
}

// Sweep forgets what has had its time (nonces, stored replies, counters, old
// messages and change windows) and pending accounts and devices that were not
// seen for long. It says how many rows that were; there may be more left.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	rest, err := s.sweepRest(ctx)
	if err != nil {
		return rest, err
	}
	total := 0
	err = s.store.Write(ctx, func(tx Tx) error {
		w := &work{Service: s, tx: tx, now: s.time().Unix(), ctx: ctx}
		before := w.now - seconds(s.limits.PendingLife)
		accounts, err := tx.StaleAccounts(before, sweepPage)
		if err != nil {
			return err
		}
		for _, number := range accounts {
			if err := tx.RemoveAccount(number); err != nil {
				return err
			}
		}
		devices, err := tx.StaleDevices(before, sweepPage)
		if err != nil {
			return err
		}
		for _, id := range devices {
			if err := w.forget(id); err != nil {
				return err
			}
		}
		wiped, err := tx.WipeContacts(w.now - seconds(contactKept))
		total = len(accounts) + len(devices) + wiped
		return err
	})
	return rest + total, err
}

// contactKept is how long the address of a contact that was taken away is kept:
// its notices are out by then.
const contactKept = 7 * day

// forget removes a pending device. Messages about it stay until they are sent.
func (w *work) forget(id string) error {
	dev, err := w.tx.Device(id)
	if err != nil {
		return err
	}
	ch, err := w.tx.LatestChallenge(id)
	if err == nil {
		err = w.tx.CancelMessages(ch.ID, detailClosed)
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	row := AuditRow{Account: dev.Account, Actor: actorServer, Device: id, Event: "device.forgotten", Result: "never activated"}
	if err := w.record(row); err != nil {
		return err
	}
	return w.tx.RemoveDevice(id)
}
