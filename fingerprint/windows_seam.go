package fingerprint

// Windows is what a Windows source offers beside files: the few families of
// system calls that the reader needs, none of which needs administrator rights.
// Each method is one call or one small family; whatever is decided about its
// answer is decided above it, so that a recorded computer decides the same.
//
// Errors are those of io/fs (fs.ErrNotExist, fs.ErrPermission), ErrTooLarge,
// and ErrUnsupported where this system does not offer the call. Registry paths
// are below HKEY_LOCAL_MACHINE, in the 64-bit view on every processor, with
// backslashes and without one at the start.
type Windows interface {
	// RegistryKeys gives the names of the keys below a key, in no order. More
	// than limit names give ErrTooLarge and none of them.
	RegistryKeys(path string, limit int) ([]string, error)
	// RegistryValues gives values of one key, one for each name in the order of
	// the names; a missing one has Type RegistryNone. A value of more than
	// 16 KiB is given as missing.
	RegistryValues(path string, names ...string) ([]RegistryValue, error)
	// FirmwareTable is what GetSystemFirmwareTable gives for 'RSMB': 8 bytes of
	// RawSMBIOSData, then the SMBIOS table (DSP0134).
	FirmwareTable() ([]byte, error)
	// Memory is the memory that the system manages, in bytes (GlobalMemoryStatusEx).
	Memory() (uint64, error)
	// SystemVolume is the volume that holds the Windows folder.
	SystemVolume() (WindowsVolume, error)
	// Disks are the disks that are there, opened with no access at all.
	Disks(limit int) ([]WindowsDisk, error)
	// Adapters are the rows of GetIfTable2: disabled cards are not among them.
	Adapters(limit int) ([]WindowsAdapter, error)
	// Devices are the present devices of an enumerator ("PCI"), by SetupAPI.
	// Disabled ones are among them.
	Devices(enumerator string, limit int) ([]WindowsDevice, error)
	// FileVersion reads a program file's version resource.
	FileVersion(path string) (WindowsFileVersion, error)
	// TPMVersion is 1 or 2 (Tbsi_GetDeviceInfo); fs.ErrNotExist without a TPM.
	TPMVersion() (int, error)
}

// WindowsVolume is the system's volume.
type WindowsVolume struct {
	// Serial is the 32-bit number that formatting gave the file system.
	Serial uint32 `json:"serial"`
	// Partition is the GPT partition's own GUID, in the usual form; empty on
	// a disk without GPT.
	Partition string `json:"partition,omitempty"`
	// Disks are the numbers of the disks that hold its extents.
	Disks []uint32 `json:"disks"`
}

// WindowsDisk is what a disk's driver says about it (STORAGE_DEVICE_DESCRIPTOR,
// STORAGE_DEVICE_ID_DESCRIPTOR, STORAGE_HOTPLUG_INFO). Texts are as they came.
type WindowsDisk struct {
	Number uint32 `json:"number"`
	// Bus is the STORAGE_BUS_TYPE: 7 USB, 8 RAID, 11 SATA, 17 NVMe.
	Bus       uint32 `json:"bus"`
	Vendor    string `json:"vendor,omitempty"`
	Product   string `json:"product,omitempty"`
	Serial    string `json:"serial,omitempty"`
	Removable bool   `json:"removable,omitempty"` // the medium
	Hotplug   bool   `json:"hotplug,omitempty"`   // the disk itself
	// ID is the device's worldwide identifier in lower-case hexadecimal: NAA
	// or EUI-64 of page 0x83; empty where it has none.
	ID string `json:"id,omitempty"`
}

// WindowsAdapter is one row of the table of interfaces (MIB_IF_ROW2).
type WindowsAdapter struct {
	// GUID is the interface's name in the registry, in braces.
	GUID string `json:"guid"`
	// Type is the IANA interface type: 6 Ethernet, 71 Wi-Fi.
	Type uint32 `json:"type"`
	// Hardware and Connector are HardwareInterface and ConnectorPresent.
	Hardware  bool `json:"hardware,omitempty"`
	Connector bool `json:"connector,omitempty"`
	// Permanent is PermanentPhysicalAddress, in hexadecimal.
	Permanent string `json:"permanent,omitempty"`
}

// WindowsDevice is one present device.
type WindowsDevice struct {
	// Instance is the device instance id: PCI\VEN_8086&DEV_15FB&…\3&11583659&0&FE.
	Instance string `json:"instance"`
	// Hardware are its hardware ids, the most exact one first.
	Hardware []string `json:"hardware,omitempty"`
	// Service is the name of the driver's service.
	Service string `json:"service,omitempty"`
	// Driver is the driver's key below Control\Class: {guid}\0000.
	Driver string `json:"driver,omitempty"`
	// Container is the physical device that it belongs to, a GUID in braces.
	Container string `json:"container,omitempty"`
	// Removal is the removal policy: 1 stays, 2 and 3 go. 0 is not known.
	Removal uint32 `json:"removal,omitempty"`
}

// WindowsFileVersion is a version resource's fixed version and its company in
// the file's own language.
type WindowsFileVersion struct {
	Version string `json:"version"` // four numbers with dots
	Company string `json:"company,omitempty"`
}
