package daemon

import (
	"os"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// Audit is where the audit log's roots go.
type Audit struct {
	// ExportDir is a folder that gets a file per hourly root; empty for none.
	ExportDir string `json:"export_dir"`
	// Keep is how old a row must be before it may be purged; auditKeep where zero.
	Keep Duration `json:"keep"`
}

// How long rows of the audit log are kept, at least, where nothing is set, and the
// longest that can be set.
const (
	auditKeep     = 2 * 365 * 24 * time.Hour
	auditKeepMost = 20 * 365 * 24 * time.Hour
)

func (a Audit) kept() time.Duration {
	if a.Keep == 0 {
		return auditKeep
	}
	return time.Duration(a.Keep)
}

func auditBlock() block {
	return block{title: "Audit log", check: (*Settings).checkAudit, keys: []Key{
		{Name: "audit.export_dir", Default: "none", Meaning: "Folder that gets a file for every hourly root of the audit log. It must be there. " +
			"Put it on another machine than the database, where nobody who looks after the database can write: what is in it shows what was changed or removed afterwards."},
		{Name: "audit.keep", Default: "`17520h`, two years", Meaning: "How old a row of the audit log must be before `holdfastd purge-audit` may remove it, from `17520h` to `175200h`. " +
			"Nothing is removed without that command: see [audit.md](audit.md#purging)."},
	}}
}

func (s *Settings) checkAudit() error {
	if kept := s.Audit.kept(); kept < auditKeep || kept > auditKeepMost {
		return refuse("audit-keep", nil)
	}
	if s.Audit.ExportDir == "" {
		return nil
	}
	info, err := os.Stat(s.Audit.ExportDir)
	if err != nil || !info.IsDir() {
		return refuseFor("audit-dir", err, text.Data{"Dir": s.Audit.ExportDir})
	}
	return nil
}
