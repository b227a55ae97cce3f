package screen

import (
	"strings"

	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/ui/look"
	"github.com/seed-1feef0b2/holdfast/ui/part"
)

// addPhone enrols a phone: number, text message or call, and the password.
type addPhone struct {
	base
	number, password *part.Field
	way              string
}

func newPhone(b base) Screen {
	s := &addPhone{base: b, way: api.ChannelSMS}
	s.number = part.NewField(part.OneLine, b.p.T("ui.phone.number"), "", s.submit)
	s.number.Help(b.p.T("ui.phone.number_help"))
	s.password = part.NewField(part.Password, b.p.T("ui.join.password"), b.p.T("ui.join.show"), s.submit)
	return s
}

func (s *addPhone) First() fyne.Focusable { return s.number.Entry }
func (s *addPhone) Close()                { s.do.Go(AtSecurity, "") }

func (s *addPhone) Show(v View) []fyne.CanvasObject {
	busy := v.Busy(WorkPhone)
	lock(busy, s.number, s.password)
	button := s.kit.Button("go", part.Primary, s.p.T("ui.phone.go"), s.submit)
	button.SetBusy(busy)
	return some(s.back(AtSecurity), part.Heading(s.p.T("ui.phone.title")), part.Say(s.p.T("ui.phone.text")), s.number.Object(), s.how(v),
		s.password.Object(), s.trouble(v.FailedAt(WorkPhone), v.Now.Location()), button)
}

// how chooses between text and call where the server can do both.
func (s *addPhone) how(v View) fyne.CanvasObject {
	if v.Security == nil || len(v.Security.Phones) == 0 {
		return nil
	}
	var choices []part.Choice
	for _, p := range v.Security.Phones {
		choices = append(choices, part.Choice{Value: p, Text: s.p.T("ui.way." + p)})
	}
	if len(choices) == 1 {
		s.way = choices[0].Value
		return nil
	}
	return part.Column(look.Tight, part.Caption(s.p.T("ui.phone.how")).In(look.Text), s.kit.Segments("way", choices, s.way, func(x string) {
		s.way = x
		s.do.Show()
	}))
}

func (s *addPhone) submit() {
	number := strings.TrimSpace(s.number.Text())
	ok := judge(s.number, looksLikePhone(number), s.p.T("ui.phone.number_wrong"), s.p.T("ui.phone.number_help"))
	ok = judge(s.password, s.password.Text() != "", s.p.T("ui.join.password_empty"), "") && ok
	if !ok {
		s.do.Show()
		return
	}
	s.do.AddPhone(number, s.way == api.ChannelVoice, s.password.Text())
}

// looksLikePhone is only there to catch a slip; the server judges.
func looksLikePhone(s string) bool {
	digits := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "", "\u00a0", "").Replace(s)
	rest, plus := strings.CutPrefix(digits, "+")
	return plus && len(rest) >= 8 && len(rest) <= 15 && strings.Trim(rest, "0123456789") == ""
}

// address gives the account's e-mail address again after the server lost it, or says
// it to take over new keys of the server.
type address struct {
	base
	email, password *part.Field
}

func newAddress(b base) Screen {
	s := &address{base: b}
	s.email = part.NewField(part.OneLine, b.p.T("ui.join.email"), "", s.submit)
	s.password = part.NewField(part.Password, b.p.T("ui.join.password"), b.p.T("ui.join.show"), s.submit)
	return s
}

func (s *address) First() fyne.Focusable { return s.email.Entry }
func (s *address) Close()                { s.do.Go(AtHome, "") }

func (s *address) Show(v View) []fyne.CanvasObject {
	busy := v.Busy(WorkEmail)
	lock(busy, s.email, s.password)
	title, says, does := "ui.address.title", s.p.T("ui.address.text"), "ui.phone.go"
	switch {
	case !v.Status.ContactLost && v.Status.NewKeys:
		title, says, does = "ui.address.keys_title", s.p.T("ui.address.keys_text"), "ui.address.keys_go"
	case v.Status.State == app.Activated:
		says += " " + s.p.T("ui.address.safe")
	}
	button := s.kit.Button("go", part.Primary, s.p.T(does), s.submit)
	button.SetBusy(busy)
	return some(s.back(AtHome), part.Heading(s.p.T(title)), part.Say(says), s.email.Object(),
		s.password.Object(), s.trouble(v.FailedAt(WorkEmail), v.Now.Location()), button)
}

func (s *address) submit() {
	email := strings.TrimSpace(s.email.Text())
	ok := judge(s.email, looksLikeEmail(email), s.p.T("ui.join.email_wrong"), "")
	ok = judge(s.password, s.password.Text() != "", s.p.T("ui.join.password_empty"), "") && ok
	if !ok {
		s.do.Show()
		return
	}
	s.do.GiveEmail(email, s.password.Text())
}

// contactLost says on home that no code can be sent any more. While the code that
// gives the address again is under way, it leads back to that.
func (s *home) contactLost(v View) fyne.CanvasObject {
	switch {
	case !v.Status.ContactLost && v.Status.NewKeys:
		give := s.kit.Link("address", "", s.p.T("ui.address.keys_give"), func() { s.do.Go(AtAddress, "") })
		return part.Strip(part.Warn, "", s.p.T("ui.address.keys"), give)
	case !v.Status.ContactLost:
		return nil
	}
	if ch := v.Status.Challenge; ch != nil && ch.Reason == api.ReasonEmail {
		if v.Status.State == app.Limited {
			return nil // the banner leads there
		}
		back := s.kit.Link("code", "", s.p.T("ui.home.enter_code"), func() { s.do.Go(AtCode, "") })
		return part.Strip(part.Warn, "", s.p.T("ui.address.lost"), back)
	}
	give := s.kit.Link("address", "", s.p.T("ui.address.give"), func() { s.do.Go(AtAddress, "") })
	return part.Strip(part.Warn, "", s.p.T("ui.address.lost"), give)
}
