package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// ErrNewer says that the database was written by a newer version of this
// program. It is left untouched.
var ErrNewer = errors.New("store: the database is from a newer version of this program")

// DB is a server.Store over SQL. It is safe for use by several goroutines, and
// several processes may open one database.
type DB struct {
	backend backend
	hook    Hook
	// keepSchema is WithoutMigration's, whileRestoring WhileRestoring's.
	keepSchema, whileRestoring bool
	// postgres says which kind of database it is.
	postgres   bool
	statements statements
}

var _ server.Store = (*DB)(nil)

// Hook is called around the commit of every write: once before it, when the
// write's statements have run, and once after it succeeded. An error before the
// commit undoes that write; one after it is given to the caller although the
// commit stands, as a lost connection would. Writes that share one commit are
// hooked each for itself. Tests count commits with it and kill at each.
type Hook func(ctx context.Context, committed bool) error

// Option changes how Open opens.
type Option func(*DB)

// WithCommitHook sets the hook.
func WithCommitHook(h Hook) Option { return func(d *DB) { d.hook = h } }

// backend is one kind of database. write runs fn once, calls the hook around the
// commit and returns after it; retry says whether an error calls for another run.
type backend interface {
	write(ctx context.Context, hook Hook, fn func(transaction) error) error
	read(ctx context.Context, fn func(transaction) error) error
	retry(err error) bool
	unique(err error) bool
	ping(ctx context.Context) error
	close() error
}

// transaction is what the statements of one write or read go to. Only one
// goroutine may use it. query calls each for every row; no other statement may
// run in each.
type transaction interface {
	exec(ctx context.Context, query string, args ...any) (changed, error)
	query(ctx context.Context, each func(scanner) error, query string, args ...any) error
}

// changed is how many rows a statement changed.
type changed int64

// RowsAffected is that number; the error is always nil.
func (c changed) RowsAffected() (int64, error) { return int64(c), nil }

// Open opens a database and brings its schema up to date: a PostgreSQL database
// for a postgres:// address, else a SQLite file, which is made where it is not
// there. Errors: ErrNewer, ErrRestoring, and whatever the database says.
func Open(ctx context.Context, dsn string, opts ...Option) (*DB, error) {
	d := &DB{hook: func(context.Context, bool) error { return nil }}
	for _, o := range opts {
		o(d)
	}
	var err error
	if d.keepSchema {
		if err := withinSchema(ctx, dsn); err != nil {
			return nil, err
		}
	}
	if d.postgres = isPostgres(dsn); d.postgres {
		d.backend, err = openPostgres(ctx, dsn)
	} else {
		d.backend, err = openSQLite(ctx, dsn)
	}
	if err != nil {
		return nil, err
	}
	if err := d.inService(ctx); err != nil {
		_ = d.Close()
		return nil, err
	}
	return d, nil
}

// Close closes the database once the reads and writes that are under way, or
// wait for their turn, have ended; later ones get ErrClosed.
func (d *DB) Close() error { return d.backend.close() }

// Ping says whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.backend.ping(ctx) }

// A write that meets others is run again, with growing random pauses, until it
// has waited this long.
const (
	firstPause = 2 * time.Millisecond
	mostPause  = 100 * time.Millisecond
	patience   = 20 * time.Second
)

// Write runs fn in a serializable transaction and returns once its effects are
// on the disk. Writes of one moment may share a commit; each sees what those
// before it did, and one that fails leaves nothing. Where others are in the way
// fn runs again; after some ten seconds of that the error is api code busy, as it
// is where the database cannot be reached.
func (d *DB) Write(ctx context.Context, fn func(server.Tx) error) error {
	var waited time.Duration
	for pause := firstPause; ; pause = min(2*pause, mostPause) {
		err := d.backend.write(ctx, d.hook, d.runs(ctx, fn))
		if err == nil || !d.backend.retry(err) {
			return away(err)
		}
		if waited += pause; waited > patience {
			return api.Wrap(api.CodeBusy, err)
		}
		if err := wait(ctx, time.Duration(rand.Int64N(int64(pause))+1)); err != nil {
			return err
		}
	}
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// Read runs fn in a read-only transaction. Its error is api code busy where the
// database cannot be reached.
func (d *DB) Read(ctx context.Context, fn func(server.Tx) error) error {
	return away(d.backend.read(ctx, d.runs(ctx, fn)))
}

func (d *DB) runs(ctx context.Context, fn func(server.Tx) error) func(transaction) error {
	return func(t transaction) error {
		return fn(&tx{ctx: ctx, t: remember(t, &d.statements), unique: d.backend.unique})
	}
}
