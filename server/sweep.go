package server

import (
	"context"
	"time"
)

// How long what is done with is kept: messages with what their relay said, from
// when they were queued, with a margin for their own life; change windows from
// their end.
const (
	messagesKept = 34 * day
	windowsKept  = 90 * day
)

// A sweep removes rows a few at a time, so that no request waits for it, and
// leaves the rest to the next one.
const (
	sweepRows   = 500
	sweepRounds = 200
)

// sweepRest forgets what has had its time, in transactions of their own.
func (s *Service) sweepRest(ctx context.Context) (int, error) {
	total := 0
	for range sweepRounds {
		most := 0
		err := s.store.Write(ctx, func(tx Tx) error {
			now := s.time()
			most = 0
			for _, sweep := range []func() (int, error){
				func() (int, error) { return tx.Sweep(now.Unix(), sweepRows) },
				func() (int, error) { return tx.SweepMessages(messageIDFrom(now.Add(-messagesKept)), sweepRows) },
				func() (int, error) { return tx.SweepWindows(now.Add(-windowsKept).Unix(), sweepRows) },
			} {
				n, err := sweep()
				if err != nil {
					return err
				}
				most += n
			}
			return nil
		})
		if err != nil {
			return total, err
		}
		if total += most; most < sweepRows {
			break
		}
	}
	return total, nil
}

// messageIDFrom is below the ids of the messages that are queued from a time on.
func messageIDFrom(t time.Time) int64 { return t.UnixMilli() << messageIDLow }
