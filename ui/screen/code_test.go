package screen

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/ui/part"
)

var whole = code.WithCheck("4HTM3XR9")

func at(minute int) string {
	return time.Date(2026, 11, 22, 14, minute, 0, 0, now.Location()).UTC().Format(time.RFC3339)
}

func open(reason string) *app.Challenge {
	return &app.Challenge{
		Reference: "K7Q", State: api.ChallengeOpen, Reason: reason, Channel: api.ChannelEmail, Destination: "k•••@m•••.org",
		CodeKind: "crockford", CodeLength: 9, Opened: at(9), Expires: "2026-11-22T14:09:00Z", NextSend: at(13), TriesLeft: 5,
		Deliveries: []app.Delivery{{Channel: api.ChannelEmail, State: api.DeliveryHandedOver, At: at(10), MessageID: "<m1@holdfast.example>"}},
		Sender:     "holdfast@holdfast.example", Subject: "Holdfast: a code (K7Q)",
	}
}

func pending() View {
	v := view(app.Pending, app.AccessNone, AtHome)
	v.Status.Account, v.Status.Challenge = "402593718460", open(api.ReasonRegister)
	return v
}

func failing(err error) func(*View) {
	return func(v *View) {
		n := 1
		if v.Failed != nil {
			n = v.Failed.Serial + 1
		}
		v.Failed = &Failure{Work: WorkAnswer, Err: err, Serial: n}
	}
}

func (b *bench) field() *part.CodeField { return b.scr.First().(*part.CodeField) }

func TestCodeSaysWhereItWentAndForHowLong(t *testing.T) {
	b := onBench(t, pending())
	b.says("Check your e-mail", "We sent a code to k•••@m•••.org at 14:10.", "It works until 15:09.", "Reference K7Q",
		"requested 3 minutes ago; up to 15 is normal", "Send again in 0:42")
	b.off("Continue", true)
	if b.win.Canvas().Focused() != fyne.Focusable(b.field()) {
		t.Error("the field does not have the keyboard on arrival")
	}
}

func TestCodeIsSubmittedOnceWhenFull(t *testing.T) {
	b := onBench(t, pending())
	test.Type(b.field(), whole)
	b.asked("answer " + whole)
	b.to(func(v *View) { v.Work = WorkAnswer })
	if !b.field().Locked() {
		t.Error("the field can be changed while the code is checked")
	}
	b.off("Continue", true)
}

func TestPasteWorksAnywhereOnTheScreen(t *testing.T) {
	b := onBench(t, pending())
	b.win.Canvas().Unfocus()
	b.scr.(Paster).Paste(code.Group(whole) + " is your Holdfast code.")
	b.asked("answer " + whole)
	b = onBench(t, pending())
	b.scr.(Paster).Paste("Dear Kim, the meeting is on Tuesday at ten, bring the papers along.")
	b.says("There was no code in what you pasted.")
	b.asked()
	test.Type(b.field(), "4")
	b.hides("There was no code")
}

func TestWrongCodeIsKeptAndTriesAreCounted(t *testing.T) {
	b := onBench(t, pending())
	test.Type(b.field(), whole)
	b.asked("answer " + whole)
	b.to(failing(api.NewError(api.CodeWrong).With("Count", 3)))
	b.says("That code isn't right. 3 tries left.")
	if b.field().Value() != whole || !b.field().Refused() {
		t.Error("the refused code is not kept")
	}
	b.press("Continue")
	b.says("That is the same code again.")
	b.asked()
	b.field().TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
	test.Type(b.field(), "7")
	b.asked("answer 7" + whole[1:])
	b.hides("That is the same code again.")
}

func TestTheSecondRefusalIsMarkedToo(t *testing.T) {
	b := onBench(t, pending())
	test.Type(b.field(), whole)
	b.to(failing(api.NewError(api.CodeWrong).With("Count", 3)))
	b.field().TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
	test.Type(b.field(), "7")
	if b.field().Refused() {
		t.Error("a changed code is still marked")
	}
	b.to(failing(api.NewError(api.CodeMistyped)))
	b.says("no try was used")
	if !b.field().Refused() {
		t.Error("the second refusal is not marked")
	}
}

