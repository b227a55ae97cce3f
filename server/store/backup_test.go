package store_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// filled gives a database with some rows of several kinds.
func filled(t *testing.T, d storetest.Database) *store.DB {
	t.Helper()
	db := d.Open()
	write(t, db, func(tx server.Tx) error {
		for i := range 40 {
			number := fmt.Sprint(100000000000 + i)
			a := server.Account{Number: number, State: "active", Password: "x", Language: "vi", Policy: "balanced", Created: 5, Seen: 6}
			if err := tx.AddAccount(a); err != nil {
				return err
			}
			row := server.AuditRow{Account: number, Seq: 1, At: 5, Actor: "device", Event: "thử – проба", Hash: []byte{0, 1, 255}}
			if err := tx.AddAudit(row); err != nil {
				return err
			}
		}
		return tx.SetFact("f", -42)
	})
	return db
}

func backedUp(t *testing.T, db *store.DB) []byte {
	t.Helper()
	var b bytes.Buffer
	m, err := db.Backup(ctx, &b, "1.2.3", time.Unix(1772442000, 0))
	must(t, err)
	if m.Rows["accounts"] != 40 || m.Made != "2026-03-02T09:00:00Z" || m.Schema == 0 {
		t.Errorf("%+v", m)
	}
	return b.Bytes()
}

// TestABackupRestoresAsEitherDatabase: from each kind of database into each.
func TestABackupRestoresAsEitherDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, from storetest.Database) {
		raw := backedUp(t, filled(t, from))
		storetest.Each(t, func(t *testing.T, to storetest.Database) {
			m, err := store.Restore(ctx, to.DSN, bytes.NewReader(raw))
			must(t, err)
			if m.Database != from.Name || m.Program != "1.2.3" || m.Rows["audit"] != 40 {
				t.Errorf("%+v", m)
			}
			if _, err := store.Open(ctx, to.DSN); !errors.Is(err, store.ErrRestoring) {
				t.Errorf("served at once: %v", err)
			}
			db := to.Open(store.WhileRestoring())
			must(t, db.FinishRestore(ctx))
			db = to.Open()
			must(t, db.Read(ctx, func(tx server.Tx) error {
				a, err := tx.Account("100000000039")
				if err != nil || a.Language != "vi" || a.Seen != 6 {
					t.Errorf("%+v %v", a, err)
				}
				rows, err := tx.Audit("100000000007", 0, 9)
				if err != nil || len(rows) != 1 || rows[0].Event != "thử – проба" || !bytes.Equal(rows[0].Hash, []byte{0, 1, 255}) {
					t.Errorf("%+v %v", rows, err)
				}
				f, err := tx.Fact("f")
				if err != nil || f != -42 {
					t.Errorf("%d %v", f, err)
				}
				return nil
			}))
			if _, err := store.Restore(ctx, to.DSN, bytes.NewReader(raw)); !errors.Is(err, store.ErrNotEmpty) {
				t.Errorf("over a living database: %v", err)
			}
		})
	})
}

// TestBackupUnderLoad: the copy is of one moment: a pair that is written together is
// there whole or not at all, and the writers do not wait for it.
func TestBackupUnderLoad(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := filled(t, d)
		running, stop := context.WithCancel(ctx)
		var all sync.WaitGroup
		var written [4]int64
		for w := range written {
			all.Go(func() {
				for running.Err() == nil {
					n := written[w] + 1
					if err := db.Write(ctx, func(tx server.Tx) error {
						if err := tx.SetFact(fmt.Sprint("left", w), n); err != nil {
							return err
						}
						return tx.SetFact(fmt.Sprint("right", w), n)
					}); err != nil {
						t.Error(err)
						return
					}
					written[w] = n
				}
			})
		}
		for i := range 4 {
			raw := backedUp(t, db)
			to := storetest.SQLite(t)
			_, err := store.Restore(ctx, to.DSN, bytes.NewReader(raw))
			must(t, err)
			must(t, to.Open(store.WhileRestoring()).Read(ctx, func(tx server.Tx) error {
				for w := range written {
					left, err1 := tx.Fact(fmt.Sprint("left", w))
					right, err2 := tx.Fact(fmt.Sprint("right", w))
					if left != right || errors.Join(err1, err2) != nil {
						t.Errorf("backup %d is torn: %d and %d", i, left, right)
					}
				}
				return nil
			}))
		}
		stop()
		all.Wait()
		if slices.Min(written[:]) == 0 {
			t.Errorf("writes waited for the backups: %v", written)
		}
	})
}

// TestAnUnfinishedRestoreBeginsAgain: what it left is no database to serve, and no
// obstacle to the next try.
func TestAnUnfinishedRestoreBeginsAgain(t *testing.T) {
	raw := backedUp(t, filled(t, storetest.SQLite(t)))
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		for range 2 {
			_, err := store.Restore(ctx, d.DSN, bytes.NewReader(raw))
			must(t, err)
		}
		must(t, d.Open(store.WhileRestoring()).FinishRestore(ctx))
	})
	dir := t.TempDir()
	dsn := filepath.Join(dir, "holdfast.db")
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := store.Restore(canceled, dsn, bytes.NewReader(raw)); err == nil {
		t.Fatal("a cancelled restore went through")
	}
	_, err := store.Restore(ctx, dsn, bytes.NewReader(raw))
	must(t, err)
}

