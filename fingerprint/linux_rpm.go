package fingerprint

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"github.com/seed-1feef0b2/holdfast/fingerprint/rpmdb"
)

// rpmDatabases are the places of RPM's database in the form that is read.
var rpmDatabases = []string{"/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite"}

// otherDatabases are its older forms (Berkeley DB, NDB), which are not read.
var otherDatabases = []string{"/usr/lib/sysimage/rpm/Packages.db", "/var/lib/rpm/Packages.db", "/var/lib/rpm/Packages"}

var errBeingWritten = errors.New("a transaction is under way")

// rpmPackages reads the database: a list of which nothing is known to be
// missing, or why there is none. While RPM writes, the list has to wait.
func (r *reader) rpmPackages(name string) []Component {
	const kind = "package"
	for range 2 {
		before := r.rpmState(name)
		list, err := r.readRPM(name)
		switch {
		case r.rpmState(name) != before:
			// It was written meanwhile: once more.
		case err == nil:
			return packageSet(list)
		case errors.Is(err, errBeingWritten):
			return []Component{lacking(kind, Unreadable, "changing")}
		case errors.Is(err, rpmdb.ErrFormat):
			return []Component{lacking(kind, Unreadable, "rpm-database")}
		case errors.Is(err, rpmdb.ErrTooMany):
			return []Component{lacking(kind, Unreadable, "too-many")}
		default:
			return []Component{failed(kind, err)}
		}
	}
	return []Component{lacking(kind, Unreadable, "changing")}
}

// rpmState tells one state of the database's files from another.
func (r *reader) rpmState(name string) [3]Stat {
	var out [3]Stat
	for i, suffix := range []string{"", "-wal", "-journal"} {
		out[i], _ = r.src.Stat(name + suffix)
	}
	return out
}

func (r *reader) readRPM(name string) ([]string, error) {
	if st, err := r.src.Stat(name + "-journal"); err == nil && st.Size > 0 {
		// A transaction of the older sort is under way, or broke off: the file
		// alone is not whole.
		return nil, errBeingWritten
	}
	src, ok := r.src.(Ranged)
	if !ok {
		return nil, ErrUnsupported
	}
	f, err := src.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	wal, err := r.src.ReadFile(name+"-wal", rpmdb.MaxLog)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	packages, err := rpmdb.Read(patient{r.ctx, f}, f.Size(), wal)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(packages))
	for _, p := range packages {
		// What RPM lists as gpg-pubkey are keys that somebody trusts, no programs.
		if p.Name != "gpg-pubkey" {
			names = append(names, packageName(p.Name, p.Arch, p.EVR()))
		}
	}
	return names, nil
}

// patient is a file that is no longer read when the time is over.
type patient struct {
	ctx context.Context
	io.ReaderAt
}

func (p patient) ReadAt(b []byte, off int64) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.ReaderAt.ReadAt(b, off)
}
