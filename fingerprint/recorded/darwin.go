package recorded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// Where a recorded Mac keeps what is not in files there.
const (
	ioregDir   = "/ioreg/"      // NAME.plist for each fingerprint.DarwinQueries
	sysctlFile = "/sysctl.json" // texts and numbers by name
	mountsFile = "/mounts.json" // devices by the directory that they are mounted at
)

// recordedLimit bounds the files above, in bytes, as the live source does.
const recordedLimit = 8 << 20

// darwinSource is a recorded Mac: its files, and what its system calls and its
// ioreg answered.
type darwinSource struct{ *source }

var _ fingerprint.Darwin = darwinSource{}

// IORegistry gives the recorded part. A part without a file matched nothing.
func (d darwinSource) IORegistry(ctx context.Context, q fingerprint.IOQuery) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b, err := d.ReadFile(ioregDir+q.Name+".plist", recordedLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}

func (d darwinSource) Sysctl(name string) (string, error) {
	var s string
	err := d.value(sysctlFile, name, &s)
	return s, err
}

func (d darwinSource) SysctlNumber(name string) (uint64, error) {
	var n uint64
	err := d.value(sysctlFile, name, &n)
	return n, err
}

func (d darwinSource) MountedFrom(dir string) (string, error) {
	var s string
	err := d.value(mountsFile, dir, &s)
	return s, err
}

// value reads one name of a JSON object.
func (d darwinSource) value(file, name string, into any) error {
	b, err := d.ReadFile(file, recordedLimit)
	if err != nil {
		return err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		return fmt.Errorf("recorded computer: %s: %w", file, err)
	}
	v, ok := all[name]
	if !ok {
		return &fs.PathError{Op: "sysctl", Path: name, Err: fs.ErrNotExist}
	}
	return json.Unmarshal(v, into)
}
