package ui

import (
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/ui/screen"
	"github.com/seed-1feef0b2/holdfast/ui/story"
)

// TestAPhoneIsAddedAndThenChosen: the code of the phone leads back to where codes
// go, because adding it chooses nothing.
func TestAPhoneIsAddedAndThenChosen(t *testing.T) {
	r := started(t, story.Activated())
	r.shell.Go(screen.AtSettings, "")
	r.shell.Go(screen.AtSecurity, "")
	r.fake.said()
	r.work()
	r.did("security")
	r.at(screen.Security)
	r.shell.Go(screen.AtPhone, "")
	r.at(screen.Phone)
	asked := story.Activated()
	asked.Status.Challenge = story.Challenge(api.ReasonPhone)
	r.fake.becomes(asked, nil)
	r.shell.AddPhone("+84901234567", false, "a long enough password")
	r.work()
	r.did("phone +84901234567")
	r.at(screen.Changed)
	r.types(whole)
	r.fake.becomes(story.Activated(), nil)
	r.work()
	r.did("answer " + whole + "; security")
	r.at(screen.Security)
	if !r.says("Your phone is confirmed.") {
		t.Error("nothing says that it is done")
	}
}

func TestChoosingAChannelAsksForACode(t *testing.T) {
	r := started(t, story.Activated())
	r.shell.Go(screen.AtSecurity, "")
	r.work()
	asked := story.Activated()
	asked.Status.Challenge = story.Challenge(api.ReasonChannel)
	r.fake.becomes(asked, nil)
	r.fake.said()
	r.shell.SetChannel(api.ChannelSMS, "a long enough password")
	r.work()
	r.did("channel sms")
	r.at(screen.Changed)
	r.types(whole)
	r.fake.becomes(story.Activated(), nil)
	r.work()
	r.at(screen.Home)
	if !r.says("Your next code goes the new way.") {
		t.Error("nothing says that it is done")
	}
}

func TestTestsAndTakingBack(t *testing.T) {
	r := started(t, story.Activated())
	r.shell.Go(screen.AtSecurity, "")
	r.work()
	r.fake.said()
	r.shell.TestChannel(api.ChannelEmail)
	r.work()
	r.did("test email")
	if !r.says("A test message is on its way.") {
		t.Error("nothing says that it was sent")
	}
	r.shell.RemovePhone("a long enough password")
	r.work()
	r.did("no-phone")
	if !r.says("The phone is removed.") {
		t.Error("nothing says that it is gone")
	}
	r.shell.LiftEnrolStop()
	r.work()
	r.did("lift")
	r.at(screen.Security)
}

// TestWhatBecomesOfATestMessageIsShown: nobody has to press anything to learn that it
// came back.
func TestWhatBecomesOfATestMessageIsShown(t *testing.T) {
	r := started(t, story.Activated())
	r.shell.Go(screen.AtSecurity, "")
	r.work()
	r.fake.said()
	r.shell.TestChannel(api.ChannelEmail)
	r.work()
	r.did("test email")
	r.fake.failing = "550 5.1.1 no such mailbox"
	r.later(refreshEvery)
	r.work()
	r.did("security")
	if !r.says("550 5.1.1 no such mailbox") || !r.says("A test message is on its way.") {
		t.Error("nothing says that it came back")
	}
	r.later(testedFor)
	r.work()
	r.did("")
}

// TestAnAddressGivenWhileLockedLeadsToTheComputersOwnCode: and one that the server
// knows already leads home.
func TestAnAddressGivenWhileLockedLeadsToTheComputersOwnCode(t *testing.T) {
	lost := story.Changed()
	lost.Status.ContactLost = true
	r := started(t, lost)
	r.at(screen.Changed)
	r.shell.Go(screen.AtAddress, "")
	r.at(screen.Address)
	asked := story.Changed()
	asked.Status.ContactLost, asked.Status.Challenge = true, story.Challenge(api.ReasonEmail)
	r.fake.becomes(asked, nil)
	r.shell.GiveEmail("kim@example.org", "a long enough password")
	r.work()
	r.at(screen.Changed)
	r.types(whole)
	given := story.Changed()
	given.Status.Challenge.Reference = "2MX"
	r.fake.becomes(given, nil)
	r.work()
	r.at(screen.Changed)
	if !r.says("Codes can reach you again.") || !r.says("Reference 2MX") {
		t.Error("nothing says that the next code is another one")
	}

	r = started(t, story.Activated())
	fresh := story.Activated()
	fresh.Status.NewKeys = true
	r.fake.becomes(fresh, nil)
	r.shell.Check()
	r.work()
	r.shell.Go(screen.AtAddress, "")
	r.at(screen.Address)
	r.fake.becomes(story.Activated(), nil)
	r.shell.GiveEmail("kim@example.org", "a long enough password")
	r.work()
	r.at(screen.Home)
	if !r.says("new keys") {
		t.Error("nothing says that it is done")
	}
}
