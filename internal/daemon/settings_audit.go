package daemon

import (
	"os"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// Audit is where the audit log's roots go.
type Audit struct {
	// ExportDir is a folder that gets a file per hourly root; empty for none.
	ExportDir string `json:"export_dir"`
}

func auditBlock() block {
	return block{title: "Audit log", check: (*Settings).checkAudit, keys: []Key{
		{Name: "audit.export_dir", Default: "none", Meaning: "Folder that gets a file for every hourly root of the audit log. It must be there. " +
			"Put it on another machine than the database, where nobody who looks after the database can write: what is in it shows what was changed or removed afterwards."},
	}}
}

func (s *Settings) checkAudit() error {
	if s.Audit.ExportDir == "" {
		return nil
	}
	info, err := os.Stat(s.Audit.ExportDir)
	if err != nil || !info.IsDir() {
		return refuseFor("audit-dir", err, text.Data{"Dir": s.Audit.ExportDir})
	}
	return nil
}
