package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver named pgx
)

// Connections of one process, and how long an idle one stays.
const (
	pgConnections = 16
	pgIdle        = 5 * time.Minute
)

// PostgreSQL's error codes (appendix A of its manual).
const (
	pgUnique        = "23505"
	pgSerialization = "40001"
	pgDeadlock      = "40P01"
)

type pgBackend struct {
	db   *sql.DB
	gate *gate
}

func openPostgres(ctx context.Context, dsn string) (backend, error) {
	if err := migratePostgres(ctx, dsn); err != nil {
		return nil, err
	}
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	db.SetMaxOpenConns(pgConnections)
	db.SetMaxIdleConns(pgConnections)
	db.SetConnMaxIdleTime(pgIdle)
	return &pgBackend{db: db, gate: newGate(pgConnections)}, nil
}

func (b *pgBackend) write(ctx context.Context, hook Hook, fn func(transaction) error) (err error) {
	if err := b.gate.enter(ctx); err != nil {
		return err
	}
	defer func() { b.gate.leave(b.retry(err)) }()
	t, err := b.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer func() { _ = t.Rollback() }() // nothing after a commit
	if err := fn(pgTx{t}); err != nil {
		return err
	}
	if err := hook(ctx, false); err != nil {
		return err
	}
	if err := t.Commit(); err != nil {
		return fmt.Errorf("store: commit: %w", err)
	}
	return hook(ctx, true)
}

func (b *pgBackend) read(ctx context.Context, fn func(transaction) error) error {
	t, err := b.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer func() { _ = t.Rollback() }() // there is nothing to keep
	return fn(pgTx{t})
}

func (b *pgBackend) retry(err error) bool {
	code := pgCode(err)
	return code == pgSerialization || code == pgDeadlock
}

func (b *pgBackend) unique(err error) bool          { return pgCode(err) == pgUnique }
func (b *pgBackend) ping(ctx context.Context) error { return b.db.PingContext(ctx) }
func (b *pgBackend) close() error                   { return b.db.Close() }

func pgCode(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

type pgTx struct{ t *sql.Tx }

func (t pgTx) exec(ctx context.Context, query string, args ...any) (changed, error) {
	r, err := t.t.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	n, err := r.RowsAffected()
	return changed(n), err
}

func (t pgTx) query(ctx context.Context, each func(scanner) error, query string, args ...any) error {
	rows, err := t.t.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
