package fingerprint_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"howett.net/plist"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

// macs are the recorded Macs.
func macs() []string {
	return slices.DeleteFunc(recorded.Names(), func(n string) bool { return !strings.HasPrefix(n, "mac-") })
}

// TestMacValues reads each kind of the two physical Macs: one with everything on
// its board, one with parts.
func TestMacValues(t *testing.T) {
	laptop, desktop := read(t, sample(t, "mac-laptop", "")), read(t, sample(t, "mac-desktop", ""))
	for _, c := range []struct{ kind, laptop, desktop string }{
		{"install-id", "b3f07d62-8c14-4e5a-a9d1-5f2e60c84b97", "8f9e0d1c-2b3a-4958-8776-655443322110"},
		{"system-uuid", "5c9e03b7-41d8-5f26-a37b-9d10e4f2c861", "2e8a5d17-c6f0-5b94-8d23-f17a0c9e6b42"},
		{"system-serial", "c7qx2l9nmd", "c02yd3v8jwdr"},
		{"board-serial", "absent not-there", "absent not-there"},
		{"boot-disk", "0ba01d4c40e1682f", "s3x4nb0k512097j"},
		{"network-card", "f02f4b18c35e", "acbc32d90b71 d0817ac41f06"},
		{"hypervisor", "absent physical", "absent physical"},
		{"root-fs", "7c1e9a40-52d3-4b8f-9e06-1a2b7c5d9e31", "3d4e5f60-7182-4394-a5b6-c7d8e9fa0b1c"},
		{"system-model", "apple inc. / macbookpro18,3", "apple inc. / imac19,1"},
		{"board-model", "apple inc. / j314s", "apple inc. / mac-aa95b1ddab278b95"},
		{"chassis-type", "10", "13"},
		{"firmware", "iboot-10151.121.1", "1968.140.7.0.0 / 04/12/2024"},
		{"boot-disk-model", "apple ssd ap0512r", "apple ssd sm0512l"},
		{"disk", "0ba01d4c40e1682f", "s3x4nb0k512097j wd-wcc6y4zj8n1k"},
		{"os-release", "macos 14.5", "macos 14.5"},
		{"kernel", "23f79", "23f79"},
		{"cpu", "apple m1 pro/8", "intel(r) core(tm) i5-8500 cpu @ 3.00ghz/6/158/10/6"},
		{"memory", "17179869184", "17179869184"},
		{"memory-module", "absent not-there", "0x80ad / hma851s6cjr6n-vk / 0x2c4d91a7 0x80ad / hma851s6cjr6n-vk / 0x2c4d91b3"},
		{"secure-boot", "on", "absent not-told"},
		{"tpm", "absent not-there", "absent not-there"},
		{"gpu", "apple m1 pro 14 cores", "pci:v00001002d000067dfsv0000106bsd0000018fbc03sc00i00 pci:v00008086d00003e98sv00008086sd00002212bc03sc80i00"},
		{"gpu-driver", "absent part-of-system", "absent part-of-system"},
		{"module", "com.crowdstrike.falcon.agent 7.15 180.02 com.highpoint-tech.kext.highpointrr 4.4.5", "org.virtualbox.kext.vboxdrv 7.0.18"},
		{"security-agent", "crowdstrike-falcon", "absent not-there"},
	} {
		if got := values(laptop, c.kind); got != c.laptop {
			t.Errorf("laptop, %s: %q, want %q", c.kind, got, c.laptop)
		}
		if got := values(desktop, c.kind); got != c.desktop {
			t.Errorf("desktop, %s: %q, want %q", c.kind, got, c.desktop)
		}
	}
	for kind, n := range map[string]int{"pci": 6, "package": 3} {
		if got := len(desktop.Of(kind)); got != n {
			t.Errorf("desktop: %d of %s, want %d", got, kind, n)
		}
	}
}

// values gives all values of a kind, or its state and reason.
func values(s fingerprint.Snapshot, kind string) string {
	var out []string
	for _, c := range s.Of(kind) {
		if c.State != fingerprint.Present {
			return string(c.State) + " " + c.Reason
		}
		out = append(out, c.Value)
	}
	return strings.Join(out, " ")
}

