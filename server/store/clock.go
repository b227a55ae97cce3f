package store

import (
	"context"
	"time"
)

// Clock is the time on the database's machine, to the second. The built-in database
// has none of its own: ok is false.
func (d *DB) Clock(ctx context.Context) (at time.Time, ok bool, err error) {
	if !d.postgres {
		return time.Time{}, false, nil
	}
	err = d.backend.read(ctx, func(t transaction) error {
		seconds, err := query(catalog{ctx: ctx, t: t, postgres: true}, scanNumber, "SELECT extract(epoch FROM clock_timestamp())::bigint")
		if err == nil {
			at = time.Unix(seconds[0], 0).UTC()
		}
		return err
	})
	return at, err == nil, err
}
