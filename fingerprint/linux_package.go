package fingerprint

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

const (
	dpkgStatus = "/var/lib/dpkg/status"
	pacmanDir  = "/var/lib/pacman/local"
	// packagesLimit bounds the list of packages in bytes; 4,000 packages are
	// about 4 MB.
	packagesLimit = 24 << 20
	// maxPackages bounds the set.
	maxPackages = 10000
)

// readPackages reads name, version and architecture of what the system's own
// package manager installed.
func readPackages(r *reader) []Component {
	r.packages = r.readPackages()
	return r.packages
}

func (r *reader) readPackages() []Component {
	const kind = "package"
	if r.has(dpkgStatus) {
		return r.remember("dpkg", r.signature(dpkgStatus), r.dpkg)
	}
	if r.has(pacmanDir) {
		return r.pacman()
	}
	for _, name := range rpmDatabases {
		if r.has(name) {
			return r.remember("rpm", r.signature(name, name+"-wal", name+"-journal"), func() []Component { return r.rpmPackages(name) })
		}
	}
	if slices.ContainsFunc(otherDatabases, r.has) {
		return []Component{lacking(kind, Unreadable, "rpm-database")}
	}
	return []Component{lacking(kind, Absent, "not-there")}
}

func (r *reader) dpkg() []Component {
	b, err := r.src.ReadFile(dpkgStatus, packagesLimit)
	if err != nil {
		return []Component{failed("package", err)}
	}
	return packageSet(parseDpkg(b))
}

func packageSet(names []string) []Component {
	const kind = "package"
	if len(names) == 0 {
		return []Component{lacking(kind, Absent, "not-there")}
	}
	if len(names) > maxPackages {
		return []Component{lacking(kind, Unreadable, "too-many")}
	}
	out := make([]Component, 0, len(names))
	for _, n := range names {
		out = append(out, present(kind, fold(n), n))
	}
	return out
}

// parseDpkg reads dpkg's status file: paragraphs of fields; only packages that
// are installed count. It gives "name:arch version".
func parseDpkg(b []byte) []string {
	var out []string
	for len(b) > 0 {
		var paragraph []byte
		paragraph, b, _ = bytes.Cut(b, []byte("\n\n"))
		if p, ok := dpkgPackage(paragraph); ok {
			out = append(out, p)
		}
	}
	return out
}

func dpkgPackage(paragraph []byte) (string, bool) {
	var name, version, arch []byte
	installed := false
	for len(paragraph) > 0 {
		var line []byte
		line, paragraph, _ = bytes.Cut(paragraph, []byte("\n"))
		switch {
		case len(line) == 0 || line[0] == ' ':
		case bytes.HasPrefix(line, []byte("Package: ")):
			name = line[9:]
		case bytes.HasPrefix(line, []byte("Version: ")):
			version = line[9:]
		case bytes.HasPrefix(line, []byte("Architecture: ")):
			arch = line[14:]
		case bytes.HasPrefix(line, []byte("Status: ")):
			installed = bytes.HasSuffix(line, []byte(" installed"))
		}
	}
	if !installed || clean(string(name)) == "" || clean(string(version)) == "" {
		return "", false
	}
	return packageName(string(name), string(arch), string(version)), true
}

// packageName joins the parts so that the name comes before the first blank.
func packageName(name, arch, version string) string {
	name = strings.ReplaceAll(clean(name), " ", "-")
	if arch = strings.ReplaceAll(clean(arch), " ", "-"); arch != "" {
		name += ":" + arch
	}
	return name + " " + clean(version)
}

// pacman reads its directory: one folder per package, named
// name-version-release. Nothing in the folders is opened.
func (r *reader) pacman() []Component {
	dirs, err := r.src.ReadDir(pacmanDir, maxPackages)
	if err != nil {
		return []Component{failed("package", err)}
	}
	return r.remember("pacman", strings.Join(dirs, "\n"), func() []Component {
		var names []string
		for _, d := range dirs {
			if name, version, ok := pacmanPackage(path.Base(d)); ok {
				names = append(names, packageName(name, "", version))
			}
		}
		return packageSet(names)
	})
}

func pacmanPackage(dir string) (name, version string, ok bool) {
	i := strings.LastIndexByte(dir, '-')
	if i <= 0 {
		return "", "", false
	}
	j := strings.LastIndexByte(dir[:i], '-')
	if j <= 0 {
		return "", "", false
	}
	return dir[:j], dir[j+1:], true
}
