package screen

import (
	"time"

	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/ui/look"
	"github.com/seed-1feef0b2/holdfast/ui/part"
)

// history is the time line of this computer: what changed, and what was asked.
type history struct {
	base
	shown int // how many events are drawn
}

// A page of history: what fits a few screens, so that years of it open at once.
const historyPage = 40

// pictureWeeks is how far the picture looks back.
const pictureWeeks = 12

const week = 7 * 24 * time.Hour

func newHistory(b base) Screen { return &history{base: b, shown: historyPage} }

func (s *history) Close() { s.do.Go(AtHome, "") }

func (s *history) Show(v View) []fyne.CanvasObject {
	body := some(s.back(AtHome), part.Heading(s.p.T("ui.history.title")), s.trouble(v.FailedAt(WorkHistory), v.Now.Location()))
	switch {
	case v.History == nil && v.FailedAt(WorkHistory) != nil:
		return body
	case v.History == nil:
		return append(body, part.Loading(s.p.T("ui.history.loading")))
	case len(v.History) == 0:
		return append(body, part.Empty("clock", s.p.T("ui.history.none"), s.p.T("ui.history.none_text")))
	}
	if v.FailedAt(WorkHistory) != nil {
		body = append(body, part.Strip(part.Info, "", s.p.T("ui.history.away"), nil))
	}
	return append(append(body, s.picture(v)), s.days(v)...)
}

// picture is the last weeks as columns, and the same in words.
func (s *history) picture(v View) fyne.CanvasObject {
	spans, changes, asked := weeks(v.History, v.Now)
	data := text.Data{"Weeks": pictureWeeks}
	said := s.p.T("ui.history.changes", text.Data{"Count": changes}) + " " + s.p.T("ui.history.asked", text.Data{"Count": asked})
	first := v.Now.Add(-pictureWeeks * week)
	ends := part.Ends(day(s.p, first, v.Now), s.p.T("ui.history.today"))
	return part.Column(look.Tight, part.Say(s.p.T("ui.history.lately", data)+" "+said), part.NewColumns(said, spans), ends)
}

// weeks counts what changed and what was asked, week by week up to now.
func weeks(events []app.Event, now time.Time) (spans []part.Span, changes, asked int) {
	spans = make([]part.Span, pictureWeeks)
	for _, e := range events {
		at := parse(e.At, now.Location())
		ago := now.Sub(at)
		if at.IsZero() || ago < 0 || ago >= pictureWeeks*week {
			continue
		}
		span := &spans[pictureWeeks-1-int(ago/week)]
		if e.Event == api.EventAccepted {
			span.Count++
			changes++
		}
		if e.Asked {
			span.Asked = true
			asked++
		}
	}
	return spans, changes, asked
}

// days are the events under the day on which they happened, newest first.
func (s *history) days(v View) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	var knots []part.Knot
	var heading string
	flush := func() {
		if len(knots) > 0 {
			out = append(out, part.Column(look.Gap, part.Strong(heading), part.Thread(knots...)))
		}
		knots = nil
	}
	for _, e := range v.History[:min(s.shown, len(v.History))] {
		at := parse(e.At, v.Now.Location())
		if name := s.dayName(at, v.Now); name != heading {
			flush()
			heading = name
		}
		knots = append(knots, s.knot(e, at))
	}
	flush()
	if rest := len(v.History) - s.shown; rest > 0 {
		out = append(out, part.Words(false, s.kit.Link("more", "", s.p.T("ui.history.more", text.Data{"Count": rest}), func() {
			s.shown += historyPage
			s.do.Show()
		})))
	}
	return out
}

func (s *history) dayName(at, now time.Time) string {
	switch at.Format(time.DateOnly) {
	case now.Format(time.DateOnly):
		return s.p.T("ui.history.today")
	case now.AddDate(0, 0, -1).Format(time.DateOnly):
		return s.p.T("ui.history.yesterday")
	}
	return day(s.p, at, now)
}

// knot is one event: what happened, what differed before and after, and when.
func (s *history) knot(e app.Event, at time.Time) part.Knot {
	lines := []fyne.CanvasObject{part.Say(app.SayEvent(s.p, e))}
	if by := app.SayBy(s.p, e); by != "" {
		lines = append(lines, part.Caption(by))
	}
	for i, d := range e.Drift {
		if i == few {
			lines = append(lines, part.Caption(s.p.T("ui.changed.more", text.Data{"Count": len(e.Drift) - few})))
			break
		}
		lines = append(lines, part.Caption(app.SayDrift(s.p, d)))
	}
	for _, flag := range e.Flags {
		lines = append(lines, part.Caption(app.SayFlag(s.p, flag)).In(look.Warning))
	}
	caption := at.Format("15:04")
	if e.Reference != "" {
		caption = s.p.T("ui.history.reference", text.Data{"At": caption, "Reference": e.Reference})
	}
	icon, colour := eventSign(e)
	return part.Knot{Icon: icon, Colour: colour, Content: part.Column(look.Tight/3, append(lines, part.Caption(caption))...)}
}

// eventSign is an event's sign and its colour: red only for what went wrong,
// green only for what is done.
func eventSign(e app.Event) (string, fyne.ThemeColorName) {
	switch e.Event {
	case api.EventActivated:
		return "done", look.Done
	case api.EventAsked, api.EventSentAgain:
		return "mail", look.Warning
	case api.EventForked:
		return "copy", look.Error
	case api.EventWrongCodes, api.EventBlocked:
		return "lock", look.Error
	case api.EventViewed:
		return "eye", look.Primary
	case api.EventPhone, api.EventChannel:
		return "sent", look.Primary
	case api.EventKeyChanged, api.EventRotated, api.EventRotating, api.EventReleased:
		return "key", look.Primary
	case api.EventAnnounced, api.EventHeld:
		return "clock", look.Primary
	case api.EventPolicy:
		return "settings", look.Primary
	case api.EventSignedOut:
		return "computer", look.Muted
	}
	return "swap", look.Muted
}
