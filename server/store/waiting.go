package store

import "context"

// Waiting counts the messages that are still to be sent, and says when the oldest of
// them was made, Unix seconds; 0 where there is none.
func (d *DB) Waiting(ctx context.Context) (n, oldest int64, err error) {
	err = d.backend.read(ctx, func(t transaction) error {
		c := catalog{ctx: ctx, t: t, postgres: d.postgres}
		pairs, err := query(c, func(r scanner) ([2]int64, error) {
			var p [2]int64
			err := r.Scan(&p[0], &p[1])
			return p, err
		}, "SELECT count(*), coalesce(min(created), 0) FROM messages WHERE state IN ('queued', 'put-off')")
		if err == nil {
			n, oldest = pairs[0][0], pairs[0][1]
		}
		return err
	})
	return n, oldest, err
}
