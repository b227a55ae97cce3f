package fingerprint

import "github.com/seed-1feef0b2/holdfast/fingerprint/rules"

// Options say how a computer is read. The zero value reads everything anew
// under the built-in rules.
type Options struct {
	// Rules tell values from placeholders; nil takes the built-in ones.
	Rules *rules.Set
	// Memo keeps long lists between reads while nothing changed; nil reads
	// everything.
	Memo *Memo
	// Raw reads the firmware's own identifiers even where tags of them are
	// there. It is for the service that writes the tags.
	Raw bool
}

func (o Options) rules() *rules.Set {
	if o.Rules != nil {
		return o.Rules
	}
	return rules.Default()
}
