package daemon

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/server/roots"
)

// TestTheAuditLogIsExportedAndVerified: a running server makes and exports roots;
// verify-audit beside it finds nothing, and after somebody changed the database it
// says what, and ends with code 3.
func TestTheAuditLogIsExportedAndVerified(t *testing.T) {
	exports := t.TempDir()
	r := start(t, func(o *Options) { o.Settings.Audit.ExportDir = exports })
	c := newClient(t, r.URL())
	enrolled := c.register("kim@example.org")
	c.answer(enrolled.Challenge.Reference, r.message(t, 1)["code"])
	if made, err := r.Service().MakeAuditRoot(t.Context()); err != nil || made {
		t.Fatalf("the server itself makes the first root: %v %v", made, err)
	}
	r.clock.Move(2 * time.Hour)
	if made, err := r.Service().MakeAuditRoot(t.Context()); err != nil || !made {
		t.Fatalf("an hour later: %v %v", made, err)
	}
	if last, err := exportRoots(t.Context(), r.Service(), exports, 0); err != nil || last != 2 {
		t.Fatalf("exported up to %d, %v", last, err)
	}
	if list, err := roots.List(exports); err != nil || len(list) != 2 || list[1].Number != 2 {
		t.Fatalf("exports %+v %v", list, err)
	}
	data := r.settings.Data
	for _, args := range [][]string{{"--data", data}, {"--data", data, "--roots", exports}} {
		code, out, errs := run(t.Context(), nil, append([]string{"verify-audit"}, args...)...)
		if code != 0 || !strings.Contains(out, "as it was written") {
			t.Errorf("%v: %d %s%s", args, code, out, errs)
		}
	}
	db, err := sql.Open("sqlite", filepath.Join(data, "holdfast.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, query := range []string{"DROP TRIGGER audit_no_delete", "DELETE FROM audit WHERE account = '" + enrolled.Account + "' AND seq > 1"} {
		if _, err := db.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	code, out, _ := run(t.Context(), map[string]string{"LANG": "vi_VN.UTF-8"}, "verify-audit", "--data", data, "--roots", exports)
	if code != exitTampered || !strings.Contains(out, "BỊ CẮT") || strings.Contains(out, "<") {
		t.Errorf("cut off: %d %s", code, out)
	}
}

func TestVerifyAuditIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"no folder": {"--roots", filepath.Join(dir, "none")}, "nothing in it": {"--roots", dir}, "words": {"now"},
	} {
		if code, _, errs := run(t.Context(), nil, append([]string{"verify-audit", "--data", dir}, args...)...); code != exitUsage || errs == "" {
			t.Errorf("%s: %d %s", name, code, errs)
		}
	}
	s := Settings{Data: dir, Audit: Audit{ExportDir: filepath.Join(dir, "notes.txt")}}
	if err := s.checkAudit(); !isRefusal(err, "audit-dir") {
		t.Errorf("a file as a folder: %v", err)
	}
}
