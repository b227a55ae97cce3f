package gsm

import (
	"unicode/utf16"
	"unicode/utf8"
)

// Room of one message and of a part of a longer one, whose header (UDH) takes six
// octets of the 140: in characters of the default alphabet and in UTF-16 units.
const (
	Single, Part         = 160, 153
	SingleWide, PartWide = 70, 67
)

// Length says whether a text needs UCS-2, how many units it has (an extended
// character of the default alphabet is two) and in how many parts it is sent. A
// text that is not UTF-8 counts as UCS-2.
func Length(s string) (wide bool, units, parts int) {
	if codes, ok := Encode(s); ok {
		return false, len(codes), count(len(codes), Single, len(cut(codes, Part)))
	}
	parts16 := cutWide(s)
	return true, len(utf16.Encode([]rune(s))), count(len(utf16.Encode([]rune(s))), SingleWide, len(parts16))
}

func count(units, single, parts int) int {
	if units <= single {
		return 1
	}
	return parts
}

// Message is a text as it travels.
type Message struct {
	// Wide says that Parts hold UCS-2 (big-endian UTF-16); else the default
	// alphabet, one code in each byte.
	Wide bool
	// Parts are the parts without their headers; at least one.
	Parts [][]byte
}

// Split encodes a text and cuts it where it is too long for one message. Neither
// an extended character nor a surrogate pair is ever cut in two.
func Split(s string) Message {
	if codes, ok := Encode(s); ok {
		if len(codes) <= Single {
			return Message{Parts: [][]byte{codes}}
		}
		return Message{Parts: cut(codes, Part)}
	}
	if whole := wide(s); len(whole) <= 2*SingleWide {
		return Message{Wide: true, Parts: [][]byte{whole}}
	}
	return Message{Wide: true, Parts: cutWide(s)}
}

func cut(codes []byte, room int) [][]byte {
	var parts [][]byte
	for len(codes) > room {
		n := room
		if codes[n-1] == escape {
			n--
		}
		parts, codes = append(parts, codes[:n]), codes[n:]
	}
	return append(parts, codes)
}

func cutWide(s string) [][]byte {
	var parts [][]byte
	from, units := 0, 0
	for i, r := range s {
		n := max(utf16.RuneLen(r), 1)
		if units+n > PartWide {
			parts = append(parts, wide(s[from:i]))
			from, units = i, 0
		}
		units += n
	}
	return append(parts, wide(s[from:]))
}

func wide(s string) []byte {
	out := make([]byte, 0, 2*utf8.RuneCountInString(s))
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u>>8), byte(u))
	}
	return out
}

// Header is the user data header of part n (from 1) of several (TS 23.040,
// 9.2.3.24.1): what phones put a long message together by. Reference is the same
// in all parts of one message.
func Header(reference byte, parts, n int) []byte {
	return []byte{5, 0, 3, reference, byte(parts), byte(n)} //nolint:gosec // at most 255 parts
}
