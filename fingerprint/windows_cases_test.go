package fingerprint_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// reg is a computer of a registry and a few answers.
func reg(keys string, files ...string) string {
	return "-- registry.reg --\nWindows Registry Editor Version 5.00\n\n" + keys + "\n" + strings.Join(files, "")
}

const (
	onDisk  = `{"number":%d,"bus":%d,"product":"Disk","serial":"%s","id":"%s"%s}`
	volume0 = "-- volume.json --\n{\"serial\":305419896,\"disks\":[0]}\n"
)

func disksFile(list ...string) string {
	return "-- disks.json --\n[" + strings.Join(list, ",") + "]\n"
}

// TestWindowsBootDisks: which disks count as boot-disk and which among disk.
func TestWindowsBootDisks(t *testing.T) {
	d := func(number, bus int, serial, id, more string) string {
		return fmt.Sprintf(onDisk, number, bus, serial, id, more)
	}
	const good, wwn = "WD-WX52A81K7J0X", "50014ee2b1c3d4e5"
	for name, c := range map[string]struct{ files, boot, disks string }{
		"serial":         {volume0 + disksFile(d(0, 11, good, wwn, "")), "wd-wx52a81k7j0x", "wd-wx52a81k7j0x"},
		"padded, dotted": {volume0 + disksFile(d(0, 17, "  S4EWNX0M123456_. ", wwn, "")), "s4ewnx0m123456", "s4ewnx0m123456"},
		"no serial":      {volume0 + disksFile(d(0, 11, "", wwn, "")), wwn, wwn},
		"filler":         {volume0 + disksFile(d(0, 11, "0000000000000000", "", "")), "placeholder: placeholder", "placeholder: placeholder"},
		"nothing":        {volume0 + disksFile(d(0, 11, "", "", "")), "unreadable: not-told", "unreadable: not-told"},
		"array's name":   {volume0 + disksFile(d(0, 8, "Volume1", wwn, "")), wwn, wwn},
		"array's own":    {volume0 + disksFile(d(0, 8, "S4EWNX0M123456", wwn, "")), "s4ewnx0m123456", "s4ewnx0m123456"},
		"two of a span": {
			"-- volume.json --\n{\"serial\":1,\"disks\":[1,0]}\n" + disksFile(d(1, 11, "ZFN1234X", "", ""), d(0, 11, good, "", "")),
			"wd-wx52a81k7j0x, zfn1234x", "wd-wx52a81k7j0x|zfn1234x",
		},
		"one of a span hidden": {"-- volume.json --\n{\"serial\":1,\"disks\":[1,0]}\n" + disksFile(d(0, 11, good, "", "")), "unreadable: no-device", "wd-wx52a81k7j0x"},
		"on a stick":           {volume0 + disksFile(d(0, 7, good, "", "")), "absent: removable-root", "absent: not-there"},
		"in a file":            {volume0 + disksFile(d(0, 15, good, wwn, "")), "unreadable: no-device", "absent: not-there"},
		"another number":       {"-- volume.json --\n{\"serial\":1,\"disks\":[9]}\n" + disksFile(d(0, 11, good, "", "")), "unreadable: no-device", "wd-wx52a81k7j0x"},
		"exchangeable port":    {volume0 + disksFile(d(0, 11, good, "", `,"hotplug":true`), d(1, 11, "ZFN1234X", "", `,"hotplug":true`)), "wd-wx52a81k7j0x", "wd-wx52a81k7j0x"},
		"memory card":          {volume0 + disksFile(d(0, 11, good, "", ""), d(1, 12, "3a2b91c0", "", `,"removable":true`)), "wd-wx52a81k7j0x", "wd-wx52a81k7j0x"},
		"no volume":            {disksFile(d(0, 11, good, "", "")), "absent: not-there", "wd-wx52a81k7j0x"},
		"no disks":             {volume0, "absent: not-there", "absent: not-there"},
	} {
		s := read(t, tree(t, reg("", c.files)))
		if boot, disks := shown(s, "boot-disk"), shown(s, "disk"); boot != c.boot || disks != c.disks {
			t.Errorf("%s: boot-disk %q, disk %q", name, boot, disks)
		}
	}
}

