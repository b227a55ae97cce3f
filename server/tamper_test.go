package server_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/seed-1feef0b2/holdfast/server"
)

// trail is a database with an audit log of three accounts and three roots, that
// somebody with all rights to the database, and without the master key, changes.
type trail struct {
	*lab
	sql     *sql.DB
	exports []server.AuditExport
}

const (
	ann = "100000000001"
	bob = "100000000002"
	cid = "100000000003"
)

func newTrail(l *lab) *trail {
	l.Helper()
	tr := &trail{lab: l, sql: openSQL(l)}
	for hour := range 3 {
		for _, account := range []string{ann, bob, cid}[:3-hour] {
			for i := range 3 {
				l.must(l.svc.Record(ctx, server.AuditRow{Account: account, Actor: "device", Event: fmt.Sprint("event ", hour, i)}))
			}
		}
		l.clock.pass(30 * time.Minute)
		tr.root(true)
		tr.root(false) // not before the hour is over
		l.clock.pass(time.Hour)
	}
	tr.exports = tr.export()
	for _, name := range []string{"audit", "audit_roots", "audit_leaves", "issuers"} {
		tr.run("CREATE TABLE copy_" + name + " AS SELECT * FROM " + name)
	}
	if l.db.Name == "postgres" {
		for _, name := range []string{"audit", "audit_roots", "audit_leaves"} {
			tr.run("ALTER TABLE " + name + " DISABLE TRIGGER ALL")
		}
		return tr
	}
	for _, name := range []string{"no_update", "no_delete"} {
		tr.run("DROP TRIGGER audit_" + name)
		tr.run("DROP TRIGGER audit_roots_" + name)
		tr.run("DROP TRIGGER audit_leaves_" + name)
	}
	tr.run("DROP TRIGGER audit_leaves_no_insert")
	return tr
}

func openSQL(l *lab) *sql.DB {
	l.Helper()
	db, err := sql.Open(map[string]string{"sqlite": "sqlite", "postgres": "pgx"}[l.db.Name], l.db.DSN)
	l.must(err)
	l.Cleanup(func() { _ = db.Close() })
	return db
}

func (tr *trail) run(query string, args ...any) {
	tr.Helper()
	if _, err := tr.sql.ExecContext(ctx, query, args...); err != nil {
		tr.Fatalf("%s: %v", query, err)
	}
}

func (tr *trail) root(want bool) {
	tr.Helper()
	if made, err := tr.svc.MakeAuditRoot(ctx); err != nil || made != want {
		tr.Fatalf("a root: %v %v, want %v", made, err, want)
	}
}

// export keeps every root in memory, as files elsewhere would.
func (tr *trail) export() []server.AuditExport {
	tr.Helper()
	list, err := tr.svc.AuditRootsAfter(ctx, 0)
	tr.must(err)
	var out []server.AuditExport
	for _, r := range list {
		var b bytes.Buffer
		tr.must(tr.svc.ExportAuditRoot(ctx, r, &b))
		out = append(out, inMemory(fmt.Sprint("file ", r.Number), b.Bytes()))
	}
	return out
}

func inMemory(name string, raw []byte) server.AuditExport {
	return server.AuditExport{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(raw)), nil }}
}

// restore puts everything back as it was written.
func (tr *trail) restore() {
	for _, name := range []string{"audit", "audit_roots", "audit_leaves", "issuers"} {
		tr.run("DELETE FROM " + name)
		tr.run("INSERT INTO " + name + " SELECT * FROM copy_" + name)
	}
}

func (tr *trail) verify(exports []server.AuditExport) ([]string, server.AuditReport) {
	tr.Helper()
	found := []string{}
	report, err := tr.svc.VerifyTrail(ctx, exports, func(f server.AuditFinding) error {
		s := f.What
		if f.Account != "" {
			s += fmt.Sprintf(" %s/%d", f.Account[len(f.Account)-1:], f.Seq)
		}
		if f.Root != 0 {
			s += fmt.Sprintf(" root %d", f.Root)
		}
		if f.File != "" {
			s += " in " + f.File
		}
		found = append(found, s)
		return nil
	})
	tr.must(err)
	slices.Sort(found)
	return found, report
}

