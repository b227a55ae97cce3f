package fingerprint_test

import (
	"testing"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// disk is one SATA disk sda with a partition sda1 and a serial number.
const disk = `
-- sys/devices/pci0000%3A00/0000%3A00%3A17.0/ata1/host0/target0/0/block/sda/dev --
8:0
-- sys/devices/pci0000%3A00/0000%3A00%3A17.0/ata1/host0/target0/0/block/sda/removable --
0
-- sys/devices/pci0000%3A00/0000%3A00%3A17.0/ata1/host0/target0/0/block/sda/device/vpd_pg80 @hex --
0080000e 5334534e 584e4e30 4d313131 3232
-- sys/devices/pci0000%3A00/0000%3A00%3A17.0/ata1/host0/target0/0/block/sda/device/model --
Samsung SSD 860
-- sys/devices/pci0000%3A00/0000%3A00%3A17.0/ata1/host0/target0/0/block/sda/sda1/dev --
8:1
-- sys/devices/pci0000%3A00/0000%3A00%3A17.0/ata1/host0/target0/0/block/sda/sda1/partition --
1
-- sys/dev/block/8%3A1 @link --
../../devices/pci0000:00/0000:00:17.0/ata1/host0/target0/0/block/sda/sda1
-- sys/class/block/sda1 @link --
../../devices/pci0000:00/0000:00:17.0/ata1/host0/target0/0/block/sda/sda1
-- sys/block/sda @link --
../devices/pci0000:00/0000:00:17.0/ata1/host0/target0/0/block/sda
`

const serial = "s4snxnn0m11122"

func TestBootDiskOfManyRoots(t *testing.T) {
	for name, c := range map[string]struct {
		files  string
		state  fingerprint.State
		reason string
	}{
		"partition":           {disk + mounts("30 1 8:1 / / rw - ext4 /dev/sda1 rw"), fingerprint.Present, ""},
		"btrfs by its source": {disk + mounts("30 1 0:25 /@ / rw - btrfs /dev/sda1 rw"), fingerprint.Present, ""},
		"btrfs by its list": {disk + "-- sys/fs/btrfs/b6a1d2c4-5f83-4e0a-9c77-21f0e8d94b35/devices/sda1 @dir --\n" +
			mounts("30 1 0:25 /@ / rw - btrfs /dev/sda1 rw"), fingerprint.Present, ""},
		"layers over a disk": {disk + mounts("30 1 0:30 / / rw - overlay overlay rw,lowerdir=/run/img,upperdir=/sysroot/up\n31 30 8:1 / /sysroot rw - ext4 /dev/sda1 rw"), fingerprint.Present, ""},
		"image based":        {disk + mounts("30 1 0:30 / / ro - overlay composefs ro\n31 30 8:1 / /sysroot rw - xfs /dev/sda1 rw"), fingerprint.Present, ""},
		"layers only":        {disk + mounts("30 1 0:30 / / rw - overlay overlay rw,upperdir=/x"), fingerprint.Unreadable, "layered-root"},
		"memory":             {mounts("30 1 0:30 / / rw - tmpfs tmpfs rw"), fingerprint.Unreadable, "root-in-memory"},
		"network":            {mounts("30 1 0:30 / / rw - nfs4 host:/x rw"), fingerprint.Unreadable, "root-on-network"},
		"zfs":                {mounts("30 1 0:30 / / rw - zfs rpool/root rw"), fingerprint.Unreadable, "root-on-pool"},
		"chroot":             {mounts("31 30 0:5 / /proc rw - proc proc rw"), fingerprint.Unreadable, "no-root-mount"},
		"hidden":             {mounts("30 1 8:1 / / rw - ext4 /dev/sda1 rw"), fingerprint.Unreadable, "no-device"},
		"on a stick":         {usbDisk + mounts("30 1 8:32 / / rw - ext4 /dev/sdc rw"), fingerprint.Absent, "removable-root"},
	} {
		got := only(t, read(t, tree(t, c.files)), "boot-disk")
		if got.State != c.state || got.Reason != c.reason || got.State == fingerprint.Present && got.Value != serial {
			t.Errorf("%s: %s %s %q", name, got.State, got.Reason, got.Value)
		}
	}
}

const usbDisk = `
-- sys/devices/pci0000%3A00/0000%3A00%3A14.0/usb2/2-1/host4/block/sdc/dev --
8:32
-- sys/devices/pci0000%3A00/0000%3A00%3A14.0/usb2/2-1/host4/block/sdc/device/serial --
ABC123XYZ
-- sys/dev/block/8%3A32 @link --
../../devices/pci0000:00/0000:00:14.0/usb2/2-1/host4/block/sdc
`

func mounts(lines string) string { return "-- proc/self/mountinfo --\n" + lines + "\n" }

func TestRootFileSystem(t *testing.T) {
	const mounted = "30 1 8:1 / / rw - ext4 /dev/sda1 rw"
	for name, c := range map[string]struct{ files, value string }{
		"udev":         {"-- run/udev/data/b8%3A1 --\nE:ID_FS_UUID=B6A1D2C4-5F83\n", "b6a1d2c4-5f83"},
		"command line": {"-- proc/cmdline --\nroot=UUID=19f7c0ae-83d5 ro\n", "19f7c0ae-83d5"},
		"nobody tells": {"", ""},
	} {
		got := only(t, read(t, tree(t, disk+mounts(mounted)+c.files)), "root-fs")
		if got.Value != c.value || (c.value == "") != (got.Reason == "not-told") {
			t.Errorf("%s: %q %s", name, got.Value, got.Reason)
		}
	}
	b := only(t, read(t, tree(t, disk+"-- sys/fs/btrfs/b6a1d2c4-5f83-4e0a-9c77-21f0e8d94b35/devices/sda1 @dir --\n"+
		mounts("30 1 0:25 /@ / rw - btrfs /dev/sda1 rw"))), "root-fs")
	if b.Value != "b6a1d2c4-5f83-4e0a-9c77-21f0e8d94b35" {
		t.Errorf("btrfs: %q %s", b.Value, b.Reason)
	}
}

func TestStackedDevicesEnd(t *testing.T) {
	const round = `
-- sys/devices/virtual/block/dm-0/dev --
254:0
-- sys/devices/virtual/block/dm-0/slaves/dm-1 @link --
../../dm-1
-- sys/devices/virtual/block/dm-1/slaves/dm-0 @link --
../../dm-0
-- sys/dev/block/254%3A0 @link --
../../devices/virtual/block/dm-0
`
	got := only(t, read(t, tree(t, round+mounts("30 1 254:0 / / rw - ext4 /dev/dm-0 rw"))), "boot-disk")
	if got.Reason != "no-device" {
		t.Errorf("%s %s", got.State, got.Reason)
	}
}

func TestInstallID(t *testing.T) {
	const good = "5f0c8b7e3a924d61b2e47c09d8a1f365"
	for name, c := range map[string]struct {
		files  string
		state  fingerprint.State
		reason string
	}{
		"systemd":       {"-- etc/machine-id --\n" + good + "\n", fingerprint.Present, ""},
		"D-Bus":         {"-- var/lib/dbus/machine-id --\n" + good + "\n", fingerprint.Present, ""},
		"empty, D-Bus":  {"-- etc/machine-id --\n-- var/lib/dbus/machine-id --\n" + good + "\n", fingerprint.Present, ""},
		"uninitialized": {"-- etc/machine-id --\nuninitialized\n", fingerprint.Placeholder, "not-an-id"},
		"with dashes":   {"-- etc/machine-id --\n5f0c8b7e-3a92-4d61-b2e4-7c09d8a1f365\n", fingerprint.Placeholder, "not-an-id"},
		"zeros":         {"-- etc/machine-id --\n00000000000000000000000000000000\n", fingerprint.Placeholder, "placeholder"},
		"closed":        {"-- etc/machine-id @closed --\n" + good + "\n", fingerprint.Unreadable, "needs-rights"},
		"none":          {"-- etc/x --\n", fingerprint.Absent, "not-there"},
		"for one start": {"-- etc/machine-id --\n" + good + "\n" + mounts("99 30 0:24 / /etc/machine-id ro - tmpfs tmpfs ro"), fingerprint.Placeholder, "changes-at-start"},
	} {
		got := only(t, read(t, tree(t, c.files)), "install-id")
		if got.State != c.state || got.Reason != c.reason || got.State == fingerprint.Present && got.Value != good {
			t.Errorf("%s: %s %s", name, got.State, got.Reason)
		}
	}
}

func TestHypervisors(t *testing.T) {
	const id = "-- sys/class/dmi/id/"
	for name, c := range map[string]struct{ files, want string }{
		"Hyper-V":          {id + "sys_vendor --\nMicrosoft Corporation\n" + id + "product_name --\nVirtual Machine\n", "hyper-v"},
		"a Surface":        {id + "sys_vendor --\nMicrosoft Corporation\n" + id + "product_name --\nSurface Laptop 4\n", ""},
		"VMware":           {id + "sys_vendor --\nVMware, Inc.\n" + id + "product_name --\nVMware7,1\n", "vmware"},
		"VirtualBox":       {id + "sys_vendor --\ninnotek GmbH\n" + id + "product_name --\nVirtualBox\n", "virtualbox"},
		"EC2":              {id + "sys_vendor --\nAmazon EC2\n" + id + "product_name --\nm5.large\n", "amazon"},
		"EC2 bare metal":   {id + "sys_vendor --\nAmazon EC2\n" + id + "product_name --\nm5.metal\n", ""},
		"Xen guest":        {"-- sys/hypervisor/type --\nxen\n", "xen"},
		"Xen host":         {"-- sys/hypervisor/type --\nxen\n-- proc/xen/capabilities --\ncontrol_d\n", ""},
		"WSL":              {"-- proc/sys/kernel/osrelease --\n5.15.90.1-microsoft-standard-WSL2\n", "wsl"},
		"no firmware":      {"-- proc/cpuinfo --\nflags\t: fpu hypervisor sse\n", "unnamed"},
		"nothing of it":    {"-- proc/cpuinfo --\nflags\t: fpu sse nohypervisor\n", ""},
		"a Dell with bits": {id + "sys_vendor --\nDell Inc.\n-- proc/cpuinfo --\nflags\t: fpu sse\n", ""},
	} {
		if got := only(t, read(t, tree(t, c.files)), "hypervisor"); got.Value != c.want {
			t.Errorf("%s: %q, want %q", name, got.Value, c.want)
		}
	}
}

func TestOtherPlacesOfTheSameFacts(t *testing.T) {
	for name, c := range map[string]struct{ files, kind, value string }{
		"ARM model":  {"-- proc/device-tree/model --\nRaspberry Pi 4 Model B Rev 1.4\n", "system-model", "raspberry pi 4 model b rev 1.4"},
		"ARM cpu":    {"-- proc/cpuinfo --\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: 0xd08\n", "cpu", "0x41/8/0x0/0xd08"},
		"meminfo":    {"-- proc/meminfo --\nMemTotal:        3884360 kB\n", "memory", "4294967296"},
		"pacman":     {"-- var/lib/pacman/local/zlib-1:1.3.1-1/desc --\nx\n", "package", "zlib 1:1.3.1-1"},
		"release":    {"-- etc/os-release --\nID=arch\nNAME=\"Arch Linux\"\n", "os-release", "arch"},
		"secure off": {"-- sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c @hex --\n0600000000\n", "secure-boot", "off"},
		"old TPM":    {"-- sys/class/tpm/tpm0/device/caps --\nx\n", "tpm", "tpm 1"},
		"platform display": {"-- sys/devices/platform/gpu/modalias --\nof:NgpuT(null)Cbrcm,bcm2711-vc5\n-- sys/class/drm/card0/device @link --\n" +
			"../../../devices/platform/gpu\n", "gpu", "of:ngput(null)cbrcm,bcm2711-vc5"},
	} {
		if got := only(t, read(t, tree(t, c.files)), c.kind); got.Value != c.value {
			t.Errorf("%s: %q (%s %s), want %q", name, got.Value, got.State, got.Reason, c.value)
		}
	}
}