func TestServerAwayKeepsTheCodeUsable(t *testing.T) {
	b := onBench(t, pending())
	test.Type(b.field(), whole)
	b.calls = nil
	b.to(failing(api.Wrap(api.CodeServerAway, errors.New("refused"))))
	b.says("Your code still works until 15:09.")
	b.press("Continue")
	b.asked("answer " + whole)
}

func TestTooManyWrongCodesIsNeverABareLock(t *testing.T) {
	b := onBench(t, pending())
	b.to(failing(api.NewError(api.CodeChallengeLocked).At(now.Add(20 * time.Minute))))
	b.says("You can ask for a new one at 14:32.")
}

func TestSendAgainCountsDownThenBecomesALink(t *testing.T) {
	b := onBench(t, pending())
	if b.find("Send it again") != nil {
		t.Error("the link is there too early")
	}
	b.to(func(v *View) { v.Now = now.Add(43 * time.Second) })
	b.press("Send it again")
	b.asked("send")
	b.to(func(v *View) { v.Work = WorkSend })
	b.says("Sending…")
}

func TestDeliveriesAreToldTruly(t *testing.T) {
	for state, want := range map[string][]string{
		api.DeliveryQueued:  {"is about to be sent"},
		api.DeliveryPutOff:  {"has not gone out yet", "come back later (451 4.7.1 greylisted)", "We try again at 14:25."},
		api.DeliveryRefused: {"could not be sent", "refused the message: 550 5.1.1"},
		api.DeliveryBounced: {"The message with the code for", "came back", "sent the message back: 552 5.2.2"},
	} {
		v := pending()
		detail := map[string]string{api.DeliveryPutOff: "451 4.7.1 greylisted", api.DeliveryRefused: "550 5.1.1", api.DeliveryBounced: "552 5.2.2"}[state]
		v.Status.Challenge.Deliveries = []app.Delivery{{State: state, At: at(10), Detail: detail, NextTry: at(25)}}
		b := onBench(t, v)
		b.says(want...)
		b.hides("We sent a code")
	}
}

// TestOurOwnReasonsAreNotPutIntoAMailServersMouth: what stood in the way is told
// as such, in the person's language.
func TestOurOwnReasonsAreNotPutIntoAMailServersMouth(t *testing.T) {
	v := pending()
	v.Status.Challenge.Deliveries = []app.Delivery{{State: api.DeliveryPutOff, At: at(10), Detail: "the mail server cannot be reached", NextTry: at(25)}}
	b := onBench(t, v)
	b.says("could not go out: the mail server cannot be reached. We try again at 14:25.")
	b.hides("asked us")
	v.Status.Challenge.Deliveries[0].State = api.DeliveryRefused
	v.Status.Challenge.Deliveries[0].Detail = "given up: 451 4.7.1 greylisted"
	b = onBench(t, v)
	b.says("cannot be sent: we stopped trying; the last reason was: 451 4.7.1 greylisted.")
	b.hides("refused the message")
}

func TestTheOutboxIsLinked(t *testing.T) {
	v := pending()
	v.Status.Challenge.Outbox = "http://127.0.0.1:7461/outbox"
	b := onBench(t, v)
	b.press("Open the page with messages")
	b.asked("open http://127.0.0.1:7461/outbox")
}

func TestNotNowIsACalmWayOut(t *testing.T) {
	b := onBench(t, pending())
	b.press("Not now")
	b.asked("not-now")
	v := pending()
	v.Status.State, v.Place = app.Limited, AtCode
	b = onBench(t, v)
	b.press("Back")
	b.asked("go  ")
}

