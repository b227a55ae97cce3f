package server_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// linkOf gives the token of the newest message of a kind.
func (l *lab) linkOf(kind string) string {
	l.Helper()
	l.deliver()
	for i := len(l.mail) - 1; i >= 0; i-- {
		if m := l.mail[i]; m.Kind == kind && m.Channel == api.ChannelEmail {
			_, token, ok := strings.Cut(m.Link, server.NotMePath)
			if !ok || !strings.HasPrefix(m.Link, "https://holdfast.example.org/") {
				l.Fatalf("%s: link %q", kind, m.Link)
			}
			return token
		}
	}
	l.Fatalf("no %s was sent", kind)
	return ""
}

func (l *lab) say(token string) {
	l.Helper()
	page, err := l.svc.LinkPage(ctx, token)
	l.must(err)
	if page.Done {
		l.Fatal("done before anything was pressed")
	}
	for range 2 { // the second time changes nothing
		page, err = l.svc.SayNotMe(ctx, server.Caller{}, token)
		l.must(err)
		if !page.Done {
			l.Fatal("not done")
		}
	}
}

func TestNotMeShutsANewComputerOut(t *testing.T) {
	each(t, func(l *lab) {
		owner := l.activated("kim@example.org")
		thief := l.box()
		l.must(thief.enrol("kim@example.org", password))
		code := l.code()
		l.say(l.linkOf(server.MessageEnrol))
		_, _, err := thief.answer(code)
		l.want(err, api.CodeRevoked)
		_, err = thief.checkIn()
		l.want(err, api.CodeRevoked)
		if reply, err := owner.checkIn(); err != nil || reply.State != api.DeviceActivated {
			t.Fatalf("the owner goes on: %+v %v", reply, err)
		}
	})
}

func TestNotMeStopsAnActiveComputerForADay(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		l.say(l.linkOf(server.NoticeActivated))
		if k := kinds(l.deliver()); k != "notice.blocked" {
			t.Errorf("told %s", k)
		}
		reply, err := b.checkIn()
		l.must(err)
		if reply.State != api.DeviceLimited || reply.Certificate != "" || reply.Challenge == nil || reply.HoldUntil == "" {
			t.Fatalf("%+v", reply)
		}
		if list := l.deliver(); len(list) != 0 || reply.Challenge.NextSend != "2026-03-03T09:00:00Z" {
			t.Fatalf("no code for a day: %s, next %s", sent(list), reply.Challenge.NextSend)
		}
		_, _, err = b.answer(wrongCode())
		l.want(err, api.CodeChallengeLocked)
		_, err = b.svc.Security(ctx, b.caller("security", nil))
		l.want(err, api.CodeNotActivated)
		l.clock.pass(25 * time.Hour)
		reply, err = b.checkIn()
		l.must(err)
		if reply.State != api.DeviceLimited || reply.Challenge == nil {
			t.Fatalf("time alone does not let it in: %+v", reply)
		}
		_, share, err := b.answer(l.code())
		l.must(err)
		if share == nil {
			t.Fatal("its share was kept")
		}
		if reply, err := b.checkIn(); err != nil || reply.State != api.DeviceActivated {
			t.Fatalf("%+v %v", reply, err)
		}
	})
}

// TestNotMeNeverMovesCodes: a thief of the mailbox presses every button that there
// is; the codes go where they went.
func TestNotMeNeverMovesCodes(t *testing.T) {
	each(t, func(l *lab) {
		b := l.withPhone("kim@example.org", phoneVN)
		l.say(l.linkOf(server.NoticeChannel))
		l.say(l.linkOf(server.NoticePhone))
		l.clock.pass(25 * time.Hour)
		reply, err := b.checkIn()
		l.must(err)
		if reply.Challenge.Channel != api.ChannelSMS || ways(reply.Challenge.Ways) != "sms* email voice" {
			t.Fatalf("%s %s", reply.Challenge.Channel, ways(reply.Challenge.Ways))
		}
		_, _, err = b.answer(l.code())
		l.must(err)
		l.want(l.box().enrol("kim@example.org", password), api.CodeTooMany) // until an active computer lifts it
		s, err := b.svc.LiftEnrolStop(ctx, b.caller("lift", nil))
		l.must(err)
		if s.EnrolStopped != "" || s.Channel != api.ChannelSMS {
			t.Errorf("%+v", s)
		}
		l.must(l.box().enrol("kim@example.org", password))
	})
}

func TestNotMeTakesAFreshPhoneAway(t *testing.T) {
	one(t, nil, func(l *lab) {
		b := l.activated("kim@example.org")
		b.enrolPhone(phoneVN)
		l.say(l.linkOf(server.NoticePhone))
		l.clock.pass(100 * time.Hour)
		reply, err := b.checkIn()
		l.must(err)
		if ways(reply.Challenge.Ways) != "email*" {
			t.Fatal(ways(reply.Challenge.Ways))
		}
	})
}

func TestNotMeEndsARegistration(t *testing.T) {
	one(t, nil, func(l *lab) {
		b := l.box()
		l.must(b.register("kim@example.org"))
		code := l.code()
		l.say(l.linkOf(server.MessageRegister))
		_, _, err := b.answer(code)
		l.want(err, api.CodeRevoked)
		again := l.box()
		l.must(again.register("kim@example.org"))
		if len(again.challenge.Deliveries) != 0 || again.challenge.NextSend == "" || len(l.deliver()) != 0 {
			t.Fatalf("the address is left alone: %+v", again.challenge)
		}
		l.clock.pass(25 * time.Hour)
		_, err = again.checkIn()
		l.must(err)
		_, _, err = again.answer(l.code())
		l.must(err)
	})
}

func TestLinksThatAreNotGood(t *testing.T) {
	one(t, nil, func(l *lab) {
		l.activated("kim@example.org")
		token := l.linkOf(server.NoticeActivated)
		raw, err := base64.RawURLEncoding.DecodeString(token)
		l.must(err)
		bad := []string{"", "x", token + "A", token[:31], strings.ToUpper(token)}
		for i := range raw {
			changed := append([]byte{}, raw...)
			changed[i] ^= 1
			bad = append(bad, base64.RawURLEncoding.EncodeToString(changed))
		}
		for _, t := range bad {
			_, err := l.svc.LinkPage(ctx, t)
			l.want(err, api.CodeNotFound)
			_, err = l.svc.SayNotMe(ctx, server.Caller{}, t)
			l.want(err, api.CodeNotFound)
		}
		l.clock.pass(7*24*time.Hour + time.Second)
		_, err = l.svc.LinkPage(ctx, token)
		l.want(err, api.CodeNotFound)
		for _, m := range l.mail { // a link is in no text message, and in no notice that has nothing to shut out
			if m.Channel != api.ChannelEmail && m.Link != "" || m.Kind == server.NoticeBlocked && m.Link != "" {
				t.Errorf("%s %s: %q", m.Channel, m.Kind, m.Link)
			}
		}
	})
}
