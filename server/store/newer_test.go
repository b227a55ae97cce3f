package store_test

import (
	"database/sql"
	"errors"
	"testing"

	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

func raw(t *testing.T, d storetest.Database) *sql.DB {
	t.Helper()
	driver := map[string]string{"sqlite": "sqlite", "postgres": "pgx"}[d.Name]
	db, err := sql.Open(driver, d.DSN)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestANewerDatabaseIsRefusedAndLeftAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open()
		write(t, db, func(tx server.Tx) error { return tx.SetFact("f", 42) })
		r := raw(t, d)
		_, err := r.ExecContext(ctx, "INSERT INTO goose_db_version (version_id, is_applied) VALUES ($1, $2)", 9999, true)
		must(t, err)
		if _, err := store.Open(ctx, d.DSN); !errors.Is(err, store.ErrNewer) {
			t.Errorf("got %v", err)
		}
		var v int64
		must(t, r.QueryRowContext(ctx, "SELECT value FROM facts WHERE name = 'f'").Scan(&v))
		if v != 42 {
			t.Errorf("fact %d", v)
		}
	})
}

func TestTheAuditLogIsAppendOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open()
		row := server.AuditRow{Account: "a", Seq: 1, At: 5, Actor: "device", Event: "e", Hash: []byte{1}}
		write(t, db, func(tx server.Tx) error { return tx.AddAudit(row) })
		r := raw(t, d)
		for _, query := range []string{"UPDATE audit SET event = 'x'", "DELETE FROM audit"} {
			if _, err := r.ExecContext(ctx, query); err == nil {
				t.Errorf("%s went through", query)
			}
		}
		if err := db.Write(ctx, func(tx server.Tx) error { return tx.AddAudit(row) }); !errors.Is(err, server.ErrExists) {
			t.Errorf("one sequence number twice: %v", err)
		}
	})
}
