package fingerprint

import (
	"regexp"
	"strings"
)

// placeholderText matches, on the folded text, what makers write where they
// have nothing to say.
var placeholderText = regexp.MustCompile(`^(` + strings.Join([]string{
	`to be filled.*`, `tobefilled.*`, `fill by oem`, `default ?string`, `\$\(.*`,
	`not (specified|available|applicable|present|settable|defined)`,
	`no(ne| asset.*| dimm| enclosure)?`, `n/?a`, `null`, `\(null.*`, `empty`, `unknown?`, `undefined?`, `invalid`,
	`oem.*`, `o\.e\.m\.?`, `standard`, `system (serial|product|manufacturer|version|sku).*`,
	`system ?serial ?numb.*`, `(base|main) ?board.*serial.*`, `(base|main) ?board (product|manufacturer|version).*`, `mb-?12345.*`, `sys-?(1234|9876).*`, `sn-?12345.*`,
	`chassis (serial|version|manufacture).*`, `type[0-9].*`, `asset.?tag.*`, `asset-?[0-9]+`, `sernum[0-9]*`,
	`serial ?number.*`, `partnum.*`, `manufacturer[0-9]+`, `modulepartnumber.*`, `array[0-9]_.*`, `nnnn+`, `eval`,
	`iatpass`, `tulip computers`, `<.*>`, `insyde`, `all series`, `sku`, `bsn12345.*`, `123456789.*`, `0123456789.*`,
}, "|") + `)$`)

// shortestSerial is how many characters a serial number has at least.
const shortestSerial = 4

// rejectText says whether a model, a maker or a version is a placeholder.
func rejectText(s string) bool {
	f := fold(s)
	return oneCharacter(f) || placeholderText.MatchString(f)
}

// rejectSerial says whether a serial number is a placeholder.
func rejectSerial(s string) bool {
	f := fold(s)
	plain := strings.ReplaceAll(f, "-", "")
	return len(f) < shortestSerial || len(squeeze(f)) < shortestSerial || distinct([]byte(plain)) < 3 ||
		ascending(squeeze(f)) || rejectText(f)
}

func oneCharacter(s string) bool {
	return s == "" || strings.Trim(s, s[:1]) == ""
}

// squeeze leaves letters and digits only, for comparing.
func squeeze(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, s)
}

// ascending says whether a text only counts up: 0123456789, 12345678, abcdef.
func ascending(s string) bool {
	for i := 1; i < len(s); i++ {
		if s[i] != s[i-1]+1 && !(s[i-1] == '9' && s[i] == '0') {
			return false
		}
	}
	return len(s) > 1
}
