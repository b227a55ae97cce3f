package load

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of CPU time in /proc (USER_HZ).
const tick = 10 * time.Millisecond

// cpu is the CPU time that a process has used.
func cpu(pid int) time.Duration {
	f := stat(pid)
	if len(f) < 15 {
		return 0
	}
	return tick * time.Duration(number(f[11])+number(f[12]))
}

// familyCPU is that of a process, its children and what has ended of them.
func familyCPU(pid int) time.Duration {
	f := stat(pid)
	if len(f) < 15 {
		return 0
	}
	total := tick * time.Duration(number(f[11])+number(f[12])+number(f[13])+number(f[14]))
	list, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range list {
		child, _ := strconv.Atoi(filepath.Base(p))
		if f := stat(child); len(f) > 1 && f[1] == strconv.Itoa(pid) {
			total += cpu(child)
		}
	}
	return total
}

// stat gives the fields of /proc/PID/stat after the name.
func stat(pid int) []string {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	return strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
}

func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

// memory gives the resident memory of a process and its highest so far, in MiB.
func memory(pid int) (now, most float64) {
	raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(raw)) {
		f := strings.Fields(line)
		switch {
		case len(f) < 2:
		case f[0] == "VmRSS:":
			now = float64(number(f[1])) / 1024
		case f[0] == "VmHWM:":
			most = float64(number(f[1])) / 1024
		}
	}
	return now, most
}

// postmaster finds the PostgreSQL server of a port.
func postmaster(port string) int {
	list, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, p := range list {
		raw, _ := os.ReadFile(p)
		if bytes.Contains(raw, []byte("/postgres\x00")) && bytes.Contains(raw, []byte("\x00-p\x00"+port+"\x00")) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(p)))
			return pid
		}
	}
	return 0
}
