package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// planted is in every secret column of the database.
const planted = "PLANTED-SECRET"

// roleDatabase has a row with a secret in every table that holds one, and a user who
// can sign in for each role.
func roleDatabase(t *testing.T) storetest.Database {
	t.Helper()
	d := storetest.Postgres(t)
	db := d.Open()
	write(t, db, func(tx server.Tx) error {
		a, dev := account("100000000001"), device("d1", "100000000001")
		a.Password, dev.Current, dev.Claim = planted, planted, []byte(planted)
		return errors.Join(tx.AddAccount(a), tx.AddDevice(dev),
			tx.AddContact(server.Contact{ID: "c", Account: a.Number, Channel: api.ChannelEmail, Sealed: []byte(planted), Blind: []byte(planted), Verified: 1}),
			tx.AddChallenge(server.Challenge{ID: "x", Account: a.Number, Device: "d1", Reference: "K7Q", State: api.ChallengeOpen, Contact: "c", Channel: api.ChannelEmail, Secret: []byte(planted), Seq: 1}),
			tx.AddMessage(server.OutboxRow{ID: 7, Challenge: "x", Account: a.Number, Contact: "c", Channel: api.ChannelEmail, State: api.DeliveryQueued, MessageID: planted, Data: map[string]string{"k": planted}}),
			tx.AddShare(server.Share{Device: "d1", Generation: 1, Sealed: []byte(planted)}),
			tx.AddStaffUser(server.StaffUser{ID: "u", Name: "kim", Role: server.RoleOwner, State: "active", Password: planted, TOTP: []byte(planted)}),
			tx.AddAudit(server.AuditRow{Account: a.Number, Seq: 1, At: 1, Actor: "device", Event: "e", Hash: []byte{1}}),
		)
	})
	for range 2 { // again is no error
		must(t, store.MakeRoles(ctx, d.DSN))
	}
	owner := raw(t, d)
	for _, role := range []string{"app", "staff", "auditor"} {
		_, err := owner.ExecContext(ctx, "DROP ROLE IF EXISTS test_"+role)
		must(t, err)
		_, err = owner.ExecContext(ctx, "CREATE ROLE test_"+role+" LOGIN IN ROLE holdfast_"+role)
		must(t, err)
	}
	return d
}

// addressOf is the database's address for another user.
func addressOf(t *testing.T, d storetest.Database, user string) string {
	t.Helper()
	u, err := url.Parse(d.DSN)
	must(t, err)
	u.User = url.User(user)
	return u.String()
}

func signedIn(t *testing.T, d storetest.Database, user string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", addressOf(t, d, user))
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// secretColumn names what neither staff nor an auditor may read.
var secretColumn = regexp.MustCompile(`sealed|blind|secret|password|totp|^link|wrapped|chain|last_prev|last_next|claim|^next$|keyid|nonce|outcome|body|message_id|provider|^data$|token|snapshot|moved|^id.bytea`)

// TestStaffByRoleSeesNoSecret signs in as each role and tries: everything that it can
// read is read, and nothing of it is a secret; everything else, and every write, is
// refused.
func TestStaffByRoleSeesNoSecret(t *testing.T) {
	d := roleDatabase(t)
	for role, readable := range map[string]int{"staff": 6, "auditor": 6} {
		db := signedIn(t, d, "test_"+role)
		tables := names(t, db, `SELECT c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'v', 'p', 'm')`)
		read := 0
		for _, table := range tables {
			for _, write := range []string{"INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"} {
				if may(t, db, "has_table_privilege(current_user, $1, $2)", table, write) {
					t.Errorf("%s may %s %s", role, write, table)
				}
			}
			rows, err := db.QueryContext(ctx, "SELECT * FROM "+table)
			if may(t, db, "has_table_privilege(current_user, $1, $2)", table, "SELECT") != (err == nil) {
				t.Errorf("%s, %s: %v", role, table, err)
			}
			if err != nil {
				continue
			}
			read++
			columns, err := rows.Columns()
			must(t, err)
			for _, c := range columns {
				if secretColumn.MatchString(c) {
					t.Errorf("%s reads %s.%s", role, table, c)
				}
			}
			if text := dump(t, rows, len(columns)); strings.Contains(text, planted) {
				t.Errorf("%s reads a secret in %s: %s", role, table, text)
			}
		}
		if read != readable || len(tables) < 25 {
			t.Errorf("%s reads %d of %d tables", role, read, len(tables))
		}
		for _, attempt := range []string{
			"UPDATE contacts SET channel = 'sms'", "INSERT INTO messages SELECT * FROM messages", "UPDATE console_contacts SET channel = 'sms'",
			"DELETE FROM audit", "CREATE TABLE mine (x INT)", "CREATE VIEW mine AS SELECT sealed FROM contacts", "SET ROLE holdfast_app",
			"SELECT sealed FROM contacts", "SELECT secret FROM challenges", "COPY contacts TO STDOUT", "GRANT holdfast_app TO CURRENT_USER",
		} {
			if _, err := db.ExecContext(ctx, attempt); err == nil {
				t.Errorf("%s: %s went through", role, attempt)
			}
		}
	}
}

func names(t *testing.T, db *sql.DB, query string) (list []string) {
	t.Helper()
	rows, err := db.QueryContext(ctx, query)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var s string
		must(t, rows.Scan(&s))
		list = append(list, s)
	}
	must(t, rows.Err())
	return list
}

func may(t *testing.T, db *sql.DB, question string, args ...any) (yes bool) {
	t.Helper()
	must(t, db.QueryRowContext(ctx, "SELECT "+question, args...).Scan(&yes))
	return yes
}

