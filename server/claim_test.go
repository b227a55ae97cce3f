package server_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// held gives an activated box whose key a chip holds, with its claim key
// registered.
func (l *lab) held(email string) *box {
	l.Helper()
	b := l.box()
	_, b.claim, _ = ed25519.GenerateKey(nil)
	b.hardware = api.HardwareTPM
	l.must(b.register(email))
	_, _, err := b.answer(l.code())
	l.must(err)
	b.generation = 1
	return b
}

// chipLost is the same computer with a fresh key, which asks to take the old
// one's place.
func (b *box) chipLost(hardware string) (*box, error) {
	c := *b
	c.newKey()
	c.hardware, c.prev = hardware, chainValue()
	return &c, c.claimKey()
}

func (b *box) claimKey() error {
	reply, err := b.svc.ReplaceKey(ctx, b.caller("keys", b.keyRequest()), b.keyRequest())
	if err == nil {
		b.took(reply, nil)
	}
	return err
}

func (b *box) keyRequest() api.ReplaceKeyRequest {
	text := "holdfast-claim-v1\n" + b.id + "\n" + b.keyid
	return api.ReplaceKeyRequest{
		Key: b.public(), Hardware: b.hardware, Next: b.prev, Snapshot: b.computer.Snapshot(),
		Claim: base64.RawURLEncoding.EncodeToString(ed25519.Sign(b.claim, []byte(text))),
	}
}

func TestALostChipsKeyIsReplaced(t *testing.T) {
	each(t, func(l *lab) {
		old := l.held("kim@example.org")
		_, share, _ := old.visit(true)
		l.deliver()
		b, err := old.chipLost("")
		l.must(err)
		if ch := b.challenge; ch.Reason != api.ReasonChip || ch.State != api.ChallengeOpen {
			t.Fatalf("challenge %+v", ch)
		}
		sent := l.deliver()
		if kinds(sent) != "code.chip" || sent[0].Code == "" || sent[0].Device != "Kim's laptop" {
			t.Errorf("sent %+v", sent)
		}
		// The new key is nobody's yet: it may speak about its challenge alone.
		if _, err := l.svc.Challenge(ctx, b.caller("challenge", nil), b.challenge.Reference); err != nil {
			t.Error(err)
		}
		for name, err := range map[string]error{
			"device":   failing(l.svc.Device(ctx, b.caller("", nil))),
			"history":  failing(l.svc.History(ctx, b.caller("", nil), 0)),
			"sign-out": l.svc.SignOut(ctx, b.caller("", nil)),
			"check-in": failing(b.checkIn()),
		} {
			if api.CodeOf(err) != api.CodeUnknownKey {
				t.Errorf("%s: %v", name, err)
			}
		}
		done, key, err := b.typed(l.code())
		l.must(err)
		if got := b.took(done, key); done.State != api.DeviceActivated || !bytes.Equal(got, share) || done.Rotate != 2 || b.next(done, key) == nil {
			t.Errorf("answered: %+v", done)
		}
		if until, _ := time.Parse(time.RFC3339, done.HoldUntil); until.Sub(l.clock.now()) != 72*time.Hour {
			t.Errorf("hold until %s", done.HoldUntil)
		}
		sent = l.deliver()
		if kinds(sent) != "notice.chip" || sent[0].Data["Key"] != "software" {
			t.Errorf("sent %q %v", kinds(sent), sent[0].Data)
		}
		_, err = old.checkIn()
		l.want(err, api.CodeRevoked)
		if reply, err := b.checkIn(); err != nil || reply.State != api.DeviceActivated {
			t.Errorf("then: %+v %v", reply, err)
		}
		_, _, err = b.typed(wrongCode())
		l.want(err, api.CodeUsed)
		if _, err := l.svc.Challenge(ctx, b.caller("", nil), b.challenge.Reference); err != nil {
			t.Errorf("the consumed challenge: %v", err)
		}
		l.must(l.svc.VerifyAudit(ctx, b.account))
	})
}

func failing[T any](_ T, err error) error { return err }

