package story

import (
	"time"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// Snapshot is a computer as it was read, with one component of every kind.
func Snapshot() *fingerprint.Snapshot {
	c := func(class fingerprint.Class, kind, label, masked string) fingerprint.Component {
		return fingerprint.Component{Class: class, Kind: kind, State: fingerprint.Present, Label: label, Masked: masked}
	}
	none := func(class fingerprint.Class, kind string, state fingerprint.State, reason string) fingerprint.Component {
		return fingerprint.Component{Class: class, Kind: kind, State: state, Reason: reason}
	}
	return &fingerprint.Snapshot{Schema: 1, Platform: "linux", Took: 9 * time.Millisecond, Components: []fingerprint.Component{
		c(fingerprint.OS, "install-id", "", "4f••••••••c1"), c(fingerprint.OS, "kernel", "6.1.0-28-amd64", ""),
		c(fingerprint.OS, "os-release", "Debian GNU/Linux 12 (bookworm)", ""), c(fingerprint.OS, "root-fs", "", "9b••••••••07"),
		c(fingerprint.Firmware, "firmware", "LENOVO N3HET88W 1.62", ""), c(fingerprint.Firmware, "secure-boot", "on", ""),
		none(fingerprint.Hardware, "board-serial", fingerprint.Unreadable, "needs-rights"), c(fingerprint.Hardware, "board-model", "LENOVO 21CBCTO1WW", ""),
		c(fingerprint.Hardware, "boot-disk", "", "S6••••••••9T"), c(fingerprint.Hardware, "boot-disk-model", "Samsung SSD 980 1TB", ""),
		c(fingerprint.Hardware, "chassis-type", "notebook", ""), c(fingerprint.Hardware, "cpu", "12th Gen Intel(R) Core(TM) i7-1260P, 16 threads", ""),
		c(fingerprint.Hardware, "disk", "", "S6••••••••9T"), c(fingerprint.Hardware, "disk", "", "WD••••••••31"),
		c(fingerprint.Hardware, "gpu", "Intel Iris Xe Graphics", ""), none(fingerprint.Hardware, "hypervisor", fingerprint.Absent, "physical"),
		c(fingerprint.Hardware, "memory", "16 GB", ""), c(fingerprint.Hardware, "network-card", "", "a4••••••••5e"),
		c(fingerprint.Hardware, "pci", "8086:4641", ""), c(fingerprint.Hardware, "pci", "8086:51f0", ""), c(fingerprint.Hardware, "pci", "144d:a809", ""),
		c(fingerprint.Hardware, "pci", "8086:51c8", ""), c(fingerprint.Hardware, "pci", "8086:51e8", ""), c(fingerprint.Hardware, "pci", "8086:51a3", ""),
		c(fingerprint.Hardware, "system-model", "LENOVO ThinkPad X1 Carbon Gen 10", ""),
		none(fingerprint.Hardware, "system-serial", fingerprint.Placeholder, "placeholder"), c(fingerprint.Hardware, "system-uuid", "", "3c••••••••f8"),
		c(fingerprint.Hardware, "tpm", "2.0, INTC", ""),
		c(fingerprint.Driver, "gpu-driver", "i915", ""), none(fingerprint.Driver, "module", fingerprint.Absent, "not-there"),
		c(fingerprint.SysApp, "package", "grub-efi-amd64 2.06-13", ""), c(fingerprint.SysApp, "package", "systemd 252.30-1", ""),
	}}
}

// reportText is a report as the client makes it.
const reportText = `holdfast: 0.1.0
time: 2026-11-22T13:12:18Z
state: activated
server: reachable
keystore: secret-service
checked: 2026-11-22T09:41:00Z
certificate: balanced until 2026-12-22T09:41:00Z
binding: boot-disk install-id system-uuid, slots 1
platform: linux, schema 1, read in 9 ms, partial false
read: firmware firmware present × 1
read: hardware board-serial unreadable needs-rights × 1
read: hardware disk present × 2`
