package daemon

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/roots"
)

// rootsLook is how often a process looks whether the next root of the audit log is
// due. The database says so, and lets one process make it.
const rootsLook = time.Minute

// audit makes the hourly roots of the audit log and exports all that the folder
// lacks, also those that other machines made.
func (d *Daemon) audit(ctx context.Context) {
	tick := time.NewTicker(rootsLook)
	defer tick.Stop()
	exported := int64(0)
	for {
		if _, err := d.service.MakeAuditRoot(ctx); err != nil && ctx.Err() == nil {
			d.log.Error("making an audit root failed", slog.String("cause", err.Error()))
		}
		if dir := d.settings.Audit.ExportDir; dir != "" {
			var err error
			if exported, err = exportRoots(ctx, d.service, dir, exported); err != nil && ctx.Err() == nil {
				d.log.Error("exporting audit roots failed", slog.String("cause", err.Error()))
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// exportRoots writes the roots after a number that a folder does not have, and
// gives the number of the last.
func exportRoots(ctx context.Context, s *server.Service, dir string, after int64) (int64, error) {
	for {
		list, err := s.AuditRootsAfter(ctx, after)
		if err != nil || len(list) == 0 {
			return after, err
		}
		for _, r := range list {
			write := func(w io.Writer) error { return s.ExportAuditRoot(ctx, r, w) }
			if err := roots.Save(dir, r.Epoch, r.Number, write); err != nil {
				return after, err
			}
			after = r.Number
		}
	}
}
