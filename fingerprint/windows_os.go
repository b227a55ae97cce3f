package fingerprint

import (
	"fmt"
	"strconv"
)

// Keys of the registry, below HKEY_LOCAL_MACHINE.
const (
	keyCryptography = `SOFTWARE\Microsoft\Cryptography`
	keyVersion      = `SOFTWARE\Microsoft\Windows NT\CurrentVersion`
	keyProcessor    = `HARDWARE\DESCRIPTION\System\CentralProcessor\0`
	keySecureBoot   = `SYSTEM\CurrentControlSet\Control\SecureBoot\State`
)

// readMachineGUID reads the id that setup gave this installation.
func readMachineGUID(r *reader) []Component {
	const kind = "install-id"
	v, err := r.values(keyCryptography, "MachineGuid")
	if err != nil {
		return []Component{unanswered(kind, err)}
	}
	raw := v[0].Text()
	if raw == "" {
		return []Component{lacking(kind, Absent, "not-there")}
	}
	u, ok := parseUUID(raw)
	if !ok {
		return []Component{lacking(kind, Placeholder, "not-an-id")}
	}
	if reason := r.rules.UUID(u); reason != "" {
		return []Component{lacking(kind, Placeholder, reason)}
	}
	return []Component{identifier(kind, u.String(), "")}
}

// readWindowsRelease reads edition and build. The product's name is wrong on
// Windows 11, translated on some editions, and not read.
func readWindowsRelease(r *reader) []Component {
	v, err := r.values(keyVersion, "EditionID", "DisplayVersion", "ReleaseId", "CurrentBuild", "UBR", "InstallationType")
	if err != nil {
		return []Component{unanswered("os-release", err), unanswered("kernel", err)}
	}
	edition, display, build := v[0].Text(), v[1].Text(), v[3].Text()
	if display == "" {
		// Before 20H2 the version had four digits and another name.
		display = v[2].Text()
	}
	number, err := strconv.Atoi(build)
	if err != nil || number <= 0 {
		return []Component{lacking("os-release", Failed, "not-understood"), lacking("kernel", Failed, "not-understood")}
	}
	label := join(" ", windowsName(number, v[5].Text()), display, edition)
	exact := build
	if update, ok := v[4].Number(); ok {
		exact += "." + strconv.FormatUint(update, 10)
	}
	return []Component{
		present("os-release", fold(join(" ", "windows", edition, display, build)), label),
		present("kernel", exact, exact),
	}
}

// firstWindows11 is the first build that is sold as Windows 11.
const firstWindows11 = 22000

// windowsName is what people call a build; InstallationType is Client, Server
// or Server Core in every language.
func windowsName(build int, installation string) string {
	switch {
	case installation != "" && installation != "Client":
		return "Windows " + installation
	case build >= firstWindows11:
		return "Windows 11"
	}
	return "Windows 10"
}

// readWindowsVolume reads what formatting and partitioning gave the system's
// volume. A cloned disk has the same.
func readWindowsVolume(r *reader) []Component {
	const kind = "root-fs"
	v, err := r.systemVolume()
	if err != nil {
		return []Component{unanswered(kind, err)}
	}
	if v.Serial == 0 {
		return []Component{lacking(kind, Unreadable, "not-told")}
	}
	partition := ""
	if u, ok := parseUUID(v.Partition); ok && r.rules.UUID(u) == "" {
		partition = u.String()
	}
	return []Component{identifier(kind, join(" ", fmt.Sprintf("%04x-%04x", v.Serial>>16, v.Serial&0xffff), partition), "")}
}

// readWindowsCPU reads the processor's model; its clock and its microcode
// change without it.
func readWindowsCPU(r *reader) []Component {
	const kind = "cpu"
	v, err := r.values(keyProcessor, "VendorIdentifier", "Identifier", "ProcessorNameString")
	if err != nil {
		return []Component{unanswered(kind, err)}
	}
	vendor, id, name := v[0].Text(), v[1].Text(), v[2].Text()
	value := join("/", vendor, id, name)
	if value == "" {
		return []Component{lacking(kind, Failed, "not-understood")}
	}
	if name == "" {
		name = id
	}
	return []Component{present(kind, fold(value), tidyCPU(name))}
}

// readWindowsMemory adds up the modules, or takes what the system manages; both
// come to a size that is sold.
func readWindowsMemory(r *reader) []Component {
	const kind = "memory"
	var sum uint64
	if t, err := r.smbiosTable(); err == nil && !t.Truncated {
		for _, m := range t.Memory {
			sum += m.Size
		}
	}
	if sum > 0 {
		size := plausibleMemory(sum, false)
		return []Component{present(kind, strconv.FormatUint(size, 10), memoryLabel(size))}
	}
	managed, err := r.windows().Memory()
	if err != nil {
		return []Component{unanswered(kind, err)}
	}
	size := plausibleMemory(managed, true)
	return []Component{present(kind, strconv.FormatUint(size, 10), memoryLabel(size))}
}

// readWindowsSecureBoot reads the state; without UEFI there is no such key.
func readWindowsSecureBoot(r *reader) []Component {
	const kind = "secure-boot"
	v, err := r.values(keySecureBoot, "UEFISecureBootEnabled")
	if err != nil {
		return []Component{unanswered(kind, err)}
	}
	n, ok := v[0].Number()
	if !ok || n > 1 {
		return []Component{lacking(kind, Failed, "not-understood")}
	}
	state := [...]string{"off", "on"}[n]
	return []Component{present(kind, state, state)}
}

// readWindowsTPM reads only that there is a TPM and of which version.
func readWindowsTPM(r *reader) []Component {
	const kind = "tpm"
	version, err := r.windows().TPMVersion()
	if err != nil {
		return []Component{unanswered(kind, err)}
	}
	if version != 1 && version != 2 {
		return []Component{lacking(kind, Failed, "not-understood")}
	}
	v := strconv.Itoa(version)
	return []Component{present(kind, "tpm "+v, "TPM "+v)}
}
