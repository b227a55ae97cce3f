package fingerprint

import (
	"path"
	"strings"
)

// pciDevice is one device on a PCI bus, from its modalias.
type pciDevice struct {
	path           string
	modalias       string
	vendor, device string // four hexadecimal digits, lower case
	class          string // two digits: 03 is a display
}

// parsePCI reads pci:v0000VVVVd0000DDDDsv…sd…bcCCscSSiII.
func parsePCI(modalias string) (pciDevice, bool) {
	m, ok := strings.CutPrefix(modalias, "pci:v")
	if !ok || len(m) < 17 || m[8] != 'd' {
		return pciDevice{}, false
	}
	d := pciDevice{modalias: modalias, vendor: fold(m[4:8]), device: fold(m[13:17])}
	if strings.Trim(d.vendor+d.device, "0123456789abcdef") != "" {
		return pciDevice{}, false
	}
	// After vendor and device, whose digits may spell the same.
	if _, rest, ok := strings.Cut(m[17:], "bc"); ok && len(rest) >= 2 && strings.Trim(fold(rest[:2]), "0123456789abcdef") == "" {
		d.class = fold(rest[:2])
	}
	return d, true
}

// pciDevices reads one file per device, once for all probes that need it.
func (r *reader) pciDevices() ([]pciDevice, error) {
	if !r.pciHas {
		r.pciHas = true
		r.pci, r.pciErr = r.scanPCI()
	}
	return r.pci, r.pciErr
}

func (r *reader) scanPCI() ([]pciDevice, error) {
	const dir = "/sys/bus/pci/devices"
	names, err := r.src.ReadDir(dir, maxDevices)
	if err != nil {
		return nil, err
	}
	var out []pciDevice
	for _, name := range names {
		if r.stopped() {
			break
		}
		m, err := r.line(dir + "/" + name + "/modalias")
		if err != nil {
			continue
		}
		d, ok := parsePCI(m)
		if !ok {
			continue
		}
		if d.path, err = r.src.Resolve(dir + "/" + name); err != nil {
			continue
		}
		if r.has(d.path+"/physfn") || r.external(d.path) {
			continue
		}
		out = append(out, d)
	}
	return out, nil
}

// readPCI reads the set of devices inside the computer, whatever slot they are
// in.
func readPCI(r *reader) []Component {
	const kind = "pci"
	devices, err := r.pciDevices()
	if err != nil {
		return []Component{failed(kind, err)}
	}
	var out []Component
	for _, d := range devices {
		out = append(out, present(kind, fold(d.modalias), d.vendor+":"+d.device+" "+pciClasses[d.class]))
	}
	if len(out) == 0 {
		return []Component{lacking(kind, Absent, "not-there")}
	}
	return out
}

// pciClasses are short English names of device classes (PCI Code and ID
// Assignment), as technicians of every language read them.
var pciClasses = map[string]string{
	"00": "device", "01": "storage", "02": "network", "03": "display", "04": "multimedia", "05": "memory",
	"06": "bridge", "07": "communication", "08": "system", "09": "input", "0a": "docking", "0b": "processor",
	"0c": "serial bus", "0d": "wireless", "0e": "controller", "0f": "satellite", "10": "encryption",
	"11": "signal", "12": "accelerator",
}

// displayMakers name makers of graphics by their PCI vendor number.
var displayMakers = map[string]string{
	"10de": "NVIDIA", "1002": "AMD", "8086": "Intel", "102b": "Matrox", "1a03": "ASPEED", "15ad": "VMware",
	"1af4": "virtio", "1b36": "QEMU", "1234": "QEMU", "80ee": "VirtualBox", "1414": "Microsoft", "1013": "Cirrus",
}

// readGPUs reads the graphics devices, from PCI, else from the display
// subsystem of systems without it.
func readGPUs(r *reader) []Component {
	const kind = "gpu"
	devices, _ := r.pciDevices()
	var out []Component
	for _, d := range devices {
		if d.class == "03" {
			label := join(" ", displayMakers[d.vendor], d.vendor+":"+d.device)
			out = append(out, present(kind, fold(d.modalias), label))
		}
	}
	for _, dev := range r.displays() {
		if strings.Contains(dev, "/pci") {
			continue
		}
		if m, err := r.line(dev + "/modalias"); err == nil && m != "" {
			out = append(out, present(kind, fold(m), path.Base(dev)))
		}
	}
	if len(out) == 0 {
		return []Component{lacking(kind, Absent, "not-there")}
	}
	return out
}

// displays gives the devices behind /sys/class/drm/cardN that belong to the
// computer.
func (r *reader) displays() []string {
	names, _ := r.src.ReadDir("/sys/class/drm", maxDevices)
	var out []string
	for _, n := range names {
		digits, ok := strings.CutPrefix(n, "card")
		if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
			continue
		}
		dev, err := r.src.Resolve("/sys/class/drm/" + n + "/device")
		if err != nil || r.external(dev) || softDisplay(dev) {
			continue
		}
		out = append(out, dev)
	}
	return out
}

// softDisplay knows displays that are made of software: docks by USB, test
// devices, the picture that the firmware left behind.
func softDisplay(dev string) bool {
	base := path.Base(dev)
	for _, p := range []string{"evdi", "vkms", "vgem", "simple-framebuffer", "efi-framebuffer"} {
		if strings.HasPrefix(base, p) {
			return true
		}
	}
	return strings.Contains(dev, "/devices/virtual/")
}
