package screen

import (
	"time"

	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/ui/part"
)

// base is what every screen has: a language, the actions, and a kit.
type base struct {
	p   *text.Printer
	do  Actions
	kit *part.Kit
}

// First is the first thing there is.
func (b *base) First() fyne.Focusable { return nil }

// makers makes each screen.
var makers = map[Name]func(base) Screen{
	Starting: newStarting, Welcome: newWelcome, Register: newRegister, SignIn: newSignIn, Code: newCode,
	Changed: newChanged, Done: newDone, Home: newHome, AddKey: newAddKey, Remove: newRemove, Backup: newBackup,
	Restore: newRestore, SignOut: newSignOut, Revoked: newRevoked, Read: newRead, Settings: newSettings,
	Report: newReport, History: newHistory, Announce: newAnnounce, Rotate: newRotate, Problem: newProblem,
	Security: newSecurity, Phone: newPhone, Address: newAddress,
}

// New makes a screen in a language.
func New(n Name, p *text.Printer, do Actions) Screen {
	return makers[n](base{p: p, do: do, kit: part.NewKit()})
}

// Foot gives the quiet links at the foot of the window.
func Foot(v View, p *text.Printer, do Actions, kit *part.Kit) []fyne.CanvasObject {
	if Aside(Route(v)) {
		return nil
	}
	link := func(key string, place Place) fyne.CanvasObject {
		return kit.Link(key, "", p.T(key), func() { do.Go(place, "") }).Muted()
	}
	return []fyne.CanvasObject{link("ui.foot.read", AtRead), link("ui.foot.settings", AtSettings), link("ui.foot.report", AtReport)}
}

// back is the way out of a place.
func (b *base) back(to Place) fyne.CanvasObject {
	return part.Words(false, b.kit.Link("back", "back", b.p.T("ui.back"), func() { b.do.Go(to, "") }))
}

// trouble says what an action came to, above the button that began it; nil
// where nothing failed.
func (b *base) trouble(f *Failure, loc *time.Location) fyne.CanvasObject {
	if f == nil {
		return nil
	}
	said := app.Say(b.p, f.Err, loc)
	tone := part.Bad
	switch said.Code {
	case api.CodeServerAway, api.CodeProxySignIn, api.CodeTooMany, api.CodeSendWait, api.CodeTryWait, api.CodeBusy,
		api.CodeProfileBusy, api.CodeCertificate:
		tone = part.Warn
	}
	hint := ""
	if b.p.Has("ui.hint." + said.Code) {
		hint = b.p.T("ui.hint." + said.Code)
	}
	if hint == "" {
		return part.Strip(tone, "", said.Text, nil)
	}
	return part.Strip(tone, said.Text, hint, nil)
}

// notice says once what was done.
func (b *base) notice(v View) fyne.CanvasObject {
	if v.Notice == nil {
		return nil
	}
	return part.Strip(part.Good, "", b.p.T(v.Notice.Key, text.Data{"Count": v.Notice.Count, "Name": v.Notice.Name}), nil)
}

// some drops what is nil, so that screens can list what may be missing.
func some(objects ...fyne.CanvasObject) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, o := range objects {
		if o != nil {
			out = append(out, o)
		}
	}
	return out
}
