package fingerprint

import "slices"

// readBoard reads what the firmware says that this very computer is. The kernel
// shows these to root alone; other users get "unreadable", unless the root
// service left tags of them.
func readBoard(r *reader) []Component {
	if uuid, ok := r.tagged("system-uuid"); ok {
		serial, _ := r.tagged("system-serial")
		board, _ := r.tagged("board-serial")
		return slices.Concat(uuid, serial, board)
	}
	uuid := readSystemUUID(r)
	serial := readSerial(r, "system-serial", "product_serial")
	board := readSerial(r, "board-serial", "board_serial")
	r.correlate(&uuid, &serial, &board)
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
	return r.systemUUID(u)
}

func readSerial(r *reader, kind, file string) Component {
	raw, err := r.line(dmi + file)
	if err != nil {
		return failed(kind, err)
	}
	return r.serial(kind, raw)
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
	sku := ""
	if skuFile != "" {
		sku = r.optional(dmi + skuFile)
	}
	return r.model(kind, r.optional(dmi+vendorFile), name, sku)
}

// optional reads a text that may as well be missing or a placeholder.
func (r *reader) optional(name string) string {
	s, err := r.line(name)
	if err != nil {
		return ""
	}
	return r.unlessFiller(s)
}

func readChassis(r *reader) Component {
	v, err := r.line(dmi + "chassis_type")
	if err != nil {
		return failed("chassis-type", err)
	}
	return chassisType(v)
}

// readFirmware reads maker, version and date of the firmware.
func readFirmware(r *reader) []Component {
	version, err := r.line(dmi + "bios_version")
	if err != nil {
		return []Component{failed("firmware", err)}
	}
	return []Component{r.firmware(r.optional(dmi+"bios_vendor"), version, r.optional(dmi+"bios_date"))}
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
