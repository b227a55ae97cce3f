package server_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
)

func TestNewcomerTypesOneCode(t *testing.T) {
	each(t, func(l *lab) {
		b := l.box()
		l.must(b.register("kim@example.org"))
		if !code.ValidAccount(b.account) {
			l.Errorf("account %q", b.account)
		}
		c := b.challenge
		if c.State != api.ChallengeOpen || c.Reason != api.ReasonRegister || c.Destination != "k•••@e•••.org" || c.TriesLeft != 5 ||
			len(c.Deliveries) != 1 || c.Deliveries[0].State != api.DeliveryQueued || c.Expires != "" || c.CodeLength != 9 {
			l.Errorf("challenge %+v", c)
		}
		sent := l.deliver()
		if len(sent) != 1 || sent[0].To != "kim@example.org" || sent[0].Reference != c.Reference || sent[0].Kind != "code.register" {
			l.Fatalf("sent %+v", sent)
		}
		got, err := l.svc.Challenge(ctx, b.caller("challenge", nil), c.Reference)
		l.must(err)
		if got.Deliveries[0].State != api.DeliveryHandedOver || got.Expires == "" {
			l.Errorf("after hand-over: %+v", got)
		}
		reply, share, err := b.answer(code.Group(sent[0].Code))
		l.must(err)
		if reply.State != api.DeviceActivated || len(share) != 32 || reply.HoldUntil != "" {
			l.Errorf("reply %+v", reply)
		}
		l.checkCertificate(b, reply.Certificate)
		if k := kinds(l.deliver()); k != "notice.activated" {
			l.Errorf("then sent: %s", k)
		}
		again, err := b.checkIn()
		l.must(err)
		if again.State != api.DeviceActivated || again.Certificate == "" || again.Challenge != nil || again.Release != nil {
			l.Errorf("check-in: %+v", again)
		}
		l.must(l.svc.VerifyAudit(ctx, b.account))
		_, _, err = b.answer(sent[0].Code)
		l.want(err, api.CodeUsed)
	})
}

func (l *lab) checkCertificate(b *box, compact string) {
	l.Helper()
	tok, err := jwt.ParseSigned(compact, []jose.SignatureAlgorithm{jose.EdDSA})
	l.must(err)
	if typ := tok.Headers[0].ExtraHeaders[jose.HeaderType]; typ != api.CertificateType {
		l.Errorf("typ %v", typ)
	}
	var claims api.CertificateClaims
	l.must(tok.Claims(l.svc.JWKS().Keys[0].Key, &claims))
	if claims.Account != b.account || claims.Device != b.id || claims.Confirmation.Thumbprint != b.keyid ||
		claims.Expires-claims.IssuedAt != 30*24*3600 || claims.Issuer != "https://holdfast.example.org" ||
		claims.Audience != api.Audience || claims.Assurance != api.AssuranceHigh || len(claims.Configuration) != 64 {
		l.Errorf("claims %+v", claims)
	}
	if err := tok.Claims(l.svc.JWKS().Keys[1].Key, &claims); err == nil {
		l.Error("the next issuer key verifies what the current one signed")
	}
}

func TestChangedComputerNeedsOneCode(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		l.deliver()
		home := b.computer
		b.computer = home.With("boot-disk", "d9")
		reply, err := b.checkIn()
		l.must(err)
		if reply.State != api.DeviceLimited || reply.Certificate != "" || reply.Challenge == nil || reply.Challenge.Reason != api.ReasonChanged {
			l.Fatalf("reply %+v", reply)
		}
		sent := l.deliver()
		if kinds(sent) != "code.changed" || len(sent[0].Changes) != 1 || sent[0].Changes[0].Kind != "boot-disk" {
			l.Errorf("sent %+v", sent)
		}
		again, err := b.checkIn()
		l.must(err)
		if again.Challenge.Reference != reply.Challenge.Reference {
			l.Error("a relaunch opened another challenge")
		}
		// A driver update meanwhile is not what the code was asked for: it still works.
		b.computer = b.computer.With("gpu-driver", "560")
		done, share, err := b.answer(l.code())
		l.must(err)
		if done.State != api.DeviceActivated || len(share) != 32 || done.HoldUntil == "" {
			l.Errorf("answered: %+v", done)
		}
		b.computer = home
		back, err := b.checkIn()
		l.must(err)
		if back.State != api.DeviceActivated || len(back.Changes) != 0 {
			l.Errorf("back to an earlier configuration: %+v", back)
		}
	})
}

