package deliver

import (
	"regexp"
	"strings"
)

// digitRun is a run of digits that could be a number or a part of one, with the
// marks that people put into numbers.
var digitRun = regexp.MustCompile(`\+?\(?\d(?:[\s().-]{0,2}\d){5,}`)

// phoneDetail makes a provider's words fit to be stored, logged and shown: one
// line, no number, no code. Error numbers of up to five digits stay.
func phoneDetail(words string, l Letter) string {
	if l.To != "" {
		words = strings.ReplaceAll(words, l.To, hidden)
	}
	return cleanDetail(digitRun.ReplaceAllString(words, hidden), l)
}
