package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

func TestARefusedTextMessageGoesByMail(t *testing.T) {
	each(t, func(l *lab) {
		b := l.withPhone("kim@example.org", phoneVN)
		ch := b.changed("d9")
		l.refuse(api.ChannelSMS)
		ch = b.see(ch.Reference)
		if ch.Channel != api.ChannelEmail || ch.Destination != "k•••@e•••.org" || ways(ch.Ways) != "email* sms! voice" || ch.CodeKind != "crockford" {
			t.Fatalf("%s %s", ch.Destination, ways(ch.Ways))
		}
		if got := ch.Deliveries[0]; got.State != api.DeliveryRefused || got.Destination != "+84 ••• ••78" || ch.Ways[1].Failing != "550 5.1.1 unknown recipient" {
			t.Errorf("%+v", ch)
		}
		list := l.deliver()
		if !strings.Contains(sent(list), "email code.changed") {
			t.Fatal(sent(list))
		}
		_, _, err := b.answer(l.code())
		l.must(err)
		l.clock.pass(25 * time.Hour)
		if ch := b.changed("d10"); ch.Channel != api.ChannelEmail { // it fails, so it is not tried first
			t.Fatal(ch.Channel)
		}
		_, err = b.again(api.ChannelSMS) // but whoever wants it may try
		l.must(err)
		_, _, err = b.answer(l.code())
		l.must(err)
		if s := b.security(); ways(s.Ways) != "email sms* voice" {
			t.Fatalf("a code arrived: %s", ways(s.Ways))
		}
	})
}

func (b *box) see(reference string) api.Challenge {
	b.l.Helper()
	ch, err := b.svc.Challenge(ctx, b.caller("challenge", nil), reference)
	b.l.must(err)
	b.challenge = ch
	return ch
}

func TestAReturnedMailSendsTheCodeToThePhone(t *testing.T) {
	each(t, func(l *lab) {
		b := l.withPhone("kim@example.org", phoneVN)
		b.choose(api.ChannelEmail)
		l.clock.pass(25 * time.Hour)
		ch := b.changed("d9")
		l.deliver()
		id := l.mail[len(l.mail)-1].MessageID
		l.must(l.svc.MessageReported(ctx, server.Report{MessageID: id, State: api.DeliveryBounced, Detail: "5.2.2 mailbox full"}))
		ch = b.see(ch.Reference)
		if ch.Channel != api.ChannelSMS || ways(ch.Ways) != "sms* email! voice" || ch.Ways[1].Failing != "5.2.2 mailbox full" {
			t.Fatalf("%s %s", ch.Channel, ways(ch.Ways))
		}
		l.must(l.svc.MessageReported(ctx, server.Report{MessageID: id, State: api.DeliveryBounced})) // twice says nothing new
		list := l.deliverBy("acme")
		if strings.Count(sent(list), "sms code.changed") != 1 {
			t.Fatal(sent(list))
		}
		l.must(l.svc.MessageReported(ctx, server.Report{Provider: "acme/" + list[len(list)-1].MessageID, State: api.DeliveryDelivered}))
		_, _, err := b.answer(l.code())
		l.must(err)
		l.clock.pass(8 * 24 * time.Hour) // a full mailbox does not stay full
		if ch := b.changed("d10"); ch.Channel != api.ChannelEmail {
			t.Fatal(ch.Channel)
		}
	})
}

// TestNoFallBackToWhatIsNotEnrolled: a code that confirms an address or a phone, or
// decides where codes go, goes to its one contact or nowhere.
func TestNoFallBackToWhatIsNotEnrolled(t *testing.T) {
	one(t, nil, func(l *lab) {
		b := l.withPhone("kim@example.org", phoneVN)
		_, err := b.requestPhone(phoneDE, password, false)
		l.must(err)
		l.refuse(api.ChannelSMS)
		if ch := b.see(b.challenge.Reference); ch.Channel != api.ChannelVoice || ways(ch.Ways) != "voice*… sms!…" { // two codes are half of ten minutes' limit
			t.Fatalf("%s %s", ch.Channel, ways(ch.Ways))
		}
		l.refuse(api.ChannelVoice)
		if ch := b.see(b.challenge.Reference); ways(ch.Ways) != "voice*!… sms!…" || len(ch.Deliveries) != 2 {
			t.Fatal(ways(ch.Ways))
		}
		if list := l.deliver(); strings.Contains(sent(list), "code") {
			t.Fatal(sent(list))
		}
		_, err = b.requestChannel(api.ChannelEmail)
		l.must(err)
		l.refuse(api.ChannelSMS)
		l.refuse(api.ChannelVoice)
		if ch := b.see(b.challenge.Reference); ways(ch.Ways) != "voice*! sms!" && ways(ch.Ways) != "voice*!… sms!" || ch.Destination != "+84 ••• ••78" {
			t.Fatal(ways(ch.Ways))
		}
		if list := l.deliver(); strings.Contains(sent(list), "code.") {
			t.Fatal(sent(list))
		}
	})
}

// TestGivingUpIsNoRefusal: a provider that was away says nothing against the phone,
// but the code takes another way all the same.
func TestGivingUpIsNoRefusal(t *testing.T) {
	one(t, nil, func(l *lab) {
		b := l.withPhone("kim@example.org", phoneVN)
		ch := b.changed("d9")
		list, err := l.svc.ClaimMessages(ctx, "worker", 10)
		l.must(err)
		for _, m := range list {
			if m.Channel == api.ChannelSMS {
				l.must(l.svc.MessagePutOff(ctx, m.ID, "connection refused", m.Expires))
			}
		}
		if ch = b.see(ch.Reference); ch.Channel != api.ChannelEmail || ways(ch.Ways) != "email* sms voice" {
			t.Fatalf("%s %s", ch.Channel, ways(ch.Ways))
		}
	})
}
