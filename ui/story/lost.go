package story

import (
	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/ui/screen"
)

// losses are what a person sees after the server lost something: the address, the
// share of a vault, or its own keys.
func losses() []Story {
	lost := func(v screen.View) screen.View {
		return with(v, func(v *screen.View) { v.Status.ContactLost = true })
	}
	unsent := func(v screen.View) screen.View {
		return lost(challenge(v, func(ch *app.Challenge) { ch.Destination, ch.Deliveries = "•••", nil }))
	}
	warned := func(code string) screen.View {
		return with(Activated(), func(v *screen.View) { v.Status.Warnings = []string{"error." + code} })
	}
	return []Story{
		{Name: "address-empty", View: at0(lost(Activated()), screen.AtAddress)},
		{Name: "address-waiting", View: at0(unsent(Changed()), screen.AtAddress)},
		{Name: "home-address-lost", View: lost(Activated())},
		{Name: "changed-address-lost", View: unsent(Changed())},
		{Name: "changed-address-code", View: lost(challenge(Changed(), func(ch *app.Challenge) { ch.Reason = api.ReasonEmail }))},
		{Name: "changed-address-given", View: with(Changed(), func(v *screen.View) { v.Notice = &screen.Notice{Key: "ui.notice.email"} })},
		{Name: "limited-address-lost", View: unsent(Limited())},
		{Name: "pending-address-lost", View: unsent(Pending())},
		{Name: "home-new-keys", View: with(Activated(), func(v *screen.View) { v.Status.NewKeys = true })},
		{Name: "address-keys", View: with(at0(Activated(), screen.AtAddress), func(v *screen.View) { v.Status.NewKeys = true })},
		{Name: "home-other-keys", View: warned(api.CodeServerKeys)},
		{Name: "home-vault-lost", View: with(warned(api.CodeVaultLost), func(v *screen.View) {
			v.Status.Access, v.Keys = app.AccessNone, nil
		})},
	}
}
