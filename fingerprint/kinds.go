package fingerprint

import "slices"

// KindInfo describes a kind of component.
type KindInfo struct {
	Class Class
	Kind  string
	// Set is true where a computer may have several, each digested on its own.
	Set bool
	// Identifier is true where the value tells this very computer from others
	// of its model.
	Identifier bool
	// Weight orders what a person reads and adds up to the assurance; it never
	// decides anything.
	Weight int
	// Group is the identity group that the balanced policy counts it in: disk,
	// installation, board, network, or empty.
	Group string
}

// kinds are all kinds there are, in the order of reading: anchors first, so
// that a read that runs out of time has them.
var kinds = []KindInfo{
	{OS, "install-id", false, true, 10, "installation"},
	{Hardware, "system-uuid", false, true, 12, "board"},
	{Hardware, "system-serial", false, true, 7, "board"},
	{Hardware, "board-serial", false, true, 7, "board"},
	{Hardware, "boot-disk", false, true, 12, "disk"},
	{Hardware, "network-card", true, true, 8, "network"},
	{Hardware, "hypervisor", false, false, 6, ""},
	{OS, "root-fs", false, true, 4, ""},
	{Hardware, "system-model", false, false, 4, ""},
	{Hardware, "board-model", false, false, 4, ""},
	{Hardware, "chassis-type", false, false, 1, ""},
	{Firmware, "firmware", false, false, 2, ""},
	{Hardware, "boot-disk-model", false, false, 3, ""},
	{Hardware, "disk", true, true, 3, ""},
	{OS, "os-release", false, false, 2, ""},
	{OS, "kernel", false, false, 2, ""},
	{Hardware, "cpu", false, false, 6, ""},
	{Hardware, "memory", false, false, 4, ""},
	{Hardware, "memory-module", true, true, 2, ""},
	{Firmware, "secure-boot", false, false, 2, ""},
	{Hardware, "tpm", false, false, 3, ""},
	{Hardware, "gpu", true, false, 4, ""},
	{Hardware, "pci", true, false, 4, ""},
	{Driver, "gpu-driver", false, false, 2, ""},
	{Driver, "module", true, false, 2, ""},
	{SysApp, "package", true, false, 2, ""},
	{SysApp, "security-agent", true, false, 3, ""},
}

// Kinds lists the kinds that a platform must report, each at least once, even
// if only to say that it is absent. All three platforms use the same words.
func Kinds(platform string) []KindInfo {
	switch platform {
	case "linux", "windows", "darwin":
		return slices.Clone(kinds)
	}
	return nil
}

// Identifier says whether a kind's value tells this very computer from others.
func Identifier(kind string) bool { return kindInfo(kind).Identifier }

// Weight is how much a kind matters to a person who reads about a change, 0 to
// 12; 0 for an unknown kind.
func Weight(kind string) int { return kindInfo(kind).Weight }

func kindInfo(kind string) KindInfo {
	for _, k := range kinds {
		if k.Kind == kind {
			return k
		}
	}
	return KindInfo{}
}
