//go:build linux || darwin

package daemon

import "golang.org/x/sys/unix"

// freeOn says how many bytes the folder's disk has free for us.
func freeOn(dir string) (bytes uint64, ok bool) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true //nolint:gosec // a block size
}
