package fingerprint

import (
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
)

// Kinds of buses (STORAGE_BUS_TYPE).
const (
	bus1394       = 4
	busUSB        = 7
	busRAID       = 8
	busISCSI      = 9
	busFileBacked = 15
)

func (r *reader) systemVolume() (WindowsVolume, error) {
	return r.win.volume.get(r.windows().SystemVolume)
}

func (r *reader) windowsDisks() ([]WindowsDisk, error) {
	return r.win.disks.get(func() ([]WindowsDisk, error) { return r.windows().Disks(maxWindowsDisks) })
}

// outside says whether a disk comes and goes by its nature.
func outside(d WindowsDisk) bool {
	return d.Bus == busUSB || d.Bus == bus1394 || d.Bus == busISCSI || d.Removable
}

// readWindowsBootDisk reads the disks that hold the system's volume, whatever
// their numbers are today.
func readWindowsBootDisk(r *reader) []Component {
	disks, lack := r.windowsBootDisks()
	if lack != nil {
		model := *lack
		model.Kind = "boot-disk-model"
		return []Component{*lack, model}
	}
	var ids, models []string
	for _, d := range disks {
		id, why := r.windowsDiskID(d)
		if id == "" {
			lack = &why
		}
		ids, models = append(ids, id), append(models, r.windowsDiskModel(d))
	}
	slices.Sort(ids)
	slices.Sort(models)
	label := join(", ", models...)
	boot := identifier("boot-disk", strings.Join(ids, ", "), label)
	if lack != nil {
		boot = lacking("boot-disk", lack.State, lack.Reason)
	}
	model := lacking("boot-disk-model", Absent, "not-told")
	if label != "" {
		model = present("boot-disk-model", fold(label), label)
	}
	return []Component{boot, model}
}

// windowsBootDisks gives the system's disks, or the reason why none is named.
func (r *reader) windowsBootDisks() ([]WindowsDisk, *Component) {
	lack := func(c Component) ([]WindowsDisk, *Component) { return nil, &c }
	v, err := r.systemVolume()
	if err != nil {
		return lack(unanswered("boot-disk", err))
	}
	all, err := r.windowsDisks()
	if err != nil {
		return lack(unanswered("boot-disk", err))
	}
	var disks []WindowsDisk
	for _, d := range all {
		if slices.Contains(v.Disks, d.Number) {
			disks = append(disks, d)
		}
	}
	if len(disks) == 0 || len(disks) < len(v.Disks) {
		return lack(lacking("boot-disk", Unreadable, "no-device"))
	}
	if slices.ContainsFunc(disks, func(d WindowsDisk) bool { return d.Bus == busFileBacked }) {
		// The system lies in a file; the disk under that file is not told.
		return lack(lacking("boot-disk", Unreadable, "no-device"))
	}
	if !slices.ContainsFunc(disks, func(d WindowsDisk) bool { return !outside(d) }) {
		return lack(lacking("boot-disk", Absent, "removable-root"))
	}
	return disks, nil
}

