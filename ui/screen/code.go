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

// codePanel is what Enter code and This computer changed share: where the code
// went, the field, sending again, and the ladder of help.
type codePanel struct {
	base
	field  *part.CodeField
	ladder ladder
	serial int // of the failure that the field was marked for
	// reference is that of the challenge that the field is for.
	reference string
	again     string // a refused value that was about to be sent once more
	nothing   bool   // the last paste held no code
	other     bool   // the code of the other kind is typed: the mail's, or the phone's
}

func newCodePanel(b base) codePanel {
	c := codePanel{base: b, field: part.NewCodeField(), ladder: ladder{base: b}}
	c.field.Label, c.field.PasteLabel = b.p.T("ui.code.label"), b.p.T("ui.paste")
	return c
}

// wire connects the field; it is apart from newCodePanel because the panel is
// copied into its screen first.
func (c *codePanel) wire() {
	c.field.OnFull = c.do.Answer
	c.field.OnSubmit = func(string) { c.submit() }
	c.field.OnChanged = func() {
		c.nothing, c.again = false, ""
		c.do.Show()
	}
}

func (c *codePanel) First() fyne.Focusable { return c.field }

// Paste takes a code from a text, wherever the keyboard is.
func (c *codePanel) Paste(text string) {
	if !c.field.Paste(text) && !c.field.Locked() {
		c.nothing = true
		c.do.Show()
	}
}

// submit is the plain way. A value that was refused is not sent again: it would
// only cost a try.
func (c *codePanel) submit() {
	if c.field.Refused() {
		c.again = c.field.Value()
		c.do.Show()
		return
	}
	c.do.Answer(c.field.Value())
}

func (c *codePanel) panel(v View, ch *app.Challenge) []fyne.CanvasObject {
	c.field.Draw(c.form(ch))
	if c.reference != ch.Reference { // what was typed was another code
		c.field.Clear()
		c.reference = ch.Reference
	}
	busy := v.Busy(WorkAnswer)
	c.field.Lock(busy)
	f := v.FailedAt(WorkAnswer)
	if f != nil && f.Serial != c.serial {
		c.serial = f.Serial
		if refusedCode(f) {
			c.field.Refuse()
		}
	}
	button := c.kit.Button("continue", part.Primary, c.p.T("ui.code.go"), c.submit)
	button.SetBusy(busy)
	if !busy {
		if c.field.Full() {
			button.Enable()
		} else {
			button.Disable()
		}
	}
	entry := part.Column(look.Gap, some(c.field, c.under(v, f, ch), c.sending(v, ch), c.otherWays(v, ch))...)
	return some(c.wentTo(v, ch), c.badNews(v, ch), c.outbox(ch), entry, c.trouble(v.FailedAt(WorkSend, WorkNotNow, WorkCheck), v.Now.Location()), button)
}

// under is the line below the field: what was wrong with the code.
func (c *codePanel) under(v View, f *Failure, ch *app.Challenge) fyne.CanvasObject {
	said := ""
	switch {
	case c.again != "" && c.again == c.field.Value():
		said = c.p.T("ui.code.same")
	case c.nothing:
		said = c.p.T("ui.code.nothing_pasted")
	case f != nil && (c.field.Refused() || !refusedCode(f)):
		return c.failedAnswer(f, v, ch)
	case ch.State == api.ChallengeLocked && ch.NextTry != "":
		at := parse(ch.NextTry, v.Now.Location())
		return part.Strip(part.Warn, "", c.p.T("error.challenge_locked.at", text.Data{"At": clock(c.p, at, v.Now)}), nil)
	default:
		return nil
	}
	return part.Caption(said).In(look.Error)
}

func (c *codePanel) failedAnswer(f *Failure, v View, ch *app.Challenge) fyne.CanvasObject {
	if code := api.CodeOf(f.Err); code == api.CodeServerAway {
		until := parse(ch.Expires, v.Now.Location())
		if !until.IsZero() {
			return part.Strip(part.Warn, "", c.p.T("ui.code.away", text.Data{"Until": clock(c.p, until, v.Now)}), nil)
		}
	}
	if !refusedCode(f) {
		return c.trouble(f, v.Now.Location())
	}
	return part.Caption(app.Say(c.p, f.Err, v.Now.Location()).Text).In(look.Error)
}

// sending is the countdown to the next message, which becomes a link.
func (c *codePanel) sending(v View, ch *app.Challenge) fyne.CanvasObject {
	next := parse(ch.NextSend, v.Now.Location())
	if wait := next.Sub(v.Now); !next.IsZero() && wait > 0 {
		if wait > time.Hour {
			return part.Caption(c.p.T("ui.code.again_at", text.Data{"At": clock(c.p, next, v.Now)}))
		}
		return part.Caption(c.p.T("ui.code.again_in", text.Data{"Left": left(wait)}))
	}
	if v.Busy(WorkSend) {
		return part.Caption(c.p.T("ui.code.sending_again"))
	}
	return part.Words(false, c.kit.Link("again", "sent", c.p.T("ui.code.again"), c.do.SendAgain))
}

