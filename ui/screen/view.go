package screen

import (
	"time"

	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// Place is where the person has gone; empty is where the state leads.
type Place string

// The places that a person can go to.
const (
	AtHome     Place = ""
	AtRegister Place = "register"
	AtSignIn   Place = "sign-in"
	AtCode     Place = "code" // from limited mode back to the code
	AtRead     Place = "read"
	AtSettings Place = "settings"
	AtReport   Place = "report"
	AtAddKey   Place = "add-key"
	AtRemove   Place = "remove-key"
	AtBackup   Place = "backup"
	AtRestore  Place = "restore"
	AtSignOut  Place = "sign-out"
	AtHistory  Place = "history"
	AtAnnounce Place = "announce" // a change of hardware, beforehand
	AtRotate   Place = "rotate"   // new keys for the vault
	AtSecurity Place = "security" // where codes go
	AtPhone    Place = "phone"    // a phone is added
	AtAddress  Place = "address"  // the address is given again
)

// Work is what is under way, or what failed.
type Work string

// The kinds of work.
const (
	Idle         Work = ""
	WorkStart    Work = "start"
	WorkRegister Work = "register"
	WorkEnrol    Work = "enrol"
	WorkAnswer   Work = "answer"
	WorkSend     Work = "send"
	WorkCheck    Work = "check"
	WorkRefresh  Work = "refresh" // quietly, by itself
	WorkNotNow   Work = "not-now"
	WorkPut      Work = "put-key"
	WorkCopy     Work = "copy-key"
	WorkRemove   Work = "remove-key"
	WorkBackup   Work = "backup"
	WorkRestore  Work = "restore"
	WorkSignOut  Work = "sign-out"
	WorkRead     Work = "read"
	WorkReport   Work = "report"
	WorkSettings Work = "settings"
	WorkHistory  Work = "history"
	WorkAnnounce Work = "announce"
	WorkRotate   Work = "rotate"
	WorkReplace  Work = "replace-key"
	WorkSecurity Work = "security" // to see where codes go
	WorkChannel  Work = "channel"
	WorkPhone    Work = "phone"
	WorkNoPhone  Work = "no-phone"
	WorkTest     Work = "test-channel"
	WorkLift     Work = "lift-enrol-stop"
	WorkEmail    Work = "email"
)

// Failure is what an action came to when it failed.
type Failure struct {
	Work Work
	// Err is the client's error; its sentence is said in the language of the moment.
	Err error
	// Value is the code that was refused, so that the field knows it again; else empty.
	Value string
	// Serial tells two failures apart.
	Serial int
}

// Notice is something that was done, to be said once.
type Notice struct {
	Key   string
	Count int
	Name  string
}

// View is everything that a screen shows, at one moment. It is never changed
// after it was made.
type View struct {
	// Now is the moment, in the person's time zone.
	Now time.Time
	// Since is when the program began to read this computer.
	Since time.Time
	// Ready says that the first status is there; Asked that the server was asked
	// since the program began, so that its absence is known.
	Ready, Asked bool

	Status   app.Status
	Keys     []vault.Info
	Snapshot *fingerprint.Snapshot
	Settings app.Settings
	Report   string
	// History is what happened to this computer, newest first; nil until it was read.
	History []app.Event
	// Security is where codes go; nil until it was asked.
	Security *app.Security

	Place Place
	// Subject is what the place is about, such as the name of a key.
	Subject string

	Work   Work
	Failed *Failure
	Notice *Notice
	// Fresh says that this computer was activated a moment ago, and that the
	// person has not gone on since.
	Fresh bool
	// Copied is the key whose value is on the clipboard until CopiedUntil.
	Copied      string
	CopiedUntil time.Time

	// Name is this computer's proposed name; Folder is where backups are proposed.
	Name, Folder string
	// Version is the program's.
	Version string
	// Profile is how the command line names this profile, empty for the default one.
	Profile string
}

// Busy says whether a piece of work is under way.
func (v View) Busy(works ...Work) bool {
	for _, w := range works {
		if v.Work == w {
			return true
		}
	}
	return false
}

// FailedAt gives the failure of one of some pieces of work, or nil.
func (v View) FailedAt(works ...Work) *Failure {
	for _, w := range works {
		if v.Failed != nil && v.Failed.Work == w {
			return v.Failed
		}
	}
	return nil
}
