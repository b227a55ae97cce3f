package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/seed-1feef0b2/holdfast/server"
)

// Errors of Restore.
var (
	// ErrNotEmpty: the database holds something already. It is left as it is.
	ErrNotEmpty = errors.New("store: the database is not empty")
	// ErrRestoring: the database was filled from a backup and not yet taken into
	// service: nothing may serve it.
	ErrRestoring = errors.New("store: the database is being restored")
)

// factRestoring stands in a database from the moment its rows come from a backup
// until FinishRestore.
const factRestoring = "restoring"

// Restore fills an empty database from a backup: it makes the schema that the backup
// was made of, copies all rows in one transaction, and then brings the schema up to
// date. Afterwards the database is marked as not yet in service; Open gives
// ErrRestoring for it until FinishRestore. A restore that ended half-way may be begun
// again. The whole backup is checked before anything is written. Errors: ErrDamaged,
// ErrNewer, ErrNotEmpty.
func Restore(ctx context.Context, dsn string, r io.ReadSeeker) (BackupManifest, error) {
	m, err := ReadBackup(r)
	if err != nil {
		return m, err
	}
	if err := makeRoom(ctx, dsn, m.Schema); err != nil {
		return m, err
	}
	if _, err := Migrate(ctx, dsn, m.Schema); err != nil {
		return m, err
	}
	b, err := openBackup(r)
	if err != nil {
		return m, err
	}
	if err := inOneTransaction(ctx, dsn, func(conn *sql.Conn, t transaction) error {
		return load(ctx, conn, t, isPostgres(dsn), b)
	}); err != nil {
		return m, err
	}
	_, err = Migrate(ctx, dsn, 0)
	return m, err
}

// FinishRestore says that a restored database may be served.
func (d *DB) FinishRestore(ctx context.Context) error {
	return d.Write(ctx, func(tx server.Tx) error { return tx.SetFact(factRestoring, 0) })
}

// WhileRestoring lets Open open a database that is being restored.
func WhileRestoring() Option { return func(d *DB) { d.whileRestoring = true } }

// inService refuses a database that is being restored.
func (d *DB) inService(ctx context.Context) error {
	if d.whileRestoring {
		return nil
	}
	return d.Read(ctx, func(tx server.Tx) error {
		if n, err := tx.Fact(factRestoring); err != nil || n == 0 {
			return err
		}
		return ErrRestoring
	})
}

// makeRoom refuses a database that holds something, and takes away what an unfinished
// restore left.
func makeRoom(ctx context.Context, dsn string, schema int64) error {
	current, _, err := Schema(ctx, dsn)
	if err != nil || current == 0 {
		return err
	}
	unfinished := false
	err = inOneTransaction(ctx, dsn, func(_ *sql.Conn, t transaction) error {
		c := catalog{ctx: ctx, t: t, postgres: isPostgres(dsn)}
		tables, err := c.tables()
		if err != nil {
			return err
		}
		marks, err := query(c, scanNumber, "SELECT count(*) FROM facts WHERE name = '"+factRestoring+"' AND value = 1")
		if err != nil {
			return err
		}
		unfinished = marks[0] > 0
		for _, table := range tables {
			n, err := query(c, scanNumber, "SELECT count(*) FROM (SELECT 1 FROM "+quoted(table.Name)+" LIMIT 1) AS few")
			if err != nil {
				return err
			}
			if n[0] > 0 && !unfinished {
				return ErrNotEmpty
			}
		}
		if !unfinished && current != schema {
			return ErrNotEmpty // an empty database, but of another schema: not made by a restore
		}
		return nil
	})
	if err != nil || !unfinished {
		return err
	}
	return wipe(ctx, dsn)
}

// wipe takes away every table of ours, also the migrations' own, and the functions of
// their triggers.
func wipe(ctx context.Context, dsn string) error {
	if !isPostgres(dsn) {
		for _, end := range []string{"-wal", "-shm", ""} {
			if err := os.Remove(dsn + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("store: %w", err)
			}
		}
		return nil
	}
	return inOneTransaction(ctx, dsn, func(_ *sql.Conn, t transaction) error {
		tables, err := catalog{ctx: ctx, t: t, postgres: true}.tables()
		if err != nil {
			return err
		}
		names := []string{quoted(versionTable)}
		for _, table := range tables {
			names = append(names, quoted(table.Name))
		}
		if _, err = t.exec(ctx, "DROP TABLE "+strings.Join(names, ", ")+" CASCADE"); err != nil {
			return err
		}
		triggers, err := query(catalog{ctx: ctx, t: t}, scanText, "SELECT oid::regprocedure::text FROM pg_proc "+
			"WHERE pronamespace = current_schema()::regnamespace AND prorettype = 'trigger'::regtype")
		for _, f := range triggers {
			if err == nil {
				_, err = t.exec(ctx, "DROP FUNCTION "+f)
			}
		}
		return err
	})
}

