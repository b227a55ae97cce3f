package server

import (
	"encoding/json"

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
}

// event adds a row to the account's log that the device's history tells of.
// The event is one of the api.Event constants. A device without an id stands for
// all computers of its account.
func (w *work) event(dev Device, event string, f eventFacts) error {
	return w.eventBy(actorDevice, dev, event, f)
}

func (w *work) eventBy(actor string, dev Device, event string, f eventFacts) error {
	facts, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return w.record(AuditRow{
		Account: dev.Account, Actor: actor, Device: dev.ID, Event: event, Result: f.Result, Facts: string(facts),
	})
}
