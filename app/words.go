package app

import (
	"errors"
	"maps"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// hintsOf says what to do next about a code, where the error names no hints.
var hintsOf = map[string][]string{
	api.CodeServerAway:      {"online"},
	api.CodeAnswerLost:      {"check"},
	api.CodeProxySignIn:     {"proxy"},
	api.CodeServerKeys:      {"server_keys"},
	api.CodeRevoked:         {"revoked"},
	api.CodeUnknownKey:      {"revoked"},
	api.CodeNoPlaces:        {"places"},
	api.CodeUsed:            {"check"},
	api.CodeChannel:         {"ways"},
	api.CodeExpired:         {"send"},
	api.CodeVaultLocked:     {"check"},
	api.CodeVaultNewer:      {"update"},
	api.CodeVaultMissing:    {"restore"},
	api.CodeVaultBroken:     {"restore"},
	api.CodeVaultLost:       {"restore"},
	api.CodeStateNewer:      {"update"},
	api.CodeKeyringLocked:   {"keyring", "passphrase_file"},
	api.CodeKeyringTimeout:  {"keyring", "passphrase_file"},
	api.CodeKeyringAbsent:   {"passphrase_file"},
	api.CodeKeyringLost:     {"lost_keyring"},
	api.CodeChallengeLocked: {"check"},
	api.CodeImageKeys:       {"backup"},
	api.CodeWindowOpen:      {"status"},
}

// Spoken is an error in a person's words.
type Spoken struct {
	Code  string
	Text  string
	Hints []string
}

// Say puts an error into words: one sentence, then what to do next. Times are
// told in loc. Any error that is not an *api.Error is told as an unexpected one.
func Say(p *text.Printer, err error, loc *time.Location) Spoken {
	e := &api.Error{Code: api.CodeInternal}
	errors.As(err, &e)
	data := text.Data{}
	for k, v := range e.Args {
		data[k] = v
	}
	key := "error." + e.Code
	if !e.RetryAt.IsZero() {
		data["At"] = e.RetryAt.In(loc).Format("15:04")
	}
	out := Spoken{Code: e.Code, Text: first(p, data, variants(key, e)...)}
	hints := e.Hints
	if len(hints) == 0 {
		hints = hintsOf[e.Code]
	}
	for _, h := range hints {
		if s, err := p.Try("hint." + h); err == nil {
			out.Hints = append(out.Hints, s)
		}
	}
	return out
}

// variants are the keys of a code's sentence, the most telling first.
func variants(key string, e *api.Error) []string {
	var out []string
	if !e.RetryAt.IsZero() {
		out = append(out, key+".at")
	}
	if e.Code == api.CodeExpired && challengeOf(e) != nil && e.RetryAt.IsZero() {
		out = append(out, key+".sent")
	}
	return append(out, key, "error."+api.CodeInternal)
}

// first says the first of some keys that has a sentence for this data.
func first(p *text.Printer, data text.Data, keys ...string) string {
	// A plain sentence has no plural forms, and a count would look for one.
	plain := maps.Clone(data)
	delete(plain, "Count")
	for _, key := range keys {
		if s, err := p.Try(key, data); err == nil {
			return s
		}
		if s, err := p.Try(key, plain); err == nil {
			return s
		}
	}
	return p.T(keys[len(keys)-1])
}

// SayDrift puts a difference into words: "Graphics driver: 550.54 → 560.35".
func SayDrift(p *text.Printer, d Drift) string {
	data := text.Data{"Before": d.Before, "After": d.After, "Count": max(1, d.Count)}
	data["Kind"] = first(p, text.Data{}, "drift.kind."+d.Kind, "drift.kind.other")
	what := d.Change
	if d.Before == "" && d.After == "" {
		what += ".plain"
	}
	return first(p, data, "drift."+d.Kind+"."+what, "drift.change."+what, "drift.change.changed.plain")
}