// inOneTransaction runs do in a transaction of its own connection.
func inOneTransaction(ctx context.Context, dsn string, do func(*sql.Conn, transaction) error) error {
	driver, name := "pgx", dsn
	if !isPostgres(dsn) {
		driver, name = "sqlite", liteDSN(dsn)
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer conn.Close()
	t, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer func() { _ = t.Rollback() }() // nothing after a commit
	err = do(conn, pgTx{t})
	if err == nil {
		err = t.Commit()
	}
	switch {
	case err == nil, errors.Is(err, ErrDamaged), errors.Is(err, ErrNotEmpty):
		return err
	}
	return fmt.Errorf("store: restore: %w", err)
}

// load copies all rows of a backup, and marks the database.
func load(ctx context.Context, conn *sql.Conn, t transaction, postgres bool, b *backupReader) error {
	c := catalog{ctx: ctx, t: t, postgres: postgres}
	there, err := c.tables()
	if err != nil {
		return err
	}
	known := map[string]backupTable{}
	for _, table := range there {
		known[table.Name] = table
	}
	var rows *rowFeed
	finish := func() error {
		if rows == nil {
			return nil
		}
		return rows.finish()
	}
	err = b.each(func(table backupTable) error {
		if err := finish(); err != nil {
			return err
		}
		if !fits(table, known[table.Name]) {
			return ErrDamaged
		}
		rows = feed(ctx, conn, t, postgres, table)
		return nil
	}, func(values []any) error { return rows.add(values) })
	if err = errors.Join(finish(), err); err != nil {
		return err
	}
	_, err = t.exec(ctx, "INSERT INTO facts (name, value) VALUES ('"+factRestoring+"', 1) ON CONFLICT (name) DO UPDATE SET value = 1")
	return err
}

// fits says whether a table of the backup is that of the database, whatever the
// order of its columns.
func fits(table, there backupTable) bool {
	if len(table.Columns) != len(there.Columns) {
		return false
	}
	kinds := map[string]string{}
	for _, c := range there.Columns {
		kinds[c.Name] = c.Kind
	}
	for _, c := range table.Columns {
		if kinds[c.Name] != c.Kind {
			return false
		}
	}
	return true
}

// rowFeed takes rows to a table: by insert statements in SQLite, by COPY in
// PostgreSQL.
type rowFeed struct {
	add    func([]any) error
	finish func() error
}

func feed(ctx context.Context, conn *sql.Conn, t transaction, postgres bool, table backupTable) *rowFeed {
	if !postgres {
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(table.Columns)), ", ")
		insert := "INSERT INTO " + quoted(table.Name) + " (" + table.names() + ") VALUES (" + marks + ")"
		return &rowFeed{
			add:    func(values []any) error { _, err := t.exec(ctx, insert, values...); return err },
			finish: func() error { return nil },
		}
	}
	c := &copying{rows: make(chan []any, 64), done: make(chan struct{})}
	go func() {
		defer close(c.done)
		c.err = conn.Raw(func(driver any) error {
			raw, ok := driver.(*stdlib.Conn)
			if !ok {
				return fmt.Errorf("%T is not the driver's connection", driver)
			}
			columns := make([]string, len(table.Columns))
			for i, column := range table.Columns {
				columns[i] = column.Name
			}
			_, err := raw.Conn().CopyFrom(ctx, pgx.Identifier{table.Name}, columns, c)
			return err
		})
	}()
	return &rowFeed{add: c.add, finish: c.finish}
}

// copying is the rows of one table on their way into COPY.
type copying struct {
	rows    chan []any
	current []any
	done    chan struct{}
	err     error
}

func (c *copying) add(values []any) error {
	select {
	case c.rows <- append([]any(nil), values...):
		return nil
	case <-c.done:
		return errors.Join(c.err, ErrDamaged)
	}
}

func (c *copying) finish() error {
	close(c.rows)
	<-c.done
	return c.err
}

// Next, Values and Err make it a pgx.CopyFromSource.
func (c *copying) Next() (more bool) { c.current, more = <-c.rows; return more }

// Values are those of the row.
func (c *copying) Values() ([]any, error) { return c.current, nil }

// Err is always nil: rows that do not come end the copy as a whole.
func (c *copying) Err() error { return nil }
