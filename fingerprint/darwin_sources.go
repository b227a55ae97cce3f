package fingerprint

// darwinSources say where the macOS reader looks, kind by kind. "ioreg CLASS" is
// /usr/sbin/ioreg -a with the arguments of IOQuery.
var darwinSources = []SourceInfo{
	{"install-id", `statfs of /System/Volumes/Data (else /), UUID of that AppleAPFSVolume in ioreg IOBlockStorageDevice`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacOnlyTheCauseCounts", "TestMacStates"}},
	{"system-uuid", `ioreg IOPlatformExpertDevice: IOPlatformUUID`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacOnlyTheCauseCounts", "TestMacStates"}},
	{"system-serial", `ioreg IOPlatformExpertDevice: IOPlatformSerialNumber`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacOnlyTheCauseCounts", "TestMacStates"}},
	{"board-serial", `none: no Mac tells it to a user`, "nobody", RecordedOnly, []string{"TestMacValues"}},
	{"boot-disk", `ioreg IOBlockStorageDevice: Serial Number of the disk that holds the data volume; over Apple Fabric it counts with the board`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacOnlyTheCauseCounts", "TestMacStates", "TestMacStorageOnTheBoard"}},
	{"network-card", `ioreg IOEthernetController, else entries with IOMACAddress: the address of built-in cards`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacOnlyTheCauseCounts", "TestMacStates"}},
	{"hypervisor", `sysctl hw.model, kern.hv_vmm_present; manufacturer of IOPlatformExpertDevice`, "any user", RecordedOnly, []string{"TestMacValues", "TestVirtualAndContained"}},
	{"root-fs", `statfs of /, UUID of that volume without its snapshot`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacOnlyTheCauseCounts", "TestMacStates"}},
	{"system-model", `sysctl hw.model; manufacturer of IOPlatformExpertDevice`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacStates"}},
	{"board-model", `IOPlatformExpertDevice: board-id, else target-type, else sysctl hw.target`, "any user", RecordedOnly, []string{"TestMacValues"}},
	{"chassis-type", `the model's name, else system-type of IOPlatformExpertDevice`, "any user", RecordedOnly, []string{"TestMacValues"}},
	{"firmware", `IODeviceTree: system-firmware-version of chosen, else version of rom`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacOnlyTheCauseCounts", "TestMacStates"}},
	{"boot-disk-model", `ioreg IOBlockStorageDevice: Product Name`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacOnlyTheCauseCounts", "TestMacStates"}},
	{"disk", `ioreg IOBlockStorageDevice: serial numbers of internal, fixed disks`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacOnlyTheCauseCounts", "TestMacStates"}},
	{"os-release", `/System/Library/CoreServices/SystemVersion.plist`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacOnlyTheCauseCounts", "TestMacStates"}},
	{"kernel", `sysctl kern.osversion`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacOnlyTheCauseCounts", "TestMacStates"}},
	{"cpu", `sysctl machdep.cpu.brand_string, family, model, stepping; hw.physicalcpu`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacOnlyTheCauseCounts", "TestMacStates"}},
	{"memory", `sysctl hw.memsize`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacOnlyTheCauseCounts", "TestMacStates"}},
	{"memory-module", `IODeviceTree: dimm-serial-number and the like of memory; none on Apple's processors`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacOnlyTheCauseCounts"}},
	{"secure-boot", `IODeviceTree: secure-boot of chosen, else AppleSecureBootPolicy of options`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacStates"}},
	{"tpm", `none: a Mac has a Secure Enclave instead`, "nobody", RecordedOnly, []string{"TestMacValues"}},
	{"gpu", `ioreg IOPCIDevice of class 03, IOAccelerator of Apple's processors`, "any user", RecordedOnly, []string{"TestMacValues"}},
	{"pci", `ioreg IOPCIDevice without what is tunnelled through Thunderbolt`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacStates"}},
	{"gpu-driver", `none: graphics drivers are part of macOS`, "nobody", RecordedOnly, []string{"TestMacValues"}},
	{"module", `/Library/Extensions/*.kext/Contents/Info.plist, /Library/SystemExtensions/db.plist`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacOnlyTheCauseCounts", "TestMacStates"}},
	{"package", `/Applications/*.app/Contents/Info.plist, one folder deep`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacOnlyTheCauseCounts", "TestMacStates"}},
	{"security-agent", `the modules, the packages and /Library/LaunchDaemons, against the list of the rules`, "any user", RecordedOnly, []string{"TestMacValues", "TestMacOnlyTheCauseCounts", "TestMacStates"}},
}
