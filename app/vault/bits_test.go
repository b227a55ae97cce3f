package vault

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

func TestBitsOfValues(t *testing.T) {
	derived := has("system-uuid", "564d1234-5678-9abc-def0-112233445566")
	derived.From = "system-serial"
	for name, c := range map[string]struct {
		list         []fingerprint.Component
		copied, held float64
	}{
		"machine id":        {[]fingerprint.Component{has("install-id", "0123456789abcdef0123456789abcdef")}, 0, 0},
		"disk serial":       {[]fingerprint.Component{has("boot-disk", "s4evnx0m123456")}, 24, 0},
		"short serial":      {[]fingerprint.Component{has("boot-disk", "ab12")}, 12, 0},
		"virtual disk":      {[]fingerprint.Component{has("boot-disk", "QM00001")}, 0, 0},
		"random uuid":       {[]fingerprint.Component{has("system-uuid", "7d3c1e52-9a4b-4c1d-8e2f-00112233aabb")}, 122, 122},
		"maker's uuid":      {[]fingerprint.Component{has("system-uuid", "4c4c4544-0038-4c10-8050-b9c04f4d3132")}, 32, 32},
		"one address":       {[]fingerprint.Component{has("network-card", "3c:52:82:aa:bb:cc")}, 24, 0},
		"two addresses":     {[]fingerprint.Component{has("network-card", "3c:52:82:aa:bb:cc"), has("network-card", "3c:52:82:aa:bb:cd")}, 28, 0},
		"two makers":        {[]fingerprint.Component{has("network-card", "3c5282aabbcc"), has("network-card", "7085c2d94e16")}, 48, 0},
		"raid":              {[]fingerprint.Component{has("boot-disk", "s45pna0m710243, s45pna0m710251"), has("disk", "s45pna0m710251")}, 24, 0},
		"counted once":      {[]fingerprint.Component{derived, has("system-serial", "vmware-56 4d 12 34")}, 24, 24},
		"models":            {[]fingerprint.Component{has("cpu", "a"), has("memory", "16 gib"), has("package", "x 1")}, 0, 0},
		"boot disk in both": {[]fingerprint.Component{has("boot-disk", "s4evnx0m123456"), has("disk", "s4evnx0m123456")}, 24, 0},
	} {
		var kinds []string
		for _, m := range c.list {
			kinds = append(kinds, m.Kind)
		}
		b := Bind(kinds, snapshot(c.list...))
		held := 0.0
		for _, w := range Estimate(b) {
			held += w.Held
			if w.Reason == "" {
				t.Errorf("%s: no reason", name)
			}
		}
		if Bits(b) != c.copied || held != c.held {
			t.Errorf("%s: %v and %v bits, want %v and %v", name, Bits(b), held, c.copied, c.held)
		}
	}
}

// TestBitsOfRecordedComputers keeps the page of estimates in docs.
func TestBitsOfRecordedComputers(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# What a binding is worth, per recorded computer

Made by a test of ` + "`app/vault`" + ` (TestBitsOfRecordedComputers): the bound set of each recorded computer under both policies, and the
estimated bits that somebody with the keyring's secret and the vault file has to guess. "Copied": they have a copy of the files,
the system's included, and not the hardware. "Disk held": they have the disk itself and the logs on it. The reasons are explained in
[vault.md](vault.md). Every guess costs one Argon2id at 64 MiB and 3 passes. Kinds that are worth nothing in both columns
are bound all the same; under strict they are counted, not listed.

| computer | policy | bound kinds | bits, copied | bits, disk held | of which |
|---|---|---|---|---|---|
`)
	for _, name := range recorded.Names() {
		s := readSample(t, name)
		for _, p := range []struct {
			name  string
			kinds []string
		}{{"balanced", Kinds(balanced(), s)}, {"strict", Kinds(strict(), s)}} {
			bound := Bind(p.kinds, s)
			if !bound.usable() {
				t.Errorf("%s has no usable %s binding: %v", name, p.name, p.kinds)
			}
			held, why, rest := 0.0, []string{}, 0
			for _, w := range Estimate(bound) {
				held += w.Held
				if p.name == "strict" && w.Copied == 0 {
					rest++
					continue
				}
				why = append(why, fmt.Sprintf("%s %.0f (%s)", w.Kind, w.Copied, w.Reason))
			}
			if rest > 0 {
				why = append(why, fmt.Sprintf("%d kinds 0", rest))
			}
			fmt.Fprintf(&b, "| %s | %s | %d | %.0f | %.0f | %s |\n", name, p.name, len(p.kinds), Bits(bound), held, strings.Join(why, ", "))
			t.Logf("%s, %s: %.0f bits copied, %.0f with the disk held", name, p.name, Bits(bound), held)
		}
	}
	page(t, "vault-bits.md", b.String())
}

func readSample(t testing.TB, name string) fingerprint.Snapshot {
	t.Helper()
	dir := t.TempDir()
	if err := recorded.UnpackVariant(name, "", dir); err != nil {
		t.Fatal(err)
	}
	src, err := recorded.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	s, err := fingerprint.Read(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
