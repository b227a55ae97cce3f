package fingerprint

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	"golang.org/x/sys/unix"
)

func live(now func() time.Time) Source { return liveDarwin{liveFiles{now}} }

// liveDarwin is the running Mac.
type liveDarwin struct{ liveFiles }

var _ Darwin = liveDarwin{}

const (
	// ioregPath is where macOS keeps the tool. It is never looked for: any user
	// can put a program of that name in front of the real one.
	ioregPath = "/usr/sbin/ioreg"
	// ioregTime is how long one start may take; 10 to 25 ms are usual.
	ioregTime = 2 * time.Second
	// ioregLimit bounds what it writes, in bytes.
	ioregLimit = 8 << 20
)

// IORegistry starts ioreg with an empty environment.
func (liveDarwin) IORegistry(ctx context.Context, q IOQuery) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, ioregTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, ioregPath, q.Arguments()...)
	cmd.Env, cmd.Dir, cmd.WaitDelay = []string{}, "/", time.Second
	out := &bounded{left: ioregLimit, stop: cancel}
	cmd.Stdout = out
	err := cmd.Run()
	switch {
	case out.left < 0:
		return nil, fmt.Errorf("ioreg: %w", ErrTooLarge)
	case err != nil:
		return nil, fmt.Errorf("ioreg: %w", err)
	}
	return out.Bytes(), nil
}

// bounded keeps what is written up to a limit and then stops the writer.
type bounded struct {
	bytes.Buffer
	left int
	stop func()
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		b.stop()
		return 0, io.ErrShortBuffer
	}
	return b.Buffer.Write(p)
}

func (liveDarwin) Sysctl(name string) (string, error) {
	s, err := unix.Sysctl(name)
	return s, sysctlError(name, err)
}

func (liveDarwin) SysctlNumber(name string) (uint64, error) {
	if n, err := unix.SysctlUint64(name); err == nil {
		return n, nil
	}
	n, err := unix.SysctlUint32(name)
	return uint64(n), sysctlError(name, err)
}

// sysctlError says that a name is not there the way files do.
func sysctlError(name string, err error) error {
	if err != nil {
		return pathError("sysctl", name, err)
	}
	return nil
}

// MountedFrom asks the kernel (statfs(2)).
func (liveDarwin) MountedFrom(dir string) (string, error) {
	var st unix.Statfs_t
	for {
		err := unix.Statfs(dir, &st)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return "", pathError("statfs", dir, err)
		}
		if unix.ByteSliceToString(st.Mntonname[:]) != dir {
			// The directory is no mount of its own.
			return "", pathError("statfs", dir, unix.ENOENT)
		}
		return unix.ByteSliceToString(st.Mntfromname[:]), nil
	}
}
