package fingerprint

import (
	"regexp"
	"strings"
)

// uninstallKeys list what installers put on the computer for all its users, of
// 64-bit and of 32-bit programs.
var uninstallKeys = []struct{ path, arch string }{
	{`SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall`, ""},
	{`SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall`, "x86"},
}

// readWindowsPackages reads the installed programs by the names of their keys,
// their versions and publishers. The name for people is translated by some
// installers and is not read.
func readWindowsPackages(r *reader) []Component {
	const kind = "package"
	var out []Component
	var lack *Component
	for _, k := range uninstallKeys {
		names, err := r.windows().RegistryKeys(k.path, maxPackages)
		if err != nil {
			c := unanswered(kind, err)
			if c.State != Absent {
				// Half of the list would look like a lot that was removed.
				return []Component{c}
			}
			lack = &c
			continue
		}
		for _, name := range names {
			if r.stopped() {
				break
			}
			if c, ok := r.program(k.path, name, k.arch); ok {
				out = append(out, c)
			}
		}
	}
	switch {
	case len(out) > maxPackages:
		return []Component{lacking(kind, Unreadable, "too-many")}
	case len(out) > 0:
		return out
	case lack != nil:
		return []Component{*lack}
	}
	return []Component{lacking(kind, Absent, "not-there")}
}

// program reads one entry. Updates of another entry are left out, and so are
// entries that tell neither version nor publisher: remains of old installers.
func (r *reader) program(path, name, arch string) (Component, bool) {
	v, err := r.values(path+`\`+name, "DisplayVersion", "Publisher", "ParentKeyName", "ReleaseType")
	if err != nil {
		return Component{}, false
	}
	version, publisher := v[0].Text(), v[1].Text()
	if version == "" && publisher == "" || v[2].Text() != "" || v[3].Text() != "" {
		return Component{}, false
	}
	plain := programName(clean(name), version)
	value := fold(join(" ", join(":", strings.ReplaceAll(plain, " ", "-"), arch), version, "/", publisher))
	return present("package", value, programLabel(plain, version, publisher)), true
}

// programName leaves the version out of a key's name, as in "Mozilla Firefox
// 125.0.3 (x64 en-US)", so that an update is one change of one program.
func programName(name, version string) string {
	if len(version) < 3 {
		return name
	}
	if plain := clean(strings.ReplaceAll(name, version, " ")); plain != "" {
		return plain
	}
	return name
}

var productCode = regexp.MustCompile(`^\{([0-9A-Fa-f]{8})-[0-9A-Fa-f-]{27}\}`)

// hardBlank joins the words of a name, so that the first blank ends it.
const hardBlank = "\u00a0"

// programLabel shows a program by its key; where that is only a number, by its
// publisher and the number's start.
func programLabel(name, version, publisher string) string {
	if m := productCode.FindStringSubmatch(name); m != nil {
		name = join(" ", publisher, "("+m[1]+")")
	}
	return join(" ", strings.ReplaceAll(name, " ", hardBlank), version)
}
