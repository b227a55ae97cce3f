// Package storetest gives tests the two real databases: SQLite files, and a
// PostgreSQL server that it starts for the run of a test package. It is for
// tests only and holds no rules.
package storetest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-1feef0b2/holdfast/server/store"
)

// Database is one database that a test may open several times, as several
// processes would.
type Database struct {
	t    testing.TB
	DSN  string
	Name string // sqlite or postgres
}

// Open opens the database; the test closes it at its end.
func (d Database) Open(opts ...store.Option) *store.DB {
	d.t.Helper()
	db, err := store.Open(context.Background(), d.DSN, opts...)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() {
		if err := db.Close(); err != nil {
			d.t.Error(err)
		}
	})
	return db
}

// SQLite gives a new, empty SQLite database.
func SQLite(t testing.TB) Database {
	return Database{t: t, DSN: filepath.Join(t.TempDir(), "holdfast.db"), Name: "sqlite"}
}

// Postgres gives a new, empty PostgreSQL database. Where PostgreSQL is not
// installed the test is skipped, or fails when HOLDFAST_REQUIRE_ALL is 1.
func Postgres(t testing.TB) Database {
	t.Helper()
	p, err := server.get()
	if err != nil {
		if os.Getenv("HOLDFAST_REQUIRE_ALL") == "1" {
			t.Fatalf("PostgreSQL is required: %v", err)
		}
		t.Skipf("SKIPPED, not shown on PostgreSQL: %v", err)
	}
	dsn, err := p.schema()
	if err != nil {
		t.Fatal(err)
	}
	return Database{t: t, DSN: dsn, Name: "postgres"}
}

// Each runs a test on both databases.
func Each(t *testing.T, fn func(t *testing.T, d Database)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, Postgres(t)) })
}

// Main runs a package's tests and stops the PostgreSQL server that they
// started. Use it as func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }.
func Main(m *testing.M) int {
	defer server.stop()
	return m.Run()
}
