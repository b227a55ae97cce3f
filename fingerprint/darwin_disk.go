package fingerprint

import (
	"path"
	"slices"
	"strings"
)

// macDisk is one disk with what the registry says about it.
type macDisk struct {
	serial, model string
	soldered      bool // reached over Apple's own fabric: part of the board
	external      bool
	volumes       ioEntry // what lies on it
}

func (r *reader) macDisks() ([]macDisk, error) {
	list, err := r.ioreg(ioDisks)
	if err != nil {
		return nil, err
	}
	var out []macDisk
	for _, e := range list {
		what, how := e.inner("Device Characteristics"), e.inner("Protocol Characteristics")
		link, place := fold(how.text("Physical Interconnect")), fold(how.text("Physical Interconnect Location"))
		out = append(out, macDisk{
			serial:   what.text("Serial Number"),
			model:    join(" ", r.unlessFiller(what.text("Vendor Name")), r.unlessFiller(what.text("Product Name"))),
			soldered: link == "apple fabric",
			external: comesAndGoes(link, place) || e.any(func(m ioEntry) bool { return m.yes("Removable") && m.yes("Whole") }),
			volumes:  e,
		})
	}
	return out, nil
}

// comesAndGoes knows disks outside the computer and files that are mounted.
func comesAndGoes(link, place string) bool {
	switch link {
	case "usb", "firewire", "thunderbolt", "fibre channel interface", "secure digital":
		return true
	}
	return place == "external" || place == "file"
}

// volumeName gives the volume of a device: disk3s1 of /dev/disk3s1s1, where the
// last part is a snapshot that the system was started from.
func volumeName(device string) string {
	name := path.Base(device)
	digits, ok := strings.CutPrefix(name, "disk")
	if parts := strings.Split(digits, "s"); ok && len(parts) == 3 {
		return "disk" + parts[0] + "s" + parts[1]
	}
	return name
}

// dataDevice gives the volume that the person's files and settings are on. Where
// there is only one volume (before macOS 10.15) it is the system's.
func (r *reader) dataDevice() (string, error) {
	for _, dir := range []string{"/System/Volumes/Data", "/"} {
		dev, err := r.mountedFrom(dir)
		if err == nil {
			return volumeName(dev), nil
		}
		if dir == "/" {
			return "", err
		}
	}
	return "", ErrUnsupported
}

func (r *reader) mountedFrom(dir string) (string, error) {
	if r.io.mac == nil {
		return "", ErrUnsupported
	}
	return r.io.mac.MountedFrom(dir)
}

// macBootDisk reads the disk that the installation lies on; several where it
// lies on a Fusion drive.
func macBootDisk(r *reader) []Component {
	disks, lack := r.macBootDisks()
	if len(disks) == 0 {
		other := lack
		lack.Kind, other.Kind = "boot-disk", "boot-disk-model"
		return []Component{lack, other}
	}
	return []Component{r.macDiskID("boot-disk", disks), macDiskModel(disks)}
}

func (r *reader) macBootDisks() ([]macDisk, Component) {
	volume, err := r.dataDevice()
	if err != nil {
		return nil, macFailed("boot-disk", err)
	}
	all, err := r.macDisks()
	if err != nil {
		return nil, macFailed("boot-disk", err)
	}
	holds := func(d macDisk) bool {
		return d.volumes.any(func(e ioEntry) bool { return e.text("BSD Name") == volume })
	}
	on := slices.DeleteFunc(slices.Clone(all), func(d macDisk) bool { return !holds(d) })
	if len(on) == 0 {
		return nil, lacking("boot-disk", Unreadable, "no-device")
	}
	fixed := slices.DeleteFunc(on, func(d macDisk) bool { return d.external })
	if len(fixed) == 0 {
		return nil, lacking("boot-disk", Absent, "removable-root")
	}
	return fixed, Component{}
}

func (r *reader) macDiskID(kind string, disks []macDisk) Component {
	var ids, models []string
	soldered := true
	for _, d := range disks {
		switch {
		case d.serial == "":
			return lacking(kind, Unreadable, "not-told")
		case r.rules.Serial(d.serial):
			return lacking(kind, Placeholder, "placeholder")
		}
		ids, models = append(ids, fold(d.serial)), append(models, d.model)
		soldered = soldered && d.soldered
	}
	slices.Sort(ids)
	slices.Sort(models)
	c := identifier(kind, strings.Join(ids, ", "), join(", ", models...))
	if soldered {
		// It comes and goes with the board: one fact, not two.
		c.From = "system-uuid"
	}
	return c
}

func macDiskModel(disks []macDisk) Component {
	const kind = "boot-disk-model"
	var models []string
	for _, d := range disks {
		models = append(models, d.model)
	}
	slices.Sort(models)
	label := join(", ", models...)
	if label == "" {
		return lacking(kind, Absent, "not-told")
	}
	return present(kind, fold(label), label)
}

// macDisks reads the fixed disks inside the computer.
func macDisks(r *reader) []Component {
	const kind = "disk"
	all, err := r.macDisks()
	if err != nil {
		return []Component{macFailed(kind, err)}
	}
	var out []Component
	lack := lacking(kind, Absent, "not-there")
	for _, d := range all {
		if d.external {
			continue
		}
		c := r.macDiskID(kind, []macDisk{d})
		if c.State != Present {
			lack = c
			continue
		}
		if c.Label == "" {
			c.Label = "disk"
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return []Component{lack}
	}
	return out
}
