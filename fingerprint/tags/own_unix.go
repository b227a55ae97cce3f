//go:build unix

package tags

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// own says whether nobody but this user can change something.
func own(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid() && info.Mode().Perm()&0o022 == 0
}

// private says whether nobody but this user can read something, either.
func private(info fs.FileInfo) bool { return own(info) && info.Mode().Perm()&0o077 == 0 }

// syncDir makes a rename outlast a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
