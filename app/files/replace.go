package files

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// staleAfter is how much older than a fresh temporary file another one must be
// to count as left over by a crash. Both times come from the file system, so
// that a clock that was set back does no harm; the margin spares a file that
// another program is writing at this moment.
const staleAfter = time.Minute

// Replace is Disk's.
func (d disk) Replace(path string, data []byte) error {
	temp, err := d.writeTemp(path, data)
	if err == nil {
		err = d.step(StepRename, path)
	}
	if err == nil {
		if err = rename(temp, path); err != nil {
			err = fail(err)
		}
	}
	if err != nil {
		if temp != "" && !errors.As(err, new(killed)) {
			os.Remove(temp)
		}
		return err
	}
	return d.syncDir(path)
}

// writeTemp writes data to a new temporary file beside path, down to the disk.
// The name is returned wherever the file may exist.
func (d disk) writeTemp(path string, data []byte) (name string, err error) {
	if err := d.step(StepCreateTemp, path); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Dir(path), tempPrefix(path)+"*") // mode 0600
	if err != nil {
		return "", fail(err)
	}
	name = f.Name()
	defer func() {
		if cerr := f.Close(); err == nil && cerr != nil {
			err = fail(cerr)
		}
	}()
	removeStale(path, f)
	half := len(data) / 2
	for _, part := range []struct {
		step string
		data []byte
	}{{StepWrite, data[:half]}, {StepWriteRest, data[half:]}} {
		if err := d.step(part.step, path); err != nil {
			return name, err
		}
		if _, err := f.Write(part.data); err != nil {
			return name, fail(err)
		}
	}
	if err := d.step(StepFsync, path); err != nil {
		return name, err
	}
	if err := f.Sync(); err != nil {
		return name, fail(err)
	}
	return name, nil
}

// tempPrefix is how the names of path's temporary files begin.
func tempPrefix(path string) string { return "." + filepath.Base(path) + ".tmp-" }

// removeStale removes temporary files of path that a crash left behind. What
// cannot be removed is left for the next time.
func removeStale(path string, fresh *os.File) {
	now, err := fresh.Stat()
	if err != nil {
		return
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), tempPrefix(path)) {
			continue
		}
		if info, err := e.Info(); err == nil && now.ModTime().Sub(info.ModTime()) > staleAfter {
			os.Remove(filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
}
