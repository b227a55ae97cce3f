package recorded

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// Files of a recorded Windows computer.
const (
	registryFile  = "/registry.reg"
	registryMore  = "/registry.d"
	smbiosFile    = "/smbios.bin"
	volumeFile    = "/volume.json"
	disksFile     = "/disks.json"
	adaptersFile  = "/adapters.json"
	devicesFile   = "/devices.json"
	systemFile    = "/system.json"
	maxRecordFile = 4 << 20
	maxOverlays   = 64
)

// windowsSource answers the calls of a Windows computer from files.
type windowsSource struct {
	*source

	mu       sync.Mutex
	registry registry
	seen     string // the Stats of the registry's files that were read
	checked  bool   // since the last reading began
}

var _ fingerprint.Windows = (*windowsSource)(nil)

// Now is asked for as each reading begins, so the registry's files are looked at
// once for each reading and not once for each value.
func (s *windowsSource) Now() time.Time {
	s.mu.Lock()
	s.checked = false
	s.mu.Unlock()
	return s.source.Now()
}

// systemRecord is system.json.
type systemRecord struct {
	Memory uint64 `json:"memory"`
	TPM    int    `json:"tpm"`
	// Files are version resources by the files' paths.
	Files map[string]fingerprint.WindowsFileVersion `json:"files"`
}

// deviceRecord is devices.json: devices by their enumerator.
type deviceRecord map[string][]fingerprint.WindowsDevice

// readRecord reads one of the JSON files.
func readRecord[T any](s *windowsSource, name string) (T, error) {
	var v T
	b, err := s.ReadFile(name, maxRecordFile)
	if err != nil {
		return v, err
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return v, fmt.Errorf("recorded computer: %s: %w", name, err)
	}
	return v, nil
}

// keys gives the registry, read anew where a file of it changed.
func (s *windowsSource) keys() (registry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.registry != nil && s.checked {
		return s.registry, nil
	}
	files, seen, err := s.registryFiles()
	if err != nil {
		return nil, err
	}
	s.checked = true
	if s.registry != nil && s.seen == seen {
		return s.registry, nil
	}
	r := registry{}
	for _, f := range files {
		b, err := s.ReadFile(f, maxRegistryText)
		if err != nil {
			return nil, err
		}
		if err := r.parse(b); err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
	}
	s.registry, s.seen = r, seen
	return r, nil
}

// registryFiles lists the export and what lies over it, with their Stats.
func (s *windowsSource) registryFiles() (files []string, seen string, err error) {
	files = []string{registryFile}
	more, err := s.ReadDir(registryMore, maxOverlays)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, "", err
	}
	for _, name := range more {
		files = append(files, path.Join(registryMore, name))
	}
	for _, f := range files {
		st, err := s.Stat(f)
		if err != nil {
			return nil, "", err
		}
		seen += fmt.Sprintf("%s %v\n", f, st)
	}
	return files, seen, nil
}

func (s *windowsSource) key(p string) (registry, *registryKey, error) {
	r, err := s.keys()
	if err != nil {
		return nil, nil, err
	}
	k := r[foldPath(p)]
	if k == nil {
		return nil, nil, &fs.PathError{Op: "open", Path: p, Err: fs.ErrNotExist}
	}
	return r, k, nil
}

// RegistryKeys gives the keys in no order, as the registry does.
func (s *windowsSource) RegistryKeys(p string, limit int) ([]string, error) {
	r, k, err := s.key(p)
	if err != nil {
		return nil, err
	}
	if len(k.below) > limit {
		return nil, fingerprint.ErrTooLarge
	}
	var out []string
	for below := range k.below {
		out = append(out, r[below].name)
	}
	return out, nil
}

func (s *windowsSource) RegistryValues(p string, names ...string) ([]fingerprint.RegistryValue, error) {
	_, k, err := s.key(p)
	if err != nil {
		return nil, err
	}
	out := make([]fingerprint.RegistryValue, len(names))
	for i, n := range names {
		out[i] = k.values[foldPath(n)]
	}
	return out, nil
}

func (s *windowsSource) FirmwareTable() ([]byte, error) { return s.ReadFile(smbiosFile, maxRecordFile) }

func (s *windowsSource) Memory() (uint64, error) {
	v, err := readRecord[systemRecord](s, systemFile)
	return v.Memory, err
}

func (s *windowsSource) TPMVersion() (int, error) {
	v, err := readRecord[systemRecord](s, systemFile)
	if err == nil && v.TPM == 0 {
		err = fs.ErrNotExist
	}
	return v.TPM, err
}

func (s *windowsSource) FileVersion(name string) (fingerprint.WindowsFileVersion, error) {
	rec, err := readRecord[systemRecord](s, systemFile)
	if err != nil {
		return fingerprint.WindowsFileVersion{}, err
	}
	for f, v := range rec.Files {
		if strings.EqualFold(f, name) {
			return v, nil
		}
	}
	return fingerprint.WindowsFileVersion{}, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (s *windowsSource) SystemVolume() (fingerprint.WindowsVolume, error) {
	return readRecord[fingerprint.WindowsVolume](s, volumeFile)
}

func (s *windowsSource) Disks(limit int) ([]fingerprint.WindowsDisk, error) {
	v, err := readRecord[[]fingerprint.WindowsDisk](s, disksFile)
	return bounded(v, limit, err)
}

func (s *windowsSource) Adapters(limit int) ([]fingerprint.WindowsAdapter, error) {
	v, err := readRecord[[]fingerprint.WindowsAdapter](s, adaptersFile)
	return bounded(v, limit, err)
}

func (s *windowsSource) Devices(enumerator string, limit int) ([]fingerprint.WindowsDevice, error) {
	v, err := readRecord[deviceRecord](s, devicesFile)
	return bounded(v[enumerator], limit, err)
}

func bounded[T any](list []T, limit int, err error) ([]T, error) {
	if err == nil && len(list) > limit {
		return nil, fingerprint.ErrTooLarge
	}
	return list, err
}
