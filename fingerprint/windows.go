package fingerprint

import (
	"errors"

	"github.com/seed-1feef0b2/holdfast/fingerprint/smbios"
)

// windowsProbes are the Windows reader, anchors first. All of it asks through
// [Windows], so it runs on every system over a recorded Windows computer.
var windowsProbes = []probe{
	readMachineGUID,
	readFirmwareTable,
	readWindowsBootDisk,
	readWindowsCards,
	readWindowsHypervisor,
	readWindowsVolume,
	readWindowsDisks,
	readWindowsRelease,
	readWindowsCPU,
	readWindowsMemory,
	readWindowsSecureBoot,
	readWindowsTPM,
	readWindowsPCI,
	readWindowsGPUDriver,
	readWindowsServices,
	readWindowsPackages,
}

// maxWindowsDisks is how many disk numbers are asked for.
const maxWindowsDisks = 32

// windowsRead keeps what several probes of one read need.
type windowsRead struct {
	table   once[smbios.Table]
	volume  once[WindowsVolume]
	disks   once[[]WindowsDisk]
	devices once[[]WindowsDevice] // of PCI
	virtual once[string]          // whose virtual computer it is
}

// once is a value that is read at its first use.
type once[T any] struct {
	has   bool
	value T
	err   error
}

func (o *once[T]) get(read func() (T, error)) (T, error) {
	if !o.has {
		o.has = true
		o.value, o.err = read()
	}
	return o.value, o.err
}

// windows gives the source's Windows side, or one that offers nothing.
func (r *reader) windows() Windows {
	if w, ok := r.src.(Windows); ok {
		return w
	}
	return noWindows{}
}

// values reads values of one registry key.
func (r *reader) values(path string, names ...string) ([]RegistryValue, error) {
	v, err := r.windows().RegistryValues(path, names...)
	if err == nil && len(v) != len(names) {
		err = ErrUnsupported
	}
	return v, err
}

// setting reads one text of the registry; "" where it cannot be had.
func (r *reader) setting(path, name string) string {
	v, err := r.values(path, name)
	if err != nil {
		return ""
	}
	return v[0].Text()
}

// unanswered turns an error of a Windows call into a component: a call that
// this system does not offer leaves the kind unread, and is no failure.
func unanswered(kind string, err error) Component {
	if errors.Is(err, ErrUnsupported) {
		return lacking(kind, Unreadable, "not-told")
	}
	return failed(kind, err)
}

// smbiosTable reads the firmware's table once.
func (r *reader) smbiosTable() (smbios.Table, error) {
	return r.win.table.get(func() (smbios.Table, error) {
		raw, err := r.windows().FirmwareTable()
		return smbios.ParseRaw(raw), err
	})
}

// readFirmwareTable reads everything that the firmware says about board, models
// and memory modules.
func readFirmwareTable(r *reader) []Component {
	t, err := r.smbiosTable()
	if err == nil {
		return r.fromSMBIOS(t)
	}
	var out []Component
	for _, kind := range []string{
		"system-uuid", "system-serial", "board-serial", "system-model", "board-model", "chassis-type", "firmware", "memory-module",
	} {
		out = append(out, unanswered(kind, err))
	}
	return out
}
