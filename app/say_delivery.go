package app

import (
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// givenUp stands before what was last in the way of a message whose time is over.
const givenUp = "given up: "

// SayDetail says why a message did not go out: in the person's language where the
// server said it in a sentence of its own, and then ours is true; a relay's own
// reply stays as it is.
func SayDetail(p *text.Printer, detail string) (said string, ours bool) {
	rest, over := strings.CutPrefix(detail, givenUp)
	key := "delivery.why." + api.DetailKey(rest)
	if !p.Has(key) {
		if over {
			return p.T("delivery.given-up", text.Data{"Detail": rest}), true
		}
		return detail, false
	}
	said = p.T(key, nil)
	if over {
		said = p.T("delivery.given-up", text.Data{"Detail": said})
	}
	return said, true
}
