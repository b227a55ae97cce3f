package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
)

// purgeAudit removes rows of the audit log that are older than audit.keep, beside
// servers that run. What vouches for that is exported before the first row goes, so
// there must be a folder for it. With exported roots named, the log is verified
// against them first.
func (p Program) purgeAudit(ctx context.Context) error {
	var path string
	s, rest, err := p.settings(rootsFlag(&path))
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return refuse("flags", text.Data{"Why": rest[0]})
	}
	dir := s.Audit.ExportDir
	if dir == "" {
		return refuse("purge-export", nil)
	}
	if err := errors.Join(s.checkAudit(), ctx.Err()); err != nil {
		return err
	}
	exports, err := exportsAt(path)
	if err != nil {
		return err
	}
	say := text.For(p.language())
	return withService(s, func(v *server.Service) error {
		tell := func(f server.AuditFinding) error {
			_, err := fmt.Fprintln(p.Stdout, sayFinding(say, f))
			return err
		}
		done, err := v.PurgeAudit(ctx, p.now().Add(-s.Audit.kept()), exports, tell, func() error {
			if _, err := exportRoots(ctx, v, dir, 0); err != nil {
				return refuseFor("purge-write", err, text.Data{"Dir": dir})
			}
			return nil
		})
		if err != nil {
			return purgeRefusal(err)
		}
		key := "daemon.purge.done"
		if done.Rows == 0 {
			key = "daemon.purge.none"
		}
		_, err = fmt.Fprintln(p.Stdout, say.T(key, text.Data{
			"Rows": done.Rows, "Accounts": done.Accounts, "Time": time.Unix(done.Before, 0).UTC().Format(time.RFC3339),
		}))
		return err
	})
}

// purgeRefusal says in words why nothing is removed.
func purgeRefusal(err error) error {
	switch {
	case errors.Is(err, server.ErrPurgeTampered):
		return tampered{1}
	case errors.Is(err, server.ErrPurgeUncovered):
		return refuse("purge-uncovered", nil)
	case errors.Is(err, server.ErrPurgeOther):
		return refuse("purge-other", nil)
	}
	return err
}
