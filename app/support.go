package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// Report is a text for whoever helps: what state this computer is in and which
// kinds could be read. It holds no value, serial number, address, account or
// name, so that it may be shown to anyone.
func (c *Client) Report(ctx context.Context) (string, error) {
	st := c.Status(ctx)
	var b strings.Builder
	line := func(name string, value any) { fmt.Fprintf(&b, "%s: %v\n", name, value) }
	line("holdfast", c.cfg.Version)
	line("time", c.cfg.Now().UTC().Format(time.RFC3339))
	line("state", st.State)
	line("server", st.Server)
	line("keystore", st.Keystore)
	line("chip", strings.TrimSpace(st.Chip+" "+st.ChipTrouble))
	line("checked", st.Checked)
	for _, w := range st.Warnings {
		line("warning", w)
	}
	if ch := st.Challenge; ch != nil {
		line("challenge", fmt.Sprintf("%s %s %s, tries left %d", ch.Reference, ch.Reason, ch.State, ch.TriesLeft))
		for _, d := range ch.Deliveries {
			line("delivery", strings.TrimSpace(fmt.Sprintf("%s %s %s %s", d.Channel, d.State, d.At, d.Detail)))
		}
	}
	if st.Certificate != nil {
		line("certificate", st.Certificate.Policy+" until "+st.Certificate.Expires)
	}
	if st.Binding != nil {
		line("binding", fmt.Sprintf("%s, slots %d", strings.Join(st.Binding.Kinds, " "), st.Binding.Slots))
	}
	for _, d := range st.Drift {
		line("drift", d.Class+" "+d.Kind+" "+d.Change)
	}
	snapshot, err := c.Fingerprint(ctx)
	if err != nil {
		return b.String(), err
	}
	line("platform", fmt.Sprintf("%s, schema %d, read in %d ms, partial %v",
		snapshot.Platform, snapshot.Schema, snapshot.Took.Milliseconds(), snapshot.Partial))
	for _, k := range kindsRead(snapshot) {
		line("read", k)
	}
	return b.String(), nil
}

// kindsRead counts components by kind and state: "hardware disk present 2".
func kindsRead(s fingerprint.Snapshot) []string {
	counts := map[string]int{}
	for _, c := range s.Components {
		counts[strings.TrimSpace(fmt.Sprintf("%s %s %s %s", c.Class, c.Kind, c.State, c.Reason))]++
	}
	var out []string
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, fmt.Sprintf("%s × %d", what, counts[what]))
	}
	return out
}
