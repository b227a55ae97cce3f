package fingerprint

import (
	"errors"
	"io"
	"time"
)

// Errors of a Source beside those of io/fs (fs.ErrNotExist, fs.ErrPermission).
var (
	// ErrTooLarge: the file or directory holds more than the limit.
	ErrTooLarge = errors.New("too large")
	// ErrNotFile: the path is not a regular file, so it was not read.
	ErrNotFile = errors.New("not a regular file")
	// ErrLinks: the links go round, or there are too many of them.
	ErrLinks = errors.New("too many links")
	// ErrUnsupported: this source cannot tell, and something else must.
	ErrUnsupported = errors.New("unsupported")
)

// Source is a computer to read: the live one, or a recorded one that reads
// exactly like it. Paths are absolute with forward slashes and never leave the
// source's root. Every call is bounded and never waits for a writer.
type Source interface {
	// Platform is linux, windows or darwin.
	Platform() string
	// Now is the time, to tell how long a read took; nothing read depends on it.
	Now() time.Time
	// ReadFile gives a regular file's content. A file longer than limit bytes
	// gives its first limit bytes together with ErrTooLarge.
	ReadFile(name string, limit int) ([]byte, error)
	// ReadDir gives the names in a directory, sorted. More than limit names
	// give the error ErrTooLarge and none of them.
	ReadDir(name string, limit int) ([]string, error)
	// Stat tells whether a regular file is the one that was read before, without
	// reading it.
	Stat(name string) (Stat, error)
	// Resolve gives the path with all links followed, inside the root.
	Resolve(name string) (string, error)
	// PermanentAddresses gives the addresses that network cards were made
	// with, by interface name. ErrUnsupported where the source cannot ask;
	// files serve then.
	PermanentAddresses() (map[string][]byte, error)
}

// Ranged is what a source may offer beside Source: parts of a file that is too
// large to read whole. Without it such files are not read.
type Ranged interface {
	// Open gives a regular file; opening never waits.
	Open(name string) (File, error)
}

// File is an open file of a Ranged source.
type File interface {
	io.ReaderAt
	io.Closer
	Size() int64 // bytes, when it was opened
}

// Stat is what tells one state of a file from another. Equal Stats of a name
// mean equal content, as far as a file system that keeps times can tell.
type Stat struct {
	Size     int64
	Modified int64  // nanoseconds since 1970, UTC
	Changed  int64  // of the inode, which nobody can set back; 0 where unknown
	File     uint64 // the file's own number (inode); 0 where unknown
	// Guarded is true where nobody but the administrator can change the file or
	// put another in its place: both it and its folder are root's, and no link.
	Guarded bool
}

// Live is the computer that this program runs on. It looks at no environment
// variable: nothing can redirect it.
func Live() Source { return live(time.Now) }
