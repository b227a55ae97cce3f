package gsm

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// basic is the default alphabet; a character's place is its code. The place of
// the escape (0x1b) holds U+FFFD, which is in no message.
const basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\uFFFDÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"

// escape goes before the code of a character of the extension table.
const escape = 0x1b

// extension gives the codes of the characters that take two places.
func extension(r rune) (byte, bool) {
	const chars, codes = "\f^{}\\[~]|€", "\x0a\x14\x28\x29\x2f\x3c\x3d\x3e\x40\x65"
	n := 0
	for _, c := range chars {
		if c == r {
			return codes[n], true
		}
		n++
	}
	return 0, false
}

func place(r rune) (byte, bool) {
	if r == unicode.ReplacementChar {
		return 0, false
	}
	n := byte(0)
	for _, c := range basic {
		if c == r {
			return n, true
		}
		n++
	}
	return 0, false
}

// Encode gives a text in the default alphabet, one code in each byte (which is
// how SMPP carries it); false where the alphabet lacks a character.
func Encode(s string) ([]byte, bool) {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if b, ok := place(r); ok {
			out = append(out, b)
		} else if b, ok := extension(r); ok {
			out = append(out, escape, b)
		} else {
			return nil, false
		}
	}
	return out, true
}

// Decode reads a text of the default alphabet, one code in each byte. A code
// that means nothing gives a space, as TS 23.038 asks for.
func Decode(codes []byte) string {
	alphabet := []rune(basic)
	var b strings.Builder
	for i := 0; i < len(codes); i++ {
		c := codes[i] & 0x7f
		if c != escape {
			b.WriteRune(alphabet[c])
			continue
		}
		if i++; i < len(codes) {
			b.WriteRune(extended(codes[i] & 0x7f))
		}
	}
	return b.String()
}

func extended(c byte) rune {
	for _, r := range "\f^{}\\[~]|€" {
		if b, _ := extension(r); b == c {
			return r
		}
	}
	return ' '
}

// Fold brings a text into the default alphabet: accents go where the alphabet
// lacks the accented letter, marks of typography become plain ones, and what has
// no place at all is left out.
func Fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFC.String(s) {
		if _, ok := Encode(string(r)); ok {
			b.WriteRune(r)
			continue
		}
		for _, plain := range norm.NFD.String(plainer.Replace(string(r))) {
			if _, ok := Encode(string(plain)); ok {
				b.WriteRune(plain)
			}
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// plainer is read only.
var plainer = strings.NewReplacer("đ", "d", "Đ", "D", "ł", "l", "Ł", "L", "’", "'", "‘", "'", "“", `"`, "”", `"`,
	"–", "-", "—", "-", "…", "...", "\u00a0", " ", "•", "*", "œ", "oe", "Œ", "OE")
