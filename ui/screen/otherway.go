package screen

import (
	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/ui/part"
)

// phoneDigits is the length of a code that goes to a phone.
const phoneDigits = 6

// byPhone says that a channel reaches a phone.
func byPhone(channel string) bool { return channel == api.ChannelSMS || channel == api.ChannelVoice }

// mixed says that codes of both kinds are under way: one by mail and one to a
// phone. Either is right.
func mixed(ch *app.Challenge) bool {
	mail, phone := false, false
	for _, d := range ch.Deliveries {
		if d.State == api.DeliveryRefused {
			continue
		}
		mail, phone = mail || !byPhone(d.Channel), phone || byPhone(d.Channel)
	}
	return mail && phone
}

// arriving says which kinds of code the person may still get or have: by mail, to a
// phone.
func arriving(ch *app.Challenge) (mail, phone bool) {
	for _, d := range ch.Deliveries {
		if d.State != api.DeliveryRefused && d.State != api.DeliveryBounced {
			mail, phone = mail || !byPhone(d.Channel), phone || byPhone(d.Channel)
		}
	}
	return mail, phone
}

// form is what the field draws: the challenge's kind of code, or the other one where
// that alone can have arrived or the person says so.
func (c *codePanel) form(ch *app.Challenge) (crockford bool, length int) {
	digits := ch.CodeKind == "digits"
	own := digits
	if mixed(ch) {
		if mail, phone := arriving(ch); mail != phone {
			digits = phone
		}
		if c.other {
			digits = !digits
		}
	}
	if digits == own {
		return !digits, ch.CodeLength
	}
	if digits {
		return false, phoneDigits
	}
	return true, code.EmailSymbols + 1
}

// otherWays offers the enrolled ways that the code did not go by, and the other
// field where both kinds of code are under way.
func (c *codePanel) otherWays(v View, ch *app.Challenge) fyne.CanvasObject {
	var links []fyne.CanvasObject
	if mixed(ch) {
		key := "ui.code.have.phone"
		if crockford, _ := c.form(ch); !crockford {
			key = "ui.code.have.email"
		}
		links = append(links, c.kit.Link("have", "", c.p.T(key), func() {
			c.other = !c.other
			c.do.Show()
		}))
	}
	if ch.State == api.ChallengeOpen && !v.Busy(WorkSend) {
		for _, w := range ch.Ways {
			if w.Channel == ch.Channel || parse(w.Paused, v.Now.Location()).After(v.Now) {
				continue
			}
			links = append(links, c.kit.Link("by."+w.Channel, "", c.p.T("ui.code.by."+w.Channel, text.Data{"To": w.Destination}), func() {
				c.other = false
				c.do.SendBy(w.Channel)
			}))
		}
	}
	if len(links) == 0 {
		return nil
	}
	return part.Words(false, links...)
}
