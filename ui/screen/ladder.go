package screen

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/ui/look"
	"github.com/seed-1feef0b2/holdfast/ui/part"
)

// ladder is the help for a code that does not come, in the order in which it is
// worth trying: wait, spam, trust the sender, send again, is the address right,
// the mailbox is lost, ask the provider, ask support.
type ladder struct {
	base
	open   bool
	step   int
	closed bool // the person closed it: it does not open by itself again
	hinted bool
	lost   bool // the steps are those for messages of which none got through
}

// follow opens the ladder by itself once a message is later than usual, and at what
// can be wrong with the address as soon as none got through.
func (l *ladder) follow(v View, ch *app.Challenge) {
	if none := noneCame(ch); none != l.lost {
		l.lost, l.step = none, 0
		l.open = l.open || none && !l.closed
	}
	if l.lost {
		return
	}
	since := parse(ch.Opened, v.Now.Location())
	if since.IsZero() || v.Now.Sub(since) < WaitHint(ch.Channel) || l.hinted {
		return
	}
	l.hinted = true
	if !l.closed {
		// Waiting is what was just done.
		l.open, l.step = true, 1
	}
}

func (l *ladder) toggle() {
	l.open = !l.open
	l.closed = !l.open
}

// rungs are the steps' names, in order; phoneRungs those for a phone. The others are
// for messages of which none got through: there is nothing to wait or look for.
var (
	rungs      = []string{"wait", "spam", "trust", "again", "address", "lost", "provider", "support"}
	phoneRungs = []string{"wait", "phone", "again", "other", "support"}
	mailLost   = []string{"address", "again", "lost", "provider", "support"}
	phoneLost  = []string{"phone", "again", "other", "support"}
)

func rungsOf(ch *app.Challenge) []string {
	switch none := noneCame(ch); {
	case none && byPhone(ch.Channel):
		return phoneLost
	case none:
		return mailLost
	}
	if byPhone(ch.Channel) {
		return phoneRungs
	}
	return rungs
}

func (l *ladder) object(v View, ch *app.Challenge) fyne.CanvasObject {
	names := rungsOf(ch)
	steps := make([]part.Step, len(names))
	l.step = min(l.step, len(names)-1)
	data := l.data(v, ch)
	for i, name := range names {
		steps[i] = part.Step{
			Title: l.p.T("ui.help." + name + ".title"), Text: l.p.T(l.textKey(name, ch), data),
			Actions: l.actions(name, v, ch, data),
		}
		switch name {
		case "spam":
			steps[i].Detail = ch.Subject
		case "trust":
			steps[i].Detail = ch.Sender
		}
	}
	choose := func(i int) {
		l.step = i
		l.do.Show()
	}
	rows := []fyne.CanvasObject{part.Strong(l.p.T("ui.help.title")), part.Ladder(l.kit, steps, l.step, choose)}
	if lines := deliveryLines(&l.base, v, ch); len(lines) > 0 {
		rows = append(rows, part.Caption(l.p.T("ui.help.sent_so_far")), part.Column(look.Tight/2, lines...))
	}
	return part.Column(look.Gap, rows...)
}

// textKey names what a step says: of an address that nothing reached, how to change it.
func (l *ladder) textKey(name string, ch *app.Challenge) string {
	switch {
	case name == "address" && l.lost && ch.Reason == api.ReasonRegister:
		return "ui.help.address.wrong"
	case (name == "address" || name == "phone") && l.lost:
		return "ui.help.address.unreached"
	}
	return "ui.help." + name + ".text"
}

// noneCame says that messages were sent and none got through.
func noneCame(ch *app.Challenge) bool {
	mail, phone := arriving(ch)
	return len(ch.Deliveries) > 0 && !mail && !phone
}

func (l *ladder) data(v View, ch *app.Challenge) text.Data {
	opened := parse(ch.Opened, v.Now.Location())
	return text.Data{
		"At": clock(l.p, opened, v.Now), "Max": int(WaitHint(ch.Channel) / time.Minute), "To": ch.Destination,
		"Account": or(code.GroupAccount(v.Status.Account), "–"), "Reference": ch.Reference, "Sender": ch.Sender, "Subject": ch.Subject,
	}
}

func (l *ladder) actions(name string, v View, ch *app.Challenge, data text.Data) []*part.Link {
	var out []*part.Link
	add := func(key string, do func()) {
		out = append(out, l.link(name+key, l.p.T(key), do))
	}
	switch name {
	case "wait":
		add("ui.help.next", func() { l.next() })
	case "spam":
		add("ui.help.copy_subject", func() { l.do.Copy(ch.Subject) })
		add("ui.help.next", func() { l.next() })
	case "trust":
		add("ui.help.copy_sender", func() { l.do.Copy(ch.Sender) })
		add("ui.help.next", func() { l.next() })
	case "again":
		if next := parse(ch.NextSend, v.Now.Location()); !next.After(v.Now) {
			add("ui.code.again", l.do.SendAgain)
		}
		add("ui.help.next", func() { l.next() })
	case "address", "lost", "phone", "other":
		add("ui.help.next", func() { l.next() })
	case "provider":
		add("ui.help.copy_text", func() { l.do.Copy(l.forProvider(v, ch)) })
		add("ui.help.next", func() { l.next() })
	case "support":
		add("ui.help.copy_request", func() { l.do.Copy(l.p.T("ui.help.request", data)) })
	}
	return out
}

// link is kept by name, so that the keyboard stays on it.
func (l *ladder) link(name, text string, do func()) *part.Link {
	return l.kit.Link("ladder."+name, "", text, do)
}

func (l *ladder) next() {
	l.step++ // object keeps it on the ladder
	l.do.Show()
}

// forProvider is a text for the mail provider: what was handed over and when,
// how it can be traced, and never the code.
func (l *ladder) forProvider(v View, ch *app.Challenge) string {
	var b strings.Builder
	b.WriteString(l.p.T("ui.help.provider_text", text.Data{"Sender": ch.Sender, "Subject": ch.Subject}))
	for _, d := range ch.Deliveries {
		b.WriteString("\n" + d.At + "  " + d.State)
		if d.MessageID != "" {
			b.WriteString("  Message-ID: " + d.MessageID)
		}
		if d.Detail != "" {
			b.WriteString("  " + d.Detail)
		}
	}
	return b.String()
}
