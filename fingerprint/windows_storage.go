package fingerprint

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
)

// The parsers of what disk drivers answer (winioctl.h, ntddstor.h). A driver
// may answer anything: lengths and offsets are looked at and not believed.

var le = binary.LittleEndian

// parseStorageDevice reads a STORAGE_DEVICE_DESCRIPTOR: its texts lie behind
// the structure, at offsets from its start, and end with NUL.
func parseStorageDevice(b []byte) (WindowsDisk, error) {
	if len(b) < 36 {
		return WindowsDisk{}, fmt.Errorf("storage descriptor of %d bytes: %w", len(b), ErrUnsupported)
	}
	text := func(at int) string {
		// Offset 0 says that there is no such text; some drivers say -1.
		offset := le.Uint32(b[at:])
		if offset < 36 || int64(offset) >= int64(len(b)) {
			return ""
		}
		s, _, _ := bytes.Cut(b[offset:], []byte{0})
		return string(s)
	}
	return WindowsDisk{
		Bus: le.Uint32(b[28:]), Removable: b[10] != 0,
		Vendor: text(12), Product: text(16), Serial: text(24),
	}, nil
}

// Types of STORAGE_IDENTIFIER, as page 0x83 of SPC-4 numbers them.
const (
	idEUI64 = 2
	idNAA   = 3
)

// parseStorageIDs reads a STORAGE_DEVICE_ID_DESCRIPTOR and gives the device's
// own worldwide name in hexadecimal: EUI-64 (or NGUID) first, then NAA; the
// smallest of several.
func parseStorageIDs(b []byte) string {
	if len(b) < 12 {
		return ""
	}
	type id struct {
		kind uint32
		hex  string
	}
	var ids []id
	at, count := 12, min(le.Uint32(b[8:]), 64)
	for range count {
		if at < 12 || at+16 > len(b) {
			break
		}
		h := b[at:]
		kind, size, next := le.Uint32(h[4:]), int(le.Uint16(h[8:])), int(le.Uint16(h[10:]))
		binaryForm, device := le.Uint32(h) == 1, le.Uint32(h[12:]) == 0
		if binaryForm && device && (kind == idEUI64 || kind == idNAA) && size >= 8 && 16+size <= len(h) {
			ids = append(ids, id{kind, hex.EncodeToString(h[16 : 16+size])})
		}
		if next == 0 {
			break
		}
		at += next
	}
	if len(ids) == 0 {
		return ""
	}
	return slices.MinFunc(ids, func(x, y id) int { return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(x.hex, y.hex)) }).hex
}

// parseHotplug reads DeviceHotplug of a STORAGE_HOTPLUG_INFO.
func parseHotplug(b []byte) bool { return len(b) >= 8 && b[6] != 0 }

// parseExtents reads the disk numbers of VOLUME_DISK_EXTENTS, sorted, each once.
func parseExtents(b []byte) []uint32 {
	if len(b) < 8 {
		return nil
	}
	var out []uint32
	for at, n := 8, le.Uint32(b); n > 0 && at+24 <= len(b); at, n = at+24, n-1 {
		out = append(out, le.Uint32(b[at:]))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// parsePartition reads the partition's GUID of a PARTITION_INFORMATION_EX; ""
// where the disk has no GPT.
func parsePartition(b []byte) string {
	const gpt = 1
	if len(b) < 64 || le.Uint32(b) != gpt {
		return ""
	}
	// A GUID's first three groups are little-endian.
	return uuid(b[48:64]).swapped().String()
}
