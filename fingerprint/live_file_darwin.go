package fingerprint

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// liveFiles are the files of the running Mac.
type liveFiles struct{ now func() time.Time }

func (l liveFiles) Now() time.Time { return l.now() }

func (liveFiles) Platform() string { return "darwin" }

// ReadFile opens without waiting, so that a pipe somebody put in the way gives
// an error instead of a hang, and reads regular files only.
func (liveFiles) ReadFile(name string, limit int) ([]byte, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, pathError("open", name, cause(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, pathError("stat", name, cause(err))
	}
	if !info.Mode().IsRegular() {
		return nil, pathError("read", name, ErrNotFile)
	}
	b, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return nil, pathError("read", name, cause(err))
	}
	if len(b) > limit {
		return b[:limit], pathError("read", name, ErrTooLarge)
	}
	return b, nil
}

func (liveFiles) ReadDir(name string, limit int) ([]string, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|unix.O_DIRECTORY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, pathError("open", name, cause(err))
	}
	defer f.Close()
	names, err := f.Readdirnames(limit + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, pathError("read", name, cause(err))
	}
	if len(names) > limit {
		return nil, pathError("read", name, ErrTooLarge)
	}
	slices.Sort(names)
	return names, nil
}

// Stat follows links, as reading does.
func (liveFiles) Stat(name string) (Stat, error) {
	var st unix.Stat_t
	if err := unix.Stat(name, &st); err != nil {
		return Stat{}, pathError("stat", name, err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return Stat{}, pathError("stat", name, ErrNotFile)
	}
	return Stat{Size: st.Size, Modified: st.Mtim.Nano(), Changed: st.Ctim.Nano(), File: st.Ino}, nil
}

func (liveFiles) Resolve(name string) (string, error) {
	p, err := filepath.EvalSymlinks(name)
	var known *fs.PathError
	if err != nil && !errors.As(err, &known) {
		// The only error of its own is "too many links".
		return "", pathError("resolve", name, ErrLinks)
	}
	return p, err
}

// PermanentAddresses are in the I/O registry on a Mac.
func (liveFiles) PermanentAddresses() (map[string][]byte, error) { return nil, ErrUnsupported }

// cause takes off the path, which pathError puts on again.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func pathError(op, name string, err error) error {
	if errors.Is(err, unix.ELOOP) {
		err = ErrLinks
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}
