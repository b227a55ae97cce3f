package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver named pgx, for migrations and restores
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
	pool *pgxpool.Pool
	gate *gate
}

func openPostgres(ctx context.Context, dsn string) (backend, error) {
	if err := migratePostgres(ctx, dsn); err != nil {
		return nil, err
	}
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	config.MaxConns, config.MaxConnIdleTime = pgConnections, pgIdle
	// A transaction that was left open would keep its locks: nothing that fails
	// before its end goes back among the free connections.
	config.AfterRelease = func(c *pgx.Conn) bool { return c.PgConn().TxStatus() == 'I' }
	pool, err := pgxpool.NewWithConfig(context.WithoutCancel(ctx), config)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return &pgBackend{pool: pool, gate: newGate(pgConnections)}, nil
}

// begin begins a transaction. A kept connection may have died: nothing was said on
// it yet, so another one is taken.
func (b *pgBackend) begin(ctx context.Context, opt pgx.TxOptions) (pgx.Tx, error) {
	for tries := 0; ; tries++ {
		t, err := b.pool.BeginTx(ctx, opt)
		if err == nil || tries == pgConnections || !pgconn.SafeToRetry(err) && !errors.Is(err, io.ErrUnexpectedEOF) || ctx.Err() != nil {
			return t, err
		}
	}
}

func (b *pgBackend) write(ctx context.Context, hook Hook, fn func(transaction) error) (err error) {
	if err := b.gate.enter(ctx); err != nil {
		return err
	}
	defer func() { b.gate.leave(b.retry(err)) }()
	t, err := b.begin(ctx, pgx.TxOptions{IsoLevel: pgx.Serializable})
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer func() { _ = t.Rollback(context.WithoutCancel(ctx)) }() // nothing after a commit
	if err := fn(pgxTx{t}); err != nil {
		return err
	}
	if err := hook(ctx, false); err != nil {
		return err
	}
	if err := t.Commit(ctx); err != nil {
		return fmt.Errorf("store: commit: %w", err)
	}
	return hook(ctx, true)
}

func (b *pgBackend) read(ctx context.Context, fn func(transaction) error) error {
	t, err := b.begin(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer func() { _ = t.Rollback(context.WithoutCancel(ctx)) }() // there is nothing to keep
	return fn(pgxTx{t})
}

func (b *pgBackend) retry(err error) bool {
	code := pgCode(err)
	return code == pgSerialization || code == pgDeadlock
}

func (b *pgBackend) unique(err error) bool          { return pgCode(err) == pgUnique }
func (b *pgBackend) ping(ctx context.Context) error { return b.pool.Ping(ctx) }
func (b *pgBackend) close() error                   { b.pool.Close(); return nil }

func pgCode(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// pgxTx is a transaction as the server runs it: without database/sql, which took a
// third as long again.
type pgxTx struct{ t pgx.Tx }

func (t pgxTx) exec(ctx context.Context, query string, args ...any) (changed, error) {
	tag, err := t.t.Exec(ctx, query, args...)
	return changed(tag.RowsAffected()), err
}

func (t pgxTx) query(ctx context.Context, each func(scanner) error, query string, args ...any) error {
	rows, err := t.t.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	return allRows(rows, each)
}

// pgTx is a transaction of database/sql, of which a restore is one.
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
	return allRows(rows, each)
}

// allRows calls each for every row, whichever way they came.
func allRows(rows interface {
	scanner
	Next() bool
	Err() error
}, each func(scanner) error,
) error {
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
