package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/seed-1feef0b2/holdfast/server"
)

// DB is a Store over SQL.
type DB struct{ db *sql.DB }

var _ server.Store = (*DB)(nil)

// Option changes how Open opens.
type Option func(*DB)

// Open opens a database.
func Open(ctx context.Context, dsn string, opts ...Option) (*DB, error) {
	return nil, errors.New("store: being built")
}

func (d *DB) Write(ctx context.Context, fn func(server.Tx) error) error { return nil }
func (d *DB) Read(ctx context.Context, fn func(server.Tx) error) error  { return nil }
func (d *DB) Ping(ctx context.Context) error                            { return nil }

// Close closes it.
func (d *DB) Close() error { return nil }
