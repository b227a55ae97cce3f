package store

import (
	"errors"
	"fmt"
	"slices"

	"github.com/seed-1feef0b2/holdfast/server"
)

func (t *tx) Times(key []byte) ([]int64, error) {
	text, err := one(t, scanText, "SELECT times FROM counters WHERE id = $1", key)
	if errors.Is(err, server.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var times []int64
	return times, unpack(text, &times)
}

func (t *tx) SetTimes(key []byte, times []int64, forget int64) error {
	return t.exec(`INSERT INTO counters (id, times, forget) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET times = excluded.times, forget = excluded.forget`, key, pack(times), forget)
}

func (t *tx) AddNonce(keyid, nonce string, forget int64) error {
	return t.exec("INSERT INTO nonces (keyid, nonce, forget) VALUES ($1, $2, $3)", keyid, nonce, forget)
}

func (t *tx) SetReply(r server.StoredReply) error {
	return t.exec(`INSERT INTO replies (id, body, outcome, forget) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET body = excluded.body, outcome = excluded.outcome, forget = excluded.forget`,
		r.ID, r.Body, r.Outcome, r.Forget)
}

func (t *tx) Reply(id []byte) (server.StoredReply, error) {
	return one(t, func(r scanner) (s server.StoredReply, err error) {
		err = r.Scan(&s.ID, &s.Body, &s.Outcome, &s.Forget)
		return s, err
	}, "SELECT id, body, outcome, forget FROM replies WHERE id = $1", id)
}

// sweeps remove at most $2 rows each, by their indexes, so that no other write
// waits for long. The last one is of a table of hours, which stays small.
var sweeps = []string{
	"DELETE FROM nonces WHERE (keyid, nonce) IN (SELECT keyid, nonce FROM nonces WHERE forget <= $1 ORDER BY forget LIMIT $2)",
	"DELETE FROM replies WHERE id IN (SELECT id FROM replies WHERE forget <= $1 ORDER BY forget LIMIT $2)",
	"DELETE FROM counters WHERE id IN (SELECT id FROM counters WHERE forget <= $1 ORDER BY forget LIMIT $2)",
	"DELETE FROM country_sends WHERE hour < $1 / 3600 - 48 AND $2 > 0",
}

func (t *tx) Sweep(now int64, n int) (int, error) {
	total := 0
	for _, query := range sweeps {
		r, err := t.t.exec(t.ctx, query, now, n)
		if err != nil {
			return 0, fmt.Errorf("store: %w", err)
		}
		total += int(r)
	}
	return total, nil
}

func (t *tx) SweepMessages(before int64, n int) (int, error) {
	list, err := all(t, scanText, `DELETE FROM messages WHERE id IN (
		SELECT id FROM messages WHERE id < $1 AND state NOT IN ('queued', 'put-off') ORDER BY id LIMIT $2
	) RETURNING challenge`, before, n)
	if err != nil {
		return 0, err
	}
	closed := slices.Compact(slices.Sorted(slices.Values(list)))
	for _, challenge := range closed {
		if err := t.exec(`DELETE FROM epochs WHERE challenge = $1
			AND EXISTS (SELECT 1 FROM challenges WHERE id = $1 AND state <> 'open')`, challenge); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

func (t *tx) SweepWindows(closed int64, n int) (int, error) {
	r, err := t.t.exec(t.ctx, "DELETE FROM windows WHERE id IN (SELECT id FROM windows WHERE closes < $1 LIMIT $2)", closed, n)
	if err != nil {
		return 0, fmt.Errorf("store: %w", err)
	}
	return int(r), nil
}

func (t *tx) StaleAccounts(seen int64, n int) ([]string, error) {
	return all(t, scanText, "SELECT number FROM accounts WHERE state = 'pending' AND seen < $1 ORDER BY number LIMIT $2", seen, n)
}

func (t *tx) StaleDevices(seen int64, n int) ([]string, error) {
	return all(t, scanText, "SELECT id FROM devices WHERE state = 'pending' AND once_active = 0 AND last_seen < $1 ORDER BY id LIMIT $2", seen, n)
}

func (t *tx) RemoveAccount(number string) error {
	for _, query := range []string{
		"DELETE FROM messages WHERE account = $1",
		"DELETE FROM devices WHERE account = $1",
		"DELETE FROM contacts WHERE account = $1",
		"DELETE FROM holds WHERE account = $1",
		"DELETE FROM accounts WHERE number = $1 AND state = 'pending'",
	} {
		if err := t.exec(query, number); err != nil {
			return err
		}
	}
	return nil
}
