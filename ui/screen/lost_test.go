package screen

import (
	"slices"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
)

// waits is a computer whose code can reach nobody, because the address is lost.
func waits(state app.State) View {
	v := view(state, app.AccessNone, AtHome)
	v.Status.ContactLost = true
	v.Status.Challenge = &app.Challenge{Reference: "K7Q", State: api.ChallengeOpen, Reason: api.ReasonChanged, Channel: api.ChannelEmail, Destination: "•••", CodeKind: "crockford", CodeLength: 9}
	return v
}

func TestALostAddressComesBeforeTheCode(t *testing.T) {
	b := onBench(t, waits(app.Changed))
	b.says("The server has lost your e-mail address, so no code can reach you.")
	b.hides("•••")
	b.press("Give the address")
	b.press("Not now")
	if !slices.Equal(b.calls, []string{"go address ", "not-now"}) {
		t.Errorf("%v", b.calls)
	}
	b = onBench(t, waits(app.Limited))
	b.hides("Enter the code")
	b.press("Give the address")

	v := waits(app.Changed)
	v.Status.Challenge.Reason = api.ReasonEmail
	b = onBench(t, v)
	b.says("Confirm your address")
}

func TestALostAddressIsGivenOnAnotherComputerWhereThisOneMayNot(t *testing.T) {
	for _, state := range []app.State{app.Pending, app.Frozen} {
		b := onBench(t, waits(state))
		b.says("Give it again on a computer that is activated")
		b.hides("Give the address")
		b.press("Try again")
		if !slices.Equal(b.calls, []string{"check"}) {
			t.Errorf("%s: %v", state, b.calls)
		}
	}
}

func TestNewKeysOfTheServerAreConfirmedByTheOwner(t *testing.T) {
	v := owner0(AtHome)
	v.Status.NewKeys = true
	b := onBench(t, v)
	b.press("Confirm the new keys")
	v.Place = AtAddress
	b = onBench(t, v)
	b.says("The server’s new keys")
	b.hides("lost your address")
	s := b.scr.(*address)
	s.email.Entry.SetText("kim@example.org")
	s.password.Entry.SetText("right")
	b.press("Confirm")
	if !slices.Equal(b.calls, []string{"email kim@example.org right"}) {
		t.Errorf("%v", b.calls)
	}
}

func TestKeysThatAreGoneComeBackFromABackup(t *testing.T) {
	v := owner0(AtHome)
	v.Status.Access, v.Keys = app.AccessNone, nil
	goneVault(&v)
	b := onBench(t, v)
	b.says("This computer is activated, but your keys are not here.")
	b.hides("Your keys are open")
	b.press("Restore")
	if !slices.Equal(b.calls, []string{"go restore "}) {
		t.Errorf("%v", b.calls)
	}
}

func TestTheFieldIsEmptyForAnotherCode(t *testing.T) {
	v := waits(app.Changed)
	v.Status.ContactLost = false
	b := onBench(t, v)
	c := b.scr.(*changed)
	c.Paste("4HTM3")
	if c.field.Value() == "" {
		t.Fatal("nothing was typed")
	}
	b.to(func(v *View) {
		ch := *v.Status.Challenge
		ch.Reference = "2MX"
		v.Status.Challenge = &ch
	})
	if c.field.Value() != "" {
		t.Errorf("the field still holds %q", c.field.Value())
	}
}

func TestHistorySaysWhoDidIt(t *testing.T) {
	v := owner0(AtHistory)
	v.History = []app.Event{{At: "2026-11-20T09:00:00Z", Event: api.EventViewed, By: "staff"}, {At: "2026-11-20T08:00:00Z", Event: api.EventHeld, By: "from-the-future"}}
	b := onBench(t, v)
	b.says("Done by the server's support staff, at its console", "Done at the server's console")
}

func TestTheHelpOpensWhereNoMessageGotThrough(t *testing.T) {
	v := waits(app.Pending)
	v.Status.ContactLost, v.Status.Challenge.Reason = false, api.ReasonRegister
	v.Status.Challenge.Deliveries = []app.Delivery{{Channel: api.ChannelEmail, State: api.DeliveryHandedOver, Detail: "250 2.0.0 queued"}}
	b := onBench(t, v)
	b.hides("What to do, in this order")
	b.to(func(v *View) {
		ch := *v.Status.Challenge
		ch.Deliveries = []app.Delivery{{Channel: api.ChannelEmail, State: api.DeliveryBounced, Detail: "550 5.1.1 no such mailbox"}}
		v.Status.Challenge = &ch
	})
	b.says("Is the address right? If not, choose “Not now”", "(550 5.1.1 no such mailbox)")
	b.hides("Wait a little")
}

func TestTheFieldIsThatOfTheCodeThatCanHaveCome(t *testing.T) {
	v := waits(app.Changed)
	v.Status.ContactLost = false
	ch := v.Status.Challenge
	ch.Channel, ch.CodeKind, ch.CodeLength = api.ChannelSMS, "digits", 6
	ch.Deliveries = []app.Delivery{
		{Channel: api.ChannelEmail, State: api.DeliveryHandedOver}, {Channel: api.ChannelSMS, State: api.DeliveryBounced},
	}
	b := onBench(t, v)
	c := b.scr.(*changed)
	if letters, n := c.form(ch); !letters || n != 9 {
		t.Errorf("the phone's message came back, and the field takes its code: %v %d", letters, n)
	}
	b.press("I have the code from the phone")
	if letters, n := c.form(ch); letters || n != 6 {
		t.Errorf("%v %d", letters, n)
	}
}
