package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

func TestAPhoneIsEnrolledAndThenCodesGoThere(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		_, err := b.requestPhone(phoneVN, "not the password at all", false)
		l.want(err, api.CodeStepUp)
		reply, err := b.requestPhone("+84 91 234-56 78", password, false)
		l.must(err)
		ch := reply.Challenge
		if reply.State != api.DeviceActivated || ch.Reason != api.ReasonPhone || ch.Channel != api.ChannelSMS || ch.Destination != "+84 ••• ••78" ||
			ch.CodeKind != "digits" || ch.CodeLength != 6 || ways(ch.Ways) != "sms* voice" {
			t.Fatalf("%+v", reply)
		}
		list := l.deliver()
		if sent(list[1:]) != "sms code.phone" || list[1].To != phoneVN || len(list[1].Code) != 6 || list[1].Life != 10*time.Minute {
			t.Fatalf("sent %+v", list)
		}
		got, share, err := b.answer(list[1].Code)
		l.must(err)
		if share != nil || got.Release != nil || got.State != api.DeviceActivated || got.Certificate == "" || got.HoldUntil == "" {
			t.Fatalf("a code to a phone that somebody typed releases nothing: %+v", got)
		}
		if s := b.security(); s.Channel != api.ChannelEmail || ways(s.Ways) != "email* sms… voice…" || s.Next != "" {
			t.Fatalf("%+v", s)
		}
		told := l.deliver()
		if sent(told) != "email notice.phone" || told[0].Data["Destination"] != "+84 ••• ••78" {
			t.Fatalf("told %+v", told)
		}
		_, _, err = b.answer(list[1].Code)
		l.want(err, api.CodeUsed)

		reply, err = b.requestChannel(api.ChannelSMS)
		l.must(err)
		if reply.Challenge.Channel != api.ChannelEmail || reply.Challenge.Reason != api.ReasonChannel || ways(reply.Challenge.Ways) != "email*" {
			t.Fatalf("%+v", reply.Challenge)
		}
		list = l.deliver()
		if sent(list) != "email code.channel" || list[0].Data["Destination"] != "+84 ••• ••78" || list[0].Data["Channel"] != "sms" {
			t.Fatalf("%+v", list)
		}
		_, share, err = b.answer(list[0].Code)
		l.must(err)
		if s := b.security(); share != nil || s.Channel != api.ChannelSMS || ways(s.Ways) != "email sms* voice" {
			t.Fatalf("%+v", s)
		}
		if told := l.deliver(); sent(told) != "email notice.channel, sms notice.channel" {
			t.Fatalf("told %s", sent(told))
		}

		now := b.changed("d9")
		if now.Channel != api.ChannelSMS || ways(now.Ways) != "sms* email voice" || len(now.Deliveries) != 1 {
			t.Fatalf("%+v", now)
		}
		list = l.deliver()
		if sent(list) != "email notice.code-sent, sms code.changed" || list[0].Data["Destination"] != "+84 ••• ••78" || list[0].Code != "" {
			t.Fatalf("sent %s", sent(list))
		}
		_, share, err = b.answer(list[1].Code)
		l.must(err)
		if share == nil {
			t.Fatal("no share")
		}
	})
}

func TestThePhoneWaitsBeforeItsFirstCodes(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		b.enrolPhone(phoneVN)
		l.deliver()
		ch := b.changed("d9")
		if ways(ch.Ways) != "email*" {
			t.Fatalf("a phone that only a computer and a password asked for gets no code yet: %s", ways(ch.Ways))
		}
		_, err := b.again(api.ChannelSMS)
		l.want(err, api.CodeChannel)
		_, _, err = b.answer(l.code())
		l.must(err)
		l.clock.pass(73 * time.Hour)
		ch = b.changed("d10")
		if ways(ch.Ways) != "email* sms voice" {
			t.Fatalf("after its time it is a way: %s", ways(ch.Ways))
		}
		_, err = b.again(api.ChannelSMS) // the first message by another way never waits
		l.must(err)
		list := l.deliver()
		if !strings.Contains(sent(list), "sms code.changed") || strings.Count(sent(list), "code.changed") != 2 {
			t.Fatalf("sent %s", sent(list))
		}
		_, err = b.again(api.ChannelSMS)
		l.want(err, api.CodeSendWait)
		for _, m := range list {
			if m.Kind == "code.changed" && m.Channel == api.ChannelEmail { // either code works
				_, _, err = b.answer(m.Code)
				l.must(err)
			}
		}
	})
}

