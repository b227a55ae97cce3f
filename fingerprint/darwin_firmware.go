package fingerprint

// macFirmware reads the firmware's version: Apple's processors tell it in the
// device tree's entry "chosen", Intel's Macs in "rom".
func macFirmware(r *reader) []Component {
	const kind = "firmware"
	list, err := r.ioreg(ioTree)
	if err != nil {
		return []Component{macFailed(kind, err)}
	}
	chosen, _ := named(list, "chosen")
	rom, _ := named(list, "rom")
	version := chosen.text("system-firmware-version")
	if version == "" {
		version = chosen.text("firmware-version")
	}
	if version == "" {
		version = rom.text("version")
	}
	if version == "" {
		return []Component{lacking(kind, Absent, "not-told")}
	}
	return []Component{r.firmware("", version, rom.text("release-date"))}
}

// bootPolicy is the firmware's setting on Macs with a T2: 0 is no security, 1
// medium, 2 full.
const bootPolicy = "94b73556-2197-4702-82a8-3e1337dafbfb:AppleSecureBootPolicy"

// macSecureBoot says whether the firmware checks what it starts.
func macSecureBoot(r *reader) []Component {
	const kind = "secure-boot"
	list, err := r.ioreg(ioTree)
	if err != nil {
		return []Component{macFailed(kind, err)}
	}
	chosen, _ := named(list, "chosen")
	options, _ := named(list, "options")
	n, ok := chosen.number("secure-boot")
	if !ok {
		n, ok = options.number(bootPolicy)
	}
	if !ok {
		return []Component{lacking(kind, Absent, "not-told")}
	}
	state := "off"
	if n != 0 {
		state = "on"
	}
	return []Component{present(kind, state, state)}
}

// macTPM: no Mac has one; the Secure Enclave is another thing.
func macTPM(*reader) []Component {
	return []Component{lacking("tpm", Absent, "not-there")}
}
