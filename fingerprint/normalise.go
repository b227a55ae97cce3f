package fingerprint

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed-1feef0b2/holdfast/fingerprint/rules"
)

// smallFile bounds files that hold one value or a short table, in bytes.
const smallFile = 4096

// clean makes one text out of what firmware or a file holds: cut at the first
// NUL, control characters and blanks of any script become one blank, ends
// trimmed. Bytes that are not UTF-8 become U+FFFD, so that they still differ
// from nothing.
func clean(s string) string {
	s, _, _ = strings.Cut(s, "\x00")
	if isClean(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	blank := false
	for _, c := range s {
		if unicode.IsSpace(c) || unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || unicode.Is(unicode.Zs, c) {
			blank = b.Len() > 0
			continue
		}
		if blank {
			b.WriteByte(' ')
			blank = false
		}
		b.WriteRune(c)
	}
	return b.String()
}

// isClean knows the common case, plain ASCII with single blanks, which needs no
// copy.
func isClean(s string) bool {
	blank := true
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && blank {
			return false
		}
		blank = c == ' '
	}
	return !blank || s == ""
}

// fold lowers ASCII letters only.
func fold(s string) string { return rules.Fold(s) }

// longestLabel is how many characters a label shows; no model or version that
// somebody means has more.
const longestLabel = 120

func shorten(s string) string {
	if len(s) <= longestLabel {
		return s
	}
	r := []rune(s)
	return string(r[:min(len(r), longestLabel)])
}

// join puts the texts that are there side by side.
func join(sep string, parts ...string) string {
	out := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, sep)
}

// mask leaves of an identifier what lets its owner recognise it: at most its
// last four characters, never more than a third.
func mask(s string) string {
	n := min(4, utf8.RuneCountInString(s)/3)
	r := []rune(s)
	return "••••" + string(r[len(r)-n:])
}
