package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childVariable); path != "" {
		child(path)
	}
	os.Exit(storetest.Main(m))
}

var ctx = context.Background()

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, db *store.DB, fn func(server.Tx) error) {
	t.Helper()
	must(t, db.Write(ctx, fn))
}

func account(number string) server.Account {
	return server.Account{Number: number, State: "active", Password: "x", Language: "en", Policy: api.Balanced, Created: 7, Seen: 8}
}

func device(id, account string) server.Device {
	return server.Device{
		ID: id, Account: account, KeyID: "key of " + id, Key: api.Key{KeyType: "EC", Curve: "P-256", X: "x", Y: "y"}, Name: "n", Platform: "linux",
		State: api.DevicePending, Current: "c", Failures: []int64{1, 2}, Seen: []byte{1}, Sum: []byte{2}, Created: 5, LastSeen: 6,
	}
}

func TestEveryCommitIsHookedAndUndoneBeforeIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var before, after int
		var fail error
		failAfter := false
		db := d.Open(store.WithCommitHook(func(_ context.Context, committed bool) error {
			if committed {
				after++
				if failAfter {
					return fail
				}
				return nil
			}
			before++
			if !failAfter {
				return fail
			}
			return nil
		}))
		set := func(v int64) error {
			return db.Write(ctx, func(tx server.Tx) error { return tx.SetFact("f", v) })
		}
		get := func() (v int64) {
			must(t, db.Read(ctx, func(tx server.Tx) (err error) { v, err = tx.Fact("f"); return err }))
			return v
		}
		must(t, set(1))
		fail = errors.New("killed")
		if err := set(2); !errors.Is(err, fail) || get() != 1 {
			t.Errorf("killed before the commit: %v, %d", err, get())
		}
		failAfter = true
		if err := set(3); !errors.Is(err, fail) || get() != 3 {
			t.Errorf("killed after the commit: %v, %d", err, get())
		}
		if before != 3 || after != 2 {
			t.Errorf("hooked %d and %d times", before, after)
		}
	})
}

func TestAWriteThatFailsLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open()
		err := db.Write(ctx, func(tx server.Tx) error {
			if err := tx.AddAccount(account("100000000001")); err != nil {
				return err
			}
			return errors.New("no")
		})
		if err == nil {
			t.Fatal("no error")
		}
		err = db.Read(ctx, func(tx server.Tx) error { _, err := tx.Account("100000000001"); return err })
		if !errors.Is(err, server.ErrNotFound) {
			t.Errorf("got %v", err)
		}
		func() {
			defer func() { _ = recover() }()
			_ = db.Write(ctx, func(server.Tx) error { panic("in the middle") })
		}()
		write(t, db, func(tx server.Tx) error { return tx.AddAccount(account("100000000001")) })
		err = db.Write(ctx, func(tx server.Tx) error { return tx.AddAccount(account("100000000001")) })
		if !errors.Is(err, server.ErrExists) {
			t.Errorf("twice: %v", err)
		}
	})
}

func TestConstraintsOfTheDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open()
		write(t, db, func(tx server.Tx) error {
			for _, n := range []string{"100000000001", "100000000002"} {
				if err := tx.AddAccount(account(n)); err != nil {
					return err
				}
			}
			if err := tx.AddDevice(device("d1", "100000000001")); err != nil {
				return err
			}
			return tx.AddContact(server.Contact{ID: "c1", Account: "100000000001", Channel: "email", Sealed: []byte{1}, Blind: []byte{9}, Verified: 1})
		})
		for name, fn := range map[string]func(server.Tx) error{
			"two owners of one address": func(tx server.Tx) error {
				return tx.AddContact(server.Contact{ID: "c2", Account: "100000000002", Channel: "email", Sealed: []byte{1}, Blind: []byte{9}, Verified: 1})
			},
			"two open challenges of one device": func(tx server.Tx) error {
				one := server.Challenge{ID: "x", Account: "100000000001", Device: "d1", Reference: "AAA", State: api.ChallengeOpen, Seq: 1}
				if err := tx.AddChallenge(one); err != nil {
					return err
				}
				one.ID, one.Reference, one.Seq = "y", "BBB", 2
				return tx.AddChallenge(one)
			},
			"two devices of one key": func(tx server.Tx) error {
				d := device("d2", "100000000002")
				d.KeyID = "key of d1"
				return tx.AddDevice(d)
			},
			"one nonce twice": func(tx server.Tx) error {
				if err := tx.AddNonce("k", "n", 5); err != nil {
					return err
				}
				return tx.AddNonce("k", "n", 5)
			},
		} {
			if err := db.Write(ctx, fn); !errors.Is(err, server.ErrExists) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestCountersHoldAcrossProcesses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		dbs := []*store.DB{d.Open(), d.Open()}
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				err := dbs[i%2].Write(ctx, func(tx server.Tx) error {
					times, err := tx.Times([]byte("k"))
					if err != nil {
						return err
					}
					return tx.SetTimes([]byte("k"), append(times, int64(i)), 10)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		must(t, dbs[0].Read(ctx, func(tx server.Tx) error {
			times, err := tx.Times([]byte("k"))
			if len(times) != 60 {
				t.Errorf("%d of 60 were counted", len(times))
			}
			return err
		}))
	})
}

func TestTwoProcessesMakeOneSchema(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				db, err := store.Open(ctx, d.DSN)
				if err != nil {
					t.Error(err)
					return
				}
				must(t, db.Ping(ctx))
				must(t, db.Close())
			})
		}
		wg.Wait()
	})
}

func TestASQLiteFileThatIsNoDatabaseIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "holdfast.db")
	must(t, os.WriteFile(path, []byte("this is somebody's letter, not a database; it must stay as it is"), 0o600))
	if _, err := store.Open(ctx, path); err == nil {
		t.Error("opened")
	}
	raw, err := os.ReadFile(path)
	if err != nil || string(raw[:4]) != "this" {
		t.Errorf("touched: %q %v", raw, err)
	}
}

func TestAFullPathAndStrangeNames(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a dir with spaces, ? and #")
	must(t, os.Mkdir(dir, 0o700))
	db, err := store.Open(ctx, filepath.Join(dir, "данные %20.db"))
	must(t, err)
	write(t, db, func(tx server.Tx) error { return tx.SetFact("f", 1) })
	files, err := filepath.Glob(filepath.Join(dir, "данные %20.db*"))
	must(t, err)
	if len(files) != 3 {
		t.Errorf("files: %v", files)
	}
	for _, name := range files {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", filepath.Base(name), info.Mode(), err)
		}
	}
	must(t, db.Close())
}
