package deliver

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Maildir is a folder with new, cur and tmp, into which a mail server of this
// machine puts returned mail. What was read is moved to cur and marked as seen,
// for whoever looks after the mailbox to throw away.
type Maildir struct{ Dir string }

// Check says whether the folder can be used.
func (m Maildir) Check() error {
	for _, sub := range []string{"new", "cur"} {
		info, err := os.Stat(filepath.Join(m.Dir, sub))
		if err != nil {
			return err
		}
		if !info.IsDir() {
			return errors.New(filepath.Join(m.Dir, sub) + " is no folder")
		}
	}
	return nil
}

// Read reads what is in new, in the order of the names, which is that of arrival.
func (m Maildir) Read(ctx context.Context, take func(raw io.Reader) error) error {
	entries, err := os.ReadDir(filepath.Join(m.Dir, "new"))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !e.Type().IsRegular() {
			continue
		}
		if err := m.one(e.Name(), take); err != nil && !errors.Is(err, fs.ErrNotExist) { // another server has read it
			return err
		}
	}
	return nil
}

func (m Maildir) one(name string, take func(raw io.Reader) error) error {
	path := filepath.Join(m.Dir, "new", name)
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	err = take(f)
	_ = f.Close()
	if err != nil {
		return err
	}
	return os.Rename(path, filepath.Join(m.Dir, "cur", name+":2,S"))
}
