package fingerprint

import (
	"bytes"
	"strconv"
	"strings"
)

// macCPU reads the processor's name, on Intel its model numbers, and the number
// of its cores, which tells Apple's variants of one name apart.
func macCPU(r *reader) []Component {
	const kind = "cpu"
	name, err := r.sysctl("machdep.cpu.brand_string")
	if err != nil {
		return []Component{macFailed(kind, err)}
	}
	if name == "" {
		return []Component{lacking(kind, Failed, "not-understood")}
	}
	parts := []string{name}
	for _, f := range []string{"machdep.cpu.family", "machdep.cpu.model", "machdep.cpu.stepping", "hw.physicalcpu"} {
		if n, err := r.sysctlNumber(f); err == nil {
			parts = append(parts, strconv.FormatUint(n, 10))
		}
	}
	return []Component{present(kind, fold(strings.Join(parts, "/")), tidyCPU(name))}
}

// macMemory reads how much memory is installed.
func macMemory(r *reader) []Component {
	const kind = "memory"
	n, err := r.sysctlNumber("hw.memsize")
	if err != nil {
		return []Component{macFailed(kind, err)}
	}
	if n == 0 {
		return []Component{lacking(kind, Failed, "not-understood")}
	}
	size := plausibleMemory(n, false)
	return []Component{present(kind, strconv.FormatUint(size, 10), memoryLabel(size))}
}

// macMemoryModules reads the modules of Macs that have some. The device tree's
// entry "memory" has one list per property, its texts one after the other, each
// with a NUL at its end. Apple's own processors have none.
func macMemoryModules(r *reader) []Component {
	const kind = "memory-module"
	list, err := r.ioreg(ioTree)
	if err != nil {
		return []Component{macFailed(kind, err)}
	}
	e, _ := named(list, "memory")
	serials := nulTexts(e.bytes("dimm-serial-number"))
	makers, parts, sorts := nulTexts(e.bytes("dimm-manufacturer")), nulTexts(e.bytes("dimm-part-number")), nulTexts(e.bytes("dimm-types"))
	var out []Component
	lack := lacking(kind, Absent, "not-there")
	for i, serial := range serials {
		part := r.unlessFiller(textAt(parts, i))
		if r.rules.Serial(serial) {
			if part != "" {
				lack = lacking(kind, Placeholder, "placeholder")
			}
			continue
		}
		maker := r.unlessFiller(textAt(makers, i))
		out = append(out, identifier(kind, fold(join(" / ", maker, part, serial)), moduleLabel(0, textAt(sorts, i), maker, part)))
	}
	if len(out) == 0 {
		return []Component{lack}
	}
	return out
}

// maxModulesOfMemory bounds a list of the device tree; a Mac Pro has twelve
// sockets.
const maxModulesOfMemory = 64

func nulTexts(b []byte) []string {
	if len(b) == 0 {
		return nil
	}
	var out []string
	for part := range bytes.SplitSeq(bytes.TrimSuffix(b, []byte{0}), []byte{0}) {
		if len(out) == maxModulesOfMemory {
			break
		}
		out = append(out, clean(string(part)))
	}
	return out
}

func textAt(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}
