package screen

import (
	"errors"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/app"
)

func TestStartingIsQuietThenSpeaks(t *testing.T) {
	b := onBench(t, View{Now: now, Since: now})
	b.hides("Checking")
	b.to(func(v *View) { v.Now = now.Add(time.Second) })
	b.says("Checking this computer…")
	b.hides("Still")
	b.to(func(v *View) { v.Now = now.Add(9 * time.Second) })
	b.says("Still checking…")
	b.press("Show details")
	b.says("keyring")
}

func TestProblemOffersToTryAgain(t *testing.T) {
	b := onBench(t, View{Failed: &Failure{Work: WorkStart, Err: api.NewError(api.CodeReadFailed)}})
	b.says("We couldn’t read this computer’s details")
	b.press("Try again")
	b.press("See a report for whoever helps you")
	b.asked("check", "go report ")
}

func TestWelcomeLeadsTwoWays(t *testing.T) {
	b := onBench(t, view(app.NotEnrolled, app.AccessNone, AtHome))
	b.press("Create an account")
	b.press("I have an account already")
	b.press("Settings")
	b.asked("go register ", "go sign-in ", "go settings ")
}

func registering(t *testing.T) *bench {
	v := view(app.NotEnrolled, app.AccessNone, AtRegister)
	v.Name = "LAPTOP-7"
	return onBench(t, v)
}

func TestRegisterByKeyboardAlone(t *testing.T) {
	b := registering(t)
	typeOn := func(s string) {
		for _, r := range s {
			b.win.Canvas().Focused().TypedRune(r)
		}
	}
	typeOn("kim@example.org")
	b.win.Canvas().FocusNext()
	typeOn("mellow tundra kettle voyage")
	b.key(fyne.KeyReturn)
	b.asked("register kim@example.org mellow tundra kettle voyage LAPTOP-7")
}

func TestRegisterSaysWhatIsWrongInPlace(t *testing.T) {
	b := registering(t)
	b.fill("E-mail", "kim at example")
	b.fill("Password", "short")
	b.press("Send me the code")
	b.says("That doesn’t look like an e-mail address.", "Please make it at least 15 characters long.")
	b.asked()
	b.fill("E-mail", " kim@example.org ")
	b.fill("Password", "mellow tundra kettle voyage")
	b.press("Send me the code")
	b.hides("doesn’t look like")
	b.asked("register kim@example.org mellow tundra kettle voyage LAPTOP-7")
}

func TestRegisterLocksWhileItWorksAndSaysWhatFailed(t *testing.T) {
	b := registering(t)
	b.fill("E-mail", "kim@example.org")
	b.to(func(v *View) { v.Work = WorkRegister })
	b.off("Send me the code", true)
	b.to(func(v *View) {
		v.Work = Idle
		v.Failed = &Failure{Work: WorkRegister, Err: api.Wrap(api.CodeServerAway, errors.New("no route to 10.0.0.1"))}
	})
	b.off("Send me the code", false)
	b.says("Nothing was sent", "Check the network, then try again.")
	b.hides("10.0.0.1")
	b.scr.(Closer).Close()
	b.asked("go  ")
}

func TestSignInTakesAddressOrNumber(t *testing.T) {
	number := code.AccountWithCheck("40259371846")
	for login, want := range map[string]string{
		"kim@example.org":             "enrol kim@example.org secret LAPTOP-7",
		code.GroupAccount(number):     "enrol " + number + " secret LAPTOP-7",
		number[:3] + "-" + number[3:]: "enrol " + number + " secret LAPTOP-7",
	} {
		v := view(app.NotEnrolled, app.AccessNone, AtSignIn)
		v.Name = "LAPTOP-7"
		b := onBench(t, v)
		b.fill("E-mail or account number", login)
		b.fill("Password", "secret")
		b.press("Sign in")
		b.asked(want)
	}
}

func TestSignInSaysWhatIsWrongWithANumber(t *testing.T) {
	number := code.AccountWithCheck("40259371846")
	off := number[:11] + string('0'+(number[11]-'0'+1)%10)
	for login, want := range map[string]string{
		"1234": "An account number has 12 digits.", off: "A digit of the account number seems off.",
		"kim": "12 digits of your account number", "": "12 digits of your account number",
	} {
		b := onBench(t, view(app.NotEnrolled, app.AccessNone, AtSignIn))
		b.fill("E-mail or account number", login)
		b.press("Sign in")
		b.says(want, "Please type your password.")
		b.asked()
	}
}

func TestDoneSaysThatItIsOver(t *testing.T) {
	v := view(app.Activated, app.AccessWrite, AtHome)
	v.Fresh = true
	b := onBench(t, v)
	b.says("This computer is activated", "You will not be asked again on this computer until it changes.")
	b.press("Open my keys")
	b.scr.(Closer).Close()
	b.asked("go-on", "go-on")
}

func TestRevokedLeadsOut(t *testing.T) {
	b := onBench(t, view(app.Revoked, app.AccessNone, AtHome))
	b.says("This computer was signed out", "backup")
	b.press("Sign out here")
	b.asked("go sign-out ")
}