func TestAnotherChangeThanTheMessageNamedNeedsAnotherCode(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		b.computer = b.computer.With("boot-disk", "d9")
		_, err := b.checkIn()
		l.must(err)
		first, old := b.challenge.Reference, l.code()
		_, _, err = b.answer(wrongCode(old))
		l.want(err, api.CodeWrong)
		b.computer = b.computer.With("install-id", "i9")
		e := func() *api.Error { _, _, err := b.answer(old); return l.want(err, api.CodeExpired) }()
		next := e.Args["Challenge"].(api.Challenge)
		if next.Reference == first || next.TriesLeft != 4 || len(next.Changes) != 2 {
			l.Errorf("the next challenge: %+v", next)
		}
		b.challenge = next
		_, _, err = b.answer(l.code())
		l.must(err)
	})
}

func TestAcceptedDriftMovesTheBaseline(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		home := b.computer
		for _, c := range [][]string{{"kernel", "6.2"}, {"network-card", "n1", "n9"}, {"system-serial", "s9"}} {
			b.computer = b.computer.With(c[0], c[1:]...)
			reply, err := b.checkIn()
			l.must(err)
			if reply.State != api.DeviceActivated || len(reply.Changes) != 1 || reply.Changes[0].Kind != c[0] {
				l.Errorf("%s: %+v", c[0], reply.Changes)
			}
		}
		reply, err := b.checkIn()
		l.must(err)
		if len(reply.Changes) != 0 {
			l.Errorf("the baseline did not move: %+v", reply.Changes)
		}
		b.computer = home
		if reply, err = b.checkIn(); err != nil || reply.State != api.DeviceActivated || len(reply.Changes) != 0 {
			l.Errorf("back: %+v %v", reply, err)
		}
		l.must(l.svc.SetPolicy(ctx, b.account, api.Strict))
		b.computer = home.With("kernel", "6.3")
		if reply, err = b.checkIn(); err != nil || reply.State != api.DeviceLimited {
			l.Errorf("strict: %+v %v", reply, err)
		}
		l.want(l.svc.SetPolicy(ctx, b.account, "lax"), api.CodePolicyInvalid)
		l.want(l.svc.SetPolicy(ctx, "100000000000", api.Strict), api.CodeNotFound)
	})
}

func TestReleaseWithoutACode(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		var first []byte
		for i := range 3 {
			r, key := b.report(true)
			reply, err := l.svc.CheckIn(ctx, b.caller("check-in", r), r)
			l.must(err)
			b.prev = r.Next
			share := b.took(reply, key)
			if first == nil {
				first = share
			}
			if share == nil || !bytes.Equal(share, first) {
				l.Errorf("release %d: %x", i, share)
			}
		}
		reply, err := b.checkInAs(true)
		l.must(err)
		if reply.Release != nil || reply.Challenge == nil || reply.Challenge.Reason != api.ReasonLocked || reply.State != api.DeviceLimited {
			l.Errorf("the fourth of a day: %+v", reply)
		}
		l.clock.pass(25 * time.Hour)
		b.computer = b.computer.With("boot-disk", "?")
		if reply, err = b.checkInAs(true); err != nil || reply.Release != nil || reply.Challenge == nil {
			l.Errorf("an unread disk is no match: %+v %v", reply, err)
		}
		b.computer = b.computer.With("boot-disk", "d1").With("system-uuid", "u9")
		if reply, err = b.checkInAs(true); err != nil || reply.Release == nil || reply.State != api.DeviceActivated {
			l.Errorf("one flapping value: %+v %v", reply, err)
		}
	})
}

func TestSecondComputerAndSignOut(t *testing.T) {
	each(t, func(l *lab) {
		a := l.activated("kim@example.org")
		b := l.box()
		b.computer = b.computer.With("boot-disk", "dB").With("install-id", "iB")
		l.must(b.enrol("Kim@Example.org", password))
		if b.account != a.account || b.challenge.Reason != api.ReasonEnrol {
			l.Errorf("enrolled %+v", b.challenge)
		}
		reply, _, err := b.answer(l.code())
		l.must(err)
		if reply.HoldUntil == "" {
			l.Error("a further computer sets no hold")
		}
		l.must(l.svc.SignOut(ctx, b.caller("sign-out", nil)))
		l.must(l.svc.SignOut(ctx, b.caller("sign-out", nil)))
		_, err = b.checkIn()
		l.want(err, api.CodeRevoked)
		if k := kinds(l.deliver()); k != "notice.activated notice.revoked" {
			l.Errorf("sent %q", k)
		}
		_, err = a.checkIn()
		l.must(err)
		l.must(l.svc.VerifyAudit(ctx, a.account))
	})
}
