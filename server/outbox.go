package server

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// ClaimMessages leases up to n messages that are due to a worker and derives
// their codes. A worker that dies loses its lease after Limits.MessageLease,
// and another one takes the message. A message whose code no longer works is
// not given out but refused.
func (s *Service) ClaimMessages(ctx context.Context, worker string, n int) ([]Message, error) {
	var out []Message
	err := s.store.Write(ctx, func(tx Tx) error {
		out = nil
		w := &work{Service: s, tx: tx, now: s.time().Unix(), ctx: ctx}
		for range claimRounds {
			want := n - len(out)
			rows, err := tx.LeaseMessages(worker, w.now, w.now+seconds(s.limits.MessageLease), want)
			if err != nil {
				return err
			}
			if out, err = w.prepareAll(out, rows); err != nil {
				return err
			}
			if len(rows) < want || len(out) == n {
				break // there are no more, or no more are wanted
			}
		}
		return nil
	})
	return out, err
}

// claimRounds is how often a claim looks for others in place of those that it
// found to be of no use any more.
const claimRounds = 4

func (w *work) prepareAll(out []Message, rows []OutboxRow) ([]Message, error) {
	for _, row := range rows {
		m, err := w.prepare(row)
		if errors.Is(err, errOvertaken) {
			err = w.settle(row, api.DeliveryRefused, "too late: it is of no use any more", 0)
		} else if err == nil {
			out = append(out, m)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

var errOvertaken = errors.New("server: a message is of no use any more")

func (w *work) prepare(row OutboxRow) (Message, error) {
	to, err := w.tx.Contact(row.Contact)
	if err != nil {
		return Message{}, err
	}
	if !w.mayTell(row, to) {
		return Message{}, errOvertaken
	}
	address, err := w.address(to)
	if err != nil {
		return Message{}, err
	}
	life, _ := w.limits.lives(row.Channel)
	m := Message{
		ID: row.ID, To: address, Channel: row.Channel, Kind: row.Kind, Language: row.Language, Account: row.Account,
		Reference: row.Reference, Device: row.Device, Place: row.Place, Reason: row.Reason, Changes: row.Changes,
		MessageID: row.MessageID, Return: w.returnMark(row.MessageID), Attempt: row.Attempt, Data: row.Data,
		Created: time.Unix(row.Created, 0).UTC(), Expires: time.Unix(row.Expires, 0).UTC(), Life: life,
		Link: w.link(row),
	}
	if !strings.HasPrefix(row.Kind, MessageCodePrefix) {
		if w.now >= row.Expires {
			return m, errOvertaken
		}
		if row.Kind == NoticeExists { // the pending account's number is not the owner's
			m.Account, m.Reference, m.Reason = "", "", ""
		}
		return m, nil
	}
	return w.addCode(row, m)
}

func (w *work) addCode(row OutboxRow, m Message) (Message, error) {
	ch, err := w.tx.Challenge(row.Challenge)
	if err != nil {
		return m, err
	}
	e, err := w.epoch(row)
	if err != nil {
		return m, err
	}
	to, err := w.tx.Contact(row.Contact)
	if err != nil {
		return m, err
	}
	ends := w.limits.ends(e)
	if !w.mayHold(ch, to) {
		return m, errOvertaken
	}
	if ch.State != api.ChallengeOpen || w.now >= ends {
		return m, errOvertaken
	}
	secret, err := w.open(secretPlace(ch.ID), ch.Secret)
	if err != nil {
		return m, err
	}
	m.Code, m.Expires = deriveCode(secret, row.Channel, row.Epoch), time.Unix(ends, 0).UTC()
	return m, nil
}

func (w *work) epoch(row OutboxRow) (Epoch, error) {
	epochs, err := w.tx.Epochs(row.Challenge)
	if err != nil {
		return Epoch{}, err
	}
	for _, e := range epochs {
		if e.Channel == row.Channel && e.Number == row.Epoch {
			return e, nil
		}
	}
	return Epoch{}, ErrNotFound
}

// detailLongest is how many bytes of a relay's reply are kept.
const detailLongest = 200

func (w *work) settle(row OutboxRow, state, detail string, due int64) error {
	row.State, row.Detail, row.Changed, row.Due, row.Lease, row.Worker = state, printable(detail), w.now, due, 0, ""
	return w.tx.SaveMessage(row)
}

// printable keeps a relay's reply to one short line of plain characters.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	return s[:min(len(s), detailLongest)]
}

// RetryPause is how long to wait after the n-th attempt (from 1) that was put
// off: it grows from 30 seconds to 30 minutes.
func RetryPause(attempt int) time.Duration {
	pauses := []time.Duration{
		30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	}
	return pauses[min(max(attempt, 1), len(pauses))-1]
}
