package server_test

import (
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// deliverBy hands over what is due by a provider that calls messages by their
// Message-ID.
func (l *lab) deliverBy(provider string) []server.Message {
	l.Helper()
	list, err := l.svc.ClaimMessages(ctx, "worker", 100)
	l.must(err)
	for _, m := range list {
		l.must(l.svc.MessageSent(ctx, m.ID, "taken", provider+"/"+m.MessageID))
	}
	l.mail = append(l.mail, list...)
	return list
}

// TestAProviderReportsOnWhatItTook alone: whatever it knows of other messages, and
// whatever name it has.
func TestAProviderReportsOnWhatItTook(t *testing.T) {
	each(t, func(l *lab) {
		b := l.withPhone("kim@example.org", phoneVN)
		l.deliver()
		ch := b.changed("d9")
		var text, mail server.Message
		for _, m := range l.deliverBy("acme") {
			if m.Channel == api.ChannelSMS {
				text = m
			} else {
				mail = m
			}
		}
		if text.MessageID == "" || mail.MessageID == "" {
			l.Fatal("one text message and the notice of it by mail")
		}
		for name, r := range map[string]server.Report{
			"another provider":                    {Provider: "other/" + text.MessageID},
			"another provider, by its Message-ID": {Provider: "other/" + text.MessageID, MessageID: text.MessageID},
			"no provider":                         {MessageID: text.MessageID},
			"whoever reports on mail":             {MessageID: text.MessageID, Channel: api.ChannelEmail},
			"a relay's id":                        {Provider: "acme/" + text.MessageID, Channel: api.ChannelEmail},
			"a carrier, of a mail":                {Provider: "acme/" + mail.MessageID},
			"a carrier, of a mail of that id":     {Provider: "acme/" + mail.MessageID, MessageID: mail.MessageID},
			"a calling provider":                  {Provider: "acme/" + text.MessageID, Channel: api.ChannelVoice},
			"its own id, another's Message-ID":    {Provider: "acme/" + text.MessageID, MessageID: mail.MessageID},
		} {
			for _, state := range []string{api.DeliveryDelivered, api.DeliveryBounced} {
				r.State = state
				l.must(l.svc.MessageReported(ctx, r))
				ch = b.see(ch.Reference)
				if got := ch.Deliveries[0]; got.State != api.DeliveryHandedOver || ways(ch.Ways) != "sms* email voice" {
					l.Fatalf("%s: %+v, %s", name, got, ways(ch.Ways))
				}
			}
		}
		known, err := l.svc.TakeReport(ctx, server.Report{Provider: "acme/" + text.MessageID, MessageID: text.MessageID, State: api.DeliveryBounced, Detail: "no such number"})
		if ch = b.see(ch.Reference); !known || err != nil || ways(ch.Ways) != "email* sms! voice" {
			l.Errorf("%v %v %s", known, err, ways(ch.Ways))
		}
	})
}
