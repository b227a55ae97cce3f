package fingerprint

import (
	"fmt"
	"strings"
)

// macPCIDevices gives the devices inside the Mac, in the form that Linux writes.
// What hangs on Thunderbolt is marked as tunnelled and left out.
func (r *reader) macPCIDevices() ([]pciDevice, []ioEntry, error) {
	list, err := r.ioreg(ioPCI)
	if err != nil {
		return nil, nil, err
	}
	var out []pciDevice
	var entries []ioEntry
	for _, e := range list {
		vendor, ok1 := e.number("vendor-id")
		device, ok2 := e.number("device-id")
		if !ok1 || !ok2 || e.yes("IOPCITunnelled") {
			continue
		}
		class, _ := e.number("class-code")
		subVendor, _ := e.number("subsystem-vendor-id")
		sub, _ := e.number("subsystem-id")
		m := fmt.Sprintf("pci:v%08xd%08xsv%08xsd%08xbc%02xsc%02xi%02x",
			uint32(vendor), uint32(device), uint32(subVendor), uint32(sub), byte(class>>16), byte(class>>8), byte(class))
		if d, ok := parsePCI(m); ok {
			out, entries = append(out, d), append(entries, e)
		}
	}
	return out, entries, nil
}

// macPCI reads the set of devices inside the computer.
func macPCI(r *reader) []Component {
	const kind = "pci"
	devices, _, err := r.macPCIDevices()
	if err != nil {
		return []Component{macFailed(kind, err)}
	}
	var out []Component
	for _, d := range devices {
		out = append(out, present(kind, d.modalias, d.vendor+":"+d.device+" "+pciClasses[d.class]))
	}
	if len(out) == 0 {
		return []Component{lacking(kind, Absent, "not-there")}
	}
	return out
}

// macGPUs reads the graphics: Intel's Macs have them on PCI, Apple's processors
// inside.
func macGPUs(r *reader) []Component {
	const kind = "gpu"
	devices, entries, err := r.macPCIDevices()
	if err != nil {
		return []Component{macFailed(kind, err)}
	}
	var out []Component
	for i, d := range devices {
		if d.class != "03" {
			continue
		}
		label := entries[i].text("model")
		if label == "" {
			label = join(" ", displayMakers[d.vendor], d.vendor+":"+d.device)
		}
		out = append(out, present(kind, d.modalias, label))
	}
	inside, err := r.ioreg(ioAccelerator)
	if err != nil && len(out) == 0 {
		return []Component{macFailed(kind, err)}
	}
	for _, e := range inside {
		// Accelerators of PCI devices have no model of their own.
		model := e.text("model")
		if !strings.HasPrefix(model, "Apple") {
			continue
		}
		cores := ""
		if n, ok := e.number("gpu-core-count"); ok {
			cores = fmt.Sprintf("%d cores", n)
		}
		label := join(" ", model, cores)
		out = append(out, present(kind, fold(label), label))
	}
	if len(out) == 0 {
		return []Component{lacking(kind, Absent, "not-there")}
	}
	return out
}

// macGPUDriver: drivers of graphics are part of macOS and follow its build; one
// from somebody else shows among the modules.
func macGPUDriver(*reader) []Component {
	return []Component{lacking("gpu-driver", Absent, "part-of-system")}
}
