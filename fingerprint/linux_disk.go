package fingerprint

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// maxStack bounds how deep partitions, mappers and arrays may lie on each other.
const maxStack = 8

// disksUnder follows a block device down to the physical disks that it lies on:
// a partition to its disk, a mapper or an array to its members.
func (r *reader) disksUnder(block string, depth int, seen map[string]bool) []string {
	if depth > maxStack || seen[block] || len(seen) > maxDevices {
		return nil
	}
	seen[block] = true
	if r.has(block + "/partition") {
		return r.disksUnder(path.Dir(block), depth+1, seen)
	}
	slaves, _ := r.src.ReadDir(block+"/slaves", maxDevices)
	var out []string
	for _, s := range slaves {
		if p, err := r.src.Resolve(block + "/slaves/" + s); err == nil {
			out = append(out, r.disksUnder(p, depth+1, seen)...)
		}
	}
	if len(slaves) == 0 && physical(block) {
		out = append(out, block)
	}
	return out
}

// physical says whether a disk's sysfs path belongs to a device and not to
// software. Multipath NVMe is the one disk that sits among the virtual ones.
func physical(block string) bool {
	return !strings.Contains(block, "/devices/virtual/") || strings.Contains(block, "/nvme-subsystem/")
}

// external says whether a device comes and goes: on USB, over the network, or
// behind a port that the firmware calls removable (Thunderbolt).
func (r *reader) external(dev string) bool {
	if strings.Contains(dev, "/usb") || strings.Contains(dev, "/session") {
		return true
	}
	for p := dev; strings.Contains(p, "/pci"); p = path.Dir(p) {
		if base := path.Base(p); strings.Count(base, ":") == 2 {
			if v, err := r.line(p + "/removable"); err == nil && v == "removable" {
				return true
			}
		}
	}
	return false
}

// removable says whether a disk's medium or the disk itself comes and goes.
func (r *reader) removable(block string) bool {
	if v, err := r.line(block + "/removable"); err == nil && v == "1" {
		return true
	}
	return r.external(block)
}

// readBootDisk reads the disk that the installation lies on; several where it
// lies on an array.
func readBootDisk(r *reader) []Component {
	disks, reason := r.bootDisks()
	if reason != "" {
		state := Unreadable
		if reason == "removable-root" {
			state = Absent
		}
		return []Component{lacking("boot-disk", state, reason), lacking("boot-disk-model", state, reason)}
	}
	return []Component{r.bootDisk(disks), r.bootDiskModel(disks)}
}

func (r *reader) bootDisks() (disks []string, reason string) {
	m, reason := r.rootMount()
	if reason != "" {
		return nil, reason
	}
	seen := map[string]bool{}
	for _, b := range r.rootBlocks(m) {
		disks = append(disks, r.disksUnder(b, 0, seen)...)
	}
	if len(disks) == 0 {
		return nil, "no-device"
	}
	fixed := slices.DeleteFunc(slices.Clone(disks), r.removable)
	if len(fixed) == 0 {
		return nil, "removable-root"
	}
	return fixed, ""
}

// bootDisk is one component even for an array: its members' serial numbers in
// order. Exchanging any member is a change.
func (r *reader) bootDisk(disks []string) Component {
	const kind = "boot-disk"
	var ids, models []string
	for _, d := range disks {
		id, lack := r.diskID(d)
		if id == "" {
			return lacking(kind, lack.State, lack.Reason)
		}
		ids = append(ids, id)
		models = append(models, r.diskModel(d))
	}
	slices.Sort(ids)
	slices.Sort(models)
	return identifier(kind, strings.Join(ids, ", "), join(", ", models...))
}

func (r *reader) bootDiskModel(disks []string) Component {
	const kind = "boot-disk-model"
	var models []string
	for _, d := range disks {
		models = append(models, r.diskModel(d))
	}
	slices.Sort(models)
	label := join(", ", models...)
	if label == "" {
		return lacking(kind, Absent, "not-told")
	}
	return present(kind, fold(label), label)
}

// diskID gives what identifies a disk, from the first place that knows: the
// kernel's own files before udev's, serial numbers before names.
func (r *reader) diskID(block string) (string, Component) {
	lack := lacking("boot-disk", Unreadable, "not-told")
	for _, read := range []func(string) (string, error){r.serialFile, r.serialPage, r.worldWideName, r.udevSerial} {
		id, err := read(block)
		switch {
		case err != nil:
			if c := failed("boot-disk", err); c.State == Unreadable {
				lack = c
			}
		case id == "":
		case r.rules.Serial(id):
			lack = lacking("boot-disk", Placeholder, "placeholder")
		default:
			return fold(id), Component{}
		}
	}
	return "", lack
}

