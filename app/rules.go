package app

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/fingerprint/rules"
)

// rulesRecord keeps the placeholder rules that the server sent, signed as they
// came.
type rulesRecord struct {
	Schema int    `json:"schema"`
	Rules  string `json:"rules"` // compact JWS
}

// rulesClaims are the claims of signed rules.
type rulesClaims struct {
	Issuer   string          `json:"iss"`
	Audience string          `json:"aud"`
	Rules    json.RawMessage `json:"rules"`
}

// verifyRules checks signed placeholder rules and gives them. Errors: rules_invalid.
func verifyRules(compact string, id *identity, past ...string) (*rules.Set, error) {
	payload, err := verifySigned(compact, api.RulesType, id.Issuers, past...)
	if err != nil {
		return nil, api.Wrap(api.CodeRulesInvalid, err)
	}
	var c rulesClaims
	if err := json.Unmarshal(payload, &c); err != nil {
		return nil, api.Wrap(api.CodeRulesInvalid, err)
	}
	if c.Issuer != id.Server || c.Audience != api.Audience {
		return nil, api.Wrap(api.CodeRulesInvalid, errSigned)
	}
	set, err := rules.Parse(c.Rules)
	if err != nil {
		return nil, api.Wrap(api.CodeRulesInvalid, err)
	}
	return set, nil
}

// loadRules gives the rules that this computer is read under: those that the
// server sent, or the program's own where they are as new. It reads the file once
// per run.
func (c *Client) loadRules(id *identity) *rules.Set {
	if c.rules != nil {
		return c.rules
	}
	c.rules = rules.Default()
	if !enrolled(id) {
		defer func() { c.rules = nil }() // the identity may come yet
		return c.rules
	}
	var r rulesRecord
	err := c.load(rulesFile, &r)
	if errors.Is(err, errNoFile) {
		return c.rules
	}
	if err == nil {
		var set *rules.Set
		if set, err = verifyRules(r.Rules, id, c.past...); err == nil && set.Version() > c.rules.Version() {
			c.rules = set
		}
	}
	if err != nil {
		c.cfg.Log.Warn("placeholder rules", "error", err)
	}
	return c.rules
}

// adoptRules takes newer rules over. The vault gets a slot for this computer as
// they see it first, and only then they are kept: a kill in between leaves a
// vault that opens either way. A vault that is there and closed puts it off; the
// server sends them again. Rules that are invalid or not newer change nothing.
func (s *session) adoptRules(ctx context.Context, v *view, compact string) error {
	if compact == "" {
		return nil
	}
	set, err := verifyRules(compact, s.id)
	if err != nil {
		s.cfg.Log.Warn("placeholder rules refused", "error", err)
		return nil
	}
	if set.Version() <= s.loadRules(s.id).Version() || s.open == nil && (v.state.Vault || !vaultMissing(v)) {
		return nil
	}
	was := s.rules
	s.rules = set
	if s.open != nil {
		err = s.slotUnder(ctx, v)
	}
	if err == nil {
		err = s.store(rulesFile, rulesRecord{Schema: recordSchema, Rules: compact})
	}
	if err != nil {
		s.rules = was
	}
	return err
}

func vaultMissing(v *view) bool { return api.CodeOf(v.vaultErr) == api.CodeVaultMissing }

// gone says that nothing brings the vault's keys back but a backup, or this computer
// as it was.
func (v *view) gone() bool { return vaultMissing(v) || api.CodeOf(v.vaultErr) == api.CodeVaultLost }
