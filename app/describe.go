package app

import (
	"context"
	"errors"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// Warnings of a Status that are not errors of a code.
const (
	warnAside = "app.warning.set_aside"
	warnClock = "error." + api.CodeClockBack
	warnEnded = "app.warning.certificate_ended"
)

// Status says how this computer stands, from this computer's own files alone.
// It asks nobody and cannot fail: what cannot be read is among its Warnings.
func (c *Client) Status(ctx context.Context) Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	id, st, err := c.records()
	if err != nil {
		return c.blind(err)
	}
	return c.describe(ctx, c.look(ctx, id, st))
}

func (s *session) status(ctx context.Context) Status {
	return s.describe(ctx, s.look(ctx, s.id, s.state))
}

// blind is the status of a profile whose identity cannot be read.
func (c *Client) blind(err error) Status {
	return Status{
		State: NotEnrolled, Server: ServerAway, Access: AccessNone, Drift: []Drift{},
		Warnings: []string{"error." + api.CodeOf(err)},
	}
}

func (c *Client) describe(ctx context.Context, v *view) Status {
	st := Status{
		State: v.now, Access: v.access, Server: ServerAway, Drift: []Drift{}, Warnings: c.warnings(v),
		Accepted: c.accepted,
	}
	if c.reached != "" {
		st.Server = c.reached
	}
	if v.id != nil {
		st.ServerURL = v.id.Server
	} else {
		st.ServerURL = c.address()
	}
	if !enrolled(v.id) {
		return st
	}
	st.Account, st.Device = v.id.Account, v.id.Name
	st.Checked, st.HoldUntil = v.state.Checked, v.state.HoldUntil
	st.Challenge, st.ContactLost = challengeFrom(v.state.Challenge), v.state.ContactLost
	st.NewKeys = len(v.state.Strange) > 0
	st.Windows, st.Flags, st.Rotating = windowsFrom(v.state.Windows, c.cfg.Now()), v.state.Flags, v.state.Rotate != 0
	if v.keys != nil {
		st.Keystore = v.keys.store.Kind()
		st.Chip, st.ChipTrouble = v.keys.hardware(), chipTrouble(v.keys.trouble)
		st.Drift = c.drift(v)
	}
	if v.claims != nil {
		st.Certificate = &Certificate{
			Expires: time.Unix(v.claims.Expires, 0).UTC().Format(time.RFC3339),
			Policy:  v.claims.Policy, Assurance: v.claims.Assurance,
		}
	}
	if v.vault != nil {
		st.Binding = &Binding{Policy: v.policy.Name, Kinds: v.vault.Kinds(), Slots: v.vault.Slots(), Chip: v.keys.hardware() != ""}
	}
	return st
}

// warnings lists what is wrong, weightiest first.
func (c *Client) warnings(v *view) []string {
	out := []string{}
	add := func(err error) {
		if code := api.CodeOf(err); code != "" {
			out = append(out, "error."+code)
		}
	}
	add(v.keysErr)
	if code := api.CodeOf(v.vaultErr); v.keys != nil && code != api.CodeVaultLocked && (code != api.CodeVaultMissing || v.state.Vault) {
		add(v.vaultErr)
	}
	if v.state.OtherKeys {
		add(api.NewError(api.CodeServerKeys))
	}
	if v.facts.ClockBack {
		out = append(out, warnClock)
	}
	if v.facts.Proof == ProofExpired {
		out = append(out, warnEnded)
	}
	if c.notes[warnAside] {
		out = append(out, warnAside)
	}
	return out
}

func challengeFrom(ch *api.Challenge) *Challenge {
	if ch == nil {
		return nil
	}
	out := &Challenge{
		Reference: ch.Reference, State: ch.State, Reason: ch.Reason, Channel: ch.Channel, Destination: ch.Destination,
		Expires: ch.Expires, NextSend: ch.NextSend, NextTry: ch.NextTry, TriesLeft: ch.TriesLeft, Opened: ch.Opened,
		CodeKind: ch.CodeKind, CodeLength: ch.CodeLength, Sender: ch.Sender, Subject: ch.Subject, Outbox: ch.Outbox,
		Deliveries: []Delivery{},
	}
	out.Ways = waysFrom(ch.Ways)
	for _, d := range ch.Deliveries {
		out.Deliveries = append(out.Deliveries, deliveryFrom(d))
	}
	return out
}

func deliveryFrom(d api.Delivery) Delivery {
	return Delivery{
		Channel: d.Channel, State: d.State, At: d.At, Detail: d.Detail, NextTry: d.NextTry, MessageID: d.MessageID,
		Destination: d.Destination,
	}
}

func waysFrom(list []api.Way) []Way {
	var out []Way
	for _, w := range list {
		out = append(out, Way{Channel: w.Channel, Destination: w.Destination, InUse: w.InUse, Failing: w.Failing, Paused: w.Paused})
	}
	return out
}

// windowsFrom gives the windows that have not ended.
func windowsFrom(list []api.Window, now time.Time) []Window {
	var out []Window
	for _, w := range list {
		if to, err := time.Parse(time.RFC3339, w.To); err == nil && !now.Before(to) {
			continue
		}
		out = append(out, Window{
			ID: w.ID, Origin: w.Origin, Kinds: some(w.Kinds), Groups: some(w.Groups), Flags: some(w.Flags),
			From: w.From, To: w.To, Note: w.Note,
		})
	}
	return out
}

// some gives a list that is never nil, which JSON would call null.
func some(list []string) []string { return append([]string{}, list...) }

// Fingerprint reads this computer. Values stay in the result's Value fields and
// are for this computer alone.
func (c *Client) Fingerprint(ctx context.Context) (fingerprint.Snapshot, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id, err := c.loadIdentity(); err == nil {
		c.loadRules(id)
	}
	s, err := c.readWith(ctx)
	var e *api.Error
	if err != nil && !errors.As(err, &e) {
		err = api.Wrap(api.CodeReadFailed, err, "report")
	}
	return s, err
}
