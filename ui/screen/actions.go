package screen

import (
	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/app"
)

// Goer goes to places, copies and opens addresses: what every screen may do.
type Goer interface {
	// Go goes to a place; subject is what it is about, or empty.
	Go(place Place, subject string)
	// Copy puts a text that is no secret on the clipboard.
	Copy(text string)
	// Open opens an address in the browser.
	Open(address string)
	// Show draws the screen again, after something on it alone has changed.
	Show()
}

// Joiner begins an account here or joins one.
type Joiner interface {
	Register(in app.RegisterInput)
	Enrol(in app.EnrolInput)
}

// Coder is what can be done about a code.
type Coder interface {
	Answer(code string)
	SendAgain()
	NotNow()
}

// Securer chooses where codes go.
type Securer interface {
	// SendBy sends the open challenge's code by another enrolled way.
	SendBy(channel string)
	SetChannel(channel, password string)
	AddPhone(number string, voice bool, password string)
	RemovePhone(password string)
	TestChannel(channel string)
	LiftEnrolStop()
	GiveEmail(email, password string)
}

// Keeper is what can be done with the keys.
type Keeper interface {
	PutKey(name string, value []byte)
	CopyKey(name string)
	RemoveKey(name string)
	Backup(path, passphrase string)
	Restore(path, passphrase string)
}

// Checker checks this computer in, goes on from what was said, and ends it.
type Checker interface {
	Check()
	GoOn()
	SignOut(forgetKeys bool)
	SaveSettings(s app.Settings)
	// Announce says beforehand which parts are going to change, and for how many hours.
	Announce(groups []string, hours int)
	// Rotate gives the vault a new master key.
	Rotate()
	// ReplaceKey asks for a new device key after the chip's was lost.
	ReplaceKey()
}

// Actions is all of it; the shell offers it, every screen takes what it needs.
type Actions interface {
	Goer
	Joiner
	Coder
	Securer
	Keeper
	Checker
}

// Screen is one screen. It is made anew when it is come to.
type Screen interface {
	// Show arranges the screen for a view.
	Show(v View) []fyne.CanvasObject
	// First is what gets the keyboard on arrival; nil for the first thing there is.
	First() fyne.Focusable
}

// Paster is a screen that takes pasted text wherever the keyboard is.
type Paster interface{ Paste(text string) }

// Closer is a screen that Escape leaves.
type Closer interface{ Close() }
