package code

import "regexp"

var (
	emailCode = regexp.MustCompile(`(?i)(?:^|[^0-9A-Z])([0-9A-HJKMNP-TV-Z]{3}-[0-9A-HJKMNP-TV-Z]{3}-[0-9A-HJKMNP-TV-Z]{3})(?:$|[^0-9A-Z])`)
	digitCode = regexp.MustCompile(`(?:^|[^0-9])([0-9]{3})[- ]?([0-9]{3})(?:$|[^0-9])`)
)

// Find takes a code out of pasted text, a whole message included: an e-mailed
// code (crockford true, nine symbols) or six digits. It gives the text's
// normalised form when nothing in it looks like a code.
func Find(text string, crockford bool) string {
	if crockford {
		for _, m := range emailCode.FindAllStringSubmatch(text, -1) {
			if s := Normalise(m[1]); Valid(s, EmailSymbols+1) {
				return s
			}
		}
		return Normalise(text)
	}
	if m := digitCode.FindStringSubmatch(text); m != nil {
		return m[1] + m[2]
	}
	return Normalise(text)
}
