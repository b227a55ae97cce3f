package cli

import (
	"context"
	"io"
	"path/filepath"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/fingerprint/tags"
)

// tagsDoc is the JSON of "write-tags": what became of each kind, never a value.
type tagsDoc struct {
	Tags []tagDoc `json:"tags"`
}

type tagDoc struct {
	Kind   string `json:"kind"`
	State  string `json:"state"`
	Reason string `json:"reason"`
}

// writeTags is what the system's own service runs at each start.
func writeTags(ctx context.Context, c *call) (reply, error) {
	if !c.Admin() {
		return reply{}, api.NewError(api.CodeNeedsAdmin)
	}
	source, err := c.computer()
	if err != nil {
		return reply{}, err
	}
	list, err := tags.Write(ctx, tags.Config{
		Source: source, Random: c.Rand, Run: filepath.Dir(c.system(tagsFile)), State: filepath.Dir(c.system(tagKeyFile)),
	})
	if err != nil {
		return reply{}, fileError(err)
	}
	doc := tagsDoc{Tags: []tagDoc{}}
	for _, t := range list {
		doc.Tags = append(doc.Tags, tagDoc{Kind: t.Kind, State: string(t.State), Reason: t.Reason})
	}
	return reply{doc: doc, text: func(w io.Writer) { c.line(w, "cli.tags.written") }}, nil
}
