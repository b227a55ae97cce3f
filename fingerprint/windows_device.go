package fingerprint

import (
	"regexp"
	"slices"
	"strings"
)

// insideComputer is the container of everything that belongs to the computer
// itself; a dock and what is plugged into it have containers of their own.
const insideComputer = "{00000000-0000-0000-ffff-ffffffffffff}"

// pciDevices reads the present PCI devices once.
func (r *reader) windowsDevices() ([]WindowsDevice, error) {
	return r.win.devices.get(func() ([]WindowsDevice, error) { return r.windows().Devices("PCI", maxDevices) })
}

// inside says whether a device belongs to the computer. Virtual computers have
// no docks, but call their cards removable.
func (r *reader) inside(d WindowsDevice) bool {
	if r.windowsHypervisor() != "" {
		return true
	}
	const stays = 1
	if d.Container != "" && fold(d.Container) != insideComputer {
		return false
	}
	return d.Container != "" || d.Removal <= stays
}

// windowsID is a PCI device's hardware id:
// PCI\VEN_8086&DEV_15FB&SUBSYS_22C117AA&REV_20
var windowsID = regexp.MustCompile(`^(?i:PCI\\(VEN_([0-9A-F]{4})&DEV_([0-9A-F]{4})(&[A-Z0-9_&]{1,64})?))$`)

// windowsPCI is one device on a PCI bus, by its hardware ids.
type windowsPCI struct {
	id             string // the most exact one, folded, without its bus
	vendor, device string // four hexadecimal digits, lower case
	class          string // two digits: 03 is a display
}

// parseWindowsPCI takes of a device's hardware ids the one with subsystem and
// revision, and the class from the one that has it.
func parseWindowsPCI(ids []string) (windowsPCI, bool) {
	var d windowsPCI
	for _, id := range ids {
		m := windowsID.FindStringSubmatch(clean(id))
		if m == nil {
			continue
		}
		if _, class, ok := strings.Cut(fold(m[4]), "&cc_"); ok && len(class) >= 2 {
			d.class = class[:2]
			continue
		}
		if exact := fold(m[1]); d.id == "" || len(exact) > len(d.id) || len(exact) == len(d.id) && exact < d.id {
			d.id, d.vendor, d.device = exact, fold(m[2]), fold(m[3])
		}
	}
	return d, d.id != ""
}

// internalPCI gives the PCI devices inside the computer with what Windows knows
// about each.
func (r *reader) internalPCI() ([]windowsPCI, []WindowsDevice, error) {
	all, err := r.windowsDevices()
	if err != nil {
		return nil, nil, err
	}
	var ids []windowsPCI
	var devices []WindowsDevice
	for _, d := range all {
		if id, ok := parseWindowsPCI(d.Hardware); ok && r.inside(d) {
			ids, devices = append(ids, id), append(devices, d)
		}
	}
	return ids, devices, nil
}

// readWindowsPCI reads the devices inside the computer and the graphics among
// them.
func readWindowsPCI(r *reader) []Component {
	ids, _, err := r.internalPCI()
	if err != nil {
		return []Component{unanswered("pci", err), unanswered("gpu", err)}
	}
	var pci, gpu []Component
	for _, d := range ids {
		pci = append(pci, present("pci", d.id, join(" ", d.vendor+":"+d.device, pciClasses[d.class])))
		if d.class == "03" {
			gpu = append(gpu, present("gpu", d.id, join(" ", displayMakers[d.vendor], d.vendor+":"+d.device)))
		}
	}
	if len(pci) == 0 {
		pci = []Component{lacking("pci", Absent, "not-there")}
	}
	if len(gpu) == 0 {
		gpu = []Component{lacking("gpu", Absent, "not-there")}
	}
	return append(pci, gpu...)
}

// keyClass holds the drivers' own keys: {class}\0000.
const keyClass = `SYSTEM\CurrentControlSet\Control\Class\`

// driverKey is such a name; nothing else is put into a path.
var driverKey = regexp.MustCompile(`^\{[0-9A-Fa-f-]{36}\}\\[0-9]{4}$`)

// readWindowsGPUDriver reads which driver runs the graphics, in which version.
func readWindowsGPUDriver(r *reader) []Component {
	const kind = "gpu-driver"
	ids, devices, err := r.internalPCI()
	if err != nil {
		return []Component{unanswered(kind, err)}
	}
	var names []string
	for i, d := range devices {
		if ids[i].class != "03" || d.Service == "" {
			continue
		}
		version := ""
		if driverKey.MatchString(d.Driver) {
			version = r.setting(keyClass+d.Driver, "DriverVersion")
		}
		names = append(names, join(" ", clean(d.Service), version))
	}
	if len(names) == 0 {
		return []Component{lacking(kind, Absent, "not-there")}
	}
	slices.Sort(names)
	label := strings.Join(slices.Compact(names), ", ")
	return []Component{present(kind, fold(label), label)}
}
