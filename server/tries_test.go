package server_test

import (
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

func TestSixWrongCodesAndARelaunch(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		b.computer = b.computer.With("boot-disk", "d9")
		_, err := b.checkIn()
		l.must(err)
		first, right := b.challenge.Reference, l.code()
		for left := 4; left >= 0; left-- {
			_, _, err := b.answer(wrongCode(right))
			e := l.want(err, api.CodeWrong)
			if e.Args[server.ArgTriesLeft] != left {
				l.Errorf("tries left %v, want %d", e.Args[server.ArgTriesLeft], left)
			}
			l.clock.pass(time.Minute)
		}
		_, _, err = b.answer(right)
		l.want(err, api.CodeChallengeLocked)
		if k := kinds(l.deliver()); k != "notice.locked" {
			l.Errorf("the owner was sent %q", k)
		}
		// A relaunch opens another challenge; the key's count goes on.
		_, err = b.checkIn()
		l.must(err)
		if b.challenge.Reference == first || b.challenge.TriesLeft != 5 {
			l.Errorf("after a relaunch: %+v", b.challenge)
		}
		right = l.code()
		for i, wait := range []time.Duration{2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute} {
			_, _, err := b.answer(wrongCode(right))
			l.want(err, api.CodeWrong)
			_, _, err = b.answer(right)
			e := l.want(err, api.CodeTryWait)
			if got := e.RetryAt.Sub(l.clock.now()); got != wait {
				l.Errorf("wrong code %d: wait %s, want %s", i+6, got, wait)
			}
			l.clock.pass(wait)
		}
		_, _, err = b.answer(wrongCode(right))
		l.want(err, api.CodeWrong)
		_, _, err = b.answer(right)
		e := l.want(err, api.CodeChallengeLocked)
		if got := e.RetryAt.Sub(l.clock.now()); got != 24*time.Hour {
			l.Errorf("the tenth pauses the key for %s", got)
		}
		reply, err := b.checkIn()
		l.must(err)
		if reply.Challenge.State != api.ChallengeLocked || reply.Challenge.NextSend == "" {
			l.Errorf("paused: %+v", reply.Challenge)
		}
		l.clock.pass(24*time.Hour + time.Second)
		if _, err = b.checkIn(); err != nil || b.challenge.State != api.ChallengeOpen {
			l.Errorf("after the pause: %+v %v", b.challenge, err)
		}
		_, _, err = b.answer(l.code())
		l.must(err)
	})
}

func TestMistypedCostsNothing(t *testing.T) {
	each(t, func(l *lab) {
		b := l.box()
		l.must(b.register("kim@example.org"))
		right := l.code()
		for _, typed := range []string{"", "4HT", right[:8], right + "0", right[:8] + string(rune('A'+(right[8]-'A'+1)%2)), "!!!!!!!!!", "000000001"} {
			if typed == right {
				continue
			}
			_, _, err := b.answer(typed)
			l.want(err, api.CodeMistyped)
		}
		got, err := l.svc.Challenge(ctx, b.caller("", nil), b.challenge.Reference)
		l.must(err)
		if got.TriesLeft != 5 || len(got.Deliveries) != 1 || len(l.deliver()) != 0 {
			l.Errorf("after slips: %+v", got)
		}
	})
}

func TestStrangersPauseStrangersNotTheOwner(t *testing.T) {
	each(t, func(l *lab) {
		owner := l.activated("kim@example.org")
		for range 2 {
			thief := l.box()
			l.must(thief.enrol(owner.account, password))
			for range 5 {
				_, _, err := thief.answer(wrongCode())
				l.want(err, api.CodeWrong)
				l.clock.pass(time.Hour)
			}
		}
		third := l.box()
		l.must(third.enrol(owner.account, password))
		if len(third.challenge.Deliveries) != 0 || third.challenge.NextSend == "" {
			l.Errorf("a third stranger was sent a code: %+v", third.challenge)
		}
		_, _, err := third.answer(wrongCode())
		l.want(err, api.CodeChallengeLocked)
		owner.computer = owner.computer.With("boot-disk", "d9")
		_, err = owner.checkIn()
		l.must(err)
		_, _, err = owner.answer(l.code())
		l.must(err)
	})
}

func TestAHundredStrangersStopEnrolment(t *testing.T) {
	each(t, func(l *lab) {
		l.svc = l.service(func(m *server.Limits) { m.StrangerFailures = 10 })
		owner := l.activated("kim@example.org")
		for range 2 {
			thief := l.box()
			l.must(thief.enrol(owner.account, password))
			for range 5 {
				_, _, err := thief.answer(wrongCode())
				l.want(err, api.CodeWrong)
				l.clock.pass(time.Hour)
			}
		}
		l.clock.pass(72 * time.Hour)
		l.want(l.box().enrol(owner.account, password), api.CodeTooMany)
		_, err := l.svc.LiftEnrolStop(ctx, l.box().caller("lift", nil))
		l.want(err, api.CodeUnknownKey)
		_, err = l.svc.LiftEnrolStop(ctx, owner.caller("lift", nil))
		l.must(err)
		if _, err := l.svc.Sweep(ctx); err != nil {
			l.Error(err)
		}
		l.must(l.box().enrol(owner.account, password))
	})
}

func TestRightCodeFromAnotherComputer(t *testing.T) {
	each(t, func(l *lab) {
		owner := l.activated("kim@example.org")
		owner.computer = owner.computer.With("boot-disk", "d9")
		_, err := owner.checkIn()
		l.must(err)
		right := l.code()
		l.deliver()

		other := l.activated("thief@example.org")
		other.computer = other.computer.With("boot-disk", "d8")
		_, err = other.checkIn()
		l.must(err)
		l.deliver()
		mine := other.id
		for i, try := range []func() error{
			func() error { other.id = owner.id; return second(other.answer(right)) },                                // the owner's path
			func() error { other.id = mine; other.challenge.Reference = "ZZZ"; return second(other.answer(right)) }, // no such challenge
			func() error {
				other.id, other.challenge = owner.id, owner.challenge
				return second(other.answer(wrongCode()))
			}, // not even right
		} {
			if code := api.CodeOf(try()); code != api.CodeNoChallenge {
				l.Errorf("try %d: %s", i, code)
			}
		}
		if k := kinds(l.deliver()); k != "notice.wrong-device" {
			l.Errorf("sent %q", k)
		}
		got, err := l.svc.Challenge(ctx, owner.caller("", nil), owner.challenge.Reference)
		l.must(err)
		if got.TriesLeft != 5 {
			l.Errorf("a stranger spent the owner's tries: %d left", got.TriesLeft)
		}
		_, _, err = owner.answer(right)
		l.must(err)
	})
}

func second(_ api.DeviceReply, _ []byte, err error) error { return err }

func TestRightCodeOfASiblingIsWrongHere(t *testing.T) {
	each(t, func(l *lab) {
		a := l.activated("kim@example.org")
		b, c := l.box(), l.box()
		l.must(b.enrol(a.account, password))
		codeB := l.code()
		l.must(c.enrol(a.account, password))
		l.deliver()
		_, _, err := c.answer(codeB)
		l.want(err, api.CodeWrong)
		if k := kinds(l.deliver()); k != "notice.wrong-device" {
			l.Errorf("sent %q", k)
		}
		_, _, err = b.answer(codeB)
		l.must(err)
	})
}