// forge signs claims of a root with a key of the attacker's.
func (tr *trail) forge(number int64, key ed25519.PrivateKey, kid string, change func(map[string]any)) string {
	tr.Helper()
	var signed string
	tr.must(tr.sql.QueryRowContext(ctx, "SELECT signed FROM audit_roots WHERE number = $1", number).Scan(&signed))
	jws, err := jose.ParseSignedCompact(signed, []jose.SignatureAlgorithm{jose.EdDSA})
	tr.must(err)
	claims := map[string]any{}
	tr.must(json.Unmarshal(jws.UnsafePayloadWithoutVerification(), &claims))
	change(claims)
	if kid == "" {
		kid = jws.Signatures[0].Header.KeyID
	}
	payload, err := json.Marshal(claims)
	tr.must(err)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: key, KeyID: kid}},
		(&jose.SignerOptions{}).WithType(server.RootType))
	tr.must(err)
	out, err := signer.Sign(payload)
	tr.must(err)
	compact, err := out.CompactSerialize()
	tr.must(err)
	return compact
}

// rehash writes an account's chain anew from a row on, sound in itself.
func (tr *trail) rehash(account string, from int64) {
	tr.Helper()
	var rows []server.AuditRow
	tr.must(tr.db.Open().Read(ctx, func(tx server.Tx) (err error) { rows, err = tx.Audit(account, 0, 100); return err }))
	for i := range rows {
		if rows[i].Seq < from {
			continue
		}
		if i > 0 {
			rows[i].Prev = rows[i-1].Hash
		}
		rows[i].Hash = server.AuditHash(rows[i])
		tr.run("UPDATE audit SET prev = $1, hash = $2 WHERE account = $3 AND seq = $4", rows[i].Prev, rows[i].Hash, account, rows[i].Seq)
	}
}

// tampering is something that somebody does to the log, and what shows it.
type tampering struct {
	tamper func()
	want   string // found in the database alone; * for anything
	files  string // found with the exported roots besides; empty for the same
}

// rowCases are what can be done to rows and leaves.
func (tr *trail) rowCases() map[string]tampering {
	return map[string]tampering{
		"a row is changed": {func() { tr.run("UPDATE audit SET event = 'x' WHERE account = $1 AND seq = 2", ann) }, "row-changed 1/2", ""},
		"a row is changed and hashed": {func() {
			tr.run("UPDATE audit SET event = 'x' WHERE account = $1 AND seq = 2", ann)
			row := server.AuditRow{}
			tr.must(tr.db.Open().Read(ctx, func(tx server.Tx) (err error) { row, err = tx.AuditRow(ann, 2); return err }))
			tr.run("UPDATE audit SET hash = $1 WHERE account = $2 AND seq = 2", server.AuditHash(row), ann)
		}, "row-changed 1/2", ""},
		"a row is changed and all after it hashed anew": {func() {
			tr.run("UPDATE audit SET event = 'x' WHERE account = $1 AND seq = 2", ann)
			tr.rehash(ann, 2)
		}, "rewritten 1/3 root 1; rewritten 1/6 root 2; rewritten 1/9 root 3", ""},
		"a row is removed":    {func() { tr.run("DELETE FROM audit WHERE account = $1 AND seq = 4", bob) }, "row-missing 2/4", ""},
		"the first is":        {func() { tr.run("DELETE FROM audit WHERE account = $1 AND seq = 1", bob) }, "row-missing 2/1", ""},
		"a row is put before": {func() { tr.insert(bob, 0) }, "row-changed 2/0", ""},
		"the end is cut off":  {func() { tr.run("DELETE FROM audit WHERE account = $1 AND seq > 4", bob) }, "cut 2/5 root 2", ""},
		"an account is removed": {
			func() { tr.run("DELETE FROM audit WHERE account = $1", cid) },
			"gone 3/0 root 1", "",
		},
		"an account and its leaf are removed": {func() {
			tr.run("DELETE FROM audit WHERE account = $1", cid)
			tr.run("DELETE FROM audit_leaves WHERE account = $1", cid)
		}, "leaves-changed root 1", "gone 3/0 root 1 in file 1; leaves-changed root 1"},
		"the end and every trace in the leaves": {func() {
			tr.run("DELETE FROM audit WHERE account = $1 AND seq > 3", bob)
			tr.run("DELETE FROM audit_leaves WHERE account = $1 AND root = 2", bob)
		}, "leaves-changed root 2", "cut 2/4 root 2 in file 2; leaves-changed root 2"},
		"rows change places": {func() {
			tr.run("UPDATE audit SET seq = 100 WHERE account = $1 AND seq = 2", ann)
			tr.run("UPDATE audit SET seq = 2 WHERE account = $1 AND seq = 3", ann)
			tr.run("UPDATE audit SET seq = 3 WHERE account = $1 AND seq = 100", ann)
		}, "rewritten 1/3 root 1; row-changed 1/2; row-changed 1/3", ""},
		"rows change owners": {func() {
			tr.run("UPDATE audit SET account = '100000000009' WHERE account = $1", cid)
			tr.run("UPDATE audit SET account = $1 WHERE account = $2 AND seq < 4", cid, bob)
		}, "*", ""},
	}
}

