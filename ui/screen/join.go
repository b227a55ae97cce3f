package screen

import (
	"strings"

	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/ui/part"
)

// PasswordMin is the least number of characters of a password; the server judges.
const PasswordMin = 15

type register struct {
	base
	email, password, name *part.Field
	named                 bool
}

func newRegister(b base) Screen {
	s := &register{base: b}
	s.email = part.NewField(part.OneLine, b.p.T("ui.join.email"), "", s.submit)
	s.password = part.NewField(part.Password, b.p.T("ui.join.password"), b.p.T("ui.join.show"), s.submit)
	s.password.Help(b.p.T("ui.join.password_help"))
	s.name = part.NewField(part.OneLine, b.p.T("ui.join.name"), "", s.submit)
	s.name.Help(b.p.T("ui.join.name_help"))
	return s
}

func (s *register) First() fyne.Focusable { return s.email.Entry }
func (s *register) Close()                { s.do.Go(AtHome, "") }

func (s *register) Show(v View) []fyne.CanvasObject {
	prefill(s.name, &s.named, v.Name)
	busy := v.Busy(WorkRegister)
	lock(busy, s.email, s.password, s.name)
	button := s.kit.Button("go", part.Primary, s.p.T("ui.register.go"), s.submit)
	button.SetBusy(busy)
	return some(s.back(AtHome), part.Heading(s.p.T("ui.register.title")), part.Say(s.p.T("ui.register.text")),
		s.email.Object(), s.password.Object(), s.name.Object(), s.trouble(v.FailedAt(WorkRegister), v.Now.Location()), button)
}

func (s *register) submit() {
	email := strings.TrimSpace(s.email.Text())
	ok := judge(s.email, looksLikeEmail(email), s.p.T("ui.join.email_wrong"), "")
	ok = judge(s.password, len([]rune(s.password.Text())) >= PasswordMin, s.p.T("ui.join.password_short"), s.p.T("ui.join.password_help")) && ok
	if !ok {
		s.do.Show()
		return
	}
	s.do.Register(app.RegisterInput{Email: email, Password: s.password.Text(), Name: strings.TrimSpace(s.name.Text())})
}

type signIn struct {
	base
	login, password, name *part.Field
	named                 bool
}

func newSignIn(b base) Screen {
	s := &signIn{base: b}
	s.login = part.NewField(part.OneLine, b.p.T("ui.join.login"), "", s.submit)
	s.password = part.NewField(part.Password, b.p.T("ui.join.password"), b.p.T("ui.join.show"), s.submit)
	s.name = part.NewField(part.OneLine, b.p.T("ui.join.name"), "", s.submit)
	s.name.Help(b.p.T("ui.join.name_help"))
	return s
}

func (s *signIn) First() fyne.Focusable { return s.login.Entry }
func (s *signIn) Close()                { s.do.Go(AtHome, "") }

func (s *signIn) Show(v View) []fyne.CanvasObject {
	prefill(s.name, &s.named, v.Name)
	busy := v.Busy(WorkEnrol)
	lock(busy, s.login, s.password, s.name)
	button := s.kit.Button("go", part.Primary, s.p.T("ui.sign_in.go"), s.submit)
	button.SetBusy(busy)
	return some(s.back(AtHome), part.Heading(s.p.T("ui.sign_in.title")), part.Say(s.p.T("ui.sign_in.text")),
		s.login.Object(), s.password.Object(), s.name.Object(), s.trouble(v.FailedAt(WorkEnrol), v.Now.Location()), button)
}

func (s *signIn) submit() {
	login := strings.TrimSpace(s.login.Text())
	number := strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(login)
	problem := ""
	switch {
	case looksLikeEmail(login):
	case strings.Trim(number, code.Digits) == "" && number != "":
		if len(number) != code.AccountDigits {
			problem = s.p.T("ui.join.account_length")
		} else if !code.ValidAccount(number) {
			problem = s.p.T("ui.join.account_wrong")
		}
		login = number
	default:
		problem = s.p.T("ui.join.login_wrong")
	}
	ok := judge(s.login, problem == "", problem, "")
	ok = judge(s.password, s.password.Text() != "", s.p.T("ui.join.password_empty"), "") && ok
	if !ok {
		s.do.Show()
		return
	}
	s.do.Enrol(app.EnrolInput{Login: login, Password: s.password.Text(), Name: strings.TrimSpace(s.name.Text())})
}

// prefill proposes a text once, where nothing was typed.
func prefill(f *part.Field, done *bool, text string) {
	if !*done && text != "" {
		*done = true
		f.Entry.SetText(text)
	}
}

func lock(locked bool, fields ...*part.Field) {
	for _, f := range fields {
		f.Lock(locked)
	}
}

// judge says what is wrong with a field, or its help where nothing is.
func judge(f *part.Field, ok bool, problem, help string) bool {
	if ok {
		f.Help(help)
	} else {
		f.Problem(problem)
	}
	return ok
}

// looksLikeEmail is only there to catch a slip; the server and a letter decide.
func looksLikeEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at < len(s)-1 && strings.Contains(s[at:], ".") && !strings.ContainsAny(s, " \t\r\n") || at > 0 && s[at:] == "@localhost"
}

// refusedCode says whether a failure is about the code itself.
func refusedCode(f *Failure) bool {
	switch api.CodeOf(f.Err) {
	case api.CodeWrong, api.CodeMistyped, api.CodeUsed, api.CodeExpired:
		return true
	}
	return false
}
