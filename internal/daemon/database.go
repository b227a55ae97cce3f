package daemon

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/seed-1feef0b2/holdfast/server/store"
)

// openStore opens the database as the settings say. Only a server that starts may
// bring the schema up to date, and over PostgreSQL, where others may be running, only
// with leave.
func openStore(ctx context.Context, s *Settings, migrate bool, options ...store.Option) (*store.DB, error) {
	if !migrate {
		options = append(options, store.WithoutMigration())
	}
	db, err := store.Open(ctx, s.database(), options...)
	if err != nil {
		return nil, databaseRefusal(err, s)
	}
	return db, nil
}

// databaseRefusal says what an operator can do about a database that does not open.
func databaseRefusal(err error, s *Settings) error {
	switch {
	case errors.Is(err, store.ErrNewer):
		return refuseFor("database-newer", err, nil)
	case errors.Is(err, store.ErrOlder):
		return refuseFor("database-older", err, nil)
	case errors.Is(err, store.ErrRestoring):
		return refuseFor("database-restoring", err, nil)
	case errors.Is(err, store.ErrDamaged):
		return refuseFor("backup-damaged", err, nil)
	case errors.Is(err, store.ErrNotEmpty):
		return refuseFor("restore-full", err, nil)
	}
	return refuseFor("database", safeCause(err, s.Database), nil)
}

// builtInThere refuses where there should be a built-in database and is none: opening
// it would make an empty one.
func (s *Settings) builtInThere() error {
	if s.Database != "" {
		return nil
	}
	if _, err := os.Stat(s.database()); errors.Is(err, fs.ErrNotExist) {
		return refuse("database-missing", map[string]any{"File": s.database()})
	}
	return nil
}
