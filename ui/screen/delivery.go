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

// wentTo tells the truth about the messages: where the code went and when, how
// long it works, and what became of it.
func (c *codePanel) wentTo(v View, ch *app.Challenge) fyne.CanvasObject {
	says := c.sentLine(v, ch)
	_, out := handed(ch)
	if until := parse(ch.Expires, v.Now.Location()); out && !until.IsZero() {
		key := "ui.code.works"
		if !until.After(v.Now) {
			key = "ui.code.over"
		}
		says += " " + c.p.T(key, text.Data{"Until": clock(c.p, until, v.Now)})
	}
	lines := some(part.Say(says), part.Caption(c.p.T("ui.code.reference", text.Data{"Reference": ch.Reference})+c.waiting(v, ch)))
	return part.Column(look.Tight, lines...)
}

// outbox leads to the page where a server without mail shows its messages.
func (c *codePanel) outbox(ch *app.Challenge) fyne.CanvasObject {
	if ch.Outbox == "" {
		return nil
	}
	open := c.kit.Link("outbox", "mail", c.p.T("ui.code.outbox_open"), func() { c.do.Open(ch.Outbox) })
	return part.Strip(part.Info, "", c.p.T("ui.code.outbox"), open)
}

// last is the newest delivery; a queued one where there is none yet.
func last(ch *app.Challenge) app.Delivery {
	if n := len(ch.Deliveries); n > 0 {
		return ch.Deliveries[n-1]
	}
	return app.Delivery{Channel: ch.Channel, State: api.DeliveryQueued, At: ch.Opened}
}

// handed is the newest delivery that was handed over, which is what the person
// should find.
func handed(ch *app.Challenge) (app.Delivery, bool) {
	for i := len(ch.Deliveries) - 1; i >= 0; i-- {
		if s := ch.Deliveries[i].State; s == api.DeliveryHandedOver || s == api.DeliveryDelivered {
			return ch.Deliveries[i], true
		}
	}
	return app.Delivery{}, false
}

func (c *codePanel) sentLine(v View, ch *app.Challenge) string {
	data := text.Data{"To": ch.Destination}
	if d, ok := handed(ch); ok {
		data["To"], data["At"] = or(d.Destination, ch.Destination), clock(c.p, parse(d.At, v.Now.Location()), v.Now)
		return c.p.T("ui.code.sent."+channelName(d.Channel), data)
	}
	switch last(ch).State {
	case api.DeliveryQueued:
		return c.p.T("ui.code.queued", data)
	case api.DeliveryRefused:
		return c.p.T("ui.code.not_sendable", data)
	case api.DeliveryBounced:
		if byPhone(last(ch).Channel) {
			return c.p.T("ui.code.came_back_phone", data)
		}
		return c.p.T("ui.code.came_back", data)
	}
	return c.p.T("ui.code.not_sent", data)
}

// waiting counts up while a message may still be on its way.
func (c *codePanel) waiting(v View, ch *app.Challenge) string {
	opened := parse(ch.Opened, v.Now.Location())
	if opened.IsZero() {
		return ""
	}
	key := "ui.code.requested"
	if minutes(v.Now.Sub(opened)) == 0 {
		key = "ui.code.requested_now"
	}
	return " · " + c.p.T(key, text.Data{
		"Count": minutes(v.Now.Sub(opened)), "Max": int(WaitHint(ch.Channel) / time.Minute),
	})
}

// badNews tells of a message that was put off, refused or sent back: in a mail
// server's words what it said, in ours what stood in the way.
func (c *codePanel) badNews(v View, ch *app.Challenge) fyne.CanvasObject {
	d := last(ch)
	why, ours := app.SayDetail(c.p, d.Detail)
	data := text.Data{"At": clock(c.p, parse(d.At, v.Now.Location()), v.Now), "Detail": or(why, c.p.T("ui.delivery.no_detail"))}
	next := parse(d.NextTry, v.Now.Location())
	if !next.IsZero() {
		data["Next"] = clock(c.p, next, v.Now)
	}
	key, tone := badKey(d, ours, !next.IsZero())
	if key == "" {
		return nil
	}
	return part.Strip(tone, "", c.p.T(key, data), nil)
}

// badKey names the sentence for a message that did not get through; empty for the
// others.
func badKey(d app.Delivery, ours, next bool) (string, part.Tone) {
	whose := ""
	if byPhone(d.Channel) {
		whose = "_phone"
	}
	until := ""
	if next {
		until = "_until"
	}
	switch {
	case d.State == api.DeliveryPutOff && ours:
		return "ui.delivery.stuck" + until, part.Warn
	case d.State == api.DeliveryPutOff:
		return "ui.delivery.put_off" + until + whose, part.Warn
	case d.State == api.DeliveryRefused && ours:
		return "ui.delivery.failed", part.Bad
	case d.State == api.DeliveryRefused:
		return "ui.delivery.refused" + whose, part.Bad
	case d.State == api.DeliveryBounced:
		return "ui.delivery.bounced" + whose, part.Bad
	}
	return "", part.Warn
}

// deliveryLines lists every message in a few words, oldest first, with what the mail
// or phone service said.
func deliveryLines(b *base, v View, ch *app.Challenge) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, d := range ch.Deliveries {
		icon, ink := deliverySign(d.State)
		why, _ := app.SayDetail(b.p, d.Detail)
		data := text.Data{"At": clock(b.p, parse(d.At, v.Now.Location()), v.Now), "What": b.p.T(stateKey(d)), "Reply": why}
		line := b.p.T("ui.delivery.line", data)
		if why != "" {
			line = b.p.T("ui.delivery.line_reply", data)
		}
		out = append(out, part.Beside(1, false, part.NewSign(icon, ink, look.IconSmall), part.Caption(line)))
	}
	return out
}

// stateKey names what became of a message; a phone's is handed to a carrier, not
// to a mail service.
func stateKey(d app.Delivery) string {
	key := "ui.delivery.state." + d.State
	if byPhone(d.Channel) && d.State != api.DeliveryQueued {
		key += "_phone"
	}
	return key
}

func deliverySign(state string) (string, fyne.ThemeColorName) {
	switch state {
	case api.DeliveryHandedOver:
		return "sent", look.Done
	case api.DeliveryDelivered:
		return "done", look.Done
	case api.DeliveryPutOff:
		return "clock", look.Warning
	case api.DeliveryRefused, api.DeliveryBounced:
		return "error", look.Error
	}
	return "clock", look.Muted
}

// WaitHint is how long a message may normally take before help is offered
// unasked: 15 minutes for e-mail, 3 for the telephone.
func WaitHint(channel string) time.Duration {
	if channel == api.ChannelSMS || channel == api.ChannelVoice {
		return 3 * time.Minute
	}
	return 15 * time.Minute
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}
