package daemon

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/roots"
)

// config writes a settings file.
func config(t *testing.T, s map[string]any) string {
	t.Helper()
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "holdfastd.json")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestPurgeAudit: rows of three years ago go, once what vouches for that is exported;
// the log verifies against every export afterwards.
func TestPurgeAudit(t *testing.T) {
	data, exports := t.TempDir(), t.TempDir()
	then := start(t, func(o *Options) {
		o.Settings.Data, o.Settings.Audit.ExportDir = data, exports
		clock := o.Now
		o.Now = func() time.Time { return clock().AddDate(-3, 0, 0) }
	})
	c := newClient(t, then.URL())
	c.now = func() time.Time { return time.Now().AddDate(-3, 0, 0) }
	enrolled := c.register("kim@example.org")
	c.answer(enrolled.Challenge.Reference, then.message(t, 1)["code"])
	then.stop()
	with := config(t, map[string]any{"data": data, "audit": map[string]any{"export_dir": exports}})
	command := func(want int, says string, args ...string) {
		t.Helper()
		code, out, errs := run(t.Context(), nil, append(args[:1:1], append([]string{"--config", with}, args[1:]...)...)...)
		if code != want || !strings.Contains(out+errs, says) || strings.Contains(out, "<") {
			t.Errorf("%v: exit %d, want %d with %q:\n%s%s", args, code, want, says, out, errs)
		}
	}
	command(2, "No signed root", "purge-audit")
	now := start(t, func(o *Options) {
		o.Settings.Data, o.Settings.Audit.ExportDir = data, exports
	})
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if list, err := roots.List(exports); err == nil && len(list) > 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no root was exported")
		}
	}
	rows := func() (list []server.AuditRow) {
		t.Helper()
		err := now.store.Read(t.Context(), func(tx server.Tx) (err error) { list, err = tx.Audit(enrolled.Account, 0, 100); return err })
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	before := rows()
	command(0, "was exported first", "purge-audit", "--roots", exports)
	if left := rows(); len(before) < 2 || len(left) != 1 || left[0].Seq != before[len(before)-1].Seq {
		t.Errorf("of %d rows %d are left", len(before), len(left))
	}
	command(0, "No row", "purge-audit")
	command(0, "as it was written", "verify-audit", "--roots", exports)
	command(2, "everything", "purge-audit", "everything")
}

func TestPurgeAuditIsRefused(t *testing.T) {
	m := start(t)
	m.stop()
	if code, _, errs := run(t.Context(), nil, "purge-audit", "--data", m.settings.Data); code != exitUsage || !strings.Contains(errs, "audit.export_dir") {
		t.Errorf("nowhere to export to: %d %s", code, errs)
	}
	for _, keep := range []time.Duration{time.Hour, auditKeep - 1, auditKeepMost + 1} {
		s := Settings{Audit: Audit{Keep: Duration(keep)}}
		if err := s.checkAudit(); !isRefusal(err, "audit-keep") {
			t.Errorf("%s: %v", keep, err)
		}
	}
	if got := purgeRefusal(server.ErrPurgeOther); !isRefusal(got, "purge-other") {
		t.Error(got)
	}
	if _, ok := purgeRefusal(server.ErrPurgeTampered).(tampered); !ok {
		t.Error("a log that is not sound")
	}
}
