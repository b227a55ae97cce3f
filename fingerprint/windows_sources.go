package fingerprint

// windowsSources say where the Windows reader looks, kind by kind. None is
// measured: this project has run the reader on recorded Windows computers and
// under Wine, which is none.
var windowsSources = []SourceInfo{
	{"install-id", `HKLM\SOFTWARE\Microsoft\Cryptography, MachineGuid`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsOnlyTheCauseCounts", "TestLiveInstallID"}},
	{"system-uuid", `GetSystemFirmwareTable('RSMB'), SMBIOS type 1`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsOnlyTheCauseCounts"}},
	{"system-serial", `SMBIOS type 1`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsOnlyTheCauseCounts"}},
	{"board-serial", `SMBIOS type 2`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsOnlyTheCauseCounts"}},
	{"boot-disk", `IOCTL_VOLUME_GET_VOLUME_DISK_EXTENTS of the system's volume, IOCTL_STORAGE_QUERY_PROPERTY of those disks, opened without access: serial number, else NAA or EUI-64`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsBootDisks"}},
	{"network-card", `GetIfTable2, PermanentPhysicalAddress of cards that Control\Network names on an internal bus; of disabled ones NetworkSetup2`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsOnlyTheCauseCounts"}},
	{"hypervisor", `maker and product of SMBIOS type 1, else HKLM\HARDWARE\DESCRIPTION\System\BIOS; Virtual Machine\Guest\Parameters; never the processor's flag`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsHypervisors"}},
	{"root-fs", `GetVolumeInformation's serial number, IOCTL_DISK_GET_PARTITION_INFO_EX`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsOnlyTheCauseCounts"}},
	{"system-model", `SMBIOS type 1`, "any user", RecordedOnly, []string{"TestWindowsKinds"}},
	{"board-model", `SMBIOS type 2`, "any user", RecordedOnly, []string{"TestWindowsKinds"}},
	{"chassis-type", `SMBIOS type 3`, "any user", RecordedOnly, []string{"TestWindowsKinds"}},
	{"firmware", `SMBIOS type 0`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsOnlyTheCauseCounts"}},
	{"boot-disk-model", `the same descriptor as boot-disk`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsOnlyTheCauseCounts"}},
	{"disk", `the same of \\.\PhysicalDrive0 to 31, without USB, FireWire, iSCSI, removable media and disks in files`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsBootDisks"}},
	{"os-release", `HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion: EditionID, DisplayVersion, CurrentBuild`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsOnlyTheCauseCounts"}},
	{"kernel", `the same key: CurrentBuild, UBR`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsOnlyTheCauseCounts"}},
	{"cpu", `HKLM\HARDWARE\DESCRIPTION\System\CentralProcessor\0: VendorIdentifier, Identifier, ProcessorNameString`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsOnlyTheCauseCounts"}},
	{"memory", `sizes of SMBIOS type 17, else GlobalMemoryStatusEx`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsOnlyTheCauseCounts"}},
	{"memory-module", `SMBIOS type 17`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsOnlyTheCauseCounts"}},
	{"secure-boot", `HKLM\SYSTEM\CurrentControlSet\Control\SecureBoot\State`, "any user", RecordedOnly, []string{"TestWindowsKinds"}},
	{"tpm", `Tbsi_GetDeviceInfo`, "any user", RecordedOnly, []string{"TestWindowsKinds"}},
	{"gpu", `SetupAPI, enumerator PCI, devices of class 03`, "any user", RecordedOnly, []string{"TestWindowsKinds"}},
	{"pci", `SetupAPI, enumerator PCI, devices in the computer's own container`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsOnlyTheCauseCounts"}},
	{"gpu-driver", `the device's service, DriverVersion of its key in Control\Class`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsOnlyTheCauseCounts"}},
	{"module", `HKLM\SYSTEM\CurrentControlSet\Services of Type 1 and 2 that Windows did not bring; the file's version`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsForeignDrivers"}},
	{"package", `the two uninstall keys of HKLM: key name, DisplayVersion, Publisher`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsOnlyTheCauseCounts"}},
	{"security-agent", `names of services, by the rules' list`, "any user", RecordedOnly, []string{"TestWindowsKinds", "TestWindowsOnlyTheCauseCounts"}},
}
