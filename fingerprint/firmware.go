package fingerprint

import (
	"strconv"
	"strings"

	"github.com/seed-1feef0b2/holdfast/fingerprint/smbios"
)

// fromSMBIOS turns a firmware table into the components that all systems
// report from it: what the board says that it is, the models, the firmware, the
// memory modules.
func (r *reader) fromSMBIOS(t smbios.Table) []Component {
	out := r.boardOf(t)
	out = append(out, r.modelsOf(t)...)
	out = append(out, r.firmwareOf(t))
	return append(out, r.modulesOf(t)...)
}

// boardOf gives system-uuid, system-serial and board-serial, tied together
// where the maker computed one from another.
func (r *reader) boardOf(t smbios.Table) []Component {
	uuid := missing("system-uuid", t)
	if t.System.HasUUID {
		uuid = r.systemUUID(t.System.UUID)
	}
	serial := r.serialOf("system-serial", t.System.Found, t.System.Serial, t)
	board := r.serialOf("board-serial", t.Board.Found, t.Board.Serial, t)
	r.correlate(&uuid, &serial, &board)
	return []Component{uuid, serial, board}
}

// missing says why a table does not hold something: it breaks off before, or
// it never had it.
func missing(kind string, t smbios.Table) Component {
	if t.Truncated {
		return lacking(kind, Unreadable, "broken-table")
	}
	return lacking(kind, Absent, "not-there")
}

func (r *reader) serialOf(kind string, found bool, raw string, t smbios.Table) Component {
	if !found || raw == "" && t.Truncated {
		return missing(kind, t)
	}
	return r.serial(kind, clean(raw))
}

// serial makes a component of a serial number.
func (r *reader) serial(kind, raw string) Component {
	if r.rules.Serial(raw) {
		return lacking(kind, Placeholder, "placeholder")
	}
	return identifier(kind, fold(raw), "")
}

// systemUUID makes a component of the firmware's identifier.
func (r *reader) systemUUID(u uuid) Component {
	const kind = "system-uuid"
	if reason := r.rules.UUID(u); reason != "" {
		return lacking(kind, Placeholder, reason)
	}
	c := identifier(kind, u.String(), "")
	if _, ok := r.rules.UUIDAddress(u); ok {
		// The maker computed it from the board's network address.
		c.From = "network-card"
	}
	return c
}

// correlate marks values that the maker computed from one another, so that one
// fact never counts as two.
func (r *reader) correlate(uuid, serial, board *Component) {
	if uuid.State == Present && serial.State == Present {
		u, _ := parseUUID(uuid.Value)
		if tag, ok := r.rules.UUIDTag(u); ok && fold(tag) == serial.Value {
			uuid.From = serial.Kind
		}
		if r.rules.SerialOfUUID(serial.Value, u) {
			serial.From = uuid.Kind
		}
	}
	if serial.State == Present && board.State == Present && r.rules.BoardOfSerial(board.Value, serial.Value) {
		board.From = serial.Kind
	}
}

// modelsOf gives system-model, board-model and chassis-type.
func (r *reader) modelsOf(t smbios.Table) []Component {
	s, b, c := t.System, t.Board, t.Chassis
	system, board, chassis := missing("system-model", t), missing("board-model", t), missing("chassis-type", t)
	if s.Found && (s.Product != "" || !t.Truncated) {
		system = r.model("system-model", clean(s.Manufacturer), clean(s.Product), clean(s.SKU))
	}
	if b.Found && (b.Product != "" || !t.Truncated) {
		board = r.model("board-model", clean(b.Manufacturer), clean(b.Product), "")
	}
	if c.Found && (c.Type != 0 || !t.Truncated) {
		chassis = chassisType(strconv.Itoa(int(c.Type)))
	}
	return []Component{system, board, chassis}
}

// model joins maker, name and stock number; the texts are clean.
func (r *reader) model(kind, vendor, name, sku string) Component {
	if r.rules.Text(name) {
		return lacking(kind, Placeholder, "placeholder")
	}
	vendor, sku = r.unlessFiller(vendor), r.unlessFiller(sku)
	label := name
	if !strings.HasPrefix(fold(name), fold(vendor)) {
		label = join(" ", vendor, name)
	}
	return present(kind, fold(join(" / ", vendor, name, sku)), label)
}

// unlessFiller gives a text, or nothing where it is a placeholder.
func (r *reader) unlessFiller(s string) string {
	if r.rules.Text(s) {
		return ""
	}
	return s
}

// chassisNames are words for SMBIOS chassis types (DSP0134, 7.4.1); they are
// keys of translations ("value.chassis-type." + word), not texts.
var chassisNames = map[string]string{
	"3": "desktop", "4": "desktop", "5": "desktop", "6": "tower", "7": "tower", "8": "notebook", "9": "notebook",
	"10": "notebook", "11": "handheld", "13": "all-in-one", "14": "notebook", "15": "desktop", "16": "desktop",
	"17": "server", "23": "server", "28": "server", "29": "server", "30": "tablet", "31": "notebook",
	"32": "notebook", "35": "mini", "36": "mini",
}

// chassisType makes a component of a type's decimal number.
func chassisType(v string) Component {
	const kind = "chassis-type"
	if v == "0" || v == "1" || v == "2" || v == "" {
		// 1 is "other", 2 is "unknown".
		return lacking(kind, Placeholder, "placeholder")
	}
	name := chassisNames[v]
	if name == "" {
		name = "other"
	}
	return present(kind, v, name)
}

func (r *reader) firmwareOf(t smbios.Table) Component {
	if !t.BIOS.Found || t.BIOS.Version == "" && t.Truncated {
		return missing("firmware", t)
	}
	return r.firmware(clean(t.BIOS.Vendor), clean(t.BIOS.Version), clean(t.BIOS.Date))
}

// firmware joins maker, version and date of the firmware; the texts are clean.
func (r *reader) firmware(vendor, version, date string) Component {
	const kind = "firmware"
	if r.rules.Text(version) {
		return lacking(kind, Placeholder, "placeholder")
	}
	vendor, date = r.unlessFiller(vendor), r.unlessFiller(date)
	label := join(" ", vendor, version)
	if date != "" {
		label += " (" + date + ")"
	}
	return present(kind, fold(join(" / ", vendor, version, date)), label)
}

// modulesOf gives the set of memory modules, whichever socket each is in. A
// module without a serial number of its own tells nothing about this very
// computer; that there is one, the kind memory knows.
func (r *reader) modulesOf(t smbios.Table) []Component {
	const kind = "memory-module"
	lack := missing(kind, t)
	var out []Component
	for _, m := range t.Memory {
		serial := clean(m.Serial)
		switch {
		case serial == "" && t.Truncated:
			continue
		case r.rules.Serial(serial):
			lack = lacking(kind, Placeholder, "placeholder")
			continue
		}
		maker, part := r.unlessFiller(clean(m.Manufacturer)), r.unlessFiller(clean(m.Part))
		value := fold(join(" / ", maker, part, serial))
		out = append(out, identifier(kind, value, moduleLabel(m.Size, m.Type, maker, part)))
	}
	if len(out) == 0 {
		return []Component{lack}
	}
	return out
}

// moduleLabel is "8 GB DDR4 Samsung M471A1K43DB1".
func moduleLabel(size uint64, sort, maker, part string) string {
	amount := ""
	if size > 0 {
		amount = memoryLabel(size)
	}
	if label := join(" ", amount, sort, maker, part); label != "" {
		return label
	}
	return "memory"
}