// TestWindowsHypervisors: a hypervisor under Windows makes a virtual computer,
// one beside it does not.
func TestWindowsHypervisors(t *testing.T) {
	const bios = `[HKEY_LOCAL_MACHINE\HARDWARE\DESCRIPTION\System\BIOS]` + "\n"
	maker := func(maker, product string) string {
		return fmt.Sprintf("%s\"SystemManufacturer\"=%q\n\"SystemProductName\"=%q\n", bios, maker, product)
	}
	for name, c := range map[string]struct{ keys, want string }{
		"Hyper-V":       {maker("Microsoft Corporation", "Virtual Machine"), "hyper-v"},
		"a Surface":     {maker("Microsoft Corporation", "Surface Laptop 4"), "absent: physical"},
		"VMware":        {maker("VMware, Inc.", "VMware20,1"), "vmware"},
		"VirtualBox":    {maker("innotek GmbH", "VirtualBox"), "virtualbox"},
		"QEMU":          {maker("QEMU", "Standard PC (Q35 + ICH9, 2009)"), "kvm"},
		"EC2":           {maker("Amazon EC2", "m5.large"), "amazon"},
		"EC2 metal":     {maker("Amazon EC2", "m5.metal"), "absent: physical"},
		"Parallels":     {maker("Parallels International GmbH.", "Parallels Virtual Platform"), "parallels"},
		"a guest's key": {maker("ACME", "Box") + `[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Virtual Machine\Guest\Parameters]` + "\n\"VirtualMachineId\"=\"2B9F61C7-E043-4A85-90D1-7C3E8F25A6D0\"\n", "hyper-v"},
		"a host's keys": {maker("ACME", "Box") + `[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization]` + "\n\"x\"=\"y\"\n", "absent: physical"},
		"nothing told":  {"", "absent: not-there"},
	} {
		if got := shown(read(t, tree(t, reg(c.keys))), "hypervisor"); got != c.want {
			t.Errorf("%s: hypervisor %q, want %q", name, got, c.want)
		}
	}
}

