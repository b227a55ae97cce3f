package recorded

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// ManifestName is the file in a recorded computer's directory that describes it.
const ManifestName = ".holdfast-recorded.json"

// Manifest describes a recorded computer.
type Manifest struct {
	// Platform is linux, windows or darwin.
	Platform string `json:"platform"`
	// Closed lists the files that the recording user could not read, as paths
	// inside the directory without links ("sys/devices/virtual/dmi/id/product_uuid").
	Closed []string `json:"closed,omitempty"`
	// Loose lists files that others than the administrator could change, by
	// themselves or through their folder; all others read as guarded.
	Loose []string `json:"loose,omitempty"`
}

// maxLinks is how many links one path may lead over, as on Linux.
const maxLinks = 40

// source reads a directory as if it were the root.
type source struct {
	dir      string
	manifest Manifest
	closed   map[string]bool
	now      func() time.Time
}

// Open gives the recorded computer in a directory. An empty platform takes the
// manifest's, or linux without a manifest.
func Open(dir, platform string) (fingerprint.Source, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("recorded computer %s: not a directory", dir)
	}
	m, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	if platform != "" {
		m.Platform = platform
	}
	if m.Platform == "" {
		m.Platform = "linux"
	}
	s := &source{dir: dir, manifest: m, closed: map[string]bool{}, now: time.Now}
	for _, p := range m.Closed {
		s.closed[path.Clean("/"+p)] = true
	}
	if m.Platform == "darwin" {
		return darwinSource{s}, nil
	}
	if m.Platform == "windows" {
		return &windowsSource{source: s}, nil
	}
	return s, nil
}

func readManifest(dir string) (Manifest, error) {
	var m Manifest
	b, err := os.ReadFile(filepath.Join(dir, ManifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return m, fmt.Errorf("recorded computer: %s: %w", ManifestName, err)
	}
	return m, nil
}

func (s *source) Now() time.Time { return s.now() }

func (s *source) Platform() string { return s.manifest.Platform }

// PermanentAddresses cannot be asked of files: the reader takes the recorded
// address where the kernel said that it was the card's own.
func (s *source) PermanentAddresses() (map[string][]byte, error) {
	return nil, fingerprint.ErrUnsupported
}

func (s *source) real(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

// Resolve follows links and never leaves the directory: ".." at its top stays
// there, an absolute target starts there.
func (s *source) Resolve(name string) (string, error) {
	if at, known, err := s.kernelResolve(name); known {
		return at, err
	}
	return s.walk(name)
}

// walk follows links one by one.
func (s *source) walk(name string) (string, error) {
	left := strings.Split(strings.Trim(path.Clean("/"+name), "/"), "/")
	at, links := "/", 0
	for len(left) > 0 {
		part := left[0]
		left = left[1:]
		switch part {
		case "", ".":
			continue
		case "..":
			at = path.Dir(at)
			continue
		}
		next := path.Join(at, part)
		info, err := os.Lstat(s.real(next))
		if err != nil {
			return "", relative(err, name)
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			at = next
			continue
		}
		if links++; links > maxLinks {
			return "", &fs.PathError{Op: "resolve", Path: name, Err: fingerprint.ErrLinks}
		}
		target, err := os.Readlink(s.real(next))
		if err != nil {
			return "", relative(err, name)
		}
		if path.IsAbs(target) {
			at = "/"
		}
		left = append(strings.Split(target, "/"), left...)
	}
	return at, nil
}

// relative names the path as the reader knows it, so that errors of a recorded
// computer read like those of a live one.
func relative(err error, name string) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return &fs.PathError{Op: p.Op, Path: name, Err: p.Err}
	}
	return err
}

func (s *source) ReadFile(name string, limit int) ([]byte, error) {
	p, err := s.Resolve(name)
	if err != nil {
		return nil, err
	}
	if s.closed[p] {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	// Looked at before it is opened: opening a pipe would wait for a writer.
	info, err := os.Lstat(s.real(p))
	if err != nil {
		return nil, relative(err, name)
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fingerprint.ErrNotFile}
	}
	f, err := openFile(s.real(p))
	if err != nil {
		return nil, relative(err, name)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return nil, relative(err, name)
	}
	if len(b) > limit {
		return b[:limit], &fs.PathError{Op: "read", Path: name, Err: fingerprint.ErrTooLarge}
	}
	return b, nil
}

// Open gives a recorded file to read in parts.
func (s *source) Open(name string) (fingerprint.File, error) {
	p, err := s.Resolve(name)
	if err != nil {
		return nil, err
	}
	if s.closed[p] {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	info, err := os.Lstat(s.real(p))
	if err != nil {
		return nil, relative(err, name)
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fingerprint.ErrNotFile}
	}
	f, err := openFile(s.real(p))
	if err != nil {
		return nil, relative(err, name)
	}
	return opened{f, info.Size()}, nil
}

type opened struct {
	*os.File
	size int64
}

func (f opened) Size() int64 { return f.size }

// Stat gives size and time of a recorded file.
func (s *source) Stat(name string) (fingerprint.Stat, error) {
	p, err := s.Resolve(name)
	if err != nil {
		return fingerprint.Stat{}, err
	}
	info, err := os.Lstat(s.real(p))
	if err != nil {
		return fingerprint.Stat{}, relative(err, name)
	}
	if !info.Mode().IsRegular() {
		return fingerprint.Stat{}, &fs.PathError{Op: "stat", Path: name, Err: fingerprint.ErrNotFile}
	}
	loose := slices.Contains(s.manifest.Loose, strings.TrimPrefix(p, "/"))
	return fingerprint.Stat{Size: info.Size(), Modified: info.ModTime().UnixNano(), Guarded: !loose}, nil
}

func (s *source) ReadDir(name string, limit int) ([]string, error) {
	p, err := s.Resolve(name)
	if err != nil {
		return nil, err
	}
	info, err := os.Lstat(s.real(p))
	if err != nil {
		return nil, relative(err, name)
	}
	if !info.IsDir() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fingerprint.ErrNotFile}
	}
	f, err := os.Open(s.real(p))
	if err != nil {
		return nil, relative(err, name)
	}
	defer f.Close()
	names, err := f.Readdirnames(limit + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, relative(err, name)
	}
	if len(names) > limit {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fingerprint.ErrTooLarge}
	}
	slices.Sort(names)
	return names, nil
}
