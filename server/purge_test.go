package server_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/server"
)

// purge purges what is older than two years and says what came of it.
func (tr *trail) purge(exported func() error) (server.Purged, error) {
	if exported == nil {
		exported = func() error { return nil }
	}
	before := tr.clock.now().AddDate(-2, 0, 0)
	return tr.svc.PurgeAudit(ctx, before, nil, func(server.AuditFinding) error { return nil }, exported)
}

func (tr *trail) rows(account string) (list []server.AuditRow) {
	tr.Helper()
	tr.must(tr.db.Open().Read(ctx, func(tx server.Tx) (err error) { list, err = tx.Audit(account, 0, 100); return err }))
	return list
}

func (tr *trail) want(what string, exports []server.AuditExport, want ...string) {
	tr.Helper()
	found, _ := tr.verify(exports)
	if strings.Join(found, ", ") != strings.Join(want, ", ") {
		tr.Errorf("%s: found %q, want %q", what, found, want)
	}
}

func (tr *trail) events(account string, n int) {
	tr.Helper()
	for i := range n {
		tr.must(tr.svc.Record(ctx, server.AuditRow{Account: account, Actor: "device", Event: fmt.Sprint("late ", i)}))
	}
}

// newPurgeTrail is an audit log of two years and more, with its triggers.
func newPurgeTrail(l *lab) *trail {
	tr := &trail{lab: l, sql: openSQL(l)}
	for _, account := range []string{ann, bob} {
		tr.events(account, 5)
	}
	tr.root(true)
	tr.exports = tr.export()
	l.clock.pass(800 * 24 * time.Hour)
	tr.events(ann, 2)
	l.clock.pass(time.Hour)
	tr.root(true)
	return tr
}

// TestWhatIsOldLeavesTheAuditLog, but for each account's last row; what stays is as
// sound as before, also against roots that were exported earlier.
func TestWhatIsOldLeavesTheAuditLog(t *testing.T) {
	longAlone(t)
	each(t, func(l *lab) {
		tr := newPurgeTrail(l)
		done, err := tr.purge(nil)
		if err != nil || done.Rows != 9 || done.Accounts != 2 {
			l.Fatalf("%+v %v", done, err)
		}
		if a, b := tr.rows(ann), tr.rows(bob); len(a) != 2 || a[0].Seq != 6 || len(b) != 1 || b[0].Seq != 5 {
			l.Errorf("left: %+v %+v", a, b)
		}
		tr.want("purged", tr.exports)
		for _, account := range []string{ann, bob, server.ConsoleTrail} {
			l.must(l.svc.VerifyAudit(ctx, account))
		}
		if done, err = tr.purge(nil); err != nil || done.Rows != 0 {
			l.Errorf("again: %+v %v", done, err)
		}
		tr.events(bob, 3)
		l.clock.pass(time.Hour)
		tr.root(true)
		tr.want("and the chains go on", tr.export())
		l.clock.pass(800 * 24 * time.Hour)
		tr.events(ann, 1)
		l.clock.pass(time.Hour)
		tr.root(true)
		if done, err = tr.purge(nil); err != nil || done.Rows != 5 { // two of ann's, three of bob's; of the console's its last one stays
			l.Errorf("two years on: %+v %v", done, err)
		}
		tr.want("twice purged", append(tr.export(), tr.exports...))
		list := tr.rows(server.ConsoleTrail)
		if len(list) != 2 || list[1].Event != "audit.purged" || !strings.HasPrefix(list[1].Detail, "purge 2, rows before ") {
			l.Errorf("the console's chain: %+v", list)
		}
		tr.run("UPDATE audit_purges SET at = at") // it may be changed by its owner
		for _, forbidden := range []string{
			"DELETE FROM audit", "UPDATE audit SET event = 'x'", "DELETE FROM audit_purges", "DELETE FROM audit_checkpoints", "UPDATE audit_checkpoints SET seq = 99",
			"INSERT INTO audit_checkpoints SELECT purge, 'x', seq, hash FROM audit_checkpoints",
		} {
			if _, err := tr.sql.ExecContext(ctx, forbidden); err == nil {
				l.Errorf("%s went through", forbidden)
			}
		}
	})
}

// TestAPurgeIsRefused where the log is not sound, where no root covers what would go,
// and nothing goes before it is exported.
func TestAPurgeIsRefused(t *testing.T) {
	each(t, func(l *lab) {
		tr := newPurgeTrail(l)
		l.clock.pass(800 * 24 * time.Hour) // no root is younger than two years
		if _, err := tr.purge(nil); !errors.Is(err, server.ErrPurgeUncovered) {
			l.Errorf("not covered: %v", err)
		}
		tr.root(true)
		away := errors.New("the folder is away")
		if _, err := tr.purge(func() error { return away }); !errors.Is(err, away) {
			l.Errorf("not exported: %v", err)
		}
		if n := len(tr.rows(ann)) + len(tr.rows(bob)); n != 12 {
			l.Errorf("%d rows are left", n)
		}
		tr.want("under way", nil)
		l.clock.pass(time.Minute)
		if done, err := tr.purge(nil); err != nil || done.Rows != 10 {
			l.Errorf("taken up again: %+v %v", done, err)
		}
		tr.want("done", tr.exports)
	})
}

