package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"

	_ "modernc.org/sqlite" // the driver named sqlite, for migrations
	lite "modernc.org/sqlite/lib"
)

// readers is how many reads of one process run beside its one write; each keeps
// so many KiB of pages: most that is read is read in a write.
const (
	readers      = 4
	readersCache = "cache_size(-256)"
)

// liteBackend has one connection that writes and a few that read. Writes stand
// in line for theirs and share its commits; other processes meet them at the
// file's lock.
type liteBackend struct {
	line   *line
	writer *liteConn
	reader chan *liteConn
	closed chan struct{}
}

// pragmas ask for a write-ahead log that is synced at every commit: a commit
// that was lost with the power could bring a spent code back to life. A log of
// 16 MiB (4,000 pages) before it is copied into the database means fewer copies
// of the pages that every write touches.
func pragmas() []string {
	list := []string{
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "temp_store(MEMORY)",
		"wal_autocheckpoint(4000)",
	}
	if runtime.GOOS == "darwin" {
		list = append(list, "fullfsync(1)")
	}
	return list
}

func openSQLite(ctx context.Context, path string) (backend, error) {
	if err := private(path); err != nil {
		return nil, err
	}
	if err := migrateSQLite(ctx, liteDSN(path)); err != nil {
		return nil, err
	}
	b := &liteBackend{line: newLine(), reader: make(chan *liteConn, readers), closed: make(chan struct{})}
	for i := range readers + 1 {
		list := pragmas()
		if i > 0 {
			list = append(list, readersCache)
		}
		c, err := openLite(path, list...)
		switch {
		case err != nil && i > 0:
			b.writer.close()
			fallthrough
		case err != nil:
			for range i - 1 {
				(<-b.reader).close()
			}
			return nil, fmt.Errorf("store: %w", err)
		case i == 0:
			b.writer = c
		default:
			b.reader <- c
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

// liteDSN is the file as migrations open it, through database/sql.
func liteDSN(path string) string {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": pragmas()}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// read runs fn in a transaction of one of the reading connections.
func (b *liteBackend) read(ctx context.Context, fn func(transaction) error) error {
	var c *liteConn
	select {
	case c = <-b.reader:
	case <-ctx.Done():
		return ctx.Err()
	case <-b.closed:
		return ErrClosed
	}
	defer func() { b.reader <- c }()
	if err := c.run("BEGIN"); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer func() { _ = c.run("ROLLBACK") }() // there is nothing to keep
	return fn(&liteTx{c: c})
}

func (b *liteBackend) retry(err error) bool {
	var e *liteError
	return errors.Is(err, errAgain) ||
		errors.As(err, &e) && (e.primary() == lite.SQLITE_BUSY || e.primary() == lite.SQLITE_LOCKED)
}

func (b *liteBackend) unique(err error) bool {
	var e *liteError
	return errors.As(err, &e) && (e.code == lite.SQLITE_CONSTRAINT_UNIQUE || e.code == lite.SQLITE_CONSTRAINT_PRIMARYKEY)
}

func (b *liteBackend) ping(ctx context.Context) error {
	return b.read(ctx, func(t transaction) error { _, err := t.exec(ctx, "SELECT 1"); return err })
}

func (b *liteBackend) close() error {
	if !b.line.close() {
		return nil
	}
	close(b.closed)
	for range readers {
		(<-b.reader).close()
	}
	b.writer.close() // the last one copies the log into the database
	return nil
}

// liteTx is a transaction on a connection. Its statements are not cut short when a
// request goes away: they take microseconds, and watching costs more. Broken is
// the first error other than a constraint's: the database may have rolled the
// whole transaction back.
type liteTx struct {
	c      *liteConn
	batch  *batch // nil while reading
	broken error
}

// facts is what the writes of one batch share: they run one after another.
func (t *liteTx) facts() map[string]int64 {
	if t.batch == nil {
		return nil
	}
	return t.batch.facts
}

func (t *liteTx) exec(_ context.Context, query string, args ...any) (changed, error) {
	n, err := t.c.exec(query, args)
	return changed(n), t.note(err)
}

func (t *liteTx) query(_ context.Context, each func(scanner) error, query string, args ...any) error {
	return t.note(t.c.query(query, args, each))
}

func (t *liteTx) note(err error) error {
	if err == nil {
		return nil
	}
	var e *liteError
	if t.broken == nil && errors.As(err, &e) && e.primary() != lite.SQLITE_CONSTRAINT {
		t.broken = err
	}
	return err
}
