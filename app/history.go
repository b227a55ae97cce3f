package app

import (
	"context"
	"slices"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/remote"
)

// Event is one thing that happened to this computer: what changed, and whether a
// code was asked for.
type Event struct {
	At    string `json:"at"`    // RFC 3339 UTC, the server's time
	Event string `json:"event"` // one of api.Event*
	// Reason and Reference are of the code that it is about; else empty.
	Reason    string   `json:"reason,omitempty"`
	Reference string   `json:"reference,omitempty"`
	Drift     []Drift  `json:"drift"`
	Flags     []string `json:"flags,omitempty"`
	// Window is the change window that listed the drift, or empty.
	Window string `json:"window,omitempty"`
	// Asked says that a code was asked for.
	Asked bool `json:"asked"`
	// By is the role of whoever did it at the server's console (owner, staff, auditor,
	// operator); empty where this computer or the server itself did.
	By string `json:"by,omitempty"`
}

// Bounds of one look at the history.
const (
	mostEvents = 1000
	mostPages  = 50
)

// History tells what happened to this computer, newest first: the server's events,
// with what this computer noted itself (models and versions before and after).
// Where the server cannot be asked, the events are this computer's own alone, and
// the error says why: list and error are then both to be told.
func (c *Client) History(ctx context.Context) ([]Event, error) {
	s, err := c.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer s.end()
	r, k, err := s.need(ctx)
	if err != nil {
		return nil, err
	}
	own, _, err := s.loadJournal(k)
	if err != nil {
		return nil, err
	}
	told, err := s.events(ctx, r, k)
	s.asked(err)
	return merge(told, own), err
}

// events reads the server's pages.
func (s *session) events(ctx context.Context, r *remote.Client, k *keyring) ([]api.Event, error) {
	var out []api.Event
	before := int64(0)
	for range mostPages {
		page, err := r.History(ctx, k.signer(), s.id.Device, before)
		if err != nil {
			return out, err
		}
		out = append(out, page.Events...)
		if before = page.Before; before == 0 || len(out) >= mostEvents {
			break
		}
	}
	return out, nil
}

// merge puts the server's events (newest first) and the journal (oldest first)
// into one list, newest first. What both know stands there once, with the models
// and versions of the journal.
func merge(told []api.Event, own []entry) []Event {
	out := make([]Event, len(told))
	free := make([]bool, len(told))
	for i, e := range told {
		out[i], free[i] = eventFrom(e), true
	}
	for _, e := range own {
		if i := match(told, free, e); i >= 0 {
			free[i] = false
			out[i].Drift = named(e.Drift, out[i].Drift)
			continue
		}
		out = append(out, Event{
			At: e.At, Event: e.Event, Reason: e.Reason, Reference: e.Reference, Drift: someDrift(e.Drift), Flags: e.Flags,
			Window: e.Window, Asked: askedFor(e.Event),
		})
	}
	slices.SortStableFunc(out, func(a, b Event) int { return moment(b.At).Compare(moment(a.At)) })
	toldOnce(out)
	return out
}

func moment(at string) time.Time {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return time.Time{}
	}
	return t
}

func eventFrom(e api.Event) Event {
	return Event{
		At: e.At, Event: e.Event, Reason: e.Reason, Reference: e.Reference, Drift: withKinds(nil, e.Changes), Flags: e.Flags,
		Window: e.Window, Asked: askedFor(e.Event), By: e.By,
	}
}

func askedFor(event string) bool {
	return event == api.EventAsked || event == api.EventActivated || event == api.EventWrongCodes
}

// How far an entry of the journal may be from its event of the server: an answer
// that was lost is made up for at the next check-in, and the server tells its time
// in whole seconds.
const (
	matchBefore = 24 * time.Hour
	matchAfter  = 5 * time.Second
)

// match gives the server's event that an entry is about, or -1: by the reference
// where there is one, else the nearest of its kind that names the same things.
func match(told []api.Event, free []bool, e entry) int {
	best, at := -1, moment(e.At)
	for i, t := range told {
		if !free[i] || t.Event != e.Event || t.Reference != e.Reference {
			continue
		}
		ago := at.Sub(moment(t.At))
		if ago > matchBefore || ago < -matchAfter || e.Reference == "" && !alike(t.Changes, e.Drift) {
			continue
		}
		if best < 0 || ago.Abs() < at.Sub(moment(told[best].At)).Abs() {
			best = i
		}
	}
	return best
}

// alike says that the server's kinds and the journal's drift can be the same
// event: they share a kind, or one of them names none.
func alike(told []api.Change, own []Drift) bool {
	if len(told) == 0 || len(own) == 0 {
		return true
	}
	return slices.ContainsFunc(told, func(c api.Change) bool { return slices.Contains(kindsIn(own), c.Kind) })
}

// named gives the journal's drift, and of the server's what that does not name.
func named(own, told []Drift) []Drift {
	out := someDrift(own)
	for _, d := range told {
		if !slices.Contains(kindsIn(own), d.Kind) {
			out = append(out, d)
		}
	}
	return out
}

func someDrift(list []Drift) []Drift { return append([]Drift{}, list...) }

// toldOnce moves what a typed code confirmed to the event that asked for it, which
// is where a person looks for the reason.
func toldOnce(list []Event) {
	for i := range list {
		if list[i].Event != api.EventActivated || list[i].Reference == "" {
			continue
		}
		for j := i + 1; j < len(list); j++ { // older
			a := &list[j]
			if a.Event != api.EventAsked || a.Reference != list[i].Reference {
				continue
			}
			if covers(kindsIn(a.Drift), kindsIn(list[i].Drift)) {
				a.Drift, list[i].Drift = named(list[i].Drift, a.Drift), []Drift{}
			}
			break
		}
	}
}

func covers(all, some []string) bool {
	return !slices.ContainsFunc(some, func(k string) bool { return !slices.Contains(all, k) })
}
