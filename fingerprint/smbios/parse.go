package smbios

import (
	"bytes"
	"encoding/binary"
)

// Bounds. The largest tables seen have some tens of kilobytes.
const (
	maxTable  = 1 << 20 // bytes that are looked at
	maxText   = 256     // bytes of one text
	maxSets   = 1024    // processors, memory modules
	endOfList = 127     // the type that ends a table
)

// Version is the version of the specification that a table is written to.
type Version struct{ Major, Minor byte }

// littleEndian says whether the first three groups of the UUID are stored with
// their lowest byte first (DSP0134, 7.2.1: since 2.6).
func (v Version) littleEndian() bool { return v.Major > 2 || v.Major == 2 && v.Minor >= 6 }

// Parse reads the structures of a table of version 2.6 or later, as Linux shows
// them in /sys/firmware/dmi/tables/DMI.
func Parse(table []byte) Table { return ParseVersion(table, Version{3, 0}) }

// ParseVersion reads the structures of a table of a known version; only the
// byte order of the UUID depends on it.
func ParseVersion(table []byte, v Version) Table {
	t := Table{Truncated: true}
	if len(table) > maxTable {
		table = table[:maxTable]
	}
	for len(table) > 0 {
		s, rest, whole := next(table)
		if s.kind == endOfList && len(s.body) >= 4 {
			t.Truncated = false
			return t
		}
		t.add(s, v)
		if !whole {
			return t
		}
		table = rest
	}
	return t
}

// rawHeader is the size of what Windows puts before the structures
// (RawSMBIOSData: calling method, major, minor, revision, length).
const rawHeader = 8

// ParseRaw reads what Windows' GetSystemFirmwareTable('RSMB') gives.
func ParseRaw(raw []byte) Table {
	if len(raw) < rawHeader {
		return Table{Truncated: true}
	}
	v, n := Version{raw[1], raw[2]}, uint64(binary.LittleEndian.Uint32(raw[4:]))
	body := raw[rawHeader:]
	if n < uint64(len(body)) {
		body = body[:n]
	}
	return ParseVersion(body, v)
}

// VersionOf reads the version out of an entry point (DSP0134, 5.2: "_SM_" or
// "_SM3_"), as Linux shows it in /sys/firmware/dmi/tables/smbios_entry_point.
func VersionOf(entry []byte) (Version, bool) {
	switch {
	case bytes.HasPrefix(entry, []byte("_SM3_")) && len(entry) > 8:
		return Version{entry[7], entry[8]}, true
	case bytes.HasPrefix(entry, []byte("_SM_")) && len(entry) > 7:
		return Version{entry[6], entry[7]}, true
	}
	return Version{}, false
}

// structure is one entry of a table, or what is left of it.
type structure struct {
	kind  byte
	body  []byte   // the fixed part with its header
	texts [][]byte // the whole texts that follow it
}

// next takes the first structure off a table. It is not whole where the table
// ends too early or its length makes no sense; nothing that follows can be
// found then.
func next(table []byte) (s structure, rest []byte, whole bool) {
	if len(table) < 4 {
		return s, nil, false
	}
	s.kind = table[0]
	size := int(table[1])
	if size < 4 {
		return structure{}, nil, false
	}
	if size > len(table) {
		s.body = table
		return s, nil, false
	}
	s.body, rest = table[:size], table[size:]
	s.texts, rest, whole = texts(rest)
	return s, rest, whole
}

// texts takes the texts that follow a structure: each ends with a NUL, the last
// with two; where there are none, two NULs stand alone. A text without its end
// is none.
func texts(b []byte) (list [][]byte, rest []byte, whole bool) {
	if len(b) >= 2 && b[0] == 0 && b[1] == 0 {
		return nil, b[2:], true
	}
	for {
		i := bytes.IndexByte(b, 0)
		if i < 0 {
			return list, nil, false
		}
		if i == 0 {
			// The second NUL. Alone, where there was no text, it breaks off here.
			return list, b[1:], len(list) > 0
		}
		if len(list) < 255 {
			list = append(list, b[:i])
		}
		b = b[i+1:]
	}
}

// text gives the text whose number stands at an offset; "" where there is none.
func (s structure) text(offset int) string {
	n := int(s.number8(offset))
	if n == 0 || n > len(s.texts) {
		return ""
	}
	t := s.texts[n-1]
	return string(t[:min(len(t), maxText)])
}

func (s structure) has(offset, size int) bool { return offset+size <= len(s.body) }

func (s structure) number8(offset int) byte {
	if !s.has(offset, 1) {
		return 0
	}
	return s.body[offset]
}

func (s structure) number16(offset int) uint16 {
	if !s.has(offset, 2) {
		return 0
	}
	return binary.LittleEndian.Uint16(s.body[offset:])
}

func (s structure) number32(offset int) uint32 {
	if !s.has(offset, 4) {
		return 0
	}
	return binary.LittleEndian.Uint32(s.body[offset:])
}
