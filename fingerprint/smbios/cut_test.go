package smbios

import (
	"bytes"
	"testing"
)

// texts of a table with where each ends in the bytes (its NUL included).
func ends(table []byte, text string) int {
	return bytes.Index(table, append([]byte(text), 0)) + len(text) + 1
}

// TestCutAnywhere cuts a good table after every byte: nothing panics, no field
// changes, and every field that lies wholly before the cut is there.
func TestCutAnywhere(t *testing.T) {
	whole := good()
	full := Parse(whole)
	for n := range whole {
		got := Parse(whole[:n])
		if !got.Truncated && n < len(whole)-2 {
			t.Fatalf("cut after %d: not said", n)
		}
		for _, f := range []struct{ name, got, want string }{
			{"vendor", got.BIOS.Vendor, full.BIOS.Vendor},
			{"version", got.BIOS.Version, full.BIOS.Version},
			{"date", got.BIOS.Date, full.BIOS.Date},
			{"product", got.System.Product, full.System.Product},
			{"serial", got.System.Serial, full.System.Serial},
			{"stock number", got.System.SKU, full.System.SKU},
			{"board", got.Board.Product, full.Board.Product},
			{"board serial", got.Board.Serial, full.Board.Serial},
			{"housing", got.Chassis.Serial, full.Chassis.Serial},
			{"module", serialOfModule(got, 0), serialOfModule(full, 0)},
			{"last module", serialOfModule(got, 1), serialOfModule(full, 1)},
		} {
			if f.got != "" && f.got != f.want || f.got == "" && n >= ends(whole, f.want) {
				t.Fatalf("cut after %d: %s is %q, whole %q", n, f.name, f.got, f.want)
			}
		}
		idEnd := bytes.Index(whole, wire) + len(wire)
		if got.System.HasUUID != (n >= idEnd) || got.System.HasUUID && got.System.UUID != full.System.UUID {
			t.Fatalf("cut after %d: id %x", n, got.System.UUID)
		}
		if len(got.Memory) > len(full.Memory) || got.Chassis.Type != 0 && got.Chassis.Type != full.Chassis.Type {
			t.Fatalf("cut after %d: %+v", n, got)
		}
	}
}

func serialOfModule(t Table, i int) string {
	if i < len(t.Memory) {
		return t.Memory[i].Serial
	}
	return ""
}

// TestOneWrongByte changes every byte to a few others: still no panic, and what
// lies before the structure that was damaged stays.
func TestOneWrongByte(t *testing.T) {
	whole := good()
	full := Parse(whole)
	boardStarts := bytes.Index(whole, []byte("Family")) + 8
	for i := range whole {
		for _, wrong := range []byte{0, 1, 4, 0x7f, 0xff} {
			b := bytes.Clone(whole)
			b[i] = wrong
			got := Parse(b)
			if i >= boardStarts && (got.System != full.System || got.BIOS != full.BIOS) {
				t.Fatalf("byte %d as %#x changed what lies before: %+v", i, wrong, got.System)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(good(), byte(3), byte(2))
	f.Add(good()[:77], byte(2), byte(4))
	f.Add([]byte{17, 4, 0, 0, 0, 0}, byte(0), byte(0))
	f.Add([]byte{1, 255, 0, 0}, byte(2), byte(6))
	f.Fuzz(func(t *testing.T, b []byte, major, minor byte) {
		got := ParseVersion(b, Version{major, minor})
		if len(got.Memory) > maxSets || len(got.CPUs) > maxSets || len(got.System.Serial) > maxText || got.Chassis.Type > 0x7f {
			t.Fatalf("out of bounds: %+v", got)
		}
		ParseRaw(b)
		VersionOf(b)
		// What a prefix gives stays as more comes.
		for _, n := range []int{len(b) / 2, len(b) * 3 / 4} {
			part := ParseVersion(b[:n], Version{major, minor})
			if part.System.Serial != "" && part.System.Serial != got.System.Serial {
				t.Fatalf("%q became %q", part.System.Serial, got.System.Serial)
			}
		}
	})
}
