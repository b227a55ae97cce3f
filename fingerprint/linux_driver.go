package fingerprint

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// readGPUDriver reads which driver runs the graphics and, where it does not
// come with the kernel, its version.
func readGPUDriver(r *reader) []Component {
	const kind = "gpu-driver"
	var devs []string
	devices, _ := r.pciDevices()
	for _, d := range devices {
		if d.class == "03" {
			devs = append(devs, d.path)
		}
	}
	for _, d := range r.displays() {
		if !strings.Contains(d, "/pci") {
			devs = append(devs, d)
		}
	}
	var names []string
	for _, d := range devs {
		if p, err := r.src.Resolve(d + "/driver"); err == nil {
			names = append(names, join(" ", path.Base(p), r.optional("/sys/module/"+moduleOf(path.Base(p))+"/version")))
		}
	}
	if len(names) == 0 {
		return []Component{lacking(kind, Absent, "not-there")}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	label := strings.Join(names, ", ")
	return []Component{present(kind, fold(label), label)}
}

// moduleOf gives a module's name as sysfs writes it.
func moduleOf(driver string) string { return strings.ReplaceAll(driver, "-", "_") }

const (
	modulesLimit = 512 << 10 // bytes of /proc/modules
	maxModules   = 512       // modules that did not come with the kernel
)

// readModules reads the kernel modules that did not come with the kernel; those
// that did follow its version.
func readModules(r *reader) []Component {
	const kind = "module"
	b, err := r.src.ReadFile("/proc/modules", modulesLimit)
	if err != nil {
		return []Component{failed(kind, err)}
	}
	names := foreignModules(b)
	if len(names) > maxModules {
		return []Component{lacking(kind, Unreadable, "too-many")}
	}
	var out []Component
	for _, name := range names {
		if r.stopped() {
			break
		}
		dir := "/sys/module/" + name
		// A module that is loaded anew has new files there.
		sign := r.signature(dir+"/version", dir+"/srcversion")
		out = append(out, r.remember("module "+name, sign, func() []Component { return []Component{r.module(name, dir)} })...)
	}
	if len(out) == 0 {
		return []Component{lacking(kind, Absent, "not-there")}
	}
	return out
}

func (r *reader) module(name, dir string) Component {
	version, build := r.optional(dir+"/version"), r.optional(dir+"/srcversion")
	shown := version
	if shown == "" {
		shown = build
	}
	return present("module", fold(join(" ", name, version, build)), join(" ", name, shown))
}

// foreignModules gives the names of modules whose line ends with a taint mark
// that has O, "out of tree": nvidia 56823808 10 - Live 0x0000000000000000 (POE)
func foreignModules(b []byte) []string {
	var out []string
	for line := range bytes.Lines(b) {
		f := strings.Fields(string(line))
		if len(f) < 7 {
			continue
		}
		last := f[len(f)-1]
		marks, ok := strings.CutPrefix(last, "(")
		if ok && strings.Contains(marks, "O") && validName(f[0]) {
			out = append(out, f[0])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// validName keeps anything that is no plain name out of paths.
func validName(s string) bool {
	return s != "" && s != "." && s != ".." && !strings.ContainsAny(s, "/\x00") && len(s) < 128
}
