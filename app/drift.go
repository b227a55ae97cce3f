package app

import (
	"context"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// drift names what differs from the last activation: models and versions by the
// labels kept here, and identifiers, which are kept nowhere, by the kinds that
// the server named.
func (c *Client) drift(v *view) []Drift {
	before, err := vault.LoadLabels(c.cfg.Disk, c.path(labelsFile), v.keys.ring)
	if err != nil {
		c.cfg.Log.Warn("labels", "error", err)
	}
	if err != nil || !v.read || len(before) == 0 {
		return withKinds(nil, toldChanges(v.state))
	}
	return withKinds(labelDrift(before, v.snapshot), toldChanges(v.state))
}

// labelDrift names what differs from labels.
func labelDrift(before []fingerprint.Label, now fingerprint.Snapshot) []Drift {
	var out []Drift
	for _, ch := range fingerprint.Drift(before, now.Labels()) {
		out = append(out, Drift{
			Class: string(ch.Class), Kind: ch.Kind, Change: ch.Change, Before: ch.Before, After: ch.After, Count: 1,
		})
	}
	return out
}

// withKinds adds the kinds that only the server could name, heaviest first.
func withKinds(named []Drift, told []api.Change) []Drift {
	out := append([]Drift{}, named...)
	for _, ch := range told {
		if !slices.ContainsFunc(named, func(d Drift) bool { return d.Kind == ch.Kind }) {
			out = append(out, Drift{Class: ch.Class, Kind: ch.Kind, Change: ch.Change, Count: max(1, ch.Count)})
		}
	}
	slices.SortStableFunc(out, func(a, b Drift) int { return fingerprint.Weight(b.Kind) - fingerprint.Weight(a.Kind) })
	return out
}

// toldChanges are the kinds that the server said differ, while that is open.
func toldChanges(st *record) []api.Change {
	if st.Challenge != nil && len(st.Challenge.Changes) > 0 {
		return st.Challenge.Changes
	}
	if st.Told == api.DeviceActivated {
		return nil
	}
	return st.Changes
}

// Drift lists what differs from the last activation; see Status.Drift.
func (c *Client) Drift(ctx context.Context) ([]Drift, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id, st, err := c.records()
	if err != nil {
		return nil, err
	}
	if !enrolled(id) {
		return nil, api.NewError(api.CodeNotEnrolled, "register")
	}
	v := c.look(ctx, id, st)
	if v.keysErr != nil {
		return nil, v.keysErr
	}
	return c.drift(v), nil
}