// rootCases are what can be done to roots.
func (tr *trail) rootCases() map[string]tampering {
	mallory := ed25519.NewKeyFromSeed(random(32))
	return map[string]tampering{
		"a root is removed": {func() { tr.run("DELETE FROM audit_roots WHERE number = 2") }, "root-missing root 2", "root-missing root 2; root-missing root 2 in file 2"},
		"the last root is, and what it knew": {func() {
			tr.run("DELETE FROM audit_roots WHERE number = 3")
			tr.run("DELETE FROM audit_leaves WHERE root = 3")
			tr.run("DELETE FROM audit WHERE account = $1 AND seq > 6", ann)
		}, "", "cut 1/7 root 3 in file 3; root-missing root 3 in file 3"},
		"roots change places": {func() {
			tr.run("UPDATE audit_roots SET number = 9 WHERE number = 1")
			tr.run("UPDATE audit_roots SET number = 1 WHERE number = 2")
			tr.run("UPDATE audit_roots SET number = 2 WHERE number = 9")
		}, "leaves-changed root 1; leaves-changed root 2; root-changed root 1; root-changed root 2; root-changed root 3", "*"},
		"a root is signed by another": {func() {
			tr.run("UPDATE audit_roots SET signed = $1 WHERE number = 3", tr.forge(3, mallory, "", func(map[string]any) {}))
		}, "leaves-changed root 3; root-changed root 3", "*"},
		"a root is signed by a key that was slipped in": {func() {
			kid := server.IssuerID(mallory.Public().(ed25519.PublicKey))
			tr.run("UPDATE issuers SET id = $1, public = $2 WHERE role = 'next'", kid, []byte(mallory.Public().(ed25519.PublicKey)))
			tr.run("UPDATE audit_roots SET signed = $1 WHERE number = 3", tr.forge(3, mallory, kid, func(map[string]any) {}))
		}, "leaves-changed root 3; root-changed root 3", "*"},
		"the time of a root": {func() { tr.run("UPDATE audit_roots SET at = at + 60 WHERE number = 1") }, "root-changed root 1", ""},
	}
}

func TestTamperingWithTheAuditLogIsFound(t *testing.T) {
	longAlone(t)
	each(t, func(l *lab) {
		tr := newTrail(l)
		if found, r := tr.verify(tr.exports); len(found) != 0 || r.Accounts != 3 || r.Rows != 18 || r.Roots != 3 || r.Leaves != 6 ||
			r.Exports != 3 || r.Covered == 0 {
			l.Fatalf("untouched: %v %+v", found, r)
		}
		cases := tr.rowCases()
		maps.Copy(cases, tr.rootCases())
		for name, c := range cases {
			c.tamper()
			for i, want := range []string{c.want, c.files} {
				if i == 1 && want == "" {
					want = c.want
				}
				found, report := tr.verify(tr.exports[:i*len(tr.exports)])
				if got := strings.Join(found, "; "); got != want && (want != "*" || got == "") || int(report.Findings) != len(found) {
					l.Errorf("%s, exports %d:\ngot  %s\nwant %s", name, i, got, want)
				}
			}
			tr.restore()
		}
		if found, _ := tr.verify(tr.exports); len(found) != 0 {
			l.Errorf("put back: %v", found)
		}
	})
}

