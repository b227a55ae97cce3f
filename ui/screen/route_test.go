package screen

import (
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
)

func view(s app.State, access app.Access, place Place) View {
	return View{Ready: true, Status: app.Status{State: s, Access: access}, Place: place}
}

func with(v View, change func(*View)) View {
	change(&v)
	return v
}

func challenged(reason string) func(*View) {
	return func(v *View) { v.Status.Challenge = &app.Challenge{Reason: reason} }
}

func lostAddress(v *View) { v.Status.ContactLost = true }

func goneVault(v *View) { v.Status.Warnings = []string{"error." + api.CodeVaultLost} }

func TestRoute(t *testing.T) {
	activated := func(p Place) View { return view(app.Activated, app.AccessWrite, p) }
	readOnly := func(p Place) View { return view(app.Limited, app.AccessRead, p) }
	limited := func(p Place) View { return view(app.Limited, app.AccessNone, p) }
	for _, c := range []struct {
		name string
		view View
		want Name
	}{
		{"nothing known", View{}, Starting},
		{"could not start", View{Failed: &Failure{Work: WorkStart}}, Problem},
		{"another failure is no reason", View{Failed: &Failure{Work: WorkCheck}}, Starting},
		{"report while starting", View{Place: AtReport}, Report},
		{"newcomer", view(app.NotEnrolled, app.AccessNone, AtHome), Welcome},
		{"registers", view(app.NotEnrolled, app.AccessNone, AtRegister), Register},
		{"signs in", view(app.NotEnrolled, app.AccessNone, AtSignIn), SignIn},
		{"a newcomer has no keys", view(app.NotEnrolled, app.AccessNone, AtAddKey), Welcome},
		{"pending", view(app.Pending, app.AccessNone, AtHome), Code},
		{"pending, was registering", view(app.Pending, app.AccessNone, AtRegister), Code},
		{"changed", view(app.Changed, app.AccessNone, AtHome), Changed},
		{"changed, was adding a key", view(app.Changed, app.AccessNone, AtAddKey), Changed},
		{"frozen", view(app.Frozen, app.AccessNone, AtHome), Changed},
		{"revoked", view(app.Revoked, app.AccessNone, AtHome), Revoked},
		{"revoked, leaving", view(app.Revoked, app.AccessNone, AtSignOut), SignOut},
		{"activated", activated(AtHome), Home},
		{"just activated", with(activated(AtHome), func(v *View) { v.Fresh = true }), Done},
		{"adds a key", activated(AtAddKey), AddKey},
		{"removes a key", activated(AtRemove), Remove},
		{"backs up", activated(AtBackup), Backup},
		{"restores", activated(AtRestore), Restore},
		{"signs out", activated(AtSignOut), SignOut},
		{"the code place means nothing when activated", activated(AtCode), Home},
		{"settings", activated(AtSettings), Settings},
		{"what we read, locked", view(app.Changed, app.AccessNone, AtRead), Read},
		{"limited", limited(AtHome), Home},
		{"limited adds no key", limited(AtAddKey), Home},
		{"limited backs nothing up", limited(AtBackup), Home},
		{"limited, back to the code", with(limited(AtCode), challenged(api.ReasonChanged)), Changed},
		{"limited, back to the first code", with(limited(AtCode), challenged(api.ReasonRegister)), Code},
		{"limited, no code is asked for", limited(AtCode), Home},
		{"changed, gives the lost address", with(view(app.Changed, app.AccessNone, AtAddress), lostAddress), Address},
		{"changed, no address is lost", view(app.Changed, app.AccessNone, AtAddress), Changed},
		{"frozen gives no address", with(view(app.Frozen, app.AccessNone, AtAddress), lostAddress), Changed},
		{"limited, gives the lost address", with(limited(AtAddress), lostAddress), Address},
		{"limited, no address is lost", limited(AtAddress), Home},
		{"limited, confirms new keys", with(limited(AtAddress), func(v *View) { v.Status.NewKeys = true }), Address},
		{"restores what is gone", with(view(app.Activated, app.AccessNone, AtRestore), goneVault), Restore},
		{"what is not gone is not restored", view(app.Activated, app.AccessNone, AtRestore), Home},
		{"read-only backs up", readOnly(AtBackup), Backup},
		{"read-only adds no key", readOnly(AtAddKey), Home},
		{"read-only removes no key", readOnly(AtRemove), Home},
	} {
		if got := Route(c.view); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestEveryScreenIsMade(t *testing.T) {
	for _, n := range Names {
		if makers[n] == nil {
			t.Errorf("nobody makes %s", n)
		}
	}
	if len(makers) != len(Names) {
		t.Errorf("%d screens are made, %d are named", len(makers), len(Names))
	}
}

func TestAsidesCoverOnly(t *testing.T) {
	for _, n := range Names {
		if want := n == Read || n == Settings || n == Report || n == History; Aside(n) != want {
			t.Errorf("%s: %v", n, Aside(n))
		}
	}
}
