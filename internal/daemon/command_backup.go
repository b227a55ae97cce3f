package daemon

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/internal/version"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store"
)

// backup writes the whole database into one file, as it is at one moment, while
// servers go on. It needs no master key, and the file holds none.
func (p Program) backup(ctx context.Context) error {
	s, rest, err := p.settings(nil)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return refuse("backup-file", nil)
	}
	if err := s.builtInThere(); err != nil {
		return err
	}
	db, err := openStore(ctx, &s, false)
	if err != nil {
		return err
	}
	m, err := p.backupTo(ctx, &s, db, rest[0])
	if err == nil {
		// A role that may only read backs up as well: then nobody sees when.
		_ = db.Write(ctx, func(tx server.Tx) error { return tx.SetFact(factBackup, p.now().Unix()) })
	}
	if err = errors.Join(err, db.Close()); err != nil || rest[0] == "-" {
		return err
	}
	_, err = fmt.Fprintln(p.Stdout, text.For(p.language()).T("daemon.backup.done", text.Data{
		"File": rest[0], "Rows": total(m), "Schema": m.Schema,
	}))
	return err
}

// factBackup is when the database was last backed up, Unix seconds.
const factBackup = "backup"

// backupTo writes to standard output, or to a new file that appears when it is whole.
func (p Program) backupTo(ctx context.Context, s *Settings, db *store.DB, file string) (store.BackupManifest, error) {
	if file == "-" {
		return db.Backup(ctx, p.Stdout, version.Version, p.now())
	}
	var m store.BackupManifest
	if err := s.backupPlace(file); err != nil {
		return m, err
	}
	err := wholeFile(file, func(w io.Writer) (err error) {
		m, err = db.Backup(ctx, w, version.Version, p.now())
		return err
	})
	if errors.Is(err, os.ErrExist) || errors.Is(err, os.ErrPermission) || errors.Is(err, os.ErrNotExist) {
		return m, refuseFor("backup-write", err, text.Data{"File": file})
	}
	return m, err
}

// backupPlace keeps backups out of the folder of the master key: whoever has both has
// the addresses, too.
func (s *Settings) backupPlace(file string) error {
	into, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return err
	}
	here, err := filepath.Abs(s.Data)
	if err != nil {
		return err
	}
	a, err1 := os.Stat(into)
	b, err2 := os.Stat(here)
	if err1 == nil && err2 == nil && os.SameFile(a, b) {
		return refuse("backup-beside-key", text.Data{"Dir": into})
	}
	return nil
}

// wholeFile writes a file for its owner alone under another name first, syncs it, and
// gives it its name only then. A file of that name that is there already is left, with
// os.ErrExist.
func wholeFile(name string, write func(io.Writer) error) error {
	if _, err := os.Lstat(name); err == nil {
		return os.ErrExist
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".holdfast-backup-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	w := bufio.NewWriterSize(f, 1<<20)
	err = write(w)
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	// A link, unlike a renaming, never takes the place of another file.
	if err := os.Link(f.Name(), name); err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
}

func total(m store.BackupManifest) (rows int64) {
	for _, n := range m.Rows {
		rows += n
	}
	return rows
}
