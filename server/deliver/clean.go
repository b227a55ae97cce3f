package deliver

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed-1feef0b2/holdfast/api/code"
)

// Longest shown names, in characters, and the longest detail; what
// stands in a detail for something hidden (details are plain ASCII).
const (
	nameMost   = 64
	detailMost = 160
	hidden     = "(hidden)"
)

// cleanName makes a computer's name fit to be read in a message. Whoever asks
// for a code chooses it, and the message goes to an address that they typed: so
// nothing stays that breaks a line, turns the writing round, or becomes a link
// in a mail program. An unusable name gives "".
func cleanName(name string) string {
	if tidy(name) {
		return name
	}
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsDigit(r), strings.ContainsRune(" -_'’()+#&", r):
		case r == '.' && (i+1 == len(runes) || !unicode.IsLetter(runes[i+1]) && !unicode.IsDigit(runes[i+1])):
		default:
			runes[i] = ' '
		}
	}
	return short(string(runes), nameMost)
}

// cleanPlace does the same for a place: a city, or an address cut short.
func cleanPlace(place string) string {
	return short(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || strings.ContainsRune(" .,:/-'*", r) {
			return r
		}
		return ' '
	}, place), nameMost)
}

// tidy says whether a name or a place is one as most are, with nothing to clean:
// short, of ASCII letters and digits, with single hyphens, underlines or spaces between.
func tidy(s string) bool {
	apart := true // so far nothing, or something that stands between
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9':
			apart = false
		case apart || c != '-' && c != '_' && c != ' ':
			return false
		default:
			apart = true
		}
	}
	return !apart && len(s) <= nameMost
}

// short collapses white space and cuts to n characters.
func short(s string, n int) string {
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) > n {
		runes = append(runes[:n-1], '…')
	}
	return string(runes)
}

var (
	anAddress = regexp.MustCompile(`[^\s<>()\[\]",;:]+@[^\s<>()\[\]",;:]+`)
	grouped   = regexp.MustCompile(`(?i)\b[0-9a-z]{3}[- ][0-9a-z]{3}[- ][0-9a-z]{3}\b|\b\d{3}[- ]\d{3}\b`)
	word      = regexp.MustCompile(`[0-9A-Za-z]+`)
	sixDigits = regexp.MustCompile(`^\d{6}$`)
	query     = regexp.MustCompile(`\?\S+`)
)

// cleanDetail makes a relay's reply fit to be stored, logged and shown: one
// line, no address, nothing that could be a code.
func cleanDetail(reply string, l Letter) string {
	s := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return ' '
		}
		return r
	}, reply)
	local, domain, _ := strings.Cut(l.To, "@")
	if len(local) < 3 { // too short to tell from an ordinary word
		local = ""
	}
	for _, secret := range []string{l.To, l.Code, strings.ReplaceAll(l.Code, "-", "")} {
		s = without(s, secret)
	}
	if strings.Contains(s, "@") {
		s = anAddress.ReplaceAllString(s, hidden)
	}
	s = without(without(s, local), domain)
	if strings.Contains(s, "?") {
		s = query.ReplaceAllString(s, "")
	}
	s = grouped.ReplaceAllString(s, hidden)
	s = word.ReplaceAllStringFunc(s, func(w string) string {
		if sixDigits.MatchString(w) || code.Valid(code.Normalise(w), code.EmailSymbols+1) {
			return hidden
		}
		return w
	})
	return short(s, detailMost)
}

// plain says whether a text is ASCII: letters of other scripts may stand for an
// ASCII one in another case.
func plain(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// without replaces a secret wherever it stands for itself, in any letter case.
func without(s, secret string) string {
	if secret == "" || plain(secret) && !strings.Contains(strings.ToLower(s), strings.ToLower(secret)) {
		return s
	}
	secret = strings.Map(func(r rune) rune { // bytes that are no letter are blanks in s, too
		if r == utf8.RuneError {
			return ' '
		}
		return r
	}, secret)
	return regexp.MustCompile(`(?i)(^|[^0-9a-z])`+regexp.QuoteMeta(secret)+`($|[^0-9a-z])`).ReplaceAllString(s, "${1}"+hidden+"${2}")
}