// TestDamagedBackupsAreRefused: whatever byte is changed or missing, nothing is
// written.
func TestDamagedBackupsAreRefused(t *testing.T) {
	raw := backedUp(t, filled(t, storetest.SQLite(t)))
	into := filepath.Join(t.TempDir(), "holdfast.db")
	refused := func(what string, b []byte) {
		t.Helper()
		if _, err := store.Restore(ctx, into, bytes.NewReader(b)); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := os.Stat(into); err == nil {
			t.Fatalf("%s: a database was made", what)
		}
	}
	for i := 0; i < len(raw); i += 1 + len(raw)/97 {
		b := bytes.Clone(raw)
		b[i] ^= 4
		refused(fmt.Sprintf("byte %d", i), b)
		refused(fmt.Sprintf("cut at %d", i), raw[:i])
	}
	refused("more", append(bytes.Clone(raw), 0))
	refused("something else", []byte(strings.Repeat("SQLite format 3\x00", 99)))
}

// TestABackupOfANewerProgramIsRefused: a downgrade through a backup is a downgrade.
func TestABackupOfANewerProgramIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := filled(t, d)
		_, err := raw(t, d).ExecContext(ctx, "INSERT INTO goose_db_version (version_id, is_applied) VALUES ($1, $2)", 9999, true)
		must(t, err)
		var b bytes.Buffer
		_, err = db.Backup(ctx, &b, "99", time.Now())
		must(t, err)
		into := filepath.Join(t.TempDir(), "holdfast.db")
		if _, err := store.Restore(ctx, into, bytes.NewReader(b.Bytes())); !errors.Is(err, store.ErrNewer) {
			t.Errorf("%v", err)
		}
		if _, err := store.Migrate(ctx, d.DSN, 0); !errors.Is(err, store.ErrNewer) {
			t.Errorf("migrate: %v", err)
		}
	})
}

// TestMigrationIsExplicit: WithoutMigration makes a schema where there is none, and
// leaves an older one alone.
func TestMigrationIsExplicit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		current, target, err := store.Schema(ctx, d.DSN)
		if err != nil || current != 0 || target < 4 {
			t.Fatalf("%d %d %v", current, target, err)
		}
		_, err = store.Migrate(ctx, d.DSN, 3)
		must(t, err)
		if _, err := store.Open(ctx, d.DSN, store.WithoutMigration()); !errors.Is(err, store.ErrOlder) {
			t.Errorf("an older schema: %v", err)
		}
		from, err := store.Migrate(ctx, d.DSN, 0)
		if err != nil || from != 3 {
			t.Errorf("from %d: %v", from, err)
		}
		if current, _, err = store.Schema(ctx, d.DSN); err != nil || current != target {
			t.Errorf("now %d: %v", current, err)
		}
		d.Open(store.WithoutMigration())
	})
	d := storetest.SQLite(t)
	if _, _, err := store.Schema(ctx, d.DSN); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(d.DSN); err == nil {
		t.Error("asking for the schema made a file")
	}
	d.Open(store.WithoutMigration())
}

// TestAnOlderBackupIsBroughtUpToDate: it is restored with the schema that it has, and
// then migrated.
func TestAnOlderBackupIsBroughtUpToDate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		_, err := store.Migrate(ctx, d.DSN, 2)
		must(t, err)
		_, err = raw(t, d).ExecContext(ctx, "INSERT INTO accounts VALUES ('100000000001', 'active', 'x', 'en', 'balanced', 1, 2)")
		must(t, err)
		var b bytes.Buffer
		_, err = store.BackupAsIs(ctx, d.DSN, &b)
		must(t, err)
		to := storetest.SQLite(t)
		m, err := store.Restore(ctx, to.DSN, bytes.NewReader(b.Bytes()))
		if err != nil || m.Schema != 2 {
			t.Fatalf("%+v %v", m, err)
		}
		must(t, to.Open(store.WhileRestoring(), store.WithoutMigration()).Read(ctx, func(tx server.Tx) error {
			_, err := tx.Account("100000000001")
			return err
		}))
	})
}

// FuzzBackupReader reads whatever it is given, without the digest in the way.
func FuzzBackupReader(f *testing.F) {
	var b bytes.Buffer
	db, err := store.Open(ctx, filepath.Join(f.TempDir(), "holdfast.db"))
	if err != nil {
		f.Fatal(err)
	}
	if _, err := db.Backup(ctx, &b, "1", time.Unix(5, 0)); err != nil {
		f.Fatal(err)
	}
	_ = db.Close()
	f.Add(store.BackupRecords(b.Bytes()))
	noise := make([]byte, 200)
	_, _ = io.ReadFull(rand.Reader, noise)
	f.Add(noise)
	f.Fuzz(func(t *testing.T, records []byte) {
		if err := store.ReadRecords(records); err != nil && !errors.Is(err, store.ErrDamaged) && !errors.Is(err, store.ErrNewer) {
			t.Errorf("%v", err)
		}
	})
}
