package fingerprint

import (
	"strings"
)

// readBoard reads what the firmware says that this very computer is. The kernel
// shows these to root alone; other users get "unreadable".
func readBoard(r *reader) []Component {
	uuid := readSystemUUID(r)
	serial := readSerial(r, "system-serial", "product_serial")
	board := readSerial(r, "board-serial", "board_serial")
	correlate(&uuid, &serial, &board)
	return []Component{uuid, serial, board}
}

func readSystemUUID(r *reader) Component {
	const kind = "system-uuid"
	raw, err := r.line(dmi + "product_uuid")
	if err != nil {
		return failed(kind, err)
	}
	u, ok := parseUUID(raw)
	if !ok {
		return lacking(kind, Placeholder, "not-an-id")
	}
	if reason := rejectUUID(u); reason != "" {
		return lacking(kind, Placeholder, reason)
	}
	c := identifier(kind, u.String(), "")
	if _, ok := templateMAC(u); ok {
		// The maker computed it from the board's network address.
		c.From = "network-card"
	}
	return c
}

func readSerial(r *reader, kind, file string) Component {
	raw, err := r.line(dmi + file)
	if err != nil {
		return failed(kind, err)
	}
	if rejectSerial(raw) {
		return lacking(kind, Placeholder, "placeholder")
	}
	return identifier(kind, fold(raw), "")
}

// correlate marks values that the maker computed from one another, so that one
// fact never counts as two.
func correlate(uuid, serial, board *Component) {
	if uuid.State == Present && serial.State == Present {
		u, _ := parseUUID(uuid.Value)
		if tag, ok := dellTag(u); ok && fold(tag) == serial.Value {
			uuid.From = serial.Kind
		}
		if vmwareSerial(serial.Value, u) {
			serial.From = uuid.Kind
		}
	}
	if serial.State != Present || board.State != Present {
		return
	}
	// Dell writes "/TAG/part/" and some makers the same number twice.
	if board.Value == serial.Value || strings.HasPrefix(board.Value, "/"+serial.Value+"/") {
		board.From = serial.Kind
	}
}

// vmwareSerial knows "vmware-56 4d 12 …-…": the id's bytes in hexadecimal.
func vmwareSerial(serial string, u uuid) bool {
	rest, ok := strings.CutPrefix(serial, "vmware-")
	if !ok {
		return false
	}
	s, ok := parseUUID(strings.NewReplacer(" ", "", "-", "").Replace(rest))
	return ok && (s == u || s == u.swapped())
}

// readModels reads what the makers call system, board and housing.
func readModels(r *reader) []Component {
	return []Component{
		readModel(r, "system-model", "sys_vendor", "product_name", "product_sku"),
		readModel(r, "board-model", "board_vendor", "board_name", ""),
		readChassis(r),
	}
}

// readModel joins maker, name and stock number. Without a firmware table (most
// ARM boards) the device tree names the model.
func readModel(r *reader, kind, vendorFile, nameFile, skuFile string) Component {
	name, err := r.line(dmi + nameFile)
	if err != nil {
		if kind == "system-model" {
			if m, err2 := r.line("/proc/device-tree/model"); err2 == nil && m != "" {
				return present(kind, fold(m), m)
			}
		}
		return failed(kind, err)
	}
	if rejectText(name) {
		return lacking(kind, Placeholder, "placeholder")
	}
	vendor := r.optional(dmi + vendorFile)
	sku := ""
	if skuFile != "" {
		sku = r.optional(dmi + skuFile)
	}
	label := name
	if !strings.HasPrefix(fold(name), fold(vendor)) {
		label = join(" ", vendor, name)
	}
	return present(kind, fold(join(" / ", vendor, name, sku)), label)
}

// optional reads a text that may as well be missing or a placeholder.
func (r *reader) optional(name string) string {
	s, err := r.line(name)
	if err != nil || rejectText(s) {
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

func readChassis(r *reader) Component {
	const kind = "chassis-type"
	v, err := r.line(dmi + "chassis_type")
	if err != nil {
		return failed(kind, err)
	}
	if v == "1" || v == "2" || v == "" {
		// 1 is "other", 2 is "unknown".
		return lacking(kind, Placeholder, "placeholder")
	}
	name := chassisNames[v]
	if name == "" {
		name = "other"
	}
	return present(kind, v, name)
}

// readFirmware reads maker, version and date of the firmware.
func readFirmware(r *reader) []Component {
	const kind = "firmware"
	version, err := r.line(dmi + "bios_version")
	if err != nil {
		return []Component{failed(kind, err)}
	}
	if rejectText(version) {
		return []Component{lacking(kind, Placeholder, "placeholder")}
	}
	vendor, date := r.optional(dmi+"bios_vendor"), r.optional(dmi+"bios_date")
	label := join(" ", vendor, version)
	if date != "" {
		label += " (" + date + ")"
	}
	return []Component{present(kind, fold(join(" / ", vendor, version, date)), label)}
}

// secureBootVariable is the UEFI variable of the global namespace; four bytes
// of attributes, then 0 or 1 (UEFI 2.10, 3.3).
const secureBootVariable = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

func readSecureBoot(r *reader) []Component {
	const kind = "secure-boot"
	b, err := r.src.ReadFile(secureBootVariable, smallFile)
	if err != nil {
		return []Component{failed(kind, err)}
	}
	if len(b) != 5 || b[4] > 1 {
		return []Component{lacking(kind, Failed, "not-understood")}
	}
	state := [...]string{"off", "on"}[b[4]]
	return []Component{present(kind, state, state)}
}

// readTPM reads only that there is a TPM and of which version; its keys are
// another matter, and its device is not for every user.
func readTPM(r *reader) []Component {
	const kind = "tpm"
	if !r.has("/sys/class/tpm/tpm0") {
		return []Component{lacking(kind, Absent, "not-there")}
	}
	version, err := r.line("/sys/class/tpm/tpm0/tpm_version_major")
	if err != nil {
		// Kernels before 5.6 do not tell; TPM 1.2 has this file, 2.0 has not.
		version = "2"
		if r.has("/sys/class/tpm/tpm0/device/caps") {
			version = "1"
		}
	}
	maker := r.optional("/sys/class/tpm/tpm0/device/firmware_node/hid")
	return []Component{present(kind, fold(join(" ", "tpm", version, maker)), join(" ", "TPM", version, maker))}
}
