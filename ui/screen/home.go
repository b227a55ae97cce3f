package screen

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/ui/look"
	"github.com/seed-1feef0b2/holdfast/ui/part"
)

// home says how this computer stands and shows the keys.
type home struct {
	base
	opened string // the key whose row is open
}

func newHome(b base) Screen { return &home{base: b} }

func (s *home) Show(v View) []fyne.CanvasObject {
	body := some(s.banner(v), s.status(v), s.notice(v),
		s.trouble(v.FailedAt(WorkCheck, WorkCopy, WorkNotNow, WorkSignOut, WorkSettings, WorkReplace), v.Now.Location()),
		s.contactLost(v), s.chip(v), warning(s.p, v.Status.Warnings), s.openWindow(v), s.accepted(v))
	body = append(body, s.keys(v)...)
	return append(body, part.Rule(), facts(s.p, v), part.Words(false, s.checkNow(v),
		s.kit.Link("history", "", s.p.T("ui.home.history"), func() { s.do.Go(AtHistory, "") })))
}

// banner stands over home in limited mode.
func (s *home) banner(v View) fyne.CanvasObject {
	if v.Status.State != app.Limited {
		return nil
	}
	var action *part.Link
	if v.Status.Challenge != nil && !v.Status.Unreachable() {
		action = s.kit.Link("code", "", s.p.T("ui.home.enter_code"), func() { s.do.Go(AtCode, "") })
	}
	key := "ui.home.limited_text"
	if v.Status.Access == app.AccessRead {
		key = "ui.home.read_only_text"
	}
	return part.Strip(part.Warn, s.p.T("ui.home.limited"), s.p.T(key), action)
}

// status is the one sentence about this computer.
func (s *home) status(v View) fyne.CanvasObject {
	icon, ink, key := "done", look.Done, "ui.home.activated"
	switch {
	case v.Status.State == app.Limited && v.Status.Access == app.AccessRead:
		icon, ink, key = "lock", look.Warning, "ui.home.read_only"
	case v.Status.State == app.Limited:
		icon, ink, key = "lock", look.Warning, "ui.home.locked"
	case gone(v.Status):
		icon, ink, key = "warning", look.Warning, "ui.home.activated_gone"
	case v.Status.Server == app.ServerAway && v.Asked:
		key = "ui.home.activated_away"
	}
	return part.Beside(1, false, part.NewSign(icon, ink, look.Icon+look.Small), part.Strong(s.p.T(key)))
}

// warning is the one most important warning, with what to do where its sentence does
// not say that.
func warning(p *text.Printer, keys []string) fyne.CanvasObject {
	for _, key := range keys {
		if more := "ui.warning." + strings.TrimPrefix(key, "error."); p.Has(more) {
			key = more
		}
		if said, err := p.Try(key); err == nil {
			return part.Strip(part.Warn, "", said, nil)
		}
	}
	return nil
}

// accepted names what changed and needed no code.
func (s *home) accepted(v View) fyne.CanvasObject {
	if len(v.Status.Accepted) == 0 || v.Status.State != app.Activated {
		return nil
	}
	var lines []string
	for i, d := range v.Status.Accepted {
		if i == few {
			lines = append(lines, s.p.T("ui.changed.more", text.Data{"Count": len(v.Status.Accepted) - few}))
			break
		}
		lines = append(lines, app.SayDrift(s.p, d))
	}
	return part.Strip(part.Info, s.p.T("ui.home.accepted"), strings.Join(lines, "\n"), nil)
}

func (s *home) checkNow(v View) fyne.CanvasObject {
	l := s.kit.Link("check", "", s.p.T("ui.home.check"), s.do.Check)
	if v.Busy(WorkCheck) {
		l.SetText(s.p.T("ui.home.checking"))
		l.Disable()
	} else {
		l.Enable()
	}
	return l
}

// facts are the small print: account, last check, how long, what needs a code.
func facts(p *text.Printer, v View) fyne.CanvasObject {
	st := v.Status
	var lines []fyne.CanvasObject
	say := func(key string, data text.Data) { lines = append(lines, part.Caption(p.T(key, data))) }
	if st.Account != "" {
		say("ui.fact.account", text.Data{"Account": maskedAccount(st), "Device": or(st.Device, "–")})
	}
	if at := parse(st.Checked, v.Now.Location()); !at.IsZero() {
		say("ui.fact.checked", text.Data{"At": clock(p, at, v.Now)})
	}
	if c := st.Certificate; c != nil && st.Access != app.AccessNone {
		until := parse(c.Expires, v.Now.Location())
		if until.After(v.Now) {
			say("ui.fact.until", text.Data{"Until": day(p, until, v.Now)})
		} else {
			say("ui.fact.ended", text.Data{"Until": day(p, until, v.Now)})
		}
		if p.Has("ui.fact.needs." + c.Policy) {
			say("ui.fact.needs."+c.Policy, nil)
		}
	}
	if at := parse(st.HoldUntil, v.Now.Location()); at.After(v.Now) {
		say("ui.fact.hold", text.Data{"Until": clock(p, at, v.Now)})
	}
	if st.Keystore != "" && p.Has("ui.fact.keystore."+st.Keystore) {
		say("ui.fact.keystore."+st.Keystore, nil)
	}
	return part.Column(look.Tight/2, lines...)
}

// maskedAccount shows the account number whole only where this computer is activated.
func maskedAccount(st app.Status) string {
	n := code.GroupAccount(st.Account)
	if st.State == app.Activated || len(n) < 4 {
		return n
	}
	return n[:4] + " •••• ••••"
}

// lastUsed is a key's caption.
func lastUsed(p *text.Printer, used, now time.Time) string {
	if used.IsZero() {
		return p.T("ui.key.unused")
	}
	return p.T("ui.key.used", text.Data{"At": clock(p, used, now)})
}