func dump(t *testing.T, rows *sql.Rows, n int) string {
	t.Helper()
	defer rows.Close()
	var out strings.Builder
	for rows.Next() {
		values := make([]any, n)
		for i := range values {
			values[i] = new(any)
		}
		must(t, rows.Scan(values...))
		for _, v := range values {
			if b, ok := (*v.(*any)).([]byte); ok {
				fmt.Fprintf(&out, "%s ", b)
				continue
			}
			fmt.Fprint(&out, *v.(*any), " ")
		}
	}
	must(t, rows.Err())
	return out.String()
}

// TestTheServerByItsRole: the server works as holdfast_app, and cannot touch what is
// in the audit log.
func TestTheServerByItsRole(t *testing.T) {
	d := roleDatabase(t)
	db, err := store.Open(ctx, addressOf(t, d, "test_app"))
	must(t, err)
	defer db.Close()
	write(t, db, func(tx server.Tx) error {
		acct, err := tx.Account("100000000001")
		if err != nil {
			return err
		}
		acct.Policy = api.Strict
		return errors.Join(tx.SaveAccount(acct), tx.SetFact("f", 2), tx.AddAuditRoot(server.AuditRoot{Number: 1, Signed: "x"}),
			tx.AddAudit(server.AuditRow{Account: acct.Number, Seq: 2, At: 1, Actor: "device", Event: "e", Hash: []byte{2}}))
	})
	app := signedIn(t, d, "test_app")
	for _, attempt := range []string{
		"UPDATE audit SET event = 'x'", "DELETE FROM audit", "TRUNCATE audit", "UPDATE audit_roots SET signed = 'y'", "DELETE FROM audit_roots",
		"ALTER TABLE audit DISABLE TRIGGER ALL", "DROP TRIGGER audit_no_change ON audit", "DROP TABLE audit", "SET session_replication_role = replica",
		"INSERT INTO audit_purges VALUES (1, 1, 1, 1, 1, 1, 1)", "INSERT INTO audit_checkpoints VALUES (1, '100000000001', 1, 'x')",
		"CREATE TABLE mine (x INT)", "UPDATE goose_db_version SET version_id = 1",
	} {
		if _, err := app.ExecContext(ctx, attempt); err == nil {
			t.Errorf("%s went through", attempt)
		}
	}
	if err := store.MakeRoles(ctx, "holdfast.db"); !errors.Is(err, store.ErrNoRoles) {
		t.Errorf("SQLite: %v", err)
	}
	if !strings.Contains(store.RolesSQL(), "holdfast_auditor") {
		t.Error("no roles")
	}
}

// TestAMigrationKeepsTheRoles: what a migration makes is the server's too, without a
// word about roles; a database that never had any gets none.
func TestAMigrationKeepsTheRoles(t *testing.T) {
	d := roleDatabase(t)
	owner := raw(t, d)
	again := func(user string) {
		t.Helper()
		_, err := owner.ExecContext(ctx, "DROP TABLE IF EXISTS came_later; CREATE TABLE came_later (x INT); GRANT SELECT ON came_later TO PUBLIC")
		must(t, err)
		if from, err := store.Migrate(ctx, addressOf(t, d, user), 0); err != nil {
			t.Errorf("%s, from %d: %v", user, from, err)
		}
	}
	var name string
	must(t, owner.QueryRowContext(ctx, "SELECT current_user").Scan(&name))
	again("test_app") // has nothing to migrate, and no right to give rights
	if may(t, owner, "has_table_privilege('holdfast_app', 'came_later', 'INSERT')") {
		t.Error("the server gave itself a right")
	}
	again(name)
	for role, want := range map[string]bool{"holdfast_app": true, "holdfast_staff": false, "holdfast_auditor": false} {
		if may(t, owner, "has_table_privilege($1, 'came_later', 'SELECT')", role) != want {
			t.Errorf("%s: %t", role, !want)
		}
	}
	if may(t, owner, "has_table_privilege('holdfast_app', 'audit', 'DELETE')") {
		t.Error("the server may remove rows of the audit log")
	}
	other := storetest.Postgres(t)
	_ = other.Open()
	if may(t, raw(t, other), "EXISTS (SELECT 1 FROM pg_views WHERE schemaname = current_schema() AND viewname = 'console_accounts')") {
		t.Error("roles came into a database that had none")
	}
}

// TestAnUpgradeAtStartKeepsTheRoles, where the server that starts owns the tables.
func TestAnUpgradeAtStartKeepsTheRoles(t *testing.T) {
	d := roleDatabase(t)
	owner := raw(t, d)
	for _, back := range []string{ // the last migration, undone
		"DELETE FROM goose_db_version WHERE version_id = 8", "REVOKE ALL ON accounts FROM holdfast_app",
		"DROP TABLE audit_checkpoints, audit_purges CASCADE", "DROP FUNCTION audit_purged_alone CASCADE", "DROP FUNCTION audit_checkpoints_fixed",
		"CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_append_only()",
	} {
		_, err := owner.ExecContext(ctx, back)
		must(t, err)
	}
	db, err := store.Open(ctx, d.DSN)
	must(t, err)
	must(t, db.Close())
	for table, right := range map[string]string{"accounts": "INSERT", "audit_checkpoints": "SELECT"} {
		if !may(t, owner, "has_table_privilege('holdfast_app', $1, $2)", table, right) {
			t.Errorf("no right on %s was given", table)
		}
	}
}
