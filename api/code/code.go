// Package code holds the alphabets of the codes that people type, the check
// symbols that catch a slip before a try is spent, and the way codes are
// grouped for reading. It makes no secrets and judges no answers.
package code

import "strings"

// Crockford is the alphabet of e-mailed codes: Crockford's base 32, without the
// look-alike letters I, L, O and without U.
const Crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Digits is the alphabet of SMS and voice codes.
const Digits = "0123456789"

// EmailSymbols is the length of an e-mailed code without its check symbol: 40 bits.
const EmailSymbols = 8

// Normalise upper-cases, drops spaces and dashes and maps look-alikes (O to 0,
// I and L to 1), as Crockford's base 32 asks. Other characters stay, so that
// Valid can refuse them.
func Normalise(s string) string {
	var b strings.Builder
	for _, r := range strings.ToUpper(s) {
		switch r {
		case ' ', '-', '\t', '\n', '\r', '\u00a0', '\u2010', '\u2011', '\u2013':
		case 'O':
			b.WriteByte('0')
		case 'I', 'L':
			b.WriteByte('1')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// WithCheck appends the check symbol to a Crockford string of up to 31 symbols.
// The check is a weighted sum over GF(32) with distinct non-zero weights: it
// catches every single wrong symbol and every swap of two symbols.
func WithCheck(symbols string) string {
	return symbols + string(Crockford[checksum(symbols)])
}

// Valid says whether s, normalised, is Crockford symbols with a right check
// symbol and n symbols long in all.
func Valid(s string, n int) bool {
	if len(s) != n || n < 2 || strings.Trim(s, Crockford) != "" {
		return false
	}
	return strings.IndexByte(Crockford, s[n-1]) == checksum(s[:n-1])
}

// Group draws a code in groups of three: 4HT-M3X-R9W.
func Group(s string) string {
	var parts []string
	for len(s) > 3 {
		parts = append(parts, s[:3])
		s = s[3:]
	}
	return strings.Join(append(parts, s), "-")
}

func checksum(symbols string) int {
	sum, weight := 0, 2
	for i := range len(symbols) {
		v := strings.IndexByte(Crockford, symbols[i])
		sum ^= mul(v, weight)
		weight = mul(weight, 2)
	}
	return sum
}

// mul multiplies in GF(32) modulo the primitive polynomial x^5 + x^2 + 1.
func mul(a, b int) int {
	p := 0
	for b > 0 {
		if b&1 == 1 {
			p ^= a
		}
		b >>= 1
		if a <<= 1; a&32 != 0 {
			a ^= 0x25
		}
	}
	return p
}
