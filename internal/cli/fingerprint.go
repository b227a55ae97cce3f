package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// fingerprintDoc is the JSON of "fingerprint". It holds no value and no
// identifier, not even a masked one.
type fingerprintDoc struct {
	Schema     int            `json:"schema"`
	Platform   string         `json:"platform"`
	TookMS     int64          `json:"took_ms"`
	Partial    bool           `json:"partial"`
	Components []componentDoc `json:"components"`
	// Drift is there with --drift only.
	Drift *[]app.Drift `json:"drift,omitempty"`
}

type componentDoc struct {
	Class  string `json:"class"`
	Kind   string `json:"kind"`
	Place  string `json:"place"`
	State  string `json:"state"`
	Label  string `json:"label"`
	Reason string `json:"reason"`
}

func readComputer(ctx context.Context, c *call) (reply, error) {
	client, err := c.client()
	if err != nil {
		return reply{}, err
	}
	defer client.Close()
	s, err := client.Fingerprint(ctx)
	if err != nil {
		return reply{}, err
	}
	doc := fingerprintDoc{Schema: s.Schema, Platform: s.Platform, TookMS: s.Took.Milliseconds(), Partial: s.Partial, Components: []componentDoc{}}
	for _, p := range s.Components {
		doc.Components = append(doc.Components, componentDoc{
			Class: string(p.Class), Kind: p.Kind, Place: p.Place, State: string(p.State), Label: p.Label, Reason: p.Reason,
		})
	}
	if !c.flags.is("drift") {
		return reply{doc: doc, text: func(w io.Writer) { c.components(w, s) }}, nil
	}
	drift, err := client.Drift(ctx)
	if err != nil {
		return reply{}, err
	}
	doc.Drift = &drift
	return reply{doc: doc, text: func(w io.Writer) { c.differences(w, drift) }}, nil
}

func (c *call) differences(w io.Writer, list []app.Drift) {
	if len(list) == 0 {
		c.line(w, "cli.drift.none")
		return
	}
	c.drift(w, list)
}

// components tells what was read, class by class.
func (c *call) components(w io.Writer, s fingerprint.Snapshot) {
	var class fingerprint.Class
	for _, p := range s.Components {
		if p.Class != class {
			class = p.Class
			c.line(w, "class."+string(class))
		}
		fmt.Fprintf(w, "  %s: %s\n", c.kind(p.Kind), c.fact(p))
	}
	c.line(w, "cli.read", text.Data{"Milliseconds": s.Took.Milliseconds()})
	if s.Partial {
		c.line(w, "cli.read.partial")
	}
}

// fact is what a component says: its label, a masked identifier, or why there
// is neither.
func (c *call) fact(p fingerprint.Component) string {
	if p.State != fingerprint.Present {
		return c.lack(p)
	}
	label := p.Label
	if said, err := c.say.Try("value." + p.Kind + "." + label); err == nil {
		label = said
	}
	switch {
	case label == "" && p.Masked == "":
		return c.say.T("drift.state.present")
	case label == "":
		return p.Masked
	case p.Masked == "":
		return label
	default:
		return label + " (" + p.Masked + ")"
	}
}

func (c *call) lack(p fingerprint.Component) string {
	state := c.say.T("drift.state." + string(p.State))
	why, err := c.say.Try("reason." + p.Reason)
	if err != nil {
		return state
	}
	return state + ". " + why
}