func TestTheOldKeyHeardFromEndsTheRequest(t *testing.T) {
	each(t, func(l *lab) {
		old := l.held("kim@example.org")
		l.deliver()
		b, err := old.chipLost("")
		l.must(err)
		typed := l.code()
		// A read writes nothing, and shows nothing of it.
		_, err = l.svc.Challenge(ctx, old.caller("", nil), b.challenge.Reference)
		l.want(err, api.CodeNoChallenge)
		if _, err := l.svc.Challenge(ctx, b.caller("", nil), b.challenge.Reference); err != nil {
			t.Fatal(err)
		}
		if reply, err := old.checkIn(); err != nil || reply.State != api.DeviceActivated {
			t.Fatalf("%+v %v", reply, err)
		}
		_, _, err = b.typed(typed)
		l.want(err, api.CodeUnknownKey)
		// Asked once more it begins anew, with another code.
		l.must(b.claimKey())
		if again := l.code(); again == typed {
			t.Error("the code of the request that fell works on")
		}
		old.computer = old.computer.With("boot-disk", "d9")
		reply, err := old.checkIn()
		l.must(err)
		if reply.Challenge == nil || reply.Challenge.Reason != api.ReasonChanged || reply.Challenge.Reference == b.challenge.Reference {
			t.Errorf("the computer's own challenge: %+v", reply.Challenge)
		}
	})
}

func TestClaimsAreRefusedAlike(t *testing.T) {
	each(t, func(l *lab) {
		old, none := l.held("kim@example.org"), l.activated("ada@example.org")
		_, other, _ := ed25519.GenerateKey(nil)
		forged := func(b *box) { b.claim = other }
		for name, change := range map[string]func(*box){
			"another claim key":   forged,
			"no such device":      func(b *box) { b.id = "nosuchdevice" },
			"another's device":    func(b *box) { b.id = none.id },
			"a computer sign-out": func(b *box) { l.must(l.svc.SignOut(ctx, old.caller("", nil))) },
		} {
			c := *old
			c.newKey()
			change(&c)
			if e := l.want(c.claimKey(), api.CodeClaim); len(e.Args) != 0 || len(e.Hints) != 0 {
				t.Errorf("%s: it says more: %+v", name, e)
			}
			if name == "a computer sign-out" {
				old = l.held("eve@example.org")
			}
		}
		b := *old
		b.newKey()
		b.keyid = old.keyid // signed by another key than the one in the body
		l.want(b.claimKey(), api.CodeInvalidValue)
	})
}

func TestClaimsAreCountedBeforeAnythingIsLookedUp(t *testing.T) {
	each(t, func(l *lab) {
		old := l.held("kim@example.org")
		for _, id := range []string{old.id, "nosuchdevice"} {
			c := *old
			c.newKey()
			c.id = id
			_, c.claim, _ = ed25519.GenerateKey(nil)
			for range 3 {
				l.want(c.claimKey(), api.CodeClaim)
			}
			if e := l.want(c.claimKey(), api.CodeTooMany); e.RetryAt.Sub(l.clock.now()) != 24*time.Hour {
				t.Errorf("until %s", e.RetryAt)
			}
		}
		_, err := old.chipLost("")
		l.want(err, api.CodeTooMany)
		l.clock.pass(24*time.Hour + time.Second)
		_, err = old.chipLost("")
		l.must(err)
	})
}

func TestTheSameKeyAsksAgainAndAnotherTakesOver(t *testing.T) {
	each(t, func(l *lab) {
		old := l.held("kim@example.org")
		b, err := old.chipLost(api.HardwareTPM)
		l.must(err)
		first, typed := b.challenge.Reference, l.code()
		l.must(b.claimKey())
		if b.challenge.Reference != first {
			t.Error("the same key got another challenge")
		}
		other, err := old.chipLost(api.HardwareTPM)
		l.must(err)
		if other.challenge.Reference == first {
			t.Error("another key got the first one's challenge")
		}
		_, _, err = b.typed(typed)
		l.want(err, api.CodeUnknownKey)
		_, _, err = other.typed(typed)
		l.want(err, api.CodeWrong)
		done, _, err := other.typed(l.code())
		l.must(err)
		if done.State != api.DeviceActivated {
			t.Errorf("%+v", done)
		}
		if sent := l.deliver(); sent[len(sent)-1].Data["Key"] != "" {
			t.Error("it says that no chip holds the key, and one does")
		}
		// A key that is, was, or asks to be a device's takes no other place.
		third, err := old.chipLost("")
		if err == nil {
			t.Fatal("more than three a day")
		}
		l.clock.pass(25 * time.Hour)
		third.key, third.keyid = old.key, old.keyid
		l.want(third.claimKey(), api.CodeInvalidValue)
	})
}

