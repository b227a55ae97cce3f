package fingerprint

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

func live(now func() time.Time) Source { return liveLinux{now} }

// liveLinux is the running Linux computer. The kernel follows the links.
type liveLinux struct{ now func() time.Time }

func (l liveLinux) Now() time.Time { return l.now() }

func (liveLinux) Platform() string { return "linux" }

// ReadFile opens without waiting, so that a pipe somebody put in the way gives
// an error instead of a hang, and reads regular files only.
func (liveLinux) ReadFile(name string, limit int) ([]byte, error) {
	return readBounded(name, limit)
}

func readBounded(name string, limit int) ([]byte, error) {
	fd, err := openRetry(name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC|unix.O_NOCTTY)
	if err != nil {
		return nil, pathError("open", name, err)
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, pathError("stat", name, err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return nil, pathError("read", name, ErrNotFile)
	}
	size := min(limit, max(int(st.Size), 512)) + 1
	buf := make([]byte, 0, size)
	for len(buf) <= limit {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, min(len(buf), limit+1-len(buf)))
		}
		n, err := unix.Read(fd, buf[len(buf):min(cap(buf), limit+1)])
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return nil, pathError("read", name, err)
		}
		if n == 0 {
			return buf, nil
		}
		buf = buf[:len(buf)+n]
	}
	return buf[:limit], pathError("read", name, ErrTooLarge)
}

// Open gives a file to read in parts.
func (liveLinux) Open(name string) (File, error) {
	fd, err := openRetry(name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC|unix.O_NOCTTY)
	if err != nil {
		return nil, pathError("open", name, err)
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		unix.Close(fd)
		return nil, pathError("open", name, errors.Join(err, ErrNotFile))
	}
	return openLinux{os.NewFile(uintptr(fd), name), st.Size}, nil
}

type openLinux struct {
	*os.File
	size int64
}

func (f openLinux) Size() int64 { return f.size }

func openRetry(name string, flags int) (int, error) {
	for {
		fd, err := unix.Open(name, flags, 0)
		if !errors.Is(err, unix.EINTR) {
			return fd, err
		}
	}
}

func (liveLinux) ReadDir(name string, limit int) ([]string, error) {
	fd, err := openRetry(name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NONBLOCK|unix.O_CLOEXEC)
	if err != nil {
		return nil, pathError("open", name, err)
	}
	defer unix.Close(fd)
	var names []string
	buf := make([]byte, 16<<10)
	for {
		n, err := unix.ReadDirent(fd, buf)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return nil, pathError("read", name, err)
		}
		if n <= 0 {
			slices.Sort(names)
			return names, nil
		}
		if _, _, names = unix.ParseDirent(buf[:n], -1, names); len(names) > limit {
			return nil, pathError("read", name, ErrTooLarge)
		}
	}
}

// Stat follows links, as reading does.
func (liveLinux) Stat(name string) (Stat, error) {
	var st unix.Stat_t
	if err := unix.Stat(name, &st); err != nil {
		return Stat{}, pathError("stat", name, err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return Stat{}, pathError("stat", name, ErrNotFile)
	}
	return Stat{Size: st.Size, Modified: st.Mtim.Nano(), Changed: st.Ctim.Nano(), File: st.Ino, Guarded: guarded(name)}, nil
}

// guarded looks at the file and its folder without following links: only what
// belongs to root and lets nobody else write is guarded.
func guarded(name string) bool {
	for _, at := range []struct {
		name string
		kind uint32
	}{{name, unix.S_IFREG}, {filepath.Dir(name), unix.S_IFDIR}} {
		var st unix.Stat_t
		if unix.Lstat(at.name, &st) != nil || st.Uid != 0 || st.Mode&unix.S_IFMT != at.kind || st.Mode&0o022 != 0 {
			return false
		}
	}
	return true
}

// Resolve lets the kernel follow the links at once and asks it where it got to.
func (liveLinux) Resolve(name string) (string, error) {
	fd, err := openRetry(name, unix.O_PATH|unix.O_CLOEXEC)
	if err != nil {
		return "", pathError("resolve", name, err)
	}
	defer unix.Close(fd)
	var buf [unix.PathMax]byte
	n, err := unix.Readlink("/proc/self/fd/"+strconv.Itoa(fd), buf[:])
	if p := string(buf[:max(n, 0)]); err == nil && n < len(buf) && path.IsAbs(p) && !strings.HasSuffix(p, " (deleted)") {
		return p, nil
	}
	return walkLinks(name)
}

// walkLinks serves where /proc does not tell: not mounted, or the file is going.
func walkLinks(name string) (string, error) {
	p, err := filepath.EvalSymlinks(name)
	var known *fs.PathError
	if err != nil && !errors.As(err, &known) {
		// The only error of its own is "too many links".
		return "", pathError("resolve", name, ErrLinks)
	}
	return p, err
}

// ifPermAddress is the netlink attribute IFLA_PERM_ADDRESS (Linux 5.5).
const ifPermAddress = 0x36

// PermanentAddresses asks the kernel by one netlink dump, which needs no rights.
func (liveLinux) PermanentAddresses() (map[string][]byte, error) {
	rib, err := syscall.NetlinkRIB(syscall.RTM_GETLINK, syscall.AF_UNSPEC)
	if err != nil {
		return nil, errors.Join(ErrUnsupported, err)
	}
	msgs, err := syscall.ParseNetlinkMessage(rib)
	if err != nil {
		return nil, errors.Join(ErrUnsupported, err)
	}
	out := map[string][]byte{}
	for i := range msgs {
		if msgs[i].Header.Type != syscall.RTM_NEWLINK {
			continue
		}
		attrs, err := syscall.ParseNetlinkRouteAttr(&msgs[i])
		if err != nil {
			continue
		}
		addLink(out, attrs)
	}
	return out, nil
}

func addLink(out map[string][]byte, attrs []syscall.NetlinkRouteAttr) {
	var name string
	var addr []byte
	for _, a := range attrs {
		switch a.Attr.Type {
		case syscall.IFLA_IFNAME:
			name = unix.ByteSliceToString(a.Value)
		case ifPermAddress:
			addr = slices.Clone(a.Value)
		}
	}
	if name != "" && len(addr) > 0 {
		out[name] = addr
	}
}

func pathError(op, name string, err error) error {
	if errors.Is(err, unix.ELOOP) {
		err = ErrLinks
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}
