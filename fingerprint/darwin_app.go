package fingerprint

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

const (
	// plistLimit bounds a property list of a bundle in bytes; the largest seen
	// are some hundred thousand.
	plistLimit = 512 << 10
	// maxApps bounds the applications that are looked at.
	maxApps = 2000
)

// bundle is what identifies a program's folder.
type bundle struct{ id, version string }

// bundleAt reads Contents/Info.plist of a bundle. The build stands behind the
// version where they differ, since an update may change it alone.
func (r *reader) bundleAt(dir string) (bundle, error) {
	b, err := r.src.ReadFile(dir+"/Contents/Info.plist", plistLimit)
	if err != nil {
		return bundle{}, err
	}
	var v struct {
		ID      string `plist:"CFBundleIdentifier"`
		Version string `plist:"CFBundleShortVersionString"`
		Build   string `plist:"CFBundleVersion"`
	}
	if err := decodePlist(b, &v); err != nil {
		return bundle{}, err
	}
	return makeBundle(v.ID, v.Version, v.Build)
}

func makeBundle(id, version, build string) (bundle, error) {
	out := bundle{id: strings.ReplaceAll(clean(id), " ", "-"), version: clean(version)}
	if build = clean(build); build != out.version {
		out.version = join(" ", out.version, build)
	}
	if out.id == "" {
		return bundle{}, errPropertyList
	}
	return out, nil
}

func (b bundle) text() string { return join(" ", b.id, b.version) }

// macModules reads the drivers that did not come with macOS: kernel extensions
// and, from the system's own list, system extensions that are active.
func macModules(r *reader) []Component {
	const kind = "module"
	kexts, err1 := r.kernelExtensions()
	active, err2 := r.systemExtensions()
	if err := errors.Join(err1, err2); err != nil {
		return r.blinded(macFailed(kind, err))
	}
	var out []Component
	for _, b := range append(kexts, active...) {
		out = append(out, present(kind, fold(b.text()), b.text()))
		r.io.bundles = append(r.io.bundles, b.id)
	}
	if len(out) == 0 {
		return []Component{lacking(kind, Absent, "not-there")}
	}
	return out
}

// blinded notes that a list could not be read.
func (r *reader) blinded(c Component) []Component {
	if c.State != Absent {
		r.io.blind = append(r.io.blind, c)
	}
	return []Component{c}
}

func (r *reader) kernelExtensions() ([]bundle, error) {
	const dir = "/Library/Extensions"
	names, err := r.src.ReadDir(dir, maxModules)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []bundle
	for _, n := range names {
		if r.stopped() {
			break
		}
		if path.Ext(n) != ".kext" {
			continue
		}
		b, err := r.bundleAt(dir + "/" + n)
		if err != nil {
			// A bundle that cannot be read is still there.
			b = bundle{id: strings.ReplaceAll(clean(n), " ", "-")}
		}
		if !strings.HasPrefix(b.id, "com.apple.") {
			out = append(out, b)
		}
	}
	return out, nil
}

// extensionList is the system's list of extensions.
const extensionList = "/Library/SystemExtensions/db.plist"

func (r *reader) systemExtensions() ([]bundle, error) {
	b, err := r.src.ReadFile(extensionList, plistLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var v struct {
		Extensions []struct {
			ID      string `plist:"identifier"`
			State   string `plist:"state"`
			Version struct {
				Short string `plist:"CFBundleShortVersionString"`
				Build string `plist:"CFBundleVersion"`
			} `plist:"bundleVersion"`
		} `plist:"extensions"`
	}
	if err := decodePlist(b, &v); err != nil {
		return nil, err
	}
	if len(v.Extensions) > maxModules {
		return nil, ErrTooLarge
	}
	var out []bundle
	for _, e := range v.Extensions {
		if e.State != "activated_enabled" {
			continue
		}
		if b, err := makeBundle(e.ID, e.Version.Short, e.Version.Build); err == nil {
			out = append(out, b)
		}
	}
	return out, nil
}

// macPackages reads identifier and version of the applications of all users;
// those of the system itself follow its build.
func macPackages(r *reader) []Component {
	const kind = "package"
	apps, err := r.applications()
	if err != nil {
		return r.blinded(macFailed(kind, err))
	}
	if len(apps) > maxApps {
		return r.blinded(lacking(kind, Unreadable, "too-many"))
	}
	var names []string
	for _, dir := range apps {
		if r.stopped() {
			break
		}
		// Wrapped apps of the iPhone and links into the system have no such file.
		if b, err := r.bundleAt(dir); err == nil {
			names = append(names, b.text())
			r.io.bundles = append(r.io.bundles, b.id)
		}
	}
	return packageSet(names)
}

// applications lists the bundles in /Applications and in its folders, one deep.
func (r *reader) applications() ([]string, error) {
	const top = "/Applications"
	names, err := r.src.ReadDir(top, maxDevices)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, n := range names {
		if r.stopped() || len(out) > maxApps {
			break
		}
		if path.Ext(n) == ".app" {
			out = append(out, top+"/"+n)
			continue
		}
		if strings.HasPrefix(n, ".") {
			continue
		}
		inner, _ := r.src.ReadDir(top+"/"+n, maxApps)
		for _, i := range inner {
			if path.Ext(i) == ".app" {
				out = append(out, top+"/"+n+"/"+i)
			}
		}
	}
	return out, nil
}

// macSecurityAgents finds security agents by the identifiers of drivers and
// applications, and by the names of services that start with the computer.
func macSecurityAgents(r *reader) []Component {
	if len(r.io.blind) > 0 {
		// Where drivers or applications cannot be told, neither can the agents.
		return []Component{lacking("security-agent", r.io.blind[0].State, r.io.blind[0].Reason)}
	}
	names := r.io.bundles
	services, err := r.src.ReadDir("/Library/LaunchDaemons", maxDevices)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return []Component{macFailed("security-agent", err)}
	}
	for _, s := range services {
		names = append(names, strings.TrimSuffix(s, ".plist"))
	}
	return r.agents(names)
}
