package screen

import (
	"github.com/seed-1feef0b2/holdfast/app"
)

// Name is a screen.
type Name string

// The screens.
const (
	Starting Name = "starting"
	Welcome  Name = "welcome"
	Register Name = "register"
	SignIn   Name = "sign-in"
	Code     Name = "code"
	Changed  Name = "changed"
	Done     Name = "done"
	Home     Name = "home"
	AddKey   Name = "add-key"
	Remove   Name = "remove-key"
	Backup   Name = "backup"
	Restore  Name = "restore"
	SignOut  Name = "sign-out"
	Revoked  Name = "revoked"
	Read     Name = "read"
	Settings Name = "settings"
	Report   Name = "report"
	History  Name = "history"
	Announce Name = "announce"
	Rotate   Name = "rotate"
	Security Name = "security"
	Phone    Name = "phone"
	Address  Name = "address"
	Problem  Name = "problem"
)

// Names lists every screen.
var Names = []Name{
	Starting, Welcome, Register, SignIn, Code, Changed, Done, Home, AddKey, Remove, Backup, Restore,
	SignOut, Revoked, Read, Settings, Report, History, Announce, Rotate, Security, Phone, Address, Problem,
}

// Route says which screen a view leads to. It is the only place that decides.
func Route(v View) Name {
	if aside, ok := asides[v.Place]; ok {
		return aside
	}
	if !v.Ready {
		if v.FailedAt(WorkStart) != nil {
			return Problem
		}
		return Starting
	}
	switch v.Status.State {
	case app.NotEnrolled:
		return newcomer(v.Place)
	case app.Pending:
		return Code
	case app.Changed:
		if v.Place == AtAddress && v.Status.ContactLost {
			return Address
		}
		return Changed
	case app.Frozen:
		return Changed
	case app.Revoked:
		return leaving(v.Place, Revoked)
	case app.Limited:
		return limited(v)
	}
	if v.Fresh {
		return Done
	}
	return owner(v)
}

// asides are the places that are open in every state.
var asides = map[Place]Name{AtRead: Read, AtSettings: Settings, AtReport: Report, AtHistory: History}

// Aside says whether a screen only covers another for a while.
func Aside(n Name) bool { return n == Read || n == Settings || n == Report || n == History }

func newcomer(p Place) Name {
	switch p {
	case AtRegister:
		return Register
	case AtSignIn:
		return SignIn
	}
	return Welcome
}

func leaving(p Place, other Name) Name {
	if p == AtSignOut {
		return SignOut
	}
	return other
}

func limited(v View) Name {
	if v.Place != AtCode || v.Status.Challenge == nil {
		return owner(v)
	}
	return codeScreen(v.Status.Challenge.Reason)
}

// owner gives the places around the keys. Where the keys are closed, only home
// and signing out are left.
func owner(v View) Name {
	if v.Place == AtCode && v.Status.Challenge != nil {
		return codeScreen(v.Status.Challenge.Reason) // an announcement's: nothing else asks while all is open
	}
	if name, ok := asked[v.Place]; ok && (v.Status.State == app.Activated || name == Address && (v.Status.ContactLost || v.Status.NewKeys)) {
		return name
	}
	if v.Place == AtRestore && gone(v.Status) {
		return Restore
	}
	name, ok := map[Place]Name{AtAddKey: AddKey, AtRemove: Remove, AtBackup: Backup, AtRestore: Restore, AtRotate: Rotate}[v.Place]
	if !ok || v.Status.Access == app.AccessNone {
		return leaving(v.Place, Home)
	}
	if v.Status.Access != app.AccessWrite && name != Backup {
		return Home
	}
	return name
}

// asked are the places where the owner of an activated computer asks for something
// that a code confirms.
var asked = map[Place]Name{AtAnnounce: Announce, AtSecurity: Security, AtPhone: Phone, AtAddress: Address}

func codeScreen(reason string) Name {
	switch reason {
	case "register", "enrol":
		return Code
	}
	return Changed
}
