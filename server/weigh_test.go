package server_test

import (
	"context"
	"encoding/base64"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// anew signs a request once more: the same body under the same idempotency key.
func anew(c server.Caller) server.Caller {
	c.Nonce = base64.RawURLEncoding.EncodeToString(random(16))
	return c
}

// TestARepeatIsAnsweredTheSameAndNotCounted: an answer that is lost again and again
// shuts nobody out, whether there is such an account or not.
func TestARepeatIsAnsweredTheSameAndNotCounted(t *testing.T) {
	one(t, func(l *server.Limits) { l.RegisterHour = 6 }, func(l *lab) {
		kim := l.activated("kim@example.org")
		taken := api.RegisterRequest{Email: "kim@example.org", Password: password, Language: "en"}
		fresh := api.RegisterRequest{Email: "lee@example.org", Password: password, Language: "en"}
		for _, r := range []api.RegisterRequest{fresh, taken} {
			b := l.box()
			r.Device = b.newDevice()
			c := b.caller("register", r)
			first, err := l.svc.Register(ctx, c, r)
			l.must(err)
			for range 25 {
				again, err := l.svc.Register(ctx, anew(c), r)
				l.must(err)
				if again.DeviceID != first.DeviceID || again.Challenge.Reference != first.Challenge.Reference {
					l.Fatalf("another answer: %+v", again)
				}
			}
		}
		for login, want := range map[string]string{kim.account: api.CodeSignIn, "nobody@example.org": api.CodeSignIn} {
			b := l.box()
			r := api.EnrolRequest{Login: login, Password: "a password that is wrong", Device: b.newDevice()}
			c := b.caller("enrol", r)
			for range 12 {
				_, err := l.svc.Enrol(ctx, anew(c), r)
				l.want(err, want)
			}
			r.Login = "lee@example.org" // the same key with another body
			_, err := l.svc.Enrol(ctx, b.reused(c, r), r)
			l.want(err, api.CodeIdempotency)
		}
		b := l.box()
		l.must(b.enrol("kim@example.org", password)) // one wrong password was counted, not twelve
		for range 3 {                                // and three registrations of six
			l.must(l.box().register("eve@example.org"))
		}
		l.want(l.box().register("eve@example.org"), api.CodeTooMany)
	})
}

// reused gives the caller of another body under the same idempotency key.
func (b *box) reused(c server.Caller, body any) server.Caller {
	other := b.caller(c.Route, body)
	other.IdempotencyKey = c.IdempotencyKey
	return other
}

// TestARefusalIsNotKeptForLong: what was refused may be right a little later.
func TestARefusalIsNotKeptForLong(t *testing.T) {
	one(t, nil, func(l *lab) {
		first := l.box()
		l.must(first.register("kim@example.org"))
		b := l.box()
		r := api.EnrolRequest{Login: "kim@example.org", Password: password, Device: b.newDevice()}
		c := b.caller("enrol", r)
		_, err := l.svc.Enrol(ctx, c, r)
		l.want(err, api.CodeSignIn) // the address is not confirmed yet
		_, _, err = first.answer(l.code())
		l.must(err)
		l.clock.pass(time.Minute)
		_, err = l.svc.Enrol(ctx, anew(c), r)
		l.must(err)
	})
}

// TestACapturedRequestCountsNothing: sent again as it was, it neither tries a password
// nor uses up the tries of the computer that signed it.
func TestACapturedRequestCountsNothing(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		ask := func(pw string) error {
			r := api.PhoneRequest{Number: phoneVN, Password: pw}
			c := b.caller("phones", r)
			_, err := l.svc.RequestPhone(ctx, c, r)
			for range 12 {
				_, again := l.svc.RequestPhone(ctx, c, r)
				l.want(again, api.CodeNonceUsed)
			}
			return err
		}
		l.want(ask("a password that is wrong"), api.CodeStepUp)
		l.must(ask(password))
		for range 8 { // ten an hour, two of them used
			_, err := b.requestPhone(phoneVN, "a password that is wrong", false)
			l.want(err, api.CodeStepUp)
		}
		_, err := b.requestPhone(phoneVN, password, false)
		l.want(err, api.CodeTooMany)
		l.clock.pass(time.Hour + time.Second)
		r := api.PhoneRequest{Number: phoneVN, Password: password}
		c := b.caller("phones", r)
		for range 12 {
			_, err := l.svc.RequestPhone(ctx, anew(c), r)
			l.must(err)
		}
		thief := l.box()
		stolen := api.EnrolRequest{Login: "kim@example.org", Password: "a password that is wrong", Device: thief.newDevice()}
		c = thief.caller("enrol", stolen)
		_, err = l.svc.Enrol(ctx, c, stolen)
		l.want(err, api.CodeSignIn)
		for range 40 {
			_, err = l.svc.Enrol(ctx, c, stolen)
			l.want(err, api.CodeNonceUsed)
		}
		l.must(l.box().enrol("kim@example.org", password))
	})
}

// TestARepeatHashesNothing: a repeat that is not counted must cost nothing dear either.
func TestARepeatHashesNothing(t *testing.T) {
	one(t, nil, func(l *lab) {
		b := l.box()
		r := api.EnrolRequest{Login: "kim@example.org", Password: "a password that is wrong", Device: b.newDevice()}
		c := b.caller("enrol", r)
		_, err := l.svc.Enrol(ctx, c, r)
		l.want(err, api.CodeSignIn)
		release := l.svc.HoldArgon()
		defer release()
		short, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		_, err = l.svc.Enrol(short, anew(c), r)
		l.want(err, api.CodeSignIn)
	})
}
