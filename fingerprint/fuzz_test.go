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

func FuzzFiles(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, p := range parseDpkg(b) {
			if name, version, ok := strings.Cut(p, " "); !ok || name == "" || version == "" && !strings.HasSuffix(p, " ") {
				t.Errorf("package %q", p)
			}
		}
		for _, m := range foreignModules(b) {
			if !validName(m) {
				t.Errorf("module %q", m)
			}
		}
		for _, m := range parseMounts(b) {
			overlayDirs(m.options)
		}
		releaseFields(b)
		udevFields(b)
		cpuFields(b)
		serialOfPage(b)
	})
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
