package deliver

import (
	"regexp"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api/code"
)

// queuedAs finds what a relay calls a message in its reply to the text, in the
// ways of Postfix ("queued as 4F8A1C"), Exim ("OK id=1t0-0001-Xy"), Sendmail
// ("4AM9x Message accepted"), Microsoft ("[InternalId=281]") and relays that end
// in "Ok 0102-abc".
var queuedAs = []*regexp.Regexp{
	regexp.MustCompile(`(?i)\bqueued (?:mail )?as ([0-9A-Za-z._-]{4,80})`),
	regexp.MustCompile(`(?i)\bInternalId=([0-9]{4,40})`),
	regexp.MustCompile(`(?i)\bid=([0-9A-Za-z._-]{4,80})`),
	regexp.MustCompile(`(?i)\b([0-9A-Za-z._-]{6,80}) Message accepted\b`),
	regexp.MustCompile(`(?i)^(?:2\.\d\.\d )?Ok:? ([0-9A-Za-z._-]{12,80})$`),
}

// transcriptID gives the relay's own name of a letter that it took, by which its
// operator finds what became of it; empty where the reply holds none. A reply
// that repeats the code never gives one.
func transcriptID(reply string, l Letter) string {
	for _, shape := range queuedAs {
		m := shape.FindStringSubmatch(strings.TrimSpace(reply))
		if m == nil {
			continue
		}
		id := strings.TrimRight(m[1], ".")
		plain := code.Normalise(l.Code)
		if plain != "" && strings.Contains(code.Normalise(id), plain) {
			return ""
		}
		return id
	}
	return ""
}
