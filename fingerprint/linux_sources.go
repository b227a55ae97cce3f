package fingerprint

// linuxSources say where the Linux reader looks, kind by kind. Measured are those
// that the computers of the tests have.
var linuxSources = []SourceInfo{
	{"install-id", `/etc/machine-id, else /var/lib/dbus/machine-id`, "any user", Measured, []string{"TestLiveKinds", "TestInstallID", "TestOnlyTheCauseCounts"}},
	{"system-uuid", `the root service's tag in /run/holdfast/tags.json, else /sys/class/dmi/id/product_uuid`, "any user with tags, else root", RecordedOnly, []string{"TestOnlyTheCauseCounts"}},
	{"system-serial", `the tag, else /sys/class/dmi/id/product_serial`, "any user with tags, else root", RecordedOnly, []string{"TestOnlyTheCauseCounts"}},
	{"board-serial", `the tag, else /sys/class/dmi/id/board_serial`, "any user with tags, else root", RecordedOnly, []string{"TestOnlyTheCauseCounts"}},
	{"boot-disk", `the disk under / (/proc/self/mountinfo, /sys): serial, wwid, vpd_pg80, cid, else udev`, "any user", Measured, []string{"TestLiveKinds", "TestOnlyTheCauseCounts", "TestBootDiskOfManyRoots"}},
	{"network-card", `netlink IFLA_PERM_ADDRESS, else sysfs address with addr_assign_type 0; cards on internal buses`, "any user", Measured, []string{"TestLiveKinds", "TestNetworkNamespaces", "TestOnlyTheCauseCounts"}},
	{"hypervisor", `/sys/hypervisor/type, maker and product names, the processor flag`, "any user", Measured, []string{"TestLiveKinds", "TestHypervisors"}},
	{"root-fs", `udev's ID_FS_UUID of the device under /, /sys/fs/btrfs, else root=UUID= of /proc/cmdline`, "any user", RecordedOnly, []string{"TestRootFileSystem", "TestOnlyTheCauseCounts"}},
	{"system-model", `/sys/class/dmi/id/{sys_vendor,product_name,product_sku}, /proc/device-tree/model`, "any user", RecordedOnly, []string{"TestOtherPlacesOfTheSameFacts"}},
	{"board-model", `/sys/class/dmi/id/{board_vendor,board_name}`, "any user", RecordedOnly, []string{"TestLinuxModels"}},
	{"chassis-type", `/sys/class/dmi/id/chassis_type`, "any user", RecordedOnly, []string{"TestLinuxModels"}},
	{"firmware", `/sys/class/dmi/id/bios_{vendor,version,date}`, "any user", RecordedOnly, []string{"TestOnlyTheCauseCounts"}},
	{"boot-disk-model", `the model file of the disk under /`, "any user", RecordedOnly, []string{"TestOnlyTheCauseCounts"}},
	{"disk", `/sys/block: fixed disks inside the computer`, "any user", Measured, []string{"TestLiveKinds", "TestOnlyTheCauseCounts"}},
	{"os-release", `/etc/os-release, else /usr/lib/os-release`, "any user", Measured, []string{"TestLiveKinds"}},
	{"kernel", `/proc/sys/kernel/osrelease`, "any user", Measured, []string{"TestLiveKinds", "TestOnlyTheCauseCounts"}},
	{"cpu", `/proc/cpuinfo, the first processor`, "any user", Measured, []string{"TestLiveKinds"}},
	{"memory", `/sys/devices/system/memory, else MemTotal of /proc/meminfo`, "any user", Measured, []string{"TestLiveKinds", "TestOnlyTheCauseCounts"}},
	{"memory-module", `the tags, else /sys/firmware/dmi/tables/DMI, type 17`, "any user with tags, else root", RecordedOnly, []string{"TestLinuxModels"}},
	{"secure-boot", `the UEFI variable SecureBoot in /sys/firmware/efi/efivars`, "any user", RecordedOnly, []string{"TestLinuxModels"}},
	{"tpm", `/sys/class/tpm/tpm0`, "any user", RecordedOnly, []string{"TestLinuxModels"}},
	{"gpu", `modalias of PCI display devices, else /sys/class/drm`, "any user", RecordedOnly, []string{"TestLinuxModels"}},
	{"pci", `modalias of /sys/bus/pci/devices, without what is behind removable ports`, "any user", Measured, []string{"TestLiveKinds"}},
	{"gpu-driver", `the driver link of graphics devices, /sys/module/NAME/version`, "any user", RecordedOnly, []string{"TestOnlyTheCauseCounts"}},
	{"module", `lines of /proc/modules marked out of tree, /sys/module/NAME/{version,srcversion}`, "any user", RecordedOnly, []string{"TestOnlyTheCauseCounts", "TestHundredThousandModules"}},
	{"package", `/var/lib/dpkg/status, else the names in /var/lib/pacman/local`, "any user", Measured, []string{"TestLiveKinds", "TestOnlyTheCauseCounts"}},
	{"security-agent", `the packages, against the list of the rules`, "any user", RecordedOnly, []string{"TestLinuxModels"}},
}
