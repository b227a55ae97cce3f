package server

import (
	"cmp"
	"context"
	"encoding/json"
	"math"

	"github.com/seed-1feef0b2/holdfast/api"
)

// eventFacts are what the history of a device tells of an event: kinds and
// reasons, never values. They go into the audit row and its hash.
type eventFacts struct {
	// Result is for the log alone: how it came out, such as accepted or frozen.
	Result string `json:"-"`
	// Reason is a challenge's, where the event is about one.
	Reason    string       `json:"reason,omitempty"`
	Reference string       `json:"reference,omitempty"`
	Changes   []api.Change `json:"changes,omitempty"`
	Flags     []string     `json:"flags,omitempty"`
	// Window is the change window that listed the changes.
	Window string `json:"window,omitempty"`
	// By is the role of whoever did it by the console.
	By string `json:"by,omitempty"`
}

// event adds a row to the account's log that the device's history tells of.
// The event is one of the api.Event constants. A device without an id stands for
// all computers of its account.
func (w *work) event(dev Device, event string, f eventFacts) error {
	if w.user.ID == "" {
		return w.eventBy(actorDevice, dev, event, f)
	}
	f.By = string(w.user.Role)
	f.Reason = cmp.Or(f.Reason, w.reason)
	return w.eventBy(f.By, dev, event, f)
}

func (w *work) eventBy(actor string, dev Device, event string, f eventFacts) error {
	facts, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return w.record(AuditRow{
		Account: dev.Account, Actor: actor, Device: dev.ID, Event: event, Result: f.Result, Facts: string(facts), Detail: w.onBehalf(""),
	})
}

// historyPage is how many events one page of a history has.
const historyPage = 50

// History gives a page of what happened to the caller, newest first: the events
// before a sequence number, or the newest where it is 0. What concerns all
// computers of the account is told to those that were active once. Errors: those
// of Device.
func (s *Service) History(ctx context.Context, c Caller, before int64) (api.History, error) {
	return read(ctx, s, c, func(w *work) (api.History, error) {
		dev, err := w.device()
		if err != nil {
			return api.History{}, err
		}
		about := []string{dev.ID}
		if dev.OnceActive {
			about = append(about, "")
		}
		if before == 0 {
			before = math.MaxInt64
		}
		rows, err := w.tx.History(dev.Account, about, before, historyPage+1)
		if err != nil {
			return api.History{}, err
		}
		return historyOf(rows)
	})
}

func historyOf(rows []AuditRow) (api.History, error) {
	h := api.History{Events: []api.Event{}}
	if len(rows) > historyPage {
		rows = rows[:historyPage]
		h.Before = rows[historyPage-1].Seq
	}
	for _, r := range rows {
		var f eventFacts
		if err := json.Unmarshal([]byte(r.Facts), &f); err != nil {
			return h, err
		}
		h.Events = append(h.Events, api.Event{
			Seq: r.Seq, At: stamp(r.At), Event: r.Event, Reason: f.Reason, Reference: f.Reference,
			Changes: f.Changes, Flags: f.Flags, Window: f.Window, By: f.By,
		})
	}
	return h, nil
}
