package cli

import (
	"context"
	"io"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/fingerprint/rules"
)

// rulesDoc is the JSON of "rules check".
type rulesDoc struct {
	Version int `json:"version"`
	// BuiltIn is the version that this program brings along.
	BuiltIn int `json:"built_in"`
}

// rulesCheck says whether a document of placeholder rules can be used.
func rulesCheck(_ context.Context, c *call) (reply, error) {
	raw, err := c.input(c.args[0])
	if err != nil {
		return reply{}, err
	}
	set, err := rules.Parse(raw)
	if err != nil {
		return reply{}, told{code: api.CodeRulesInvalid, key: "cli.rules.bad", data: text.Data{}, detail: err.Error()}
	}
	doc := rulesDoc{Version: set.Version(), BuiltIn: rules.Default().Version()}
	return reply{doc: doc, text: func(w io.Writer) {
		c.line(w, "cli.rules.good", text.Data{"Version": doc.Version})
		if doc.Version <= doc.BuiltIn {
			c.line(w, "cli.rules.same", text.Data{"Version": doc.BuiltIn})
		}
	}}, nil
}
