package story

import (
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
)

// History is a quarter of a year in the life of a computer, newest first.
func History() []app.Event {
	ago := func(days, hour, minute int) string {
		return time.Date(2026, 11, 22, hour, minute, 0, 0, Now.Location()).AddDate(0, 0, -days).UTC().Format(time.RFC3339)
	}
	updates := func(at, before, after string, count int) app.Event {
		return app.Event{At: at, Event: api.EventAccepted, Drift: []app.Drift{
			{Class: "os", Kind: "kernel", Change: api.Changed, Before: before, After: after, Count: 1},
			{Class: "sysapp", Kind: "package", Change: api.Changed, Count: count},
		}}
	}
	return []app.Event{
		{At: ago(0, 10, 41), Event: api.EventAccepted, Drift: Drift()[2:4]},
		updates(ago(1, 8, 12), "6.1.0-27", "6.1.0-28", 14),
		{
			At: ago(5, 19, 20), Event: api.EventActivated, Reason: api.ReasonChanged, Reference: "K7Q",
			Drift: []app.Drift{{Class: "hardware", Kind: "boot-disk", Change: api.Changed, Count: 1}, Drift()[1]},
		},
		{At: ago(5, 19, 18), Event: api.EventSentAgain, Reference: "K7Q", By: "staff"},
		{At: ago(5, 19, 16), Event: api.EventAsked, Reason: api.ReasonChanged, Reference: "K7Q", Asked: true},
		{At: ago(6, 16, 1), Event: api.EventViewed, By: "staff"},
		{At: ago(8, 11, 30), Event: api.EventHeld, Reason: "suspicion", By: "owner"},
		updates(ago(12, 9, 5), "6.1.0-26", "6.1.0-27", 9),
		{At: ago(16, 21, 44), Event: api.EventAccepted, Flags: []string{api.FlagNewDriver}, Drift: []app.Drift{
			{Class: "driver", Kind: "module", Change: api.Added, After: "vboxdrv 7.0.20", Count: 1},
		}},
		{At: ago(20, 12, 0), Event: api.EventRotated},
		updates(ago(33, 7, 58), "6.1.0-25", "6.1.0-26", 31),
		updates(ago(47, 8, 30), "6.1.0-23", "6.1.0-25", 12),
		{At: ago(61, 18, 2), Event: api.EventActivated, Reason: api.ReasonRegister, Reference: "2MX"},
		{At: ago(61, 17, 58), Event: api.EventAsked, Reason: api.ReasonRegister, Reference: "2MX", Asked: true},
	}
}
