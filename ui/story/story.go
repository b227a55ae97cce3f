// Package story holds canned views of every screen in every state, for the
// gallery that people look at and for tests. What belongs here: views and the
// moment they play in. What does not: anything that the program itself needs.
package story

import (
	"errors"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/ui/screen"
)

// Story is one screen in one state.
type Story struct {
	// Name is what its picture is called: screen-state.
	Name string
	View screen.View
	// Act brings the screen into its state, such as a typed code; may be nil.
	Act func(screen.Screen)
}

// Now is the moment that all stories play in.
var Now = time.Date(2026, 11, 22, 14, 12, 18, 0, time.FixedZone("CET", 3600))

// at gives a time of that day in the client's form.
func at(hour, minute int) string {
	return time.Date(2026, 11, 22, hour, minute, 0, 0, Now.Location()).UTC().Format(time.RFC3339)
}

// base is a view of a state.
func base(st app.Status) screen.View {
	return screen.View{
		Now: Now, Since: Now.Add(-time.Minute), Ready: true, Asked: true, Status: st, Name: "LAPTOP-7", Folder: "/home/kim", Version: "0.1.0",
	}
}

func status(s app.State, access app.Access) app.Status {
	return app.Status{
		State: s, Access: access, Server: app.ServerReachable, Account: "402593718460", Device: "LAPTOP-7",
		Keystore: "secret-service", Checked: at(10, 41), ServerURL: "https://holdfast.example",
		Certificate: &app.Certificate{Expires: "2026-12-22T09:41:00Z", Policy: api.Balanced, Assurance: api.AssuranceHigh},
		Binding:     &app.Binding{Policy: api.Balanced, Kinds: []string{"boot-disk", "install-id", "system-uuid"}, Slots: 1},
	}
}

// Newcomer is a computer without an account.
func Newcomer() screen.View {
	return base(app.Status{State: app.NotEnrolled, Access: app.AccessNone, Server: app.ServerAway})
}

// Activated is an open computer with some keys.
func Activated() screen.View {
	v := base(status(app.Activated, app.AccessWrite))
	v.Keys = Keys()
	return v
}

// Keys are three keys.
func Keys() []vault.Info {
	day := func(d, h, m int) time.Time { return time.Date(2026, 11, d, h, m, 0, 0, Now.Location()) }
	return []vault.Info{
		{Name: "mail-password", Created: day(2, 9, 15), Used: day(22, 9, 2), Size: 24},
		{Name: "recovery-phrase", Created: day(3, 18, 40), Size: 148},
		{Name: "work-signing-key", Created: day(12, 11, 5), Used: day(20, 17, 31), Size: 1704},
	}
}

// Challenge is an open challenge whose code was handed over three minutes ago.
func Challenge(reason string) *app.Challenge {
	return &app.Challenge{
		Reference: "K7Q", State: api.ChallengeOpen, Reason: reason, Channel: api.ChannelEmail, Destination: "k•••@m•••.org",
		CodeKind: "crockford", CodeLength: 9, Opened: at(14, 9), Expires: at(15, 9), NextSend: at(14, 13), TriesLeft: 5,
		Deliveries: []app.Delivery{{Channel: api.ChannelEmail, State: api.DeliveryHandedOver, At: at(14, 9), Detail: "250 2.0.0 queued", MessageID: "<k7q.1@holdfast.example>"}},
		Sender:     "holdfast@holdfast.example", Subject: "Holdfast: a code for your computer (K7Q)",
	}
}

// Pending is a computer that waits for its first code.
func Pending() screen.View {
	st := status(app.Pending, app.AccessNone)
	st.Certificate, st.Binding, st.Checked, st.Challenge = nil, nil, "", Challenge(api.ReasonRegister)
	return base(st)
}

// Changed is a computer whose disk was replaced.
func Changed() screen.View {
	st := status(app.Changed, app.AccessNone)
	st.Challenge, st.Drift = Challenge(api.ReasonChanged), Drift()
	return base(st)
}

// Drift is a list of differences, heaviest first.
func Drift() []app.Drift {
	return []app.Drift{
		{Class: "hardware", Kind: "boot-disk", Change: api.Changed, Count: 1},
		{Class: "hardware", Kind: "memory", Change: api.Changed, Before: "16 GB", After: "32 GB", Count: 1},
		{Class: "driver", Kind: "gpu-driver", Change: api.Changed, Before: "550.54", After: "560.35", Count: 1},
		{Class: "sysapp", Kind: "package", Change: api.Changed, Count: 9},
		{Class: "os", Kind: "kernel", Change: api.Changed, Before: "6.1.0-25", After: "6.1.0-28", Count: 1},
	}
}

// Limited is a computer whose person chose "not now".
func Limited() screen.View {
	v := Changed()
	v.Status.State = app.Limited
	return v
}

// failed adds a failure to a view.
func failed(v screen.View, w screen.Work, err error) screen.View {
	v.Failed = &screen.Failure{Work: w, Err: err, Serial: 1}
	return v
}

// errAway is the server that cannot be reached.
var errAway = api.Wrap(api.CodeServerAway, errors.New("no route to host"))
