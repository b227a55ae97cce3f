package daemon

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver named pgx
	_ "modernc.org/sqlite"             // the driver named sqlite

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// machine is one server's folder and database.
type machine struct {
	t    *testing.T
	data string
	db   storetest.Database
	env  map[string]string
}

const fixedOrigin = "http://127.0.0.1:7999"

func newMachine(t *testing.T, db storetest.Database) *machine {
	t.Helper()
	m := &machine{t: t, data: t.TempDir(), db: db, env: map[string]string{"HOLDFAST_ORIGIN": fixedOrigin}}
	if db.Name == "postgres" {
		m.env["HOLDFAST_DATABASE_URL"] = db.DSN
	} else {
		m.db.DSN = filepath.Join(m.data, "holdfast.db")
	}
	return m
}

// serve starts the machine's server, with the same origin as every other.
func (m *machine) serve() *running {
	m.t.Helper()
	return start(m.t, func(o *Options) {
		o.Settings.Data, o.Settings.Database, o.Settings.Origin = m.data, m.env["HOLDFAST_DATABASE_URL"], fixedOrigin
	})
}

// run runs a command on the machine and wants an exit code and words.
func (m *machine) run(want int, says string, args ...string) string {
	m.t.Helper()
	code, out, errs := run(m.t.Context(), m.env, append([]string{args[0], "--data", m.data}, args[1:]...)...)
	if code != want || !strings.Contains(out+errs, says) {
		m.t.Errorf("%v: exit %d, want %d with %q:\n%s%s", args, code, want, says, out, errs)
	}
	return out + errs
}

// takeKey copies the master key from another machine, as an operator would.
func (m *machine) takeKey(from *machine) {
	m.t.Helper()
	key, err := os.ReadFile(filepath.Join(from.data, MasterFile))
	if err == nil {
		err = os.WriteFile(filepath.Join(m.data, MasterFile), key, 0o600)
	}
	if err != nil {
		m.t.Fatal(err)
	}
}

// sql runs statements on the machine's database, beside everything.
func (m *machine) sql(statements ...string) {
	m.t.Helper()
	db, err := sql.Open(map[string]string{"sqlite": "sqlite", "postgres": "pgx"}[m.db.Name], m.db.DSN)
	if err != nil {
		m.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, s := range statements {
		if _, err := db.ExecContext(m.t.Context(), s); err != nil {
			m.t.Fatalf("%s: %v", s, err)
		}
	}
}

// activated gives a computer that typed its code, at whichever server answers.
func activated(t *testing.T, r *running, address string) *client {
	t.Helper()
	c := newClient(t, fixedOrigin)
	c.moveTo(r)
	ref := c.register(address).Challenge.Reference
	c.answer(ref, messageTo(t, r, address, "code.register")["code"])
	return c
}

func (c *client) moveTo(r *running) { c.http.Transport = toEither{r.Addr(), r.Addr(), new(int)} }

// messageTo waits for a message of a kind to an address.
func messageTo(t *testing.T, r *running, address, kind string) map[string]string {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		for _, m := range r.Messages() {
			if m.To == address && m.Kind == kind {
				return map[string]string{"code": m.Code, "reference": m.Reference}
			}
		}
	}
	t.Fatalf("no %s to %s", kind, address)
	return nil
}

// TestBackupUnderLoadAndRestoreElsewhere: copies are made while computers check in;
// another machine takes over from one of them, and everything goes on: the computers'
// chains with the one step back that an epoch allows, wrong codes that were counted,
// the audit log.
func TestBackupUnderLoadAndRestoreElsewhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db storetest.Database) {
		from := newMachine(t, db)
		a := from.serve()
		clients := []*client{activated(t, a, "kim@example.org"), activated(t, a, "lan@example.org")}
		tries := activated(t, a, "oleg@example.org")
		tries.values["boot-disk"] = strings.Repeat("0", 32)
		ref := tries.checkIn().Challenge.Reference
		for range 2 {
			tries.problem("POST", tries.path(api.RouteAnswers, ref), tries.answerRequest("00000000"+"0"))
		}
		code := messageTo(t, a, "oleg@example.org", "code.changed")["code"]

		backups := t.TempDir()
		checkIns := underLoad(clients, func() {
			for _, name := range []string{"one", "two", "three"} {
				from.run(0, "holds no master key", "backup", filepath.Join(backups, name))
			}
		})
		if checkIns < 3 {
			t.Errorf("only %d check-ins beside three backups", checkIns)
		}
		for range 2 { // they move on after the last backup
			for _, c := range clients {
				c.checkIn()
			}
		}
		from.run(0, "0", "verify-audit")
		a.stop()

		kind := storetest.SQLite(t)
		if db.Name == "postgres" {
			kind = storetest.Postgres(t)
		}
		to := newMachine(t, kind)
		last := filepath.Join(backups, "three")
		to.run(2, "master key", "restore", last)
		to.takeKey(from)
		to.run(0, "is whole", "restore", "--check", last)
		to.run(0, "servers may start", "restore", last)
		b := to.serve()
		for _, c := range append(clients, tries) {
			c.moveTo(b)
		}
		for _, c := range clients {
			for range 3 {
				if got := c.checkIn(); got.State != api.DeviceActivated || got.Challenge != nil {
					t.Fatalf("after the restore: %+v", got)
				}
			}
		}
		// What was open may have been answered since: its code is worth nothing, another
		// one is asked for, and the pause between messages goes on.
		for _, typed := range []string{code, "00000000" + "0"} {
			p := tries.problem("POST", tries.path(api.RouteAnswers, ref), tries.answerRequest(typed))
			if p.Code != api.CodeExpired || p.Challenge == nil || p.Challenge.Reference == ref {
				t.Errorf("a code from before: %+v", p)
			}
		}
		to.run(0, "0", "verify-audit")
		to.run(2, "not empty", "restore", last)
	})
}

