package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/server"
)

func TestCodesWorkForAnHourFromTheFirstHandOver(t *testing.T) {
	for _, tt := range []struct {
		after time.Duration
		want  string
	}{{59 * time.Minute, ""}, {61 * time.Minute, api.CodeExpired}} {
		each(t, func(l *lab) {
			b := l.box()
			l.must(b.register("kim@example.org"))
			l.clock.pass(20 * time.Minute) // the relay was slow: no life is lost
			right := l.code()
			l.clock.pass(tt.after)
			_, _, err := b.answer(right)
			if got := api.CodeOf(err); got != tt.want {
				l.Fatalf("after %s: %q, want %q", tt.after, got, tt.want)
			}
			if tt.want == "" {
				return
			}
			next := l.want(err, api.CodeExpired).Args[server.ArgChallenge].(api.Challenge)
			if next.Reference != b.challenge.Reference || len(next.Deliveries) != 2 || next.TriesLeft != 5 {
				l.Errorf("the answer to a late code: %+v", next)
			}
			fresh := l.code()
			if fresh == right {
				l.Error("the same code was sent again")
			}
			_, _, err = b.answer(fresh)
			l.must(err)
		})
	}
}

func TestGreylistedForSeventyMinutes(t *testing.T) {
	each(t, func(l *lab) {
		b := l.box()
		l.must(b.register("kim@example.org"))
		var m server.Message
		for attempt, start := 1, l.clock.now(); l.clock.now().Sub(start) < 70*time.Minute; attempt++ {
			list, err := l.svc.ClaimMessages(ctx, "worker", 10)
			l.must(err)
			if len(list) != 1 || list[0].Attempt != attempt || (m.MessageID != "" && m.MessageID != list[0].MessageID) {
				l.Fatalf("attempt %d: %+v", attempt, list)
			}
			m = list[0]
			next := l.clock.now().Add(server.RetryPause(attempt))
			l.must(l.svc.MessagePutOff(ctx, m.ID, "451 4.7.1 greylisted", next))
			if none, err := l.svc.ClaimMessages(ctx, "worker", 10); err != nil || len(none) != 0 {
				l.Fatalf("claimed before its time: %v %v", none, err)
			}
			got, err := l.svc.Challenge(ctx, b.caller("", nil), b.challenge.Reference)
			l.must(err)
			if d := got.Deliveries[0]; d.State != api.DeliveryPutOff || d.Detail != "451 4.7.1 greylisted" || d.NextTry == "" || got.Expires != "" {
				l.Fatalf("put off: %+v", got)
			}
			l.clock.pass(server.RetryPause(attempt))
		}
		right := l.code()
		l.clock.pass(50 * time.Minute)
		_, _, err := b.answer(right)
		l.must(err)
	})
}

func TestACodeEndsADayAfterItWasMade(t *testing.T) {
	each(t, func(l *lab) {
		b := l.box()
		l.must(b.register("kim@example.org"))
		l.clock.pass(23*time.Hour + 30*time.Minute)
		right := l.code()
		l.clock.pass(31 * time.Minute)
		_, _, err := b.answer(right)
		l.want(err, api.CodeExpired)
	})
	each(t, func(l *lab) {
		b := l.box()
		l.must(b.register("kim@example.org"))
		l.clock.pass(25 * time.Hour)
		if list, err := l.svc.ClaimMessages(ctx, "worker", 10); err != nil || len(list) != 0 {
			l.Errorf("a dead code was given out: %v %v", list, err)
		}
		got, err := l.svc.Challenge(ctx, b.caller("", nil), b.challenge.Reference)
		l.must(err)
		if got.Deliveries[0].State != api.DeliveryRefused || got.State != api.ChallengeExpired {
			l.Errorf("afterwards: %+v", got)
		}
		_, err = b.checkIn()
		l.must(err)
		_, _, err = b.answer(l.code())
		l.must(err)
	})
}

