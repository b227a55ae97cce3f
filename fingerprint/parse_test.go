package fingerprint

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestReleaseFields(t *testing.T) {
	f := releaseFields([]byte("# c\nID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='It\\'s \"x\"'\nNAME=\"a \\\"b\\\" \\$c\"\nbroken\n=x\nNAME2=\"un\n"))
	for k, want := range map[string]string{"ID": "debian", "VERSION_ID": "12", "NAME": `a "b" $c`, "NAME2": `"un`} {
		if f[k] != want {
			t.Errorf("%s = %q, want %q", k, f[k], want)
		}
	}
}

func TestParseMounts(t *testing.T) {
	list := parseMounts([]byte("30 1 254:0 / / rw,relatime shared:1 - ext4 /dev/mapper/a\\040b rw,errors=x\n" +
		"31 30 0:40 /@ /mnt/with\\040blank rw master:1 propagate_from:2 - btrfs /dev/sda2 rw\nbroken line\n\n1 2 3 - x\n"))
	want := []mount{
		{"254:0", "/", "/", "ext4", "/dev/mapper/a b", "rw,errors=x"},
		{"0:40", "/@", "/mnt/with blank", "btrfs", "/dev/sda2", "rw"},
	}
	if !reflect.DeepEqual(list, want) {
		t.Errorf("%+v", list)
	}
}

func TestParseDpkg(t *testing.T) {
	got := parseDpkg([]byte("Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:2-3\nDescription: x\n Package: not\n\n" +
		"Package: gone\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 1\n\n" +
		"Package: half\nStatus: install ok half-installed\nVersion: 1\n\n" +
		"Package: held\nStatus: hold ok installed\nArchitecture: all\nVersion: 9\n\nStatus: install ok installed\nVersion: 1\n\n" +
		"Package: last\nStatus: install ok installed\nArchitecture: i386\nVersion: 7"))
	if want := []string{"a:amd64 1:2-3", "held:all 9", "last:i386 7"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestPacmanPackage(t *testing.T) {
	for dir, want := range map[string]string{"linux-6.8.1.arch1-1": "linux 6.8.1.arch1-1", "xorg-server-common-21.1.11-1": "xorg-server-common 21.1.11-1"} {
		name, version, ok := pacmanPackage(dir)
		if !ok || packageName(name, "", version) != want {
			t.Errorf("%s: %q %q %v", dir, name, version, ok)
		}
	}
	for _, dir := range []string{"", "ALPM_DB_VERSION", "-1", "a-1", "--"} {
		if _, _, ok := pacmanPackage(dir); ok {
			t.Errorf("%q is no package", dir)
		}
	}
}

func TestForeignModules(t *testing.T) {
	got := foreignModules([]byte("ext4 1130496 1 - Live 0x0000000000000000\nnvidia 56823808 10 nvidia_modeset, Live 0x0 (POE)\n" +
		"staging 1 0 - Live 0x0 (C)\nvbox 1 0 - Live 0x0 (OE)\n../../etc 1 0 - Live 0x0 (O)\nbroken (O)\nvbox 1 0 - Live 0x0 (OE)\n"))
	if want := []string{"nvidia", "vbox"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestSerialOfPage(t *testing.T) {
	for in, want := range map[string]string{
		"\x00\x80\x00\x14      S45PNA0M710243": "S45PNA0M710243", "\x00\x80\x00\x04abcdEF": "abcd",
		"\x00\x80\xff\xffabcd": "abcd", "\x00\x83\x00\x04abcd": "", "": "", "\x00\x80\x00\x00": "",
	} {
		if got := serialOfPage([]byte(in)); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestParsePCI(t *testing.T) {
	d, ok := parsePCI("pci:v000010DEd00001F97sv00001028sd000009A1bc03sc02i00")
	if !ok || d.vendor != "10de" || d.device != "1f97" || d.class != "03" {
		t.Errorf("%+v %v", d, ok)
	}
	for _, s := range []string{"", "pci:v", "usb:v1d6Bp0002", "pci:v000010DEx00001F97sv"} {
		if _, ok := parsePCI(s); ok {
			t.Errorf("%q was read as PCI", s)
		}
	}
}

func TestPlausibleMemory(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		n    uint64 // MiB
		up   bool
		want uint64 // MiB
	}{
		{16384, false, 16384},
		{16384 + 128, false, 16384},
		{16384 + 256, false, 16384},
		{24576, false, 24576},
		{3924, true, 4096},
		{7820, true, 8192},
		{15680, true, 16384},
		{15200, true, 16384},
		{31900, true, 32768},
		{1900, true, 2048},
		{20200, true, 20480},
		{512, true, 512},
	} {
		if got := plausibleMemory(c.n*mib, c.up); got != c.want*mib {
			t.Errorf("%d MiB (up %v): %d, want %d", c.n, c.up, got/mib, c.want)
		}
	}
	// Different kernels keep different amounts for themselves.
	for _, kib := range []uint64{16182340, 16190112, 16257204, 15998000} {
		if got := plausibleMemory(kib<<10, true); got != 16<<30 {
			t.Errorf("%d kB became %d", kib, got)
		}
	}
	if memoryLabel(16<<30) != "16 GB" || memoryLabel(512<<20) != "512 MB" || memoryLabel(3<<29) != "1.5 GB" {
		t.Error("labels of sizes")
	}
}

func TestUdevAndCPUFields(t *testing.T) {
	f := udevFields([]byte("S:disk/by-id/x\nE:ID_FS_UUID=b6a1\nE:EMPTY=\nE:broken\nI:123\n"))
	if f["ID_FS_UUID"] != "b6a1" || len(f) != 3 {
		t.Errorf("%v", f)
	}
	c := cpuFields([]byte("processor\t: 0\nmodel name\t: A: B\n\nprocessor\t: 1\nmodel name\t: C\nno colon\n"))
	if c["model name"] != "A: B" || c["processor"] != "0" {
		t.Errorf("%v", c)
	}
	if got := tidyCPU("Intel(R) Core(TM) i7"); got != "Intel Core i7" {
		t.Errorf("%q", got)
	}
}

func TestOverlayDirs(t *testing.T) {
	got := overlayDirs("rw,lowerdir=/a:/b,upperdir=/c/upper,workdir=/w")
	if strings.Join(got, " ") != "/b /c/upper" {
		t.Errorf("%q", got)
	}
}