func TestNothingWasSentIsSaid(t *testing.T) {
	v := pending()
	v.Status.Challenge, v.Status.Server = nil, app.ServerAway
	b := onBench(t, v)
	b.says("No code has been sent", "Nothing was sent")
	b.hides("We sent")
	b.press("Try again")
	b.asked("check")
}

func TestChangedNamesWhatChanged(t *testing.T) {
	v := view(app.Changed, app.AccessNone, AtHome)
	v.Status.Challenge = open(api.ReasonChanged)
	v.Status.Drift = []app.Drift{
		{Class: "hardware", Kind: "boot-disk", Change: api.Changed, Count: 1},
		{Class: "hardware", Kind: "memory", Change: api.Changed, Before: "16 GB", After: "32 GB", Count: 1},
		{Class: "driver", Kind: "gpu-driver", Change: api.Changed, Before: "550.54", After: "560.35", Count: 1},
		{Class: "os", Kind: "kernel", Change: api.Changed, Before: "6.1", After: "6.2", Count: 1},
		{Class: "sysapp", Kind: "package", Change: api.Added, Count: 2},
	}
	b := onBench(t, v)
	b.says("This computer looks different from when you activated it", "The main disk was replaced", "16 GB → 32 GB", "and 2 more", "K7Q")
	b.press("and 2 more")
	b.says("6.1 → 6.2")
	test.Type(b.field(), whole)
	b.asked("answer " + whole)
}

func TestAForkSaysThatThereIsACopy(t *testing.T) {
	v := view(app.Frozen, app.AccessNone, AtHome)
	v.Status.Challenge = open(api.ReasonFork)
	b := onBench(t, v)
	b.says("There is a copy of this computer", "replace your keys")
}

func TestTheLadderOpensByItselfAndInOrder(t *testing.T) {
	b := onBench(t, pending())
	b.hides("What to do, in this order")
	b.to(func(v *View) { v.Now = now.Add(12*time.Minute + 42*time.Second) })
	b.says("What to do, in this order", "Holdfast: a code (K7Q)")
	last := -1
	for _, title := range []string{
		"Wait a little", "Look in Spam and Suspected spam", "Trust the sender", "Send it again", "Check the address",
		"I no longer have this mailbox", "Ask your mail provider", "Ask support",
	} {
		i := strings.LastIndex(b.words(), title)
		if i <= last {
			t.Errorf("%q stands out of order", title)
		}
		last = i
	}
}

func TestTheLadderIsClimbed(t *testing.T) {
	b := onBench(t, pending())
	b.press("Didn’t get it?")
	b.says("The code was requested at 14:09.")
	b.press("Still nothing")
	b.press("Copy the subject")
	b.press("Still nothing")
	b.press("Copy the address")
	b.asked("copy Holdfast: a code (K7Q)", "copy holdfast@holdfast.example")
	b.press("Ask your mail provider")
	b.press("Copy the text")
	if len(b.calls) != 1 || !strings.Contains(b.calls[0], "<m1@holdfast.example>") || strings.Contains(b.calls[0], whole) {
		t.Errorf("the text for the provider: %q", b.calls)
	}
	b.press("Ask support")
	b.says("4025 9371 8460", "K7Q", "Nobody can send the code to any other address.")
	b.press("Didn’t get it?")
	b.hides("Nobody can send")
	b.to(func(v *View) { v.Now = now.Add(time.Hour) })
	b.hides("Nobody can send")
}

func TestTheKeyboardStaysOnTheLadderWhileTimePasses(t *testing.T) {
	b := onBench(t, pending())
	b.press("Didn’t get it?")
	row := b.find("Ask support").(fyne.Focusable)
	b.win.Canvas().Focus(row)
	b.to(func(v *View) { v.Now = now.Add(time.Second) })
	if !part.Holds(b.page, row) {
		t.Fatal("the rung was made anew")
	}
	b.key(fyne.KeyReturn)
	b.says("Nobody can send the code to any other address.")
	if !part.Holds(b.page, row) {
		t.Error("the opened rung was made anew")
	}
}
