package fingerprint

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

func live(now func() time.Time) Source { return liveWindows{now} }

// liveWindows is the running Windows computer. Nothing is read of files: what
// they tell elsewhere, the calls of [Windows] tell here.
type liveWindows struct{ now func() time.Time }

var _ Windows = liveWindows{}

func (l liveWindows) Now() time.Time { return l.now() }

func (liveWindows) Platform() string { return "windows" }

func (liveWindows) ReadFile(name string, _ int) ([]byte, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: ErrUnsupported}
}

func (liveWindows) ReadDir(name string, _ int) ([]string, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: ErrUnsupported}
}

// Stat is for the files of drivers, whose versions are slow to read.
func (liveWindows) Stat(name string) (Stat, error) {
	info, err := os.Stat(name)
	if err != nil {
		return Stat{}, err
	}
	if !info.Mode().IsRegular() {
		return Stat{}, &fs.PathError{Op: "stat", Path: name, Err: ErrNotFile}
	}
	return Stat{Size: info.Size(), Modified: info.ModTime().UnixNano()}, nil
}

func (liveWindows) Resolve(name string) (string, error) {
	return "", &fs.PathError{Op: "resolve", Path: name, Err: ErrUnsupported}
}

func (liveWindows) PermanentAddresses() (map[string][]byte, error) { return nil, ErrUnsupported }

// view reads the registry as 64-bit programs see it, whatever this program is.
const view = registry.QUERY_VALUE | registry.ENUMERATE_SUB_KEYS | registry.WOW64_64KEY

func (liveWindows) RegistryKeys(path string, limit int) ([]string, error) {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, path, view)
	if err != nil {
		return nil, told(err)
	}
	defer k.Close()
	names, err := k.ReadSubKeyNames(-1)
	if err != nil {
		return nil, told(err)
	}
	if len(names) > limit {
		return nil, ErrTooLarge
	}
	return names, nil
}

func (liveWindows) RegistryValues(path string, names ...string) ([]RegistryValue, error) {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, path, registry.QUERY_VALUE|registry.WOW64_64KEY)
	if err != nil {
		return nil, told(err)
	}
	defer k.Close()
	out := make([]RegistryValue, len(names))
	buf := make([]byte, 512)
	for i, name := range names {
		out[i], buf = registryValue(k, name, buf)
	}
	return out, nil
}

// maxRegistryValue bounds one value in bytes.
const maxRegistryValue = 16 << 10

// registryValue reads one value; the buffer grows once and stays.
func registryValue(k registry.Key, name string, buf []byte) (RegistryValue, []byte) {
	n, kind, err := k.GetValue(name, buf)
	if errors.Is(err, registry.ErrShortBuffer) && n <= maxRegistryValue {
		buf = make([]byte, n)
		n, kind, err = k.GetValue(name, buf)
	}
	if err != nil || n > len(buf) {
		return RegistryValue{}, buf
	}
	return RegistryValue{Type: kind, Data: append([]byte(nil), buf[:n]...)}, buf
}

// told makes one error of the many that say "not on this system".
func told(err error) error {
	for _, no := range []error{
		windows.ERROR_INVALID_FUNCTION, windows.ERROR_NOT_SUPPORTED, windows.ERROR_CALL_NOT_IMPLEMENTED,
		windows.ERROR_PROC_NOT_FOUND, windows.ERROR_MOD_NOT_FOUND, windows.ERROR_INVALID_PARAMETER,
	} {
		if errors.Is(err, no) {
			return errors.Join(ErrUnsupported, err)
		}
	}
	return err
}
