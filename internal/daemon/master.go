package daemon

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// MasterFile is the master key's file in the data folder: 32 bytes, for the
// owner alone. It seals what is secret in the database and is not in it.
const MasterFile = "master.key"

const masterSize = 32

// masterKey reads the master key, and makes it where there is none and create
// is true. Of two processes that start at once one makes it and both read it: the
// key is written whole under another name first, and then linked, which fails
// where the file is already there.
func masterKey(dir string, rand io.Reader, create bool) (key [masterSize]byte, made bool, err error) {
	path := filepath.Join(dir, MasterFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if !create {
			return key, false, refuse("master-missing", text.Data{"File": path})
		}
		if made, err = makeMaster(path, rand); err != nil {
			return key, false, refuseFor("master-make", err, text.Data{"File": path})
		}
	}
	key, err = readMaster(path)
	return key, made, err
}

func readMaster(path string) (key [masterSize]byte, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return key, refuseFor("master-read", err, text.Data{"File": path})
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return key, refuse("master-open", text.Data{"File": path})
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return key, refuseFor("master-read", err, text.Data{"File": path})
	}
	if !info.Mode().IsRegular() || len(raw) != masterSize {
		return key, refuse("master-broken", text.Data{"File": path})
	}
	return [masterSize]byte(raw), nil
}

func makeMaster(path string, rand io.Reader) (made bool, err error) {
	key := make([]byte, masterSize)
	if _, err := io.ReadFull(rand, key); err != nil {
		return false, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+MasterFile+"-") // 0600
	if err != nil {
		return false, err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(key)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return false, err
	}
	if err := os.Link(f.Name(), path); errors.Is(err, fs.ErrExist) {
		return false, nil // another process was first
	} else if err != nil {
		return false, err
	}
	return true, syncDir(filepath.Dir(path))
}

// syncDir makes a new name in a folder survive a power cut. Windows has no such
// call and does it by itself.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
