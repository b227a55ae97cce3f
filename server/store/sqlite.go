package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"

	"modernc.org/sqlite"
	lite "modernc.org/sqlite/lib"
)

// readers is how many reads of one process run beside its one write.
const readers = 4

// liteBackend has one connection that writes and a few that read. A write waits
// for the one before it in this process, and at the file's lock for other
// processes.
type liteBackend struct {
	db     *sql.DB
	writer chan *session
	reader chan *session
}

// session is a connection with its prepared statements.
type session struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func openSQLite(ctx context.Context, path string) (backend, error) {
	if err := private(path); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", liteDSN(path))
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if err := migrateSQLite(ctx, liteDSN(path)); err != nil {
		_ = db.Close()
		return nil, err
	}
	b := &liteBackend{db: db, writer: make(chan *session, 1), reader: make(chan *session, readers)}
	for i := range readers + 1 {
		conn, err := db.Conn(ctx)
		if err != nil {
			_ = db.Close()
			return nil, fmt.Errorf("store: %w", err)
		}
		s := &session{conn: conn, stmts: map[string]*sql.Stmt{}}
		if i == 0 {
			b.writer <- s
		} else {
			b.reader <- s
		}
	}
	return b, nil
}

// private makes the file, where there is none, for this user's eyes only; the
// log beside it gets the same rights from SQLite.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return f.Close()
}

// liteDSN asks for a write-ahead log that is synced at every commit: a commit
// that was lost with the power could bring a spent code back to life.
func liteDSN(path string) string {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
	}}
	if runtime.GOOS == "darwin" {
		q["_pragma"] = append(q["_pragma"], "fullfsync(1)")
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func (b *liteBackend) begin(ctx context.Context, write bool) (transaction, error) {
	pool, word := b.reader, "BEGIN"
	if write {
		pool, word = b.writer, "BEGIN IMMEDIATE"
	}
	var s *session
	select {
	case s = <-pool:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	t := &liteTx{s: s, pool: pool}
	if err := s.run(word); err != nil {
		pool <- s
		return nil, err
	}
	return t, nil
}

func (b *liteBackend) retry(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code()&0xff == lite.SQLITE_BUSY || e.Code()&0xff == lite.SQLITE_LOCKED)
}

func (b *liteBackend) unique(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code() == lite.SQLITE_CONSTRAINT_UNIQUE || e.Code() == lite.SQLITE_CONSTRAINT_PRIMARYKEY)
}

func (b *liteBackend) ping(ctx context.Context) error { return b.db.PingContext(ctx) }

func (b *liteBackend) close() error {
	sessions := []*session{<-b.writer}
	for range readers {
		sessions = append(sessions, <-b.reader)
	}
	for _, s := range sessions {
		for _, st := range s.stmts {
			_ = st.Close()
		}
		_ = s.conn.Close()
	}
	return b.db.Close()
}

// liteTx is a transaction on a session. Its statements are not cut short when a
// request goes away: they take microseconds, and watching costs more.
type liteTx struct {
	s    *session
	pool chan *session
}

func (t *liteTx) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	st, err := t.s.prepare(query)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(context.WithoutCancel(ctx), args...)
}

func (t *liteTx) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	st, err := t.s.prepare(query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(context.WithoutCancel(ctx), args...)
}

func (t *liteTx) commit() error {
	err := t.s.run("COMMIT")
	if err != nil {
		_ = t.s.run("ROLLBACK")
	}
	t.pool <- t.s
	return err
}

func (t *liteTx) rollback() {
	_ = t.s.run("ROLLBACK")
	t.pool <- t.s
}

func (s *session) run(query string) error {
	st, err := s.prepare(query)
	if err != nil {
		return err
	}
	_, err = st.ExecContext(context.Background())
	return err
}

func (s *session) prepare(query string) (*sql.Stmt, error) {
	if st, ok := s.stmts[query]; ok {
		return st, nil
	}
	st, err := s.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	s.stmts[query] = st
	return st, nil
}
