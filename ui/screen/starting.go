package screen

import (
	"time"

	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/ui/look"
	"github.com/seed-1feef0b2/holdfast/ui/part"
)

// How long starting may take before something is said.
const (
	Quiet = 300 * time.Millisecond
	Long  = 8 * time.Second
)

type starting struct {
	base
	details bool
}

func newStarting(b base) Screen { return &starting{base: b} }

func (s *starting) Show(v View) []fyne.CanvasObject {
	took := v.Now.Sub(v.Since)
	if took < Quiet {
		return some(part.Head("shield", look.Primary, s.p.T("product.name")))
	}
	if took < Long {
		return some(part.Head("shield", look.Primary, s.p.T("product.name")), part.Loading(s.p.T("ui.starting.checking")))
	}
	var more fyne.CanvasObject = part.Words(false, s.kit.Link("details", "", s.p.T("ui.starting.details"), func() {
		s.details = true
		s.do.Show()
	}))
	if s.details {
		more = part.Caption(s.p.T("ui.starting.explain"))
	}
	return some(part.Head("shield", look.Primary, s.p.T("product.name")), part.Loading(s.p.T("ui.starting.still")), more)
}

type problem struct{ base }

func newProblem(b base) Screen { return &problem{b} }

func (s *problem) Show(v View) []fyne.CanvasObject {
	f := v.FailedAt(WorkStart)
	title, says := s.p.T("ui.problem.title"), ""
	if f != nil {
		said := app.Say(s.p, f.Err, v.Now.Location())
		says = said.Text
		if said.Code == api.CodeReadFailed {
			title, says = s.p.T("ui.problem.unread"), s.p.T("ui.problem.unread_text")
		}
	}
	return some(part.Head("warning", look.Warning, title), part.Say(says),
		s.kit.Button("again", part.Primary, s.p.T("ui.again"), s.do.Check),
		part.Words(false, s.kit.Link("report", "", s.p.T("ui.problem.report"), func() { s.do.Go(AtReport, "") })))
}

type welcome struct{ base }

func newWelcome(b base) Screen { return &welcome{b} }

func (s *welcome) Show(v View) []fyne.CanvasObject {
	return some(part.Head("shield", look.Primary, s.p.T("ui.welcome.title")),
		part.Say(s.p.T("ui.welcome.text")), part.Say(s.p.T("ui.welcome.code")).In(look.Muted),
		warning(s.p, v.Status.Warnings),
		s.kit.Button("register", part.Primary, s.p.T("ui.welcome.register"), func() { s.do.Go(AtRegister, "") }),
		part.Words(true, s.kit.Link("sign-in", "", s.p.T("ui.welcome.sign_in"), func() { s.do.Go(AtSignIn, "") })))
}

type done struct{ base }

func newDone(b base) Screen { return &done{b} }

func (s *done) Show(v View) []fyne.CanvasObject {
	return some(part.Head("done", look.Done, s.p.T("ui.done.title")), part.Say(s.p.T("ui.done.text")),
		facts(s.p, v), s.kit.Button("open", part.Primary, s.p.T("ui.done.open"), s.do.GoOn))
}

func (s *done) Close() { s.do.GoOn() }

type revoked struct{ base }

func newRevoked(b base) Screen { return &revoked{b} }

func (s *revoked) Show(v View) []fyne.CanvasObject {
	return some(part.Head("lock", look.Warning, s.p.T("ui.revoked.title")), part.Say(s.p.T("ui.revoked.text")),
		s.kit.Button("leave", part.Primary, s.p.T("ui.revoked.leave"), func() { s.do.Go(AtSignOut, "") }))
}
