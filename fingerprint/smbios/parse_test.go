package smbios

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"strings"
	"testing"
)

// written is wire in the order in which people write it.
var written = [16]byte{0x4c, 0x45, 0x4c, 0x44, 0x00, 0x48, 0x46, 0x10, 0x80, 0x58, 0xb9, 0xc0, 0x4f, 0x4b, 0x54, 0x33}

func TestWholeTable(t *testing.T) {
	want := Table{
		BIOS: BIOS{true, "Maker of firmware", "1.2.3", "02/03/2024"},
		System: System{
			Found: true, Manufacturer: "Maker", Product: "Model 7", Version: "v1", Serial: "SER1AL77", SKU: "SKU-7", Family: "Family",
			UUID: written, HasUUID: true,
		},
		Board:   Board{true, "Maker", "Board 7", "", "B0ARD77"},
		Chassis: Chassis{Found: true, Manufacturer: "Maker", Serial: "CHA5515", Type: 10},
		CPUs:    []CPU{{"CPU0", "Intel", "Core", "", "PART", true}},
		Memory: []Memory{
			{"DIMM A", "BANK 0", "Samsung", "3F2C91D0", "M471", 8 << 30, "DDR4"},
			{"DIMM C", "", "", "3F2C9227", "", 64 << 30, "DDR5"},
		},
	}
	if got := Parse(good()); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	// What stands after the end mark is not looked at.
	if got := Parse(append(good(), 1, 2, 3)); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestByteOrderOfTheID(t *testing.T) {
	for v, want := range map[Version][16]byte{
		{2, 4}: [16]byte(wire), {2, 5}: [16]byte(wire), {2, 6}: written, {2, 8}: written, {3, 6}: written,
	} {
		if got := ParseVersion(good(), v).System.UUID; got != want {
			t.Errorf("version %v: %x", v, got)
		}
	}
}

func TestWindowsHeader(t *testing.T) {
	raw := func(major, minor byte, n int, b []byte) []byte {
		h := []byte{0, major, minor, 0, 0, 0, 0, 0}
		binary.LittleEndian.PutUint32(h[4:], uint32(n))
		return append(h, b...)
	}
	g := good()
	if got := ParseRaw(raw(3, 2, len(g), g)); got.Truncated || got.System.UUID != written {
		t.Errorf("%+v", got)
	}
	if got := ParseRaw(raw(2, 4, len(g), g)); got.System.UUID != [16]byte(wire) {
		t.Errorf("%x", got.System.UUID)
	}
	if got := ParseRaw(raw(3, 2, 60, g)); !got.Truncated || got.BIOS.Vendor != "Maker of firmware" || got.System.Found {
		t.Errorf("a length before the end: %+v", got)
	}
	if got := ParseRaw(raw(3, 2, len(g)+1000, g)); got.Truncated || len(got.Memory) != 2 {
		t.Errorf("a length after the end: %+v", got)
	}
	for n := range rawHeader {
		if got := ParseRaw(make([]byte, n)); !got.Truncated {
			t.Errorf("%d bytes are no header", n)
		}
	}
}

func TestVersionOf(t *testing.T) {
	v3 := append([]byte("_SM3_\x00\x18\x03\x02"), make([]byte, 15)...)
	v2 := append([]byte("_SM_\x00\x1f\x02\x08"), make([]byte, 23)...)
	if v, ok := VersionOf(v3); !ok || v != (Version{3, 2}) {
		t.Errorf("%v %v", v, ok)
	}
	if v, ok := VersionOf(v2); !ok || v != (Version{2, 8}) {
		t.Errorf("%v %v", v, ok)
	}
	for _, b := range [][]byte{nil, []byte("_SM_"), []byte("_SM3_123"), []byte("_DMI_1234567")} {
		if _, ok := VersionOf(b); ok {
			t.Errorf("%q is an entry point", b)
		}
	}
}

// TestBrokenTails gives each damage what can be had of it.
func TestBrokenTails(t *testing.T) {
	first := func() *builder {
		return new(builder).add(1, body(23, map[int]any{4: 1, 5: 2, 7: 3, 8: wire}), "Maker", "Model 7", "SER1AL77")
	}
	board := body(11, map[int]any{4: 1, 5: 2, 7: 3})
	for name, c := range map[string]struct {
		table []byte
		board Board
	}{
		"no end mark":               {first().add(2, board, "Maker", "Board 7", "B0ARD77").out, Board{true, "Maker", "Board 7", "", "B0ARD77"}},
		"a length under four":       {append(first().out, 2, 3, 0, 0, 1, 2, 3, 4), Board{}},
		"a length of nothing":       {append(first().out, 0, 0, 0, 0, 0, 0), Board{}},
		"a header cut short":        {append(first().out, 2, 15), Board{}},
		"a body cut short":          {append(first().out, 2, 15, 0, 0, 1, 2), Board{Found: true}},
		"texts without an end":      {bytes.TrimSuffix(first().add(2, board, "Maker", "Board 7", "B0ARD77").out, []byte{0, 0}), Board{true, "Maker", "Board 7", "", ""}},
		"the last NUL missing":      {bytes.TrimSuffix(first().add(2, board, "Maker", "Board 7", "B0ARD77").out, []byte{0}), Board{true, "Maker", "Board 7", "", "B0ARD77"}},
		"a text that is not there":  {first().add(2, body(11, map[int]any{4: 1, 5: 9, 7: 255}), "Maker").out, Board{Found: true, Manufacturer: "Maker"}},
		"a structure of four bytes": {first().add(2, nil).out, Board{Found: true}},
		"nothing but zeros after":   {append(first().out, make([]byte, 500)...), Board{}},
	} {
		got := Parse(c.table)
		if !got.Truncated || got.Board != c.board {
			t.Errorf("%s: truncated %v, board %+v", name, got.Truncated, got.Board)
		}
		if s := got.System; s.Serial != "SER1AL77" || s.Product != "Model 7" || s.UUID != written {
			t.Errorf("%s: what stands before is lost: %+v", name, s)
		}
	}
}

func TestSizesOfModules(t *testing.T) {
	for _, c := range []struct {
		size uint16
		more uint32
		want uint64
	}{{0xffff, 0, 0}, {0x8200, 0, 512 << 10}, {512, 0, 512 << 20}, {0x7fff, 32768, 32 << 30}, {0x7fff, 0x80008000, 32 << 30}, {0x7fff, 0, 0}, {0x7ffe, 9, 0x7ffe << 20}} {
		b := new(builder).add(17, body(36, map[int]any{0x0c: c.size, 0x1c: c.more})).end()
		if got := Parse(b); len(got.Memory) != 1 || got.Memory[0].Size != c.want {
			t.Errorf("%x %x: %+v, want %d", c.size, c.more, got.Memory, c.want)
		}
	}
	// An old table whose structure has no room for the larger size.
	b := new(builder).add(17, body(17, map[int]any{0x0c: uint16(0x7fff)})).end()
	if got := Parse(b); len(got.Memory) != 1 || got.Memory[0].Size != 0 {
		t.Errorf("%+v", got.Memory)
	}
}

func TestOldAndManyStructures(t *testing.T) {
	b := new(builder).add(1, body(4, map[int]any{4: 1, 7: 2}), "Old", "0LD5ER")
	b.add(2, body(4, map[int]any{4: 1}), "First").add(2, body(4, map[int]any{4: 1}), "Second")
	for range 3 * maxSets {
		b.add(17, body(23, map[int]any{0x0c: uint16(1024)})).add(4, body(22, nil))
	}
	got := Parse(b.add(0, body(14, map[int]any{4: 1}), strings.Repeat("x", 3*maxText)).end())
	if got.System.HasUUID || got.System.Serial != "0LD5ER" || got.Board.Manufacturer != "First" {
		t.Errorf("%+v %+v", got.System, got.Board)
	}
	if len(got.Memory) != maxSets || len(got.CPUs) != maxSets || len(got.BIOS.Vendor) != maxText || got.Truncated {
		t.Errorf("%d modules, %d processors, a text of %d bytes", len(got.Memory), len(got.CPUs), len(got.BIOS.Vendor))
	}
	if got := Parse(make([]byte, 3*maxTable)); !got.Truncated {
		t.Error("zeros are a table")
	}
}