// TestWindowsForeignDrivers: which kernel services are a module of somebody else.
func TestWindowsForeignDrivers(t *testing.T) {
	const root = `[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion]` + "\n" + `"SystemRoot"="C:\\Windows"` + "\n"
	service := func(name, kind, more string) string {
		return root + `[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\` + name + "]\n\"Type\"=dword:" + kind + "\n" + more
	}
	image := func(p string) string { return `"ImagePath"="` + strings.ReplaceAll(p, `\`, `\\`) + "\"\n" }
	const oem, own = "\"Owners\"=hex(7):6f,00,65,00,6d,00,33,00,2e,00,69,00,6e,00,66,00,00,00,00,00\n", "\"Owners\"=hex(7):61,00,2e,00,69,00,6e,00,66,00,00,00,00,00\n"
	file := func(path, company string) string {
		return "-- system.json --\n{\"files\":{\"" + strings.ReplaceAll(path, `\`, `\\`) + "\":{\"version\":\"1.2.3.4\",\"company\":\"" + company + "\"}}}\n"
	}
	const in = `C:\Windows\System32\drivers\x.sys`
	for name, c := range map[string]struct{ keys, files, want string }{
		"installed by somebody":      {service("x", "00000001", image(`\SystemRoot\System32\drivers\x.sys`)+oem), file(in, "Microsoft Corporation"), "x 1.2.3.4"},
		"installed by Windows":       {service("x", "00000001", image(`\SystemRoot\System32\drivers\x.sys`)+own), file(in, "ACME"), "absent: not-there"},
		"known name":                 {service("Ntfs", "00000002", ""), file(in, "ACME"), "absent: not-there"},
		"known name, another folder": {service("Ntfs", "00000002", image(`\??\C:\Temp\ntfs.sys`)), file(`C:\Temp\ntfs.sys`, "ACME"), "ntfs 1.2.3.4"},
		"Microsoft's file":           {service("x", "00000001", image(`System32\drivers\x.sys`)), file(in, "Microsoft Corporation"), "absent: not-there"},
		"somebody's file":            {service("x", "00000001", image(`%SystemRoot%\System32\drivers\x.sys`)), file(in, "ACME"), "x 1.2.3.4"},
		"no path":                    {service("x", "00000001", ""), file(in, "ACME"), "x 1.2.3.4"},
		"no file":                    {service("x", "00000001", image(`\??\C:\gone.sys`)), "", "x"},
		"a name with blanks":         {service("My Driver", "00000001", image(`\??\C:\a b.sys`)), file(`C:\a b.sys`, "ACME"), "my-driver 1.2.3.4"},
		"a new name at each start":   {service("klnw7f31c09e", "00000001", image(`\??\C:\g.sys`)), file(`C:\g.sys`, "ACME"), "klnw* 1.2.3.4"},
		"no driver":                  {service("x", "00000010", image(`C:\x.exe`)), file(`C:\x.exe`, "ACME"), "absent: not-there"},
		"an adapter":                 {service("x", "00000004", ""), "", "absent: not-there"},
		"a type of another form":     {root + `[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\x]` + "\n\"Type\"=\"1\"\n", "", "absent: not-there"},
	} {
		if got := shown(read(t, tree(t, reg(c.keys, c.files))), "module"); got != c.want {
			t.Errorf("%s: module %q, want %q", name, got, c.want)
		}
	}
}

// TestWindowsInstallID: what stands in MachineGuid and is none.
func TestWindowsInstallID(t *testing.T) {
	for name, c := range map[string]struct{ value, want string }{
		"good":     {`"3F7A91C4-0B52-4D86-AE13-9C40F2D7B685"`, "3f7a91c4-0b52-4d86-ae13-9c40f2d7b685"},
		"braces":   {`"{3f7a91c4-0b52-4d86-ae13-9c40f2d7b685}"`, "3f7a91c4-0b52-4d86-ae13-9c40f2d7b685"},
		"empty":    {`""`, "absent: not-there"},
		"a number": {"dword:00000001", "absent: not-there"},
		"a word":   {`"uninitialized"`, "placeholder: not-an-id"},
		"zeros":    {`"00000000-0000-0000-0000-000000000000"`, "placeholder: placeholder"},
	} {
		keys := `[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Cryptography]` + "\n\"MachineGuid\"=" + c.value + "\n"
		if got := shown(read(t, tree(t, reg(keys))), "install-id"); got != c.want {
			t.Errorf("%s: install-id %q, want %q", name, got, c.want)
		}
	}
}

// TestWindowsReleases: names that people know, from numbers.
func TestWindowsReleases(t *testing.T) {
	for want, values := range map[string]string{
		"Windows 11 23H2 Professional":           `"CurrentBuild"="22631"|"DisplayVersion"="23H2"|"EditionID"="Professional"|"InstallationType"="Client"`,
		"Windows 10 1909 Core":                   `"CurrentBuild"="18363"|"ReleaseId"="1909"|"EditionID"="Core"|"InstallationType"="Client"`,
		"Windows Server 21H2 ServerStandard":     `"CurrentBuild"="20348"|"DisplayVersion"="21H2"|"EditionID"="ServerStandard"|"InstallationType"="Server"`,
		"Windows Server Core 24H2 ServerTurbine": `"CurrentBuild"="26100"|"DisplayVersion"="24H2"|"EditionID"="ServerTurbine"|"InstallationType"="Server Core"`,
	} {
		keys := `[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion]` + "\n" + strings.ReplaceAll(values, "|", "\n") + "\n"
		if got := only(t, read(t, tree(t, reg(keys))), "os-release"); got.Label != want {
			t.Errorf("os-release %q (%s), want %q", got.Label, got.Reason, want)
		}
	}
}

// faulty is a Windows computer whose calls fail in some way.
type faulty struct {
	fingerprint.Source
	fingerprint.Windows
	err error
}

func (f faulty) FirmwareTable() ([]byte, error) { return nil, f.err }

func (f faulty) Disks(int) ([]fingerprint.WindowsDisk, error) { return nil, f.err }

func (f faulty) Adapters(int) ([]fingerprint.WindowsAdapter, error) { return nil, f.err }

func (f faulty) Devices(string, int) ([]fingerprint.WindowsDevice, error) { return nil, f.err }

// TestWindowsFailingCalls: a call that fails leaves its kinds without a value
// and says why; what other calls tell is read all the same.
func TestWindowsFailingCalls(t *testing.T) {
	src := sample(t, "windows-laptop", "")
	kinds := []string{"system-uuid", "firmware", "memory-module", "boot-disk", "disk", "network-card", "pci", "gpu", "gpu-driver"}
	for want, err := range map[string]error{
		"unreadable: not-told":  fingerprint.ErrUnsupported,
		"unreadable: too-large": fingerprint.ErrTooLarge,
		"error: read-error":     errors.New("a device attached to the system is not functioning"),
	} {
		s := read(t, faulty{src, src.(fingerprint.Windows), err})
		checkComplete(t, want, s)
		for _, c := range s.Components {
			if slices.Contains(kinds, c.Kind) && fmt.Sprintf("%s: %s", c.State, c.Reason) != want {
				t.Errorf("%s: %s, %s; want %s", c.Kind, c.State, c.Reason, want)
			}
		}
		if shown(s, "hypervisor") != "absent: physical" || shown(s, "memory") != "17179869184" || len(s.Of("package")) < 5 {
			t.Errorf("hypervisor %s, memory %s, %d programs", shown(s, "hypervisor"), shown(s, "memory"), len(s.Of("package")))
		}
	}
}

func TestWindowsContainers(t *testing.T) {
	const key = `[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control]` + "\n"
	for value, want := range map[string]string{`"ContainerType"=dword:00000002`: "windows-container", `"x"=dword:00000002`: ""} {
		if got, in := fingerprint.Container(tree(t, reg(key+value+"\n"))); got != want || in != (want != "") {
			t.Errorf("%s: %q, want %q", value, got, want)
		}
	}
}
