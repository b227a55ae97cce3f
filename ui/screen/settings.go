package screen

import (
	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/ui/look"
	"github.com/seed-1feef0b2/holdfast/ui/part"
)

// settings holds language, appearance and text size, and the way out.
type settings struct{ base }

func newSettings(b base) Screen { return &settings{b} }

func (s *settings) Close() { s.do.Go(AtHome, "") }

func (s *settings) Show(v View) []fyne.CanvasObject {
	set := v.Settings
	language := s.choice("ui.settings.language", or(set.Language, s.p.Language()), []part.Choice{
		{Value: "en", Text: "English"}, {Value: "vi", Text: "Tiếng Việt"}, {Value: "ru", Text: "Русский"},
	}, func(x string) app.Settings {
		return app.Settings{Language: x, Appearance: set.Appearance, TextSize: set.TextSize}
	})
	appearance := s.choice("ui.settings.appearance", set.Appearance, []part.Choice{
		{Value: "", Text: s.p.T("ui.settings.system")}, {Value: "light", Text: s.p.T("ui.settings.light")}, {Value: "dark", Text: s.p.T("ui.settings.dark")},
	}, func(x string) app.Settings {
		return app.Settings{Language: set.Language, Appearance: x, TextSize: set.TextSize}
	})
	size := s.choice("ui.settings.text", set.TextSize, []part.Choice{
		{Value: "smaller", Text: s.p.T("ui.settings.smaller")}, {Value: "", Text: s.p.T("ui.settings.normal")}, {Value: "larger", Text: s.p.T("ui.settings.larger")},
	}, func(x string) app.Settings {
		return app.Settings{Language: set.Language, Appearance: set.Appearance, TextSize: x}
	})
	body := some(s.back(AtHome), part.Heading(s.p.T("ui.settings.title")), language, appearance, size,
		s.trouble(v.FailedAt(WorkSettings), v.Now.Location()), part.Rule())
	if v.Status.Account != "" {
		body = append(body, facts(s.p, v), s.ahead(v))
		if v.Status.State == app.Activated || v.Status.State == app.Limited || v.Status.State == app.Revoked {
			body = append(body, part.Words(false, s.kit.Link("sign-out", "", s.p.T("ui.settings.sign_out"), func() { s.do.Go(AtSignOut, "") })))
		}
	}
	return append(body, part.Caption(s.p.T("ui.settings.version", text.Data{"Version": or(v.Version, "–")})))
}

// ahead is what an owner may do beforehand: announce a change of hardware, give
// the vault a new master key.
func (s *settings) ahead(v View) fyne.CanvasObject {
	var links []fyne.CanvasObject
	link := func(name string, place Place) {
		links = append(links, s.kit.Link(name, "", s.p.T(name), func() { s.do.Go(place, "") }))
	}
	if v.Status.State == app.Activated {
		link("ui.settings.security", AtSecurity)
	}
	if v.Status.State == app.Activated && v.Status.Access == app.AccessWrite {
		link("ui.settings.announce", AtAnnounce)
		link("ui.settings.rotate", AtRotate)
	}
	link("ui.home.history", AtHistory)
	return part.Words(false, links...)
}

func (s *settings) choice(key, chosen string, choices []part.Choice, with func(string) app.Settings) fyne.CanvasObject {
	return part.Column(look.Tight, part.Caption(s.p.T(key)).In(look.Text), s.kit.Segments(key, choices, chosen, func(x string) {
		s.do.SaveSettings(with(x))
	}))
}

// signOut takes this computer off the account.
type signOut struct{ base }

func newSignOut(b base) Screen { return &signOut{b} }

func (s *signOut) Close() { s.do.Go(AtHome, "") }

func (s *signOut) Show(v View) []fyne.CanvasObject {
	f := v.FailedAt(WorkSignOut)
	busy := v.Busy(WorkSignOut)
	name := text.Data{"Device": or(v.Status.Device, s.p.T("ui.sign_out.this"))}
	body := some(part.Head("computer", look.Warning, s.p.T("ui.sign_out.title")), part.Say(s.p.T("ui.sign_out.text", name)),
		s.trouble(f, v.Now.Location()))
	kind, key, forget := part.Primary, "ui.sign_out.go", losesKeys(f)
	if forget {
		kind, key = part.Danger, "ui.sign_out.forget"
	}
	button := s.kit.Button(key, kind, s.p.T(key), func() { s.do.SignOut(forget) })
	button.SetBusy(busy)
	links := []fyne.CanvasObject{s.kit.Link("keep", "", s.p.T("ui.sign_out.keep"), func() { s.do.Go(AtHome, "") })}
	if len(v.Keys) > 0 {
		links = append(links, s.kit.Link("backup", "", s.p.T("ui.home.backup"), func() { s.do.Go(AtBackup, "") }))
	}
	return append(body, button, part.Words(true, links...))
}

// losesKeys says that signing out was refused because keys would be lost.
func losesKeys(f *Failure) bool {
	if f == nil {
		return false
	}
	switch api.CodeOf(f.Err) {
	case api.CodeBackupNeeded, api.CodeKeyringLost:
		return true
	}
	return false
}

// report shows a text for whoever helps, before it is copied.
type report struct{ base }

func newReport(b base) Screen { return &report{b} }

func (s *report) Close() { s.do.Go(AtHome, "") }

func (s *report) Show(v View) []fyne.CanvasObject {
	body := some(s.back(AtHome), part.Heading(s.p.T("ui.report.title")), part.Say(s.p.T("ui.report.text")),
		s.trouble(v.FailedAt(WorkReport), v.Now.Location()))
	if v.Report == "" {
		return append(body, part.Loading(s.p.T("ui.report.making")))
	}
	inside := part.Under(part.NewPlate(look.Page, look.Hairline), part.Pad(look.Gap, look.Gap, part.Caption(v.Report)))
	command := "holdfastctl " + v.Profile + "status"
	return append(body, s.kit.Button("copy", part.Primary, s.p.T("ui.report.copy"), func() { s.do.Copy(v.Report) }),
		part.Words(true, s.kit.Link("command", "copy", s.p.T("ui.report.command"), func() { s.do.Copy(command) })),
		part.Strong(s.p.T("ui.report.inside")), inside)
}