// readWindowsDisks reads the disks inside the computer. Firmware may call every
// SATA port one for exchanging disks while running; the system's own disk
// counts even then.
func readWindowsDisks(r *reader) []Component {
	const kind = "disk"
	all, err := r.windowsDisks()
	if err != nil {
		return []Component{unanswered(kind, err)}
	}
	volume, _ := r.systemVolume()
	var out []Component
	lack := lacking(kind, Absent, "not-there")
	for _, d := range all {
		boot := slices.Contains(volume.Disks, d.Number)
		if outside(d) || d.Bus == busFileBacked || d.Hotplug && !boot {
			continue
		}
		id, why := r.windowsDiskID(d)
		if id == "" {
			lack = lacking(kind, why.State, why.Reason)
			continue
		}
		label := r.windowsDiskModel(d)
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

// windowsDiskID gives what identifies a disk: its serial number, else its
// worldwide name.
func (r *reader) windowsDiskID(d WindowsDisk) (string, Component) {
	lack := lacking("boot-disk", Unreadable, "not-told")
	serial := diskSerial(d.Serial, d.Product)
	if d.Bus == busRAID && arrayName(serial, d.Product) {
		// An array's "serial number" is the name that somebody gave it.
		serial = ""
	}
	for _, id := range []string{serial, d.ID} {
		switch {
		case id == "":
		case r.rules.Serial(id):
			lack = lacking("boot-disk", Placeholder, "placeholder")
		default:
			return fold(id), Component{}
		}
	}
	return "", lack
}

func (r *reader) windowsDiskModel(d WindowsDisk) string {
	vendor, product := r.unlessFiller(clean(d.Vendor)), r.unlessFiller(clean(d.Product))
	if product == "" || strings.HasPrefix(fold(product), fold(vendor)) || fold(vendor) == "ata" || fold(vendor) == "nvme" {
		return product
	}
	return join(" ", vendor, product)
}

// wordForm is how Microsoft's NVMe driver writes an EUI-64 or an NGUID where
// others give the serial number: 0025_3856_9140_1F2B.
var wordForm = regexp.MustCompile(`^[0-9A-Fa-f]{4}(_[0-9A-Fa-f]{4}){3,7}$`)

// diskSerial normalises a serial number as drivers write it: blanks and dots at
// the ends, 40 hexadecimal digits instead of 20 characters, characters swapped
// in pairs (ATA keeps them so).
func diskSerial(raw, product string) string {
	raw, _, _ = strings.Cut(raw, "\x00")
	if s, ok := hexText(strings.TrimSpace(raw)); ok {
		raw = s
	}
	if pairsSwapped(raw, product) {
		raw = swapPairs(raw)
	}
	s := strings.Trim(clean(raw), "._ ")
	if wordForm.MatchString(s) {
		s = strings.ReplaceAll(s, "_", "")
	}
	return s
}

// hexText decodes a serial number of ATA's 20 characters that was written in
// hexadecimal.
func hexText(s string) (string, bool) {
	if len(s) != 40 {
		return "", false
	}
	b, err := hex.DecodeString(s)
	if err != nil || slices.ContainsFunc(b, func(c byte) bool { return c < ' ' || c > '~' }) {
		return "", false
	}
	return string(b), true
}

// diskMakers begin the models of disks that are seen with swapped characters.
var diskMakers = []string{"samsung", "wdc ", "toshiba", "hitachi", "hgst", "crucial", "kingston", "intel", "sandisk", "maxtor", "fujitsu"}

// pairsSwapped looks for evidence that characters stand in swapped pairs: the
// model makes sense only that way, the number begins with Western Digital's
// mark, or the padding stands before the last character.
func pairsSwapped(serial, product string) bool {
	known := func(s string) bool {
		f := fold(strings.TrimSpace(s))
		return slices.ContainsFunc(diskMakers, func(m string) bool { return strings.HasPrefix(f, m) })
	}
	if known(swapPairs(product)) && !known(product) {
		return true
	}
	const mark = "WD-W"
	if strings.HasPrefix(strings.TrimSpace(swapPairs(serial)), mark) && !strings.HasPrefix(strings.TrimSpace(serial), mark) {
		return true
	}
	return paddedInside(serial)
}

// paddedInside knows "…45 6": an odd number of characters, padded, swapped.
func paddedInside(s string) bool {
	s = strings.TrimRight(s, " ")
	n := len(s)
	return n >= 6 && n%2 == 0 && s[n-2] == ' ' && !strings.Contains(strings.TrimLeft(s[:n-2], " "), " ")
}

func swapPairs(s string) string {
	b := []byte(s)
	for i := 0; i+1 < len(b); i += 2 {
		b[i], b[i+1] = b[i+1], b[i]
	}
	return string(b)
}

// arrayName says whether an array's serial number is only its name.
func arrayName(serial, product string) bool {
	f := fold(serial)
	if f == fold(clean(product)) {
		return true
	}
	for _, p := range []string{"volume", "raid", "array", "vd"} {
		if rest, ok := strings.CutPrefix(f, p); ok && strings.Trim(rest, "0123456789 _-") == "" {
			return true
		}
	}
	return false
}
