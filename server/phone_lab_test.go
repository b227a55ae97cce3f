package server_test

import (
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// Numbers of mobile phones in six countries, and of one landline.
const (
	phoneVN    = "+84912345678"
	phoneVN2   = "+84912345679"
	phoneDE    = "+4915123456789"
	phoneGB    = "+447400123456"
	phoneFR    = "+33612345678"
	phoneIT    = "+393123456789"
	phoneES    = "+34612345678"
	phonePL    = "+48512345678"
	landlineDE = "+493012345678"
)

// requestPhone asks to enrol a phone and keeps the challenge.
func (b *box) requestPhone(number, pw string, voice bool) (api.DeviceReply, error) {
	r := api.PhoneRequest{Number: number, Voice: voice, Password: pw}
	reply, err := b.svc.RequestPhone(ctx, b.caller("phones", r), r)
	if reply.Challenge != nil {
		b.challenge = *reply.Challenge
	}
	return reply, err
}

func (b *box) requestChannel(channel string) (api.DeviceReply, error) {
	r := api.ChannelRequest{Channel: channel, Password: password}
	reply, err := b.svc.RequestChannel(ctx, b.caller("channel", r), r)
	if reply.Challenge != nil {
		b.challenge = *reply.Challenge
	}
	return reply, err
}

func (b *box) removePhone() (api.Security, error) {
	r := api.NoPhoneRequest{Password: password}
	return b.svc.RemovePhone(ctx, b.caller("remove", r), r)
}

func (b *box) security() api.Security {
	b.l.Helper()
	s, err := b.svc.Security(ctx, b.caller("security", nil))
	b.l.must(err)
	return s
}

func (b *box) again(channel string) (api.Challenge, error) {
	r := api.DeliveryRequest{Channel: channel}
	ch, err := b.svc.SendAgain(ctx, b.caller("deliveries", r), b.challenge.Reference, r)
	if err == nil {
		b.challenge = ch
	}
	return ch, err
}

// enrolPhone enrols a phone and types its code.
func (b *box) enrolPhone(number string) {
	b.l.Helper()
	_, err := b.requestPhone(number, password, false)
	b.l.must(err)
	_, _, err = b.answer(b.l.code())
	b.l.must(err)
}

// choose makes codes go by a channel, with a code on the way before.
func (b *box) choose(channel string) {
	b.l.Helper()
	_, err := b.requestChannel(channel)
	b.l.must(err)
	_, _, err = b.answer(b.l.code())
	b.l.must(err)
}

// withPhone gives an activated box whose codes go to a phone as text messages.
func (l *lab) withPhone(email, number string) *box {
	l.Helper()
	b := l.activated(email)
	b.enrolPhone(number)
	b.choose(api.ChannelSMS)
	l.clock.pass(25 * time.Hour) // the limits on sends are forgotten
	return b
}

// change makes the computer another one, so that the next check-in needs a code.
func (b *box) change(disk string) {
	b.computer = b.computer.With("boot-disk", disk).With("install-id", "i "+disk)
}

// changed checks in with another disk and gives the challenge.
func (b *box) changed(disk string) api.Challenge {
	b.l.Helper()
	b.change(disk)
	reply, err := b.checkIn()
	b.l.must(err)
	if reply.Challenge == nil {
		b.l.Fatal("no challenge for another disk")
	}
	return *reply.Challenge
}

// ways lists channels as "sms*", with a star where codes go, "!" where it fails
// and "…" where it waits.
func ways(list []api.Way) string {
	var out []string
	for _, v := range list {
		s := v.Channel
		if v.InUse {
			s += "*"
		}
		if v.Failing != "" {
			s += "!"
		}
		if v.Paused != "" {
			s += "…"
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

// sent lists what was delivered as "sms code.changed".
func sent(list []server.Message) string {
	var out []string
	for _, m := range list {
		out = append(out, m.Channel+" "+m.Kind)
	}
	return strings.Join(out, ", ")
}

// refuse takes what is due and has it refused for good.
func (l *lab) refuse(channel string) {
	l.Helper()
	list, err := l.svc.ClaimMessages(ctx, "worker", 100)
	l.must(err)
	for _, m := range list {
		if m.Channel == channel {
			l.must(l.svc.MessageRefused(ctx, m.ID, "550 5.1.1 unknown recipient", true))
		} else {
			l.must(l.svc.MessageSent(ctx, m.ID, "250 Ok", ""))
			l.mail = append(l.mail, m)
		}
	}
}
