package smbios

import "encoding/binary"

// builder makes tables of our own.
type builder struct{ out []byte }

// add appends a structure: its body after the header, then its texts.
func (b *builder) add(kind byte, body []byte, texts ...string) *builder {
	b.out = append(b.out, kind, byte(4+len(body)), byte(len(b.out)), byte(len(b.out)>>8))
	b.out = append(b.out, body...)
	for _, t := range texts {
		b.out = append(append(b.out, t...), 0)
	}
	if len(texts) == 0 {
		b.out = append(b.out, 0)
	}
	b.out = append(b.out, 0)
	return b
}

func (b *builder) end() []byte { return b.add(endOfList, nil).out }

// place writes numbers at offsets counted from the structure's start.
func body(size int, at map[int]any) []byte {
	b := make([]byte, size)
	for offset, v := range at {
		switch v := v.(type) {
		case int:
			b[offset-4] = byte(v)
		case uint16:
			binary.LittleEndian.PutUint16(b[offset-4:], v)
		case uint32:
			binary.LittleEndian.PutUint32(b[offset-4:], v)
		case []byte:
			copy(b[offset-4:], v)
		}
	}
	return b
}

var wire = []byte{0x44, 0x4c, 0x45, 0x4c, 0x48, 0x00, 0x10, 0x46, 0x80, 0x58, 0xb9, 0xc0, 0x4f, 0x4b, 0x54, 0x33}

// good is a whole table with every type that is read, and one that is not.
func good() []byte {
	var b builder
	b.add(0, body(20, map[int]any{4: 1, 5: 2, 8: 3}), "Maker of firmware", "1.2.3", "02/03/2024")
	b.add(1, body(23, map[int]any{4: 1, 5: 2, 6: 3, 7: 4, 8: wire, 0x19: 5, 0x1a: 6}), "Maker", "Model 7", "v1", "SER1AL77", "SKU-7", "Family")
	b.add(2, body(11, map[int]any{4: 1, 5: 2, 7: 3}), "Maker", "Board 7", "B0ARD77")
	b.add(126, body(6, nil), "inactive")
	b.add(3, body(17, map[int]any{4: 1, 5: 10 | 0x80, 7: 2}), "Maker", "CHA5515")
	b.add(4, body(44, map[int]any{4: 1, 7: 2, 0x10: 3, 0x18: 0x41, 0x22: 4}), "CPU0", "Intel", "Core", "PART")
	b.add(17, body(36, map[int]any{0x0c: uint16(8192), 0x10: 1, 0x11: 2, 0x12: 0x1a, 0x17: 3, 0x18: 4, 0x1a: 5}), "DIMM A", "BANK 0", "Samsung", "3F2C91D0", "M471")
	b.add(17, body(36, map[int]any{0x0c: uint16(0), 0x10: 1}), "DIMM B")
	b.add(17, body(36, map[int]any{0x0c: uint16(0x7fff), 0x10: 1, 0x12: 0x22, 0x18: 2, 0x1c: uint32(65536)}), "DIMM C", "3F2C9227")
	return b.end()
}
