package fingerprint

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// Types of registry values (winnt.h).
const (
	RegistryNone   = 0
	RegistryText   = 1  // REG_SZ
	RegistryExpand = 2  // REG_EXPAND_SZ, as stored: nothing is expanded
	RegistryBinary = 3  // REG_BINARY
	RegistryNumber = 4  // REG_DWORD
	RegistryTexts  = 7  // REG_MULTI_SZ
	RegistryLong   = 11 // REG_QWORD
)

// RegistryValue is a value as the registry keeps it: texts in UTF-16, numbers
// in little-endian bytes.
type RegistryValue struct {
	Type uint32
	Data []byte
}

// Text is the value as one cleaned text; "" where it is none.
func (v RegistryValue) Text() string {
	if v.Type != RegistryText && v.Type != RegistryExpand {
		return ""
	}
	return clean(wideText(v.Data))
}

// Texts are the texts of a list, cleaned, without empty ones; a single text is
// a list of one.
func (v RegistryValue) Texts() []string {
	var out []string
	switch v.Type {
	case RegistryText, RegistryExpand:
		if s := v.Text(); s != "" {
			out = append(out, s)
		}
	case RegistryTexts:
		for s := range strings.SplitSeq(wideText(v.Data), "\x00") {
			if s = clean(s); s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

// Number is the value of a number, and whether it is one.
func (v RegistryValue) Number() (uint64, bool) {
	switch {
	case v.Type == RegistryNumber && len(v.Data) == 4:
		return uint64(binary.LittleEndian.Uint32(v.Data)), true
	case v.Type == RegistryLong && len(v.Data) == 8:
		return binary.LittleEndian.Uint64(v.Data), true
	}
	return 0, false
}

// wideText decodes UTF-16; half a character at the end is left out.
func wideText(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// WideText is a text as the registry keeps it, with its closing NUL.
func WideText(s string) []byte {
	var b []byte
	for _, u := range append(utf16.Encode([]rune(s)), 0) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}
