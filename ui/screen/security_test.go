package screen

import (
	"slices"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
)

func owner0(place Place) View {
	return View{Ready: true, Place: place, Status: app.Status{State: app.Activated, Access: app.AccessWrite, Account: "402593718460"}}
}

func ways() []app.Way {
	return []app.Way{
		{Channel: api.ChannelEmail, Destination: "k•••@m•••.org", InUse: true},
		{Channel: api.ChannelSMS, Destination: "+84 ••• ••47"},
	}
}

func TestChoosingAWayAsksForThePassword(t *testing.T) {
	v := owner0(AtSecurity)
	v.Security = &app.Security{Channel: api.ChannelEmail, Ways: ways(), Phones: []string{api.ChannelSMS}}
	b := onBench(t, v)
	b.says("k•••@m•••.org · codes go here", "+84 ••• ••47")
	b.hides("Send codes by text", "Add a phone")
	b.press("Text message")
	b.says("Send codes by text", "Your password first.")
	b.press("Send codes by text")
	if len(b.calls) != 0 {
		t.Errorf("without a password: %v", b.calls)
	}
	b.scr.(*security).password.Entry.SetText("right")
	b.press("Send codes by text")
	if !slices.Equal(b.calls, []string{"channel sms right"}) {
		t.Errorf("%v", b.calls)
	}
	b.press("E-mail") // the one in use: nothing to do
	b.hides("Send codes by text")
}

func TestThePhoneIsRemovedWithThePassword(t *testing.T) {
	v := owner0(AtSecurity)
	v.Security = &app.Security{Channel: api.ChannelSMS, Ways: ways()}
	b := onBench(t, v)
	b.press("Remove the phone")
	b.says("Codes will come by e-mail again, and only there.")
	b.scr.(*security).password.Entry.SetText("right")
	b.press("Remove the phone")
	if !slices.Equal(b.calls, []string{"no-phone right"}) {
		t.Errorf("%v", b.calls)
	}
}

func TestNumbersThatAreASlipAreCaught(t *testing.T) {
	for number, want := range map[string]bool{
		"+84 90 123 4567": true, "+7 (912) 345-67-89": true, "090 123 4567": false, "+84": false, "+84 90 123 456x": false, "+1234567890123456": false,
	} {
		if looksLikePhone(number) != want {
			t.Errorf("%q", number)
		}
	}
	v := owner0(AtPhone)
	v.Security = &app.Security{Channel: api.ChannelEmail, Ways: ways()[:1], Phones: []string{api.ChannelSMS, api.ChannelVoice}}
	b := onBench(t, v)
	s := b.scr.(*addPhone)
	s.number.Entry.SetText("0901234567")
	s.password.Entry.SetText("right")
	b.press("Send the code")
	if len(b.calls) != 0 {
		t.Errorf("%v", b.calls)
	}
	b.says("A number begins with + and the country code.")
	s.number.Entry.SetText("+84901234567")
	s.way = api.ChannelVoice
	b.press("Send the code")
	if !slices.Equal(b.calls, []string{"phone +84901234567 true right"}) {
		t.Errorf("%v", b.calls)
	}
}

func TestAnotherWayAndTheOtherKindOfCode(t *testing.T) {
	v := pending()
	ch := *v.Status.Challenge
	ch.Ways = ways()
	v.Status.Challenge = &ch
	b := onBench(t, v)
	b.hides("I have the code from")
	b.press("Text it to +84 ••• ••47")
	if !slices.Equal(b.calls, []string{"send-by sms"}) {
		t.Fatalf("%v", b.calls)
	}
	b.to(func(v *View) {
		now := *v.Status.Challenge
		now.Channel, now.CodeKind, now.CodeLength = api.ChannelSMS, "digits", 6
		now.Deliveries = append(slices.Clone(now.Deliveries), app.Delivery{Channel: api.ChannelSMS, State: api.DeliveryQueued})
		v.Status.Challenge = &now
	})
	c := b.scr.(*enterCode)
	if kind, n := c.form(b.view.Status.Challenge); kind || n != 6 {
		t.Errorf("%v %d", kind, n)
	}
	b.press("I have the code from the e-mail")
	if kind, n := c.form(b.view.Status.Challenge); !kind || n != 9 {
		t.Errorf("%v %d", kind, n)
	}
	b.says("I have the code from the phone", "Send it by e-mail to k•••@m•••.org")
}

func TestALostAddressIsAskedForOnHome(t *testing.T) {
	v := owner0(AtHome)
	v.Status.ContactLost = true
	b := onBench(t, v)
	b.says("The server has lost your e-mail address.")
	b.press("Give the address")
	if !slices.Equal(b.calls, []string{"go address "}) {
		t.Errorf("%v", b.calls)
	}
	v = owner0(AtAddress)
	v.Status.ContactLost = true
	b = onBench(t, v)
	b.says("Your keys are safe on this computer.")
	s := b.scr.(*address)
	s.email.Entry.SetText("kim@example.org")
	s.password.Entry.SetText("right")
	b.press("Send the code")
	if !slices.Equal(b.calls, []string{"email kim@example.org right"}) {
		t.Errorf("%v", b.calls)
	}
}
