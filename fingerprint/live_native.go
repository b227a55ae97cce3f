//go:build darwin

package fingerprint

import (
	"context"
	"io/fs"
	"runtime"
	"time"

	"github.com/denisbrodbeck/machineid"
	"github.com/shirou/gopsutil/v3/mem"
)

func live(now func() time.Time) Source { return liveNative{now} }

// liveNative is a running Windows or macOS computer, whose reader so far knows
// the installation's identifier and the memory. It has no files to read.
type liveNative struct{ now func() time.Time }

func (l liveNative) Now() time.Time { return l.now() }

func (liveNative) Platform() string { return runtime.GOOS }

func (liveNative) ReadFile(name string, _ int) ([]byte, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: ErrUnsupported}
}

func (liveNative) ReadDir(name string, _ int) ([]string, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: ErrUnsupported}
}

func (liveNative) Stat(name string) (Stat, error) {
	return Stat{}, &fs.PathError{Op: "stat", Path: name, Err: ErrUnsupported}
}

func (liveNative) Resolve(name string) (string, error) {
	return "", &fs.PathError{Op: "resolve", Path: name, Err: ErrUnsupported}
}

func (liveNative) PermanentAddresses() (map[string][]byte, error) { return nil, ErrUnsupported }

// InstallID is MachineGuid on Windows and IOPlatformUUID on macOS.
func (liveNative) InstallID(context.Context) (string, error) {
	if err := toolsAreGenuine(); err != nil {
		return "", err
	}
	return machineid.ID()
}

// Memory is what the system says that it has.
func (liveNative) Memory(ctx context.Context) (uint64, error) {
	m, err := mem.VirtualMemoryWithContext(ctx)
	if err != nil {
		return 0, err
	}
	return m.Total, nil
}
