package recorded

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// kernelResolve lets the kernel follow the links inside the directory
// (openat2(2) with RESOLVE_IN_ROOT), which takes a few system calls where
// walking takes one per part of the path. The directory is opened anew each
// time: whoever plays a computer may exchange it. It reports false where the
// kernel or a sandbox does not offer it; walking serves then.
func (s *source) kernelResolve(name string) (at string, known bool, err error) {
	root, err := unix.Open(s.dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", false, nil
	}
	defer unix.Close(root)
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS}
	fd, err := unix.Openat2(root, path.Clean("/"+name), &how)
	switch {
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENOTDIR):
		return "", true, &fs.PathError{Op: "resolve", Path: name, Err: err}
	case errors.Is(err, unix.ELOOP):
		return "", true, &fs.PathError{Op: "resolve", Path: name, Err: fingerprint.ErrLinks}
	case err != nil:
		return "", false, nil
	}
	defer unix.Close(fd)
	top, err1 := os.Readlink("/proc/self/fd/" + strconv.Itoa(root))
	full, err2 := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
	inside, ok := strings.CutPrefix(full, top)
	if err1 != nil || err2 != nil || !ok || inside != "" && inside[0] != '/' && top != "/" {
		return "", false, nil
	}
	return "/" + strings.TrimPrefix(inside, "/"), true, nil
}