func TestAMovedBoardIsNamedAndNeedsItsOwnCode(t *testing.T) {
	each(t, func(l *lab) {
		old := l.held("kim@example.org")
		old.computer = old.computer.With("system-uuid", "u9").With("board-serial", "b9").With("system-serial", "s9")
		b, err := old.chipLost("")
		l.must(err)
		if len(b.challenge.Changes) != 3 {
			t.Errorf("named: %+v", b.challenge.Changes)
		}
		typed := l.code()
		b.computer = b.computer.With("boot-disk", "d9")
		_, _, err = b.typed(typed)
		e := l.want(err, api.CodeExpired)
		b.challenge = e.Args[server.ArgChallenge].(api.Challenge)
		if b.challenge.Reason != api.ReasonChip || len(b.challenge.Changes) != 4 {
			t.Errorf("the next one: %+v", b.challenge)
		}
		l.clock.pass(time.Minute)
		if _, err := l.svc.SendAgain(ctx, b.caller("send", nil), b.challenge.Reference, api.DeliveryRequest{}); err != nil {
			t.Error(err)
		}
		_, _, err = b.typed(l.code())
		l.must(err)
	})
}

func TestWrongCodesOfANewKeyAreCounted(t *testing.T) {
	each(t, func(l *lab) {
		old := l.held("kim@example.org")
		b, err := old.chipLost("")
		l.must(err)
		right := l.code()
		for i := range 5 {
			_, _, err := b.typed(wrongCode(right))
			if e := l.want(err, api.CodeWrong); e.Args[server.ArgTriesLeft] != 4-i {
				t.Errorf("try %d: %v left", i+1, e.Args)
			}
			l.clock.pass(time.Hour)
		}
		_, _, err = b.typed(right)
		l.want(err, api.CodeChallengeLocked)
		b.challenge.Reference = "ZZZ"
		_, _, err = b.typed(right)
		l.want(err, api.CodeNoChallenge)
		if k := kinds(l.deliver()); !strings.Contains(k, "notice.locked") {
			t.Errorf("sent %q", k)
		}
		l.clock.pass(time.Hour)
		l.must(b.claimKey())
		_, _, err = b.typed(l.code())
		l.must(err)
	})
}

func TestAFrozenComputerMayLoseItsChipToo(t *testing.T) {
	each(t, func(l *lab) {
		old := l.held("kim@example.org")
		c := old.copied()
		old.visit(false)
		if reply, _, _ := c.visit(false); reply.State != api.DeviceFrozen {
			t.Fatalf("%+v", reply)
		}
		l.deliver()
		b, err := old.chipLost(api.HardwareTPM)
		l.must(err)
		done, _, err := b.typed(l.code())
		l.must(err)
		if done.State != api.DeviceActivated || done.Rotate != 2 {
			t.Errorf("%+v", done)
		}
		_, err = c.checkIn()
		l.want(err, api.CodeRevoked)
	})
}

func TestTheClaimKeyIsRegisteredOnce(t *testing.T) {
	each(t, func(l *lab) {
		b := l.held("kim@example.org")
		first := b.claim
		_, b.claim, _ = ed25519.GenerateKey(nil)
		b.computer = b.computer.With("boot-disk", "d9")
		_, err := b.checkIn()
		l.must(err)
		_, _, err = b.answer(l.code()) // the code counts all the same
		l.must(err)
		_, err = b.chipLost("")
		l.want(err, api.CodeClaim)
		b.claim = first
		_, err = b.chipLost("")
		l.must(err)
		r, _ := b.answerRequest("4HTM3XR9W")
		r.Claim = "dG9vIHNob3J0"
		_, err = l.svc.Answer(ctx, b.caller("answer", r), b.challenge.Reference, r)
		l.want(err, api.CodeInvalidValue)
		r.Claim, r.NewHardware = "", "a safe"
		_, err = l.svc.Answer(ctx, b.caller("answer", r), b.challenge.Reference, r)
		l.want(err, api.CodeInvalidValue)
		l.must(l.svc.VerifyAudit(ctx, b.account))
	})
}

func TestEnrollingAnewForgetsTheClaim(t *testing.T) {
	each(t, func(l *lab) {
		b := l.held("kim@example.org")
		l.must(b.enrol("kim@example.org", password))
		_, fresh, _ := ed25519.GenerateKey(nil)
		b.claim = fresh
		_, _, err := b.answer(l.code())
		l.must(err)
		_, err = b.chipLost("")
		l.must(err)
	})
}
