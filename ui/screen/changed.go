package screen

import (
	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/ui/look"
	"github.com/seed-1feef0b2/holdfast/ui/part"
)

// changed says that this computer is not what it was, names what differs, and
// takes the code that was sent, all on one screen.
type changed struct {
	codePanel
	all bool
}

func newChanged(b base) Screen {
	s := &changed{codePanel: newCodePanel(b)}
	s.wire()
	return s
}

func (s *changed) Show(v View) []fyne.CanvasObject {
	ch := v.Status.Challenge
	if v.Status.ContactLost && (ch == nil || v.Status.Unreachable()) {
		return s.addressFirst(v, part.Head("changed", look.Warning, s.p.T("ui.changed.title")), s.drift(v))
	}
	if ch == nil {
		body := s.unsent(v, s.p.T("ui.changed.title"))
		if what := s.drift(v); what != nil {
			body = append(body[:1], append([]fyne.CanvasObject{what}, body[1:]...)...)
		}
		return body
	}
	body := some(s.notice(v), s.head(ch), part.Say(s.p.T("ui.code.why."+reasonOf(ch))))
	if ch.Reason != api.ReasonEmail { // that code is about the address alone
		body = append(body, some(s.drift(v))...)
	}
	body = append(body, s.panel(v, ch)...)
	return append(body, s.ways(v, ch)...)
}

// head says why a code is asked for.
func (s *changed) head(ch *app.Challenge) fyne.CanvasObject {
	switch reasonOf(ch) {
	case api.ReasonFork:
		return part.Head("copy", look.Warning, s.p.T("ui.changed.copied_title"))
	case api.ReasonChip:
		return part.Head("shield", look.Warning, s.p.T("ui.changed.chip_title"))
	case api.ReasonAnnounce:
		return part.Head("swap", look.Primary, s.p.T("ui.announce.code_title"))
	case api.ReasonPhone, api.ReasonChannel, api.ReasonEmail:
		return part.Head(wayIcon[channelOf(ch)], look.Primary, s.p.T("ui.security.code_title."+ch.Reason))
	}
	return part.Head("changed", look.Warning, s.p.T("ui.changed.title"))
}

// few is how many differences are shown before the rest is folded away.
const few = 4

// drift names what differs, before and after.
func (s *changed) drift(v View) fyne.CanvasObject {
	list := v.Status.Drift
	if len(list) == 0 {
		return nil
	}
	shown := list
	if len(list) > few && !s.all {
		shown = list[:few-1]
	}
	lines := []fyne.CanvasObject{part.Strong(s.p.T("ui.changed.what"))}
	for _, d := range shown {
		lines = append(lines, part.Bullet(changeSign(d), look.Warning, app.SayDrift(s.p, d)))
	}
	if rest := len(list) - len(shown); rest > 0 {
		more := s.kit.Link("more", "", s.p.T("ui.changed.more", text.Data{"Count": rest}), func() {
			s.all = true
			s.do.Show()
		})
		lines = append(lines, part.Words(false, more))
	}
	return part.Under(part.NewPlate(look.Page, look.Hairline), part.Pad(look.Gap+look.Ring, look.Gap, part.Column(look.Tight, lines...)))
}

func changeSign(d app.Drift) string {
	switch d.Change {
	case api.Added:
		return "add"
	case api.Removed:
		return "remove"
	case api.NoLongerRead, api.BecameReadable:
		return "eye"
	}
	return "swap"
}
