package app

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// maxJournal bounds this computer's own journal; the oldest entries go.
const maxJournal = 500

// entry is one thing in this computer's journal: what the server cannot know,
// models and versions before and after. Identifiers are never in it.
type entry struct {
	At        string   `json:"at"` // the server's time
	Event     string   `json:"event"`
	Reason    string   `json:"reason,omitempty"`
	Reference string   `json:"reference,omitempty"`
	Drift     []Drift  `json:"drift,omitempty"`
	Flags     []string `json:"flags,omitempty"`
	Window    string   `json:"window,omitempty"`
	// Sum tells the labels that held afterwards, to find an entry whose write a
	// kill left as the last thing done.
	Sum string `json:"sum,omitempty"`
}

// happened is what of a reply and this computer becomes entries.
type happened struct {
	moved  []Drift
	first  bool // no labels before: nothing can be named
	turned bool // the vault was rotated
	sum    string
}

// loadJournal gives the journal, oldest first. A broken one is set aside and
// forgotten; a newer one is left alone, and ok is then false.
func (c *Client) loadJournal(k *keyring) (list []entry, ok bool, err error) {
	err = vault.LoadHistory(c.cfg.Disk, c.path(historyFile), k.ring, &list)
	switch api.CodeOf(err) {
	case "":
		return list, true, nil
	case api.CodeStateNewer:
		return nil, false, nil
	case api.CodeStateBroken:
		if _, err := c.cfg.Disk.SetAside(c.path(historyFile)); err != nil {
			return nil, false, fileError(err)
		}
		c.notes[warnAside] = true
		return nil, true, nil
	}
	return nil, false, fileError(err)
}

// note writes what happened into the journal, before the labels move on: a kill
// in between is found by the sum, so that nothing stands there twice.
func (s *session) note(v *view, reply api.DeviceReply, h happened) error {
	fresh := entriesFrom(v, reply, h)
	if len(fresh) == 0 {
		return nil
	}
	list, ok, err := s.loadJournal(v.keys)
	if err != nil || !ok {
		return err
	}
	for _, e := range fresh {
		list = appendEntry(list, e, len(h.moved) > 0 || h.first)
	}
	list = list[max(0, len(list)-maxJournal):]
	return fileError(vault.SaveHistory(s.cfg.Disk, s.cfg.Rand, s.path(historyFile), v.keys.ring, list))
}

// appendEntry adds an entry; again says that the labels have not moved on since,
// so that an equal last entry is the same event.
func appendEntry(list []entry, e entry, again bool) []entry {
	same := func(o entry) bool {
		if e.Reference != "" {
			return o.Event == e.Event && o.Reference == e.Reference && o.Reason == e.Reason
		}
		return again && o.Event == e.Event && e.Event != api.EventRotated && o.Sum == e.Sum
	}
	if n := len(list); n > 0 && same(list[n-1]) {
		if len(list[n-1].Drift) > len(e.Drift) {
			return list
		}
		list = list[:n-1]
	}
	return append(list, e)
}

// entriesFrom says what a reply means for this computer.
func entriesFrom(v *view, reply api.DeviceReply, h happened) []entry {
	var out []entry
	e := entry{At: reply.Time, Drift: withKinds(h.moved, reply.Changes), Flags: reply.Flags, Window: reply.Window, Sum: h.sum}
	ch := v.state.Challenge
	switch {
	case asks(ch) && (v.typed || h.first || len(h.moved) > 0):
		// Without a typed code this is a lost answer that is made up for.
		e.Event, e.Reason, e.Reference = api.EventActivated, ch.Reason, ch.Reference
		out = append(out, e)
	case !asks(ch) && !h.first && len(e.Drift) > 0:
		e.Event = api.EventAccepted
		out = append(out, e)
	}
	if h.turned {
		out = append(out, entry{At: reply.Time, Event: api.EventRotated, Sum: h.sum})
	}
	return out
}

// labelSum tells one list of models and versions from another.
func labelSum(s fingerprint.Snapshot) string {
	raw, err := json.Marshal(vault.Nameable(s.Labels()))
	if err != nil {
		panic(err) // labels are plain texts
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

// kindsIn are the kinds that a list names.
func kindsIn(list []Drift) []string {
	var out []string
	for _, d := range list {
		if !slices.Contains(out, d.Kind) {
			out = append(out, d.Kind)
		}
	}
	return out
}