// TestMacStorageOnTheBoard: soldered storage says that it counts with the board,
// a disk that can be exchanged does not.
func TestMacStorageOnTheBoard(t *testing.T) {
	for name, from := range map[string]string{"mac-laptop": "system-uuid", "mac-desktop": ""} {
		if c := only(t, read(t, sample(t, name, "")), "boot-disk"); c.From != from {
			t.Errorf("%s: boot-disk comes from %q, want %q", name, c.From, from)
		}
	}
}

// TestMacVolatilePartsNeverCount: docks, adapters, VPNs and a private address
// leave no trace at all.
func TestMacVolatilePartsNeverCount(t *testing.T) {
	for _, c := range [][2]string{
		{"mac-laptop", "dock"},
		{"mac-laptop", "usb-network"},
		{"mac-laptop", "vpn"},
		{"mac-laptop", "private-wifi-address"},
		{"mac-desktop", "dock"},
	} {
		before, after := read(t, sample(t, c[0], "")), read(t, sample(t, c[0], c[1]))
		if !bytes.Equal(before.Canonical(), after.Canonical()) {
			t.Errorf("%s: %s counts: %s", c[0], c[1], differing(before, after))
		}
	}
}

func TestMacOnlyTheCauseCounts(t *testing.T) {
	for _, c := range []struct{ name, variant, kinds string }{
		{"mac-laptop", "os-update", "firmware kernel os-release package"},
		{"mac-laptop", "app-updates", "package"},
		{"mac-laptop", "reinstalled", "install-id root-fs"},
		{"mac-laptop", "board-swapped", "boot-disk disk install-id network-card root-fs system-serial system-uuid"},
		{"mac-laptop", "agent-removed", "module package security-agent"},
		{"mac-desktop", "os-update", "firmware kernel os-release"},
		{"mac-desktop", "memory-added", "memory memory-module"},
		{"mac-desktop", "disk-swapped", "boot-disk boot-disk-model disk install-id root-fs"},
		{"mac-desktop", "reinstalled", "install-id root-fs"},
		{"mac-desktop", "board-swapped", "network-card system-serial system-uuid"},
		{"mac-desktop", "disk-moved", "memory-module network-card system-serial system-uuid"},
		{"mac-vm", "memory-added", "cpu memory"},
		{"mac-vm", "cloned", "system-serial system-uuid"},
	} {
		got := differing(read(t, sample(t, c.name, "")), read(t, sample(t, c.name, c.variant)))
		if got != c.kinds {
			t.Errorf("%s, %s: %q differ, want %q", c.name, c.variant, got, c.kinds)
		}
	}
	// Every variant is in one of the two tests.
	n := 0
	for _, m := range macs() {
		n += len(recorded.Variants(m))
	}
	if n != 13+5 {
		t.Errorf("%d variants of Macs", n)
	}
}