func (tr *trail) insert(account string, seq int64) {
	row := server.AuditRow{Account: account, Seq: seq, At: 5, Actor: "device", Event: "x"}
	row.Hash = server.AuditHash(row)
	tr.must(tr.db.Open().Write(ctx, func(tx server.Tx) error { return tx.AddAudit(row) }))
}

// TestARestoredBackupShowsWhatWasLost: the roots that were exported after the
// backup are not those that are made after it was put back.
func TestARestoredBackupShowsWhatWasLost(t *testing.T) {
	longAlone(t)
	each(t, func(l *lab) {
		tr := newTrail(l)
		tr.run("DELETE FROM audit_roots WHERE number = 3")
		tr.run("DELETE FROM audit_leaves WHERE root = 3")
		tr.run("DELETE FROM audit WHERE account = $1 AND seq > 6", ann)
		l.must(l.svc.OpenEpoch(ctx))
		l.must(l.svc.Record(ctx, server.AuditRow{Account: bob, Actor: "device", Event: "after"}))
		tr.root(true)
		if found, r := tr.verify(nil); len(found) != 0 || r.Roots != 3 {
			l.Errorf("the database alone: %v %+v", found, r)
		}
		found, _ := tr.verify(tr.exports)
		if got := strings.Join(found, "; "); got != "cut 1/7 root 3 in file 3; root-forked root 3 in file 3" {
			l.Errorf("with the exports: %s", got)
		}
	})
}

func TestExportsThatWereChangedAreNotBelieved(t *testing.T) {
	longAlone(t)
	each(t, func(l *lab) {
		tr := newTrail(l)
		f, err := tr.exports[0].Open()
		l.must(err)
		raw, err := io.ReadAll(f)
		l.must(err)
		lines := bytes.SplitAfter(raw, []byte("\n"))
		swapped := slices.Concat(lines[0], lines[2], lines[1], lines[3])
		_, key, err := ed25519.GenerateKey(rand.Reader)
		l.must(err)
		forged := tr.forge(1, key, "", func(c map[string]any) { c["num"] = 77 })
		for name, bad := range map[string][]byte{
			"cut": raw[:len(raw)-20], "one leaf less": raw[:len(raw)-len(lines[3])], "leaves swapped": swapped,
			"empty": nil, "no root": lines[1], "forged": []byte(`{"root":"` + forged + `"}` + "\n"), "words": []byte("hello\n"),
		} {
			found, _ := tr.verify([]server.AuditExport{inMemory("f", bad)})
			if len(found) != 1 || !strings.HasPrefix(found[0], "export-broken") {
				l.Errorf("%s: %v", name, found)
			}
		}
	})
}

// TestOneProcessMakesARoot: of several services over one database one makes the
// root of an hour, and what a dead one left half done is done anew.
func TestOneProcessMakesARoot(t *testing.T) {
	each(t, func(l *lab) {
		tr := newTrail(l)
		l.must(l.svc.Record(ctx, server.AuditRow{Account: cid, Actor: "device", Event: "later"}))
		made := make(chan bool, 4)
		for range 4 {
			s := l.service(nil)
			go func() {
				ok, err := s.MakeAuditRoot(ctx)
				if err != nil {
					l.Error(err)
				}
				made <- ok
			}()
		}
		count := 0
		for range 4 {
			if <-made {
				count++
			}
		}
		if count != 1 {
			l.Errorf("%d processes made the root", count)
		}
		l.clock.pass(time.Hour)
		tr.run("INSERT INTO audit_leaves (root, account, seq, hash) VALUES (5, '999', 9, $1)", []byte("left over"))
		tr.run("UPDATE facts SET value = $1 WHERE name = 'audit root lease'", l.clock.now().Unix()+60)
		tr.root(false) // another one seems to be at it
		l.clock.pass(time.Minute)
		tr.root(true)
		if found, r := tr.verify(nil); len(found) != 0 || r.Roots != 5 {
			l.Errorf("%v %+v", found, r)
		}
	})
}