// TestAnOpenChallengeKeepsItsWays: whatever is changed meanwhile, a code goes only
// to what was enrolled when it was asked for.
func TestAnOpenChallengeKeepsItsWays(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		other := l.box()
		l.must(other.enrol("kim@example.org", password))
		l.deliver()
		if ways(other.challenge.Ways) != "email*" {
			t.Fatal(ways(other.challenge.Ways))
		}
		b.enrolPhone(phoneVN)
		b.choose(api.ChannelSMS)
		if s := b.security(); s.Channel != api.ChannelEmail || s.Next != api.ChannelSMS {
			t.Errorf("a challenge is open that goes elsewhere: %+v", s)
		}
		l.clock.pass(time.Hour)
		l.deliver()
		_, err := other.again(api.ChannelSMS)
		l.want(err, api.CodeChannel)
		ch, err := other.again("")
		l.must(err)
		list := l.deliver()
		if ch.Channel != api.ChannelEmail || !strings.Contains(sent(list), "email code.enrol") || strings.Contains(sent(list), "sms code") {
			t.Fatalf("%s, sent %s", ch.Channel, sent(list))
		}
		for _, m := range list {
			if m.Code != "" {
				_, _, err = other.answer(m.Code)
				l.must(err)
			}
		}
		l.clock.pass(25 * time.Hour)
		third := l.box()
		l.must(third.enrol("kim@example.org", password))
		if third.challenge.Channel != api.ChannelSMS {
			t.Fatal("the next challenge takes the new way")
		}
	})
}

// TestATakenPhoneGetsNothing: not the code that waits, not the next one, and the
// one that it has is worth nothing.
func TestATakenPhoneGetsNothing(t *testing.T) {
	each(t, func(l *lab) {
		owner := l.withPhone("kim@example.org", phoneVN)
		other := l.box()
		l.must(other.enrol("kim@example.org", password))
		list := l.deliver()
		if other.challenge.Channel != api.ChannelSMS || !strings.Contains(sent(list), "sms code.enrol") {
			t.Fatal(sent(list))
		}
		var code string
		for _, m := range list {
			if m.Code != "" {
				code = m.Code
			}
		}
		l.clock.pass(2 * time.Minute)
		_, err := other.again("") // one more is waiting
		l.must(err)
		s, err := owner.removePhone()
		l.must(err)
		if s.Channel != api.ChannelSMS || s.Next != api.ChannelEmail || ways(s.Ways) != "email*" {
			t.Errorf("%+v", s)
		}
		list = l.deliver()
		if strings.Contains(sent(list), "sms code") || !strings.Contains(sent(list), "sms notice.phone-gone") {
			t.Fatalf("sent %s", sent(list))
		}
		_, _, err = other.answer(code)
		l.want(err, api.CodeWrong)
		l.clock.pass(5 * time.Minute)
		_, err = other.again("")
		l.want(err, api.CodeChannel)
		ch, err := other.again(api.ChannelEmail)
		l.must(err)
		if ways(ch.Ways) != "email*" {
			t.Fatal(ways(ch.Ways))
		}
		_, _, err = other.answer(l.code())
		l.must(err)
	})
}

// TestAnotherPhoneDoesNotTakeOver: who has the computer and the password can enrol a
// phone, but codes go on to the one in use until a code from there says so.
func TestAnotherPhoneDoesNotTakeOver(t *testing.T) {
	each(t, func(l *lab) {
		b := l.withPhone("kim@example.org", phoneVN)
		b.enrolPhone(phoneDE)
		if s := b.security(); s.Channel != api.ChannelSMS || ways(s.Ways) != "email sms* voice sms… voice…" && ways(s.Ways) != "email sms… voice… sms* voice" {
			t.Fatalf("%+v", s)
		}
		if told := sent(l.deliver()); told != "email notice.phone, sms notice.phone" {
			t.Errorf("told %s", told)
		}
		l.clock.pass(100 * time.Hour) // even after its time
		ch := b.changed("d9")
		list := l.deliver()
		if ch.Destination != "+84 ••• ••78" || list[1].To != phoneVN || strings.Contains(ways(ch.Ways)[4:], "sms") {
			t.Fatalf("%s %s", ch.Destination, ways(ch.Ways))
		}
		_, _, err := b.answer(list[1].Code)
		l.must(err)
		reply, err := b.requestChannel(api.ChannelSMS)
		l.must(err)
		if reply.Challenge.Destination != "+84 ••• ••78" {
			t.Fatalf("the code for it goes to the phone in use: %+v", reply.Challenge)
		}
		_, _, err = b.answer(l.code())
		l.must(err)
		l.clock.pass(25 * time.Hour)
		if ch := b.changed("d10"); ch.Destination != "+49 ••• ••89" {
			t.Fatal(ch.Destination)
		}
	})
}

