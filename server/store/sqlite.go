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

// liteBackend has one connection that writes and a few that read. Writes stand
// in line for theirs and share its commits; other processes meet them at the
// file's lock.
type liteBackend struct {
	db     *sql.DB
	line   *line
	writer *session
	reader chan *session
	closed chan struct{}
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
	b := &liteBackend{db: db, line: newLine(), reader: make(chan *session, readers), closed: make(chan struct{})}
	for i := range readers + 1 {
		conn, err := db.Conn(ctx)
		if err != nil {
			_ = db.Close()
			return nil, fmt.Errorf("store: %w", err)
		}
		s := &session{conn: conn, stmts: map[string]*sql.Stmt{}}
		if i == 0 {
			b.writer = s
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

// read runs fn in a transaction of one of the reading connections.
func (b *liteBackend) read(ctx context.Context, fn func(transaction) error) error {
	var s *session
	select {
	case s = <-b.reader:
	case <-ctx.Done():
		return ctx.Err()
	case <-b.closed:
		return ErrClosed
	}
	defer func() { b.reader <- s }()
	if err := s.run("BEGIN"); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer func() { _ = s.run("ROLLBACK") }() // there is nothing to keep
	return fn(&liteTx{s: s})
}

func (b *liteBackend) retry(err error) bool {
	var e *sqlite.Error
	return errors.Is(err, errAgain) ||
		errors.As(err, &e) && (e.Code()&0xff == lite.SQLITE_BUSY || e.Code()&0xff == lite.SQLITE_LOCKED)
}

func (b *liteBackend) unique(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code() == lite.SQLITE_CONSTRAINT_UNIQUE || e.Code() == lite.SQLITE_CONSTRAINT_PRIMARYKEY)
}

func (b *liteBackend) ping(ctx context.Context) error { return b.db.PingContext(ctx) }

func (b *liteBackend) close() error {
	if !b.line.close() {
		return nil
	}
	close(b.closed)
	sessions := []*session{b.writer}
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
// request goes away: they take microseconds, and watching costs more. Broken is
// the first error other than a constraint's: the database may have rolled the
// whole transaction back.
type liteTx struct {
	s      *session
	broken error
}

func (t *liteTx) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	st, err := t.s.prepare(query)
	if err != nil {
		return nil, t.note(err)
	}
	r, err := st.ExecContext(context.WithoutCancel(ctx), args...)
	return r, t.note(err)
}

func (t *liteTx) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	st, err := t.s.prepare(query)
	if err != nil {
		return nil, t.note(err)
	}
	rows, err := st.QueryContext(context.WithoutCancel(ctx), args...)
	return rows, t.note(err)
}

func (t *liteTx) note(err error) error {
	var e *sqlite.Error
	if err != nil && t.broken == nil && !(errors.As(err, &e) && e.Code()&0xff == lite.SQLITE_CONSTRAINT) {
		t.broken = err
	}
	return err
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