// serialFile: NVMe and eMMC have it at the device, virtio at the disk, NVMe
// multipath at the subsystem.
func (r *reader) serialFile(block string) (string, error) {
	for _, f := range []string{"/device/serial", "/serial", "/device/cid"} {
		s, err := r.steadyLine(block + f)
		if err == nil && s != "" {
			if f == "/device/serial" && strings.HasPrefix(path.Base(block), "mmcblk") {
				// An eMMC serial has 32 bits; the whole register says more.
				continue
			}
			return s, nil
		}
	}
	return "", nil
}

// serialPage reads page 0x80 of a SCSI or SATA disk (SPC-4, 7.8.15): four bytes
// of header, the last two the length, then the serial number.
func (r *reader) serialPage(block string) (string, error) {
	b, err := r.src.ReadFile(block+"/device/vpd_pg80", smallFile)
	if err != nil {
		return "", err
	}
	return serialOfPage(b), nil
}

func serialOfPage(b []byte) string {
	if len(b) < 5 || b[1] != 0x80 {
		return ""
	}
	n := int(b[2])<<8 | int(b[3])
	return clean(string(bytes.Trim(b[4:min(len(b), 4+n)], "\x00 ")))
}

func (r *reader) worldWideName(block string) (string, error) {
	if s, err := r.line(block + "/wwid"); err == nil && s != "" {
		return s, nil
	}
	return r.line(block + "/device/wwid")
}

func (r *reader) udevSerial(block string) (string, error) {
	f := r.udev(block)
	if s := f["ID_SERIAL_SHORT"]; s != "" {
		return s, nil
	}
	return f["ID_WWN"], nil
}

// udev reads what udev noted about a block device, by its number.
func (r *reader) udev(block string) map[string]string {
	number, err := r.line(block + "/dev")
	if err != nil {
		return nil
	}
	b, err := r.src.ReadFile("/run/udev/data/b"+number, 64<<10)
	if err != nil {
		return nil
	}
	return udevFields(b)
}

// udevFields reads the E: lines of udev's database.
func udevFields(b []byte) map[string]string {
	out := map[string]string{}
	for line := range bytes.Lines(b) {
		if rest, ok := strings.CutPrefix(string(line), "E:"); ok {
			k, v, _ := strings.Cut(strings.TrimRight(rest, "\n"), "=")
			out[k] = clean(v)
		}
	}
	return out
}

func (r *reader) diskModel(block string) string {
	for _, f := range []string{"/device/model", "/device/name"} {
		if s := r.optional(block + f); s != "" {
			return s
		}
	}
	return ""
}

// readDisks reads the fixed disks inside the computer.
func readDisks(r *reader) []Component {
	const kind = "disk"
	names, err := r.src.ReadDir("/sys/block", maxDevices)
	if err != nil {
		return []Component{failed(kind, err)}
	}
	var out []Component
	lack := lacking(kind, Absent, "not-there")
	for _, name := range names {
		block, err := r.src.Resolve("/sys/block/" + name)
		if err != nil || !r.fixedDisk(name, block) {
			continue
		}
		id, why := r.diskID(block)
		if id == "" {
			lack = lacking(kind, why.State, why.Reason)
			continue
		}
		label := r.diskModel(block)
		if label == "" {
			label = "disk"
		}
		out = append(out, identifier(kind, id, label))
	}
	if len(out) == 0 {
		return []Component{lack}
	}
	return out
}

func (r *reader) fixedDisk(name, block string) bool {
	for _, p := range []string{"sr", "fd", "loop", "ram", "zram", "nbd", "dm-", "md"} {
		if strings.HasPrefix(name, p) {
			return false
		}
	}
	if !physical(block) || r.removable(block) {
		return false
	}
	if v, err := r.line(block + "/hidden"); err == nil && v == "1" {
		return false
	}
	if strings.HasPrefix(name, "mmcblk") {
		// A memory card comes and goes; what is soldered on says "MMC".
		v, err := r.line(block + "/device/type")
		return err == nil && v == "MMC" && !strings.Contains(name, "boot") && !strings.Contains(name, "rpmb")
	}
	return true
}
