package fingerprint

import (
	"regexp"
	"slices"
	"strings"
)

const (
	keyServices = `SYSTEM\CurrentControlSet\Services`
	// maxServices bounds the list of services; a usual computer has 700.
	maxServices = 8192
	// maxDriverFiles bounds how many files are asked for their version.
	maxDriverFiles = 512
)

// Types of services that run in the kernel.
const (
	kernelDriver     = 1
	fileSystemDriver = 2
)

// readWindowsServices reads the drivers that did not come with Windows, and the
// security agents among all services.
func readWindowsServices(r *reader) []Component {
	names, err := r.windows().RegistryKeys(keyServices, maxServices)
	if err != nil {
		return []Component{unanswered("module", err), unanswered("security-agent", err)}
	}
	slices.Sort(names)
	return append(r.foreignDrivers(names), r.agents(names)...)
}

// foreignDrivers is what others put into the kernel. What came with Windows
// follows its build.
func (r *reader) foreignDrivers(names []string) []Component {
	const kind = "module"
	root := r.setting(keyVersion, "SystemRoot")
	files := 0
	var out []Component
	for _, name := range names {
		if r.stopped() {
			break
		}
		d, ok := r.driver(name, root)
		if !ok || d.ours {
			continue
		}
		if files++; files > maxDriverFiles {
			return []Component{lacking(kind, Unreadable, "too-many")}
		}
		v := r.fileVersion(d.file)
		if !d.foreign && fromMicrosoft(v.Company) {
			continue
		}
		label := join(" ", strings.ReplaceAll(d.name, " ", "-"), clean(v.Version))
		out = append(out, present(kind, fold(label), label))
	}
	if len(out) == 0 {
		return []Component{lacking(kind, Absent, "not-there")}
	}
	return out
}

// fileVersion reads a file's version, or remembers it while the file is the
// same. It is empty where there is none, or no such file.
func (r *reader) fileVersion(file string) WindowsFileVersion {
	sign := ""
	if _, err := r.src.Stat(file); err == nil {
		sign = r.signature(file)
	}
	list := r.remember("version of "+file, sign, func() []Component {
		v, err := r.windows().FileVersion(file)
		if err != nil {
			return []Component{unanswered("module", err)}
		}
		return []Component{{Kind: "module", State: Present, Value: v.Version, Label: v.Company}}
	})
	return WindowsFileVersion{Version: list[0].Value, Company: list[0].Label}
}

// windowsDriver is a service that runs in the kernel.
type windowsDriver struct {
	name string
	file string
	// ours: Windows brought it; foreign: somebody else's setup file did. Where
	// neither is known, the file says whose it is.
	ours, foreign bool
}

// driver reads a service where it is a driver. A driver that a setup file
// installed names that file among its owners: oem12.inf is a foreign one, any
// other name one of Windows' own.
func (r *reader) driver(name, root string) (windowsDriver, bool) {
	v, err := r.values(keyServices+`\`+name, "Type", "ImagePath", "Owners")
	if err != nil {
		return windowsDriver{}, false
	}
	if sort, ok := v[0].Number(); !ok || sort != kernelDriver && sort != fileSystemDriver {
		return windowsDriver{}, false
	}
	d := windowsDriver{name: steadyName(clean(name)), file: imagePath(v[1].Text(), name, root)}
	owners := v[2].Texts()
	d.foreign = slices.ContainsFunc(owners, func(o string) bool { return foreignSetup.MatchString(o) })
	d.ours = !d.foreign && (len(owners) > 0 || inBox[fold(name)] && underDrivers(d.file, root))
	return d, true
}

// foreignSetup is the name under which Windows keeps a setup file that it did
// not bring.
var foreignSetup = regexp.MustCompile(`^(?i)oem[0-9]+\.inf$`)

// randomEnd is what some guards put after their driver's name at every start.
var randomEnd = regexp.MustCompile(`^(.{2,}?)[0-9A-Fa-f]{8,}$`)

func steadyName(s string) string {
	if m := randomEnd.FindStringSubmatch(s); m != nil && strings.ContainsAny(s[len(m[1]):], "0123456789") {
		return m[1] + "*"
	}
	return s
}

// imagePath makes an ordinary path of what the kernel understands; %SystemRoot%
// is the registry's, not the environment's.
func imagePath(raw, name, root string) string {
	p := strings.Trim(raw, `"`)
	for _, prefix := range []string{`\??\`, `\\?\`} {
		p = strings.TrimPrefix(p, prefix)
	}
	f := fold(p)
	switch {
	case p == "":
		return root + `\System32\drivers\` + name + `.sys`
	case strings.HasPrefix(f, `\systemroot\`):
		return root + p[len(`\systemroot`):]
	case strings.HasPrefix(f, `%systemroot%\`):
		return root + p[len(`%systemroot%`):]
	case strings.HasPrefix(f, `system32\`), strings.HasPrefix(f, `syswow64\`):
		return root + `\` + p
	}
	return p
}

// underDrivers says whether a file is directly in the folder where Windows
// keeps its own drivers, or in Defender's.
func underDrivers(file, root string) bool {
	f := fold(file)
	rest, ok := strings.CutPrefix(f, fold(root)+`\system32\drivers\`)
	return ok && (!strings.Contains(rest, `\`) || strings.HasPrefix(rest, `wd\`))
}

// fromMicrosoft says whose a file says that it is. It is no proof: who can put
// a driver into Windows can write any name into it, and a signature that is
// checked at every start is Windows' own task.
func fromMicrosoft(company string) bool {
	f := fold(company)
	return f == "microsoft corporation" || f == "microsoft"
}