type enterCode struct{ codePanel }

func newCode(b base) Screen {
	s := &enterCode{newCodePanel(b)}
	s.wire()
	return s
}

func (s *enterCode) Show(v View) []fyne.CanvasObject {
	ch := v.Status.Challenge
	if v.Status.ContactLost && (ch == nil || v.Status.Unreachable()) {
		return s.addressFirst(v, part.Head("away", look.Warning, s.p.T("ui.code.none_title")), nil)
	}
	if ch == nil {
		return s.unsent(v, s.p.T("ui.code.none_title"))
	}
	title := s.p.T("ui.code.title." + channelOf(ch))
	body := some(part.Head("mail", look.Primary, title), part.Say(s.p.T("ui.code.why."+reasonOf(ch))))
	body = append(body, s.panel(v, ch)...)
	return append(body, s.ways(v, ch)...)
}

// ways are the links below the button, and the ladder when it is open.
func (c *codePanel) ways(v View, ch *app.Challenge) []fyne.CanvasObject {
	c.ladder.follow(v, ch)
	help := c.kit.Link("help", "", c.p.T("ui.help.open"), func() {
		c.ladder.toggle()
		c.do.Show()
	})
	links := []fyne.CanvasObject{help}
	if v.Status.State != app.Limited && v.Status.State != app.Activated {
		links = append(links, c.kit.Link("not-now", "", c.p.T("ui.code.not_now"), c.do.NotNow))
	} else {
		links = append(links, c.kit.Link("not-now", "", c.p.T("ui.back"), func() { c.do.Go(AtHome, "") }))
	}
	out := []fyne.CanvasObject{part.Words(true, links...)}
	if c.ladder.open {
		out = append(out, part.Rule(), c.ladder.object(v, ch))
	}
	return out
}

// unsent is the screen where a code is needed but none could be asked for.
func (c *codePanel) unsent(v View, title string) []fyne.CanvasObject {
	says := c.trouble(v.FailedAt(WorkCheck, WorkStart, WorkRefresh), v.Now.Location())
	if says == nil && v.Status.Server == app.ServerAway {
		says = part.Strip(part.Warn, c.p.T("error.server_away"), c.p.T("ui.code.away_keys"), nil)
	}
	button := c.kit.Button("again", part.Primary, c.p.T("ui.again"), c.do.Check)
	button.SetBusy(v.Busy(WorkCheck))
	return some(part.Head("away", look.Warning, title), part.Say(c.p.T("ui.code.none")), says, button)
}

// addressFirst is the screen where a code is needed and can reach nobody, because the
// server lost the address: it is given here first, or on another computer where this
// one may not.
func (c *codePanel) addressFirst(v View, head, what fyne.CanvasObject) []fyne.CanvasObject {
	says := c.trouble(v.FailedAt(WorkCheck, WorkStart, WorkRefresh), v.Now.Location())
	var leave fyne.CanvasObject
	if v.Status.Challenge != nil && v.Status.State != app.Limited {
		leave = part.Words(true, c.kit.Link("not-now", "", c.p.T("ui.code.not_now"), c.do.NotNow))
	}
	if st := v.Status.State; st != app.Changed && st != app.Limited {
		again := c.kit.Button("again", part.Primary, c.p.T("ui.again"), c.do.Check)
		again.SetBusy(v.Busy(WorkCheck))
		return some(head, what, part.Say(c.p.T("ui.address.elsewhere")), says, again, leave)
	}
	give := c.kit.Button("address", part.Primary, c.p.T("ui.address.give"), func() { c.do.Go(AtAddress, "") })
	return some(head, what, part.Say(c.p.T("ui.address.first")), says, give, leave)
}

func channelOf(ch *app.Challenge) string { return channelName(ch.Channel) }

// channelName is a channel that there are words for.
func channelName(channel string) string {
	if byPhone(channel) {
		return channel
	}
	return api.ChannelEmail
}

func reasonOf(ch *app.Challenge) string {
	switch ch.Reason {
	case api.ReasonRegister, api.ReasonEnrol, api.ReasonChanged, api.ReasonLocked, api.ReasonFork, api.ReasonChip,
		api.ReasonAnnounce, api.ReasonPhone, api.ReasonChannel, api.ReasonEmail:
		return ch.Reason
	}
	return api.ReasonChanged
}