// underLoad runs do while clients check in, and counts the check-ins beside it.
func underLoad(clients []*client, do func()) int64 {
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	var n atomic.Int64
	for _, c := range clients {
		all.Go(func() {
			for ctx.Err() == nil {
				c.checkIn()
				n.Add(1)
			}
		})
	}
	do()
	stop()
	all.Wait()
	return n.Load()
}

// TestWhatRestoreRefuses: a database is served only with its own master key and with
// an audit log that is as it was written.
func TestWhatRestoreRefuses(t *testing.T) {
	from := newMachine(t, storetest.SQLite(t))
	a := from.serve()
	activated(t, a, "kim@example.org")
	a.stop()
	file := filepath.Join(t.TempDir(), "backup")
	from.run(0, "", "backup", file)
	from.run(2, "must be a new file", "backup", file)
	from.run(2, "folder of the master key", "backup", filepath.Join(from.data, "backup"))
	from.run(2, "one file", "backup")

	to := newMachine(t, storetest.SQLite(t))
	if err := os.WriteFile(filepath.Join(to.data, MasterFile), random(masterSize), 0o600); err != nil {
		t.Fatal(err)
	}
	to.run(2, "another master key", "restore", file)
	to.run(2, "being restored", "serve")
	to.run(2, "being restored", "restored")
	to.takeKey(from)
	to.run(0, "servers may start", "restore", file)

	from.sql("DROP TRIGGER audit_no_update", "UPDATE audit SET detail = 'nothing happened' WHERE seq = 1")
	bad := filepath.Join(t.TempDir(), "bad")
	from.run(0, "", "backup", bad)
	other := newMachine(t, storetest.SQLite(t))
	other.takeKey(from)
	other.run(exitTampered, "not as it was written", "restore", bad)
	other.run(2, "being restored", "serve")
	other.run(exitTampered, "servers may start", "restore", "--even-if-tampered", bad)

	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	if err := os.WriteFile(bad, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	empty := newMachine(t, storetest.SQLite(t))
	empty.takeKey(from)
	empty.run(2, "damaged", "restore", bad)
	empty.run(2, "cannot be read", "restore", filepath.Join(empty.data, "none"))
	if left, _ := os.ReadDir(empty.data); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

// TestDowngradeIsRefused: by every command that opens the database.
func TestDowngradeIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db storetest.Database) {
		m := newMachine(t, db)
		m.serve().stop()
		m.run(0, "up to date", "migrate")
		m.sql("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)")
		for _, args := range [][]string{
			{"serve", "--listen", "127.0.0.1:0"},
			{"migrate"},
			{"migrate", "--check"},
			{"restored"},
			{"verify-audit"},
			{"backup", filepath.Join(t.TempDir(), "b")},
		} {
			m.run(2, "newer holdfastd", args...)
		}
	})
}

// TestMigrationNeedsLeave: a new program beside old ones leaves their PostgreSQL
// database alone until it is told.
func TestMigrationNeedsLeave(t *testing.T) {
	m := newMachine(t, storetest.Postgres(t))
	m.serve().stop()
	m.sql("DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)")
	m.run(2, "holdfastd migrate", "serve", "--listen", "127.0.0.1:0")
	m.run(2, "holdfastd migrate", "restored")
	m.run(0, "Make a backup", "migrate", "--check")
}
