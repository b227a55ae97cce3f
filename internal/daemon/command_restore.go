package daemon

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store"
)

// restore fills an empty database from a backup, makes sure that the master key beside
// it is the right one, opens the epoch and verifies the audit log. Until all of that is
// done no server starts on it; it may be begun again at any point.
func (p Program) restore(ctx context.Context) error {
	var check, anyway bool
	s, rest, err := p.settings(func(f *flag.FlagSet) {
		f.BoolVar(&check, "check", false, "")
		f.BoolVar(&anyway, "even-if-tampered", false, "")
	})
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return refuse("restore-file", nil)
	}
	file, err := os.Open(rest[0])
	if err != nil {
		return refuseFor("restore-read", err, text.Data{"File": rest[0]})
	}
	defer func() { _ = file.Close() }()
	if check {
		m, err := store.ReadBackup(file)
		if err != nil {
			return backupRefusal(err, &s)
		}
		return p.sayBackup("daemon.restore.sound", m)
	}
	if err := s.masterThere(); err != nil {
		return err
	}
	m, err := store.Restore(ctx, s.database(), file)
	if err != nil {
		return backupRefusal(err, &s)
	}
	if err := p.sayBackup("daemon.restore.loaded", m); err != nil {
		return err
	}
	return p.takeIntoService(ctx, s, anyway)
}

// backupRefusal is databaseRefusal for a backup: what is newer is the backup.
func backupRefusal(err error, s *Settings) error {
	if errors.Is(err, store.ErrNewer) {
		return refuseFor("backup-newer", err, nil)
	}
	return databaseRefusal(err, s)
}

func (p Program) sayBackup(key string, m store.BackupManifest) error {
	_, err := fmt.Fprintln(p.Stdout, text.For(p.language()).T(key, text.Data{
		"Made": m.Made, "Program": m.Program, "Database": m.Database, "Schema": m.Schema, "Rows": total(m),
	}))
	return err
}

// takeIntoService is what stands between rows that came from a backup and a server
// that may start on them.
func (p Program) takeIntoService(ctx context.Context, s Settings, anyway bool) error {
	say := text.For(p.language())
	return withDatabase(s, []store.Option{store.WhileRestoring()}, func(db *store.DB, service *server.Service) error {
		report, err := service.VerifyTrail(ctx, nil, func(f server.AuditFinding) error {
			_, err := fmt.Fprintln(p.Stdout, sayFinding(say, f))
			return err
		})
		if err != nil {
			return err
		}
		found := p.audited(say, report)
		if found != nil && !anyway {
			_, err := fmt.Fprintln(p.Stdout, say.T("daemon.restore.tampered"))
			return errors.Join(found, err)
		}
		if err := service.OpenEpoch(ctx); err != nil {
			return err
		}
		if err := db.FinishRestore(ctx); err != nil {
			return err
		}
		_, err = fmt.Fprintln(p.Stdout, say.T("daemon.restore.done"))
		return errors.Join(found, err)
	})
}
