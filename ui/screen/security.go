package screen

import (
	"slices"

	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/ui/look"
	"github.com/seed-1feef0b2/holdfast/ui/part"
)

// security says where codes go, and lets the owner choose another enrolled way.
type security struct {
	base
	chosen   string // the way that is about to be taken; empty for the one in use
	removing bool
	password *part.Field
}

func newSecurity(b base) Screen {
	s := &security{base: b}
	s.password = part.NewField(part.Password, b.p.T("ui.join.password"), b.p.T("ui.join.show"), s.submit)
	return s
}

func (s *security) Close() { s.do.Go(AtHome, "") }

func (s *security) Show(v View) []fyne.CanvasObject {
	loc := v.Now.Location()
	body := some(s.back(AtHome), part.Head("mail", look.Primary, s.p.T("ui.security.title")), part.Say(s.p.T("ui.security.text")),
		s.notice(v), s.trouble(v.FailedAt(WorkSecurity, WorkTest, WorkLift), loc))
	sec := v.Security
	if sec == nil {
		if v.FailedAt(WorkSecurity) == nil {
			body = append(body, part.Loading(s.p.T("ui.security.loading")))
		}
		return body
	}
	body = append(body, some(s.stopped(v, sec), s.ways(v, sec), s.failing(sec), s.later(sec))...)
	if s.chosen != "" || s.removing {
		return append(body, s.confirm(v)...)
	}
	return append(body, s.links(sec))
}

// stopped says that strangers' wrong codes keep new computers out.
func (s *security) stopped(v View, sec *app.Security) fyne.CanvasObject {
	if sec.EnrolStopped == "" {
		return nil
	}
	lift := s.kit.Link("lift", "", s.p.T("ui.security.lift"), s.do.LiftEnrolStop)
	at := clock(s.p, parse(sec.EnrolStopped, v.Now.Location()), v.Now)
	return part.Strip(part.Warn, "", s.p.T("ui.security.stopped", text.Data{"At": at}), lift)
}

// ways are the enrolled ways as rows; the one in use has a sign.
func (s *security) ways(v View, sec *app.Security) fyne.CanvasObject {
	rows := make([]fyne.CanvasObject, 0, len(sec.Ways))
	for _, w := range sec.Ways {
		caption := w.Destination
		if at := parse(w.Paused, v.Now.Location()); at.After(v.Now) {
			caption += " · " + s.p.T("ui.security.paused", text.Data{"At": clock(s.p, at, v.Now)})
		}
		sign, arrow := wayIcon[w.Channel], "forward"
		if w.Channel == sec.Channel {
			sign, arrow, caption = "done", "", caption+" · "+s.p.T("ui.security.in_use")
		}
		rows = append(rows, s.kit.Row("way."+w.Channel, sign, s.p.T("ui.way."+w.Channel), caption, arrow, func() { s.choose(w.Channel, sec) }))
	}
	return part.Lines(rows...)
}

var wayIcon = map[string]string{api.ChannelEmail: "mail", api.ChannelSMS: "sent", api.ChannelVoice: "sent"}

// failing says what the last message over a way came to.
func (s *security) failing(sec *app.Security) fyne.CanvasObject {
	for _, w := range sec.Ways {
		if w.Failing != "" {
			why, _ := app.SayDetail(s.p, w.Failing)
			data := text.Data{"Way": s.p.T("ui.way." + w.Channel), "Detail": why}
			return part.Strip(part.Warn, "", s.p.T("ui.security.failing", data), nil)
		}
	}
	return nil
}

// later says that a choice holds only from the next code on.
func (s *security) later(sec *app.Security) fyne.CanvasObject {
	if sec.Next == "" {
		return nil
	}
	return part.Caption(s.p.T("ui.security.next", text.Data{"Way": s.p.T("ui.way." + sec.Next)}))
}

func (s *security) choose(channel string, sec *app.Security) {
	s.removing = false
	s.chosen = channel
	if channel == sec.Channel {
		s.chosen = ""
	}
	s.do.Show()
}

// confirm asks for the password before anything is changed.
func (s *security) confirm(v View) []fyne.CanvasObject {
	work, say, key := WorkChannel, "ui.security.confirm", "ui.security.use."+s.chosen
	if s.removing {
		work, say, key = WorkNoPhone, "ui.security.removing", "ui.security.remove"
	}
	busy := v.Busy(work)
	s.password.Lock(busy)
	button := s.kit.Button("go", part.Primary, s.p.T(key), s.submit)
	button.SetBusy(busy)
	return some(part.Say(s.p.T(say)), s.password.Object(), s.trouble(v.FailedAt(work), v.Now.Location()), button,
		part.Words(true, s.kit.Link("cancel", "", s.p.T("ui.security.leave"), func() {
			s.chosen, s.removing = "", false
			s.do.Show()
		})))
}

func (s *security) submit() {
	if !judge(s.password, s.password.Text() != "", s.p.T("ui.join.password_empty"), "") {
		s.do.Show()
		return
	}
	if s.removing {
		s.do.RemovePhone(s.password.Text())
		return
	}
	s.do.SetChannel(s.chosen, s.password.Text())
}

func (s *security) links(sec *app.Security) fyne.CanvasObject {
	links := []fyne.CanvasObject{s.kit.Link("test", "", s.p.T("ui.security.test"), func() { s.do.TestChannel(sec.Channel) })}
	if phone(sec) {
		links = append(links, s.kit.Link("remove", "", s.p.T("ui.security.remove"), func() {
			s.removing, s.chosen = true, ""
			s.do.Show()
		}))
	} else if len(sec.Phones) > 0 {
		links = append(links, s.kit.Link("phone", "", s.p.T("ui.security.add_phone"), func() { s.do.Go(AtPhone, "") }))
	}
	return part.Words(false, links...)
}

// phone says that a phone is enrolled.
func phone(sec *app.Security) bool {
	return slices.ContainsFunc(sec.Ways, func(w app.Way) bool { return w.Channel != api.ChannelEmail })
}