// TestNothingElseLeavesTheAuditLog: whoever owns the database can switch its guard off,
// and cannot make a removal look like a purge.
func TestNothingElseLeavesTheAuditLog(t *testing.T) {
	longAlone(t)
	each(t, func(l *lab) {
		tr := newPurgeTrail(l)
		if _, err := tr.purge(nil); err != nil {
			l.Fatal(err)
		}
		tr.events(ann, 3)
		l.clock.pass(time.Hour)
		tr.root(true)
		tables := []string{"audit", "audit_purges", "audit_checkpoints", "audit_roots", "audit_leaves"}
		for _, name := range tables {
			tr.run("CREATE TABLE copy_" + name + " AS SELECT * FROM " + name)
		}
		tr.unguarded(tables)
		row6 := fmt.Sprintf("(SELECT hash FROM copy_audit WHERE account = '%s' AND seq = 6)", ann)
		for name, c := range map[string]struct {
			queries []string
			want    []string
		}{
			"a row after the checkpoint": {[]string{"DELETE FROM audit WHERE account = '" + ann + "' AND seq = 6"}, []string{"row-missing 1/6"}},
			"with the checkpoint moved": {[]string{
				"DELETE FROM audit WHERE account = '" + ann + "' AND seq = 6",
				"UPDATE audit_checkpoints SET seq = 6, hash = " + row6 + " WHERE account = '" + ann + "'",
			}, []string{"purge-unvouched", "row-missing 1/1", "row-missing 2/1", "row-missing"}},
			"a checkpoint removed": {[]string{"DELETE FROM audit_checkpoints WHERE account = '" + bob + "'"}, []string{"purge-unvouched"}},
			"the purge removed":    {[]string{"DELETE FROM audit_purges"}, []string{"row-missing 1/1"}},
			"a purge made up": {[]string{
				"DELETE FROM audit WHERE account = '" + ann + "' AND seq = 6",
				"INSERT INTO audit_checkpoints SELECT 2, account, seq, hash FROM audit_checkpoints WHERE account = '" + bob + "'",
				"INSERT INTO audit_checkpoints VALUES (2, '" + ann + "', 6, " + row6 + ")",
				"INSERT INTO audit_purges SELECT 2, at, before, accounts, noted, root, done FROM audit_purges",
			}, []string{"purge-unvouched"}},
			"the purge's row changed": {[]string{"UPDATE audit SET detail = 'x' WHERE account = '0'"}, []string{"purge-unvouched"}},
			"its root removed":        {[]string{"DELETE FROM audit_roots WHERE number = (SELECT root FROM audit_purges)"}, []string{"purge-unvouched", "root-missing"}},
			"a made-up row under the checkpoint": {[]string{
				"INSERT INTO audit SELECT account, 3, at, actor, device, event, result, detail, ip, prev, hash, facts FROM audit WHERE account = '" + ann + "' AND seq = 6",
			}, []string{"row-changed 1/5"}},
			"a whole account": {[]string{"DELETE FROM audit WHERE account = '" + bob + "'"}, []string{"gone 2/0"}},
		} {
			for _, q := range c.queries {
				tr.run(q)
			}
			found, _ := tr.verify(nil)
			for _, w := range c.want {
				if !strings.Contains(strings.Join(found, ", "), w) {
					l.Errorf("%s: no %q in %q", name, w, found)
				}
			}
			for _, table := range tables {
				tr.run("DELETE FROM " + table)
				tr.run("INSERT INTO " + table + " SELECT * FROM copy_" + table)
			}
			tr.want(name+", put back", nil)
		}
	})
}

// unguarded switches every guard of the log's tables off.
func (tr *trail) unguarded(tables []string) {
	tr.Helper()
	if tr.db.Name == "postgres" {
		for _, name := range tables {
			tr.run("ALTER TABLE " + name + " DISABLE TRIGGER ALL")
		}
		return
	}
	rows, err := tr.sql.QueryContext(ctx, "SELECT name FROM sqlite_master WHERE type = 'trigger'")
	tr.must(err)
	var names []string
	for rows.Next() {
		var name string
		tr.must(rows.Scan(&name))
		names = append(names, name)
	}
	tr.must(rows.Err())
	tr.must(rows.Close())
	for _, name := range names {
		tr.run("DROP TRIGGER " + name)
	}
}