func TestSecurityIsForActivatedComputers(t *testing.T) {
	one(t, nil, func(l *lab) {
		b := l.activated("kim@example.org")
		stranger := l.box()
		l.must(stranger.enrol("kim@example.org", password))
		l.deliver()
		_, err := stranger.svc.Security(ctx, stranger.caller("security", nil))
		l.want(err, api.CodeNotActivated)
		_, err = stranger.requestPhone(phoneVN, password, false)
		l.want(err, api.CodeNotActivated)
		_, err = stranger.requestChannel(api.ChannelEmail)
		l.want(err, api.CodeNotActivated)
		_, err = stranger.removePhone()
		l.want(err, api.CodeNotActivated)
		_, err = stranger.svc.TestWay(ctx, stranger.caller("tests", nil), api.TestRequest{Channel: api.ChannelEmail})
		l.want(err, api.CodeNotActivated)

		_, err = b.requestChannel(api.ChannelSMS)
		l.want(err, api.CodeChannel)
		b.announceDisk()
		_, err = b.requestPhone(phoneVN, password, false)
		l.want(err, api.CodeChallengeOpen)
		_, err = b.requestChannel(api.ChannelEmail)
		l.want(err, api.CodeChallengeOpen)
	})
}

// announceDisk opens the challenge of an announcement.
func (b *box) announceDisk() {
	b.l.Helper()
	r := api.AnnounceRequest{Groups: []string{api.GroupDisk}}
	reply, err := b.svc.Announce(ctx, b.caller("announce", r), r)
	b.l.must(err)
	b.challenge = *reply.Challenge
}

func TestANumberIsCorrected(t *testing.T) {
	one(t, nil, func(l *lab) {
		b := l.activated("kim@example.org")
		_, err := b.requestPhone(phoneVN, password, false)
		l.must(err)
		first := b.challenge.Reference
		_, err = b.requestPhone(phoneVN, password, false)
		l.must(err)
		if b.challenge.Reference != first || len(b.challenge.Deliveries) != 1 {
			t.Fatal("the same number finds the same challenge")
		}
		_, err = b.requestPhone(phoneDE, password, true)
		l.must(err)
		if b.challenge.Reference == first || b.challenge.Channel != api.ChannelVoice || b.challenge.Destination != "+49 ••• ••89" {
			t.Fatalf("%+v", b.challenge)
		}
		list := l.deliver()
		if strings.Contains(sent(list), "sms") || !strings.Contains(sent(list), "voice code.phone") {
			t.Fatalf("what was not sent yet goes nowhere: %s", sent(list))
		}
		_, _, err = b.answer(l.code())
		l.must(err)
		if s := b.security(); ways(s.Ways) != "email* sms… voice…" {
			t.Fatal(ways(s.Ways))
		}
		r := api.TestRequest{Channel: api.ChannelVoice}
		d, err := b.svc.TestWay(ctx, b.caller("tests", r), r)
		l.must(err)
		if d.State != api.DeliveryQueued || d.Destination != "+49 ••• ••89" {
			t.Fatalf("%+v", d)
		}
		if list := l.deliver(); !strings.Contains(sent(list), "voice notice.test") {
			t.Fatal(sent(list))
		}
	})
}

// TestNothingGoesToWhatIsNotConfirmed: a contact that lost its confirmation between
// queueing and sending gets neither code nor notice.
func TestNothingGoesToWhatIsNotConfirmed(t *testing.T) {
	each(t, func(l *lab) {
		b := l.withPhone("kim@example.org", phoneVN)
		b.changed("d9")
		store := l.db.Open()
		l.must(store.Write(ctx, func(tx server.Tx) error {
			list, err := tx.ContactsOf(b.account)
			for _, c := range list {
				c.Verified = 0
				if err == nil {
					err = tx.SaveContact(c)
				}
			}
			return err
		}))
		if list := l.deliver(); len(list) != 0 {
			t.Fatalf("sent %s", sent(list))
		}
	})
}