func TestThirtyRelaunchesInAMinuteSendOneMessage(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		l.deliver()
		b.computer = b.computer.With("boot-disk", "d9")
		for range 30 {
			reply, err := b.checkIn()
			l.must(err)
			if reply.Challenge.NextSend != "2026-03-02T09:01:00Z" {
				l.Fatalf("next send %q", reply.Challenge.NextSend)
			}
		}
		first := l.deliver()
		if kinds(first) != "code.changed" {
			l.Errorf("sent %q", kinds(first))
		}
		_, err := l.svc.SendAgain(ctx, b.caller("send", nil), b.challenge.Reference, api.DeliveryRequest{})
		if e := l.want(err, api.CodeSendWait); !e.RetryAt.Equal(l.clock.now().Add(time.Minute)) {
			l.Errorf("retry at %s", e.RetryAt)
		}
		l.clock.pass(time.Minute)
		_, err = b.checkIn()
		l.must(err)
		again := l.deliver()
		if len(again) != 1 || again[0].Code != first[0].Code || again[0].Reference != first[0].Reference || again[0].MessageID == first[0].MessageID {
			l.Errorf("sent again: %+v", again)
		}
		_, err = l.svc.SendAgain(ctx, b.caller("send", nil), b.challenge.Reference, api.DeliveryRequest{Channel: "sms"})
		l.want(err, api.CodeChannel)
	})
}

func TestPausesGrowAndCapsHold(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		l.clock.pass(2 * time.Hour)
		b.computer = b.computer.With("boot-disk", "d9")
		_, err := b.checkIn()
		l.must(err)
		for i, pause := range []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute} {
			l.deliver()
			l.clock.pass(pause - time.Second)
			_, err := l.svc.SendAgain(ctx, b.caller("send", nil), b.challenge.Reference, api.DeliveryRequest{})
			l.want(err, api.CodeSendWait)
			l.clock.pass(time.Second)
			got, err := l.svc.SendAgain(ctx, b.caller("send", nil), b.challenge.Reference, api.DeliveryRequest{})
			l.must(err)
			if len(got.Deliveries) != i+2 {
				l.Errorf("deliveries: %d", len(got.Deliveries))
			}
		}
		l.deliver()
		l.clock.pass(15 * time.Minute) // 38 minutes after the first: five in this hour
		_, err = l.svc.SendAgain(ctx, b.caller("send", nil), b.challenge.Reference, api.DeliveryRequest{})
		if e := l.want(err, api.CodeSendWait); e.RetryAt.Sub(l.clock.now()) != 22*time.Minute {
			l.Errorf("the hour's cap ends in %s", e.RetryAt.Sub(l.clock.now()))
		}
	})
}

func TestUnderHalfItsLifeANewCodeBeginsAndTheOldStillWorks(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		b.computer = b.computer.With("boot-disk", "d9")
		_, err := b.checkIn()
		l.must(err)
		old := l.code()
		l.clock.pass(31 * time.Minute)
		_, err = b.checkIn()
		l.must(err)
		fresh := l.code()
		if old == fresh {
			l.Fatal("the same code with under half its life")
		}
		_, _, err = b.answer(old)
		l.must(err)
	})
}

func TestNothingIsSentTwiceWhileTheRelayIsAway(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		l.deliver()
		b.computer = b.computer.With("boot-disk", "d9")
		for range 4 {
			_, err := b.checkIn()
			l.must(err)
			list, err := l.svc.ClaimMessages(ctx, "worker", 10)
			l.must(err)
			if len(list) != 1 {
				l.Fatalf("claimed %s", kinds(list))
			}
			l.must(l.svc.MessagePutOff(ctx, list[0].ID, "connection refused", l.clock.now().Add(10*time.Minute)))
			l.clock.pass(16 * time.Minute)
		}
	})
}

func TestDerivedCodes(t *testing.T) {
	seen := map[string]bool{}
	secret := []byte("0123456789abcdef0123456789abcdef")
	for epoch := range 200 {
		c := server.DeriveCode(secret, api.ChannelEmail, epoch)
		if !code.Valid(c, code.EmailSymbols+1) || seen[c] || c != server.DeriveCode(secret, api.ChannelEmail, epoch) {
			t.Fatalf("epoch %d: %q", epoch, c)
		}
		seen[c] = true
		if d := server.DeriveCode(secret, api.ChannelSMS, epoch); len(d) != 6 || strings.Trim(d, code.Digits) != "" {
			t.Fatalf("digits: %q", d)
		}
	}
}
