package fingerprint

import (
	"bytes"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// cpuInfoLimit is enough for the first processor's paragraph many times over;
// the rest of a large machine's file is not read.
const cpuInfoLimit = 16 << 10

// cpuInfo gives the first processor's fields of /proc/cpuinfo, and on ARM also
// the board's at the end of the file where that is within the limit.
func (r *reader) cpuInfo() (map[string]string, error) {
	b, err := r.src.ReadFile("/proc/cpuinfo", cpuInfoLimit)
	if len(b) == 0 && err != nil {
		return nil, err
	}
	return cpuFields(b), nil
}

func cpuFields(b []byte) map[string]string {
	out := map[string]string{}
	for line := range bytes.Lines(b) {
		k, v, ok := strings.Cut(string(line), ":")
		k = clean(k)
		if _, known := out[k]; ok && !known {
			out[k] = clean(v)
		}
	}
	return out
}

// readCPU reads the processor's model and nothing that a kernel, a microcode or
// a power setting changes.
func readCPU(r *reader) []Component {
	const kind = "cpu"
	f, err := r.cpuInfo()
	if err != nil {
		return []Component{failed(kind, err)}
	}
	x86 := join("/", f["vendor_id"], f["cpu family"], f["model"], f["stepping"], f["model name"])
	arm := join("/", f["CPU implementer"], f["CPU architecture"], f["CPU variant"], f["CPU part"])
	value, label := x86, f["model name"]
	if f["vendor_id"] == "" {
		value = join("/", arm, f["model name"])
	}
	if label == "" {
		label = join(" ", f["cpu"], f["Hardware"])
	}
	if value == "" {
		value = label
	}
	if value == "" {
		return []Component{lacking(kind, Failed, "not-understood")}
	}
	if label == "" {
		label = value
	}
	return []Component{present(kind, fold(value), tidyCPU(label))}
}

// tidyCPU leaves out of a processor's name what only lawyers read.
func tidyCPU(s string) string {
	return clean(strings.NewReplacer("(R)", " ", "(TM)", " ", "(tm)", " ").Replace(s))
}

// maxMemoryBlocks bounds the list of memory blocks (128 MiB each on most
// computers, larger on large ones).
const maxMemoryBlocks = 1 << 16

// readMemory reads how much memory is installed: the blocks that the kernel
// manages, else what it has free to use, both brought to a size that is sold,
// so that neither a kernel nor a graphics reservation moves it.
func readMemory(r *reader) []Component {
	const kind = "memory"
	size, err := r.memoryBlocks()
	up := false
	if err != nil {
		size, err = r.memTotal()
		up = true
	}
	if err != nil {
		return []Component{failed(kind, err)}
	}
	size = plausibleMemory(size, up)
	return []Component{present(kind, strconv.FormatUint(size, 10), memoryLabel(size))}
}

func (r *reader) memoryBlocks() (uint64, error) {
	const dir = "/sys/devices/system/memory"
	hex, err := r.line(dir + "/block_size_bytes")
	if err != nil {
		return 0, err
	}
	block, err := strconv.ParseUint(hex, 16, 48)
	if err != nil || block == 0 {
		return 0, fmt.Errorf("memory block size: %w", ErrUnsupported)
	}
	names, err := r.src.ReadDir(dir, maxMemoryBlocks)
	if err != nil {
		return 0, err
	}
	var n uint64
	for _, name := range names {
		if digits, ok := strings.CutPrefix(name, "memory"); ok && digits != "" && strings.Trim(digits, "0123456789") == "" {
			n++
		}
	}
	if n == 0 {
		return 0, fmt.Errorf("memory blocks: %w", ErrUnsupported)
	}
	return n * block, nil
}

func (r *reader) memTotal() (uint64, error) {
	b, err := r.src.ReadFile("/proc/meminfo", smallFile)
	if len(b) == 0 && err != nil {
		return 0, err
	}
	f := strings.Fields(cpuFields(b)["MemTotal"])
	if len(f) != 2 || f[1] != "kB" {
		return 0, fmt.Errorf("MemTotal: %w", ErrUnsupported)
	}
	kib, err := strconv.ParseUint(f[0], 10, 48)
	if err != nil || kib == 0 {
		return 0, fmt.Errorf("MemTotal: %w", ErrUnsupported)
	}
	return kib << 10, nil
}

// plausibleMemory gives, in bytes, the size that was probably installed: 4, 5,
// 6 or 7 times a power of two (so 4, 5, 6, 7, 8, 10, 12, 14, 16 … GB), the
// nearest, or the next one up where the system keeps some for itself.
func plausibleMemory(n uint64, up bool) uint64 {
	if n < 64<<20 {
		return n
	}
	step := uint64(1) << (bits.Len64(n) - 3)
	if up {
		return (n + step - 1) / step * step
	}
	return (n + step/2) / step * step
}

func memoryLabel(n uint64) string {
	if n >= 1<<30 {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/(1<<30)), ".0") + " GB"
	}
	return strconv.FormatUint(n>>20, 10) + " MB"
}