// TestMacOrderNeverCounts reads the same Macs with every list of the registry
// the other way round.
func TestMacOrderNeverCounts(t *testing.T) {
	for _, name := range macs() {
		dir := t.TempDir()
		if err := recorded.UnpackVariant(name, "", dir); err != nil {
			t.Fatal(err)
		}
		want := read(t, open(t, dir)).Canonical()
		parts, err := filepath.Glob(filepath.Join(dir, "ioreg", "*.plist"))
		if err != nil || len(parts) < 5 {
			t.Fatalf("%d parts, %v", len(parts), err)
		}
		for _, p := range parts {
			b, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if _, err := plist.Unmarshal(b, &v); err != nil {
				t.Fatal(err)
			}
			turn(v)
			if b, err = plist.Marshal(v, plist.BinaryFormat); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(p, b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got := read(t, open(t, dir)).Canonical(); !bytes.Equal(got, want) {
			t.Errorf("%s: the order of the registry counts", name)
		}
	}
}

func turn(v any) {
	switch v := v.(type) {
	case []any:
		slices.Reverse(v)
		for _, x := range v {
			turn(x)
		}
	case map[string]any:
		for _, x := range v {
			turn(x)
		}
	}
}

// TestMacStates: what is broken or missing is a state, and only of the kinds
// that need it.
func TestMacStates(t *testing.T) {
	for _, c := range []struct{ change, kind, want string }{
		{"-- ioreg/IOPlatformExpertDevice.plist @gone --\n", "system-uuid", "unreadable not-told"},
		{"-- ioreg/IOPlatformExpertDevice.plist --\nnothing\n", "system-serial", "error not-understood"},
		{"-- ioreg/IOBlockStorageDevice.plist @gone --\n", "boot-disk", "unreadable no-device"},
		{"-- ioreg/IOBlockStorageDevice.plist @closed --\nx\n", "disk", "unreadable needs-rights"},
		{"-- ioreg/IOBlockStorageDevice.plist --\n<plist><array><string>x</string></array></plist>\n", "install-id", "error not-understood"},
		{"-- ioreg/IOEthernetController.plist @gone --\n-- ioreg/IOMACAddress.plist @gone --\n", "network-card", "absent not-there"},
		{"-- ioreg/IOPCIDevice.plist @gone --\n", "pci", "absent not-there"},
		{"-- ioreg/IODeviceTree.plist @gone --\n", "firmware", "absent not-told"},
		{"-- ioreg/IODeviceTree.plist @gone --\n", "secure-boot", "absent not-told"},
		{"-- sysctl.json --\n{}\n", "cpu", "absent not-there"},
		{"-- sysctl.json --\n{\"hw.memsize\": 0}\n", "memory", "error not-understood"},
		{"-- sysctl.json --\n{}\n", "kernel", "absent not-there"},
		{"-- sysctl.json --\n{}\n", "system-model", "apple inc. / macbookpro18,3"},
		{"-- System/Library/CoreServices/SystemVersion.plist --\n<plist><dict/></plist>\n", "os-release", "error not-understood"},
		{"-- mounts.json --\n{\"/\": \"/dev/disk9s1\"}\n", "root-fs", "unreadable no-device"},
		{"-- mounts.json --\n{\"/\": \"/dev/disk9s1\"}\n", "boot-disk-model", "unreadable no-device"},
		{"-- Library/SystemExtensions/db.plist --\nbroken\n", "module", "error not-understood"},
		{"-- Library/SystemExtensions/db.plist --\nbroken\n", "security-agent", "error not-understood"},
		{"-- Applications @gone --\n", "package", "absent not-there"},
	} {
		dir := t.TempDir()
		if err := recorded.UnpackVariant("mac-laptop", "", dir); err != nil {
			t.Fatal(err)
		}
		if err := recorded.Unpack([]byte(c.change), dir); err != nil {
			t.Fatal(err)
		}
		s := read(t, open(t, dir))
		checkComplete(t, c.change, s)
		if got := values(s, c.kind); got != c.want {
			t.Errorf("%q: %s is %q, want %q", c.change, c.kind, got, c.want)
		}
	}
}

// TestMacWithoutItsCalls: a source of files only, as a test's wrapper is, fails
// kind by kind and never as a whole.
func TestMacWithoutItsCalls(t *testing.T) {
	checkComplete(t, "files only", read(t, struct{ fingerprint.Source }{sample(t, "mac-laptop", "")}))
	src, err := recorded.Open(t.TempDir(), "darwin")
	if err != nil {
		t.Fatal(err)
	}
	checkComplete(t, "an empty Mac", read(t, src))
}

// TestMacIoregArguments keeps the exact words that ioreg is started with.
func TestMacIoregArguments(t *testing.T) {
	var got []string
	for _, q := range fingerprint.DarwinQueries() {
		got = append(got, strings.Join(q.Arguments(), " "))
	}
	want := []string{
		"-a -r -c IOPlatformExpertDevice -d 1", "-a -r -c IOBlockStorageDevice", "-a -r -c IOEthernetController -d 2", "-a -r -k IOMACAddress -d 2",
		"-a -r -c IOPCIDevice -d 1", "-a -r -c IOAccelerator -d 1", "-a -p IODeviceTree -l -d 3",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
