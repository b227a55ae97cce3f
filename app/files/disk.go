package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/seed-1feef0b2/holdfast/api"
)

// MaxSize is the most that Read returns, in bytes; a longer file is refused.
const MaxSize = 16 << 20

// Steps of a Disk's operations, in their order; see Stepped.
const (
	StepRead       = "read"
	StepCreateTemp = "create-temp"
	StepWrite      = "write"      // before the first byte
	StepWriteRest  = "write-rest" // half of the bytes are in the temporary file
	StepFsync      = "fsync"
	StepRename     = "rename"
	StepFsyncDir   = "fsync-dir"
	StepRemove     = "remove"
	StepSetAside   = "set-aside"
)

// Disk reads and changes files so that a crash leaves each as it was before or
// after. Its errors are *api.Error: disk_full, else file with the cause inside
// (errors.Is finds fs.ErrNotExist).
type Disk interface {
	// Read returns the whole file, at most MaxSize bytes.
	Read(path string) ([]byte, error)
	// Replace makes data the content of path, mode 0600, whether the file
	// existed or not. When it returns nil the change is durable; when it fails
	// the old file stays.
	Replace(path string, data []byte) error
	// Remove deletes path durably; a missing file is no error.
	Remove(path string) error
	// SetAside renames path to path.broken-N, N the first number that is free,
	// and returns the new name. It never overwrites.
	SetAside(path string) (string, error)
}

// OS is the disk of the operating system.
func OS() Disk { return disk{} }

// Stepped is the operating system's disk whose every step first calls hook
// with the step's name and the file's path. When hook fails, the operation
// returns that error and does nothing more, not even tidy up: it leaves what a
// crash at that moment would.
func Stepped(hook func(step, path string) error) Disk { return disk{hook: hook} }

type disk struct {
	hook func(step, path string) error
}

// killed marks an error of the hook: nothing may be tidied up after it.
type killed struct{ error }

func (k killed) Unwrap() error { return k.error }

func (d disk) step(name, path string) error {
	if d.hook == nil {
		return nil
	}
	if err := d.hook(name, path); err != nil {
		return killed{err}
	}
	return nil
}

// Read is Disk's.
func (d disk) Read(path string) ([]byte, error) {
	if err := d.step(StepRead, path); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fail(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err != nil {
		return nil, fail(err)
	}
	if len(data) > MaxSize {
		return nil, fail(fmt.Errorf("%s is longer than %d bytes", filepath.Base(path), MaxSize))
	}
	return data, nil
}

// Remove is Disk's.
func (d disk) Remove(path string) error {
	if err := d.step(StepRemove, path); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fail(err)
	}
	return d.syncDir(path)
}

// SetAside is Disk's. The new name is taken by a hard link where the file
// system has them, so that a name that appears meanwhile is never overwritten.
func (d disk) SetAside(path string) (string, error) {
	if err := d.step(StepSetAside, path); err != nil {
		return "", err
	}
	for n := 1; n < 10000; n++ {
		aside := fmt.Sprintf("%s.broken-%d", path, n)
		err := moveNew(path, aside)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", fail(err)
		}
		return aside, d.syncDir(path)
	}
	return "", fail(fmt.Errorf("too many broken copies of %s", filepath.Base(path)))
}

// moveNew renames from to to unless to exists.
func moveNew(from, to string) error {
	err := os.Link(from, to)
	if err == nil {
		return os.Remove(from)
	}
	if errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := os.Lstat(to); err == nil {
		return fs.ErrExist
	}
	return os.Rename(from, to)
}

// syncDir makes the names in path's directory durable.
func (d disk) syncDir(path string) error {
	if err := d.step(StepFsyncDir, path); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return fail(err)
	}
	return nil
}

// MakeDir makes a directory that only its owner may enter, and its parents. A
// directory that exists keeps its mode.
func MakeDir(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fail(err)
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return fail(err)
	}
	return nil
}

// fail gives an error of the operating system its code.
func fail(err error) error {
	if diskFull(err) {
		return api.Wrap(api.CodeDiskFull, err)
	}
	return api.Wrap(api.CodeFile, err)
}
