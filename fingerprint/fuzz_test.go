package fingerprint

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed-1feef0b2/holdfast/fingerprint/rules"
)

// seeds are what firmware and files have been seen to hold.
var seeds = []string{
	"", "\x00", "Default string", "9HFXKT3\n", "caf\xe9 \xff\xfe", "a\u202eb\u00a0c", strings.Repeat("A", 5000), "::::", "\n\n\n",
	"Package: a\nStatus: install ok installed\nVersion: 1\n\n", "30 1 254:0 / / rw - ext4 /dev/sda rw\n", "ID=\"debian",
	"nvidia 1 0 - Live 0x0 (POE)\n", "\x00\x80\x00\x08SERIAL01", "pci:v000010DEd00001F97sv00001028sd000009A1bc03sc02i00",
	"4c4c4544-0048-4610-8058-b9c04f4b5433", "model name\t: x\nmodel name\t: y\n", "E:ID_SERIAL_SHORT=x\n", "linux-6.8-1",
}

func FuzzTexts(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	set := rules.Default()
	f.Fuzz(func(t *testing.T, s string) {
		c := clean(s)
		if !utf8.ValidString(c) || strings.ContainsAny(c, "\x00\n\r\t") || strings.TrimSpace(c) != c || clean(c) != c {
			t.Errorf("clean(%q) = %q", s, c)
		}
		if fold(fold(c)) != fold(c) {
			t.Errorf("fold is not settled on %q", c)
		}
		if set.Serial(c) != set.Serial(fold(c)) || set.Text(c) != set.Text(fold(c)) {
			t.Errorf("letter case decides about %q", c)
		}
		if m := mask(c); len([]rune(m)) > 8 {
			t.Errorf("mask(%q) shows %q", c, m)
		}
		if u, ok := parseUUID(c); ok {
			if v, again := parseUUID(u.String()); !again || v != u || u.swapped().swapped() != u {
				t.Errorf("%q does not come back", c)
			}
			set.UUID(u)
		}
		if d, ok := parsePCI(c); ok && (len(d.vendor) != 4 || len(d.device) != 4) {
			t.Errorf("parsePCI(%q) = %+v", c, d)
		}
		if name, _, ok := pacmanPackage(c); ok && name == "" {
			t.Errorf("pacmanPackage(%q) has no name", c)
		}
		if m, ok := parseMAC(c); ok {
			set.MAC(m)
		}
	})
}

// fuzzBytes fuzzes the parser of one file with the shared seeds and a few of its
// own.
func fuzzBytes(f *testing.F, check func(*testing.T, []byte), own ...string) {
	for _, s := range append(own, seeds...) {
		f.Add([]byte(s))
	}
	f.Fuzz(check)
}

func FuzzDpkg(f *testing.F) {
	fuzzBytes(f, func(t *testing.T, b []byte) {
		for _, p := range parseDpkg(b) {
			if name, version, ok := strings.Cut(p, " "); !ok || name == "" || version == "" && !strings.HasSuffix(p, " ") {
				t.Errorf("package %q", p)
			}
		}
	}, "Package: a\nStatus: hold ok installed\nArchitecture: amd64\nVersion: 1:2-3\n text\n\nPackage: b\n")
}

func FuzzPacman(f *testing.F) {
	f.Add("linux-6.8.1.arch1-1")
	f.Fuzz(func(t *testing.T, dir string) {
		if name, version, ok := pacmanPackage(dir); ok && (name == "" || !strings.HasPrefix(dir, name+"-") || !strings.HasSuffix(dir, version)) {
			t.Errorf("%q: %q %q", dir, name, version)
		}
	})
}

func FuzzModules(f *testing.F) {
	fuzzBytes(f, func(t *testing.T, b []byte) {
		for _, m := range foreignModules(b) {
			if !validName(m) {
				t.Errorf("module %q", m)
			}
		}
	})
}

func FuzzMounts(f *testing.F) {
	fuzzBytes(f, func(t *testing.T, b []byte) {
		for _, m := range parseMounts(b) {
			if m.point == "" || m.device == "" {
				t.Errorf("%+v", m)
			}
			overlayDirs(m.options)
		}
	}, "30 1 0:30 / / rw - overlay overlay rw,lowerdir=/a:/b,upperdir=/c\\040d\n")
}

func FuzzRelease(f *testing.F) {
	fuzzBytes(f, func(t *testing.T, b []byte) { checkFields(t, releaseFields(b)) }, "ID=debian\nVERSION_ID=\"12\"\nNAME='a \\\\\"'\n")
}

func FuzzUdev(f *testing.F) {
	fuzzBytes(f, func(t *testing.T, b []byte) { checkFields(t, udevFields(b)) }, "S:x\nE:ID_FS_UUID=b6a1\nE:=\nE:\n")
}

func FuzzCPUInfo(f *testing.F) {
	fuzzBytes(f, func(t *testing.T, b []byte) { checkFields(t, cpuFields(b)) }, "processor\t: 0\nmodel name\t: A: B\n\nHardware\t: X\n")
}

// checkFields: every value is one clean text.
func checkFields(t *testing.T, fields map[string]string) {
	t.Helper()
	for k, v := range fields {
		if clean(v) != v {
			t.Errorf("%q = %q", k, v)
		}
	}
}

func FuzzSerialPage(f *testing.F) {
	fuzzBytes(f, func(t *testing.T, b []byte) {
		if s := serialOfPage(b); clean(s) != s || len(s) > 3*len(b) {
			t.Errorf("% x: %q", b, s)
		}
	})
}

func FuzzModalias(f *testing.F) {
	f.Add("pci:v000010DEd00001F97sv00001028sd000009A1bc03sc02i00")
	f.Fuzz(func(t *testing.T, s string) {
		if d, ok := parsePCI(s); ok && (len(d.vendor) != 4 || len(d.device) != 4 || len(d.class) != 0 && len(d.class) != 2) {
			t.Errorf("parsePCI(%q) = %+v", s, d)
		}
	})
}

// FuzzTable reads any bytes as a firmware's table, through to the components.
func FuzzTable(f *testing.F) {
	fuzzBytes(f, func(t *testing.T, b []byte) {
		for _, c := range FromTable(b) {
			if (c.State == Present) != (c.Value != "") || (c.State == Present) == (c.Reason != "") || clean(c.Value) != c.Value {
				t.Errorf("%+v", c)
			}
		}
	}, "\x01\x1b\x00\x00\x01\x02\x00\x03DLEL\x48\x00\x10\x46\x80\x58\xb9\xc0OKT3\x06\x00\x00Dell Inc.\x00Model\x009HFXKT3\x00\x00\x7f\x04\x00\x00\x00\x00")
}

func FuzzDrift(f *testing.F) {
	f.Add("module", "a 1", "a 2", "package", "b 1", "")
	f.Add("kernel", "6.1", "6.2", "gpu", "x", "x")
	f.Fuzz(func(t *testing.T, k1, a, b, k2, c, d string) {
		before := []Label{{Kind: k1, Text: a}, {Kind: k2, Text: c}}
		after := []Label{{Kind: k2, Text: d}, {Kind: k1, Text: b}}
		for _, ch := range Drift(before, after) {
			if ch.Before == ch.After || (ch.Change == Added) != (ch.Before == "") || (ch.Change == Removed) != (ch.After == "") {
				t.Errorf("%+v", ch)
			}
		}
		if len(Drift(before, before)) != 0 {
			t.Errorf("something differs from itself: %+v", Drift(before, before))
		}
	})
}
