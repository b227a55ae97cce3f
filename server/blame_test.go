package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// TestWhatIsWrongWithUsIsNoWordAgainstAnAddress: the code takes the next way at once,
// and the next code the first way again.
func TestWhatIsWrongWithUsIsNoWordAgainstAnAddress(t *testing.T) {
	one(t, nil, func(l *lab) {
		b := l.withPhone("kim@example.org", phoneVN)
		b.choose(api.ChannelEmail)
		refuse := func(m server.Message) { l.must(l.svc.MessageRefused(ctx, m.ID, "554 5.7.1 spam", false)) }
		comeBack := func(reason string) func(server.Message) {
			return func(m server.Message) {
				l.must(l.svc.MessageSent(ctx, m.ID, "250 Ok", ""))
				l.must(l.svc.MessageReported(ctx, server.Report{MessageID: m.MessageID, State: api.DeliveryBounced, Detail: reason}))
			}
		}
		for i, c := range []struct {
			end  func(server.Message)
			ways string
		}{
			{refuse, "sms* email voice"},
			{comeBack("550 5.7.1 Client host blocked"), "sms* email voice"},
			{comeBack("5.7.26"), "sms* email voice"},
			{comeBack("552 5.3.4 too big"), "sms* email voice"},
			{comeBack("4.4.7 not delivered within five days"), "sms* email voice"},
			{comeBack("550 5.1.1 User unknown"), "sms* email! voice"},
		} {
			l.deliver()
			l.clock.pass(25 * time.Hour)
			ch := b.changed("d2" + string(rune('0'+i)))
			if ch.Channel != api.ChannelEmail {
				t.Fatalf("%d: %s", i, ways(ch.Ways))
			}
			list, err := l.svc.ClaimMessages(ctx, "worker", 100)
			l.must(err)
			for _, m := range list {
				if m.Code != "" {
					c.end(m)
				}
			}
			ch = b.see(ch.Reference)
			if ways(ch.Ways) != c.ways {
				t.Errorf("%d: %s, want %s", i, ways(ch.Ways), c.ways)
			}
			if list := l.deliver(); !strings.Contains(sent(list), "sms code.changed") {
				t.Fatalf("%d: %s", i, sent(list))
			}
			_, _, err = b.answer(l.code())
			l.must(err)
		}
	})
}

// TestWhomAReplySpeaksOf: as mail systems say it.
func TestWhomAReplySpeaksOf(t *testing.T) {
	for blame, replies := range map[server.Blame][]string{
		server.BlameRecipient: {
			"550 5.1.1 (hidden) User unknown in virtual mailbox table", "550-5.1.1 The email account that you tried to reach does not exist",
			"550 5.1.10 RESOLVER.ADR.RecipientNotFound", "552 5.2.2 mailbox full", "5.2.1", "450 4.2.2 over quota",
			"550 5.4.1 Recipient address rejected: Access denied", "550 5.4.310 DNS domain does not exist", "550 5.7.17 mailbox owner has changed",
			"550 5.1.1 (hidden): Recipient address rejected: User unknown in relay recipient table",
			"550 (hidden): Recipient address rejected: User unknown in relay recipient table", "550 no such user here", "553 mailbox name not allowed",
			"556 domain takes no mail", "550",
		},
		server.BlameSender: {
			"554 5.7.1 (hidden): Relay access denied", "550 5.7.1 Unable to relay", "550 5.7.1 Relaying denied", "550 relay not permitted",
			"553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "550 5.7.26 Unauthenticated email is not accepted",
			"550 5.7.23 SPF validation failed", "550 5.7.25 no reverse name", "553 5.1.8 sender's domain does not exist", "553 5.1.7 sender",
			"501 5.5.4 bad parameters", "503 bad sequence", "521 no mail here",
		},
		server.BlamePolicy:  {"554 5.7.1 spam", "550 5.7.1 Client host blocked using a list", "550 5.7.0 not today"},
		server.BlameMessage: {"552 5.3.4 too big", "554 5.6.0 what is this", "554 refused", "450 4.4.1 no answer from host", "5.4.7", "550 5.2.3 too long"},
		server.BlameNobody:  {"", "it came back", "192.5.7.1 said no"},
	} {
		for _, reply := range replies {
			if got, _ := server.BlameOf(reply); got != blame {
				t.Errorf("%q: %d, want %d", reply, got, blame)
			}
		}
	}
	for reply, want := range map[string]bool{"550 no such user": false, "550 5.0.0 no": false, "550 5.1.1 no": true, "550 relaying denied": true} {
		if _, precise := server.BlameOf(reply); precise != want {
			t.Errorf("%q: precise %v", reply, precise)
		}
	}
}
