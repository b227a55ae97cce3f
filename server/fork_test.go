package server_test

import (
	"bytes"
	"crypto/ecdh"
	"encoding/base64"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
)

// rekeyed answers a fork's challenge with a new key and takes it over.
func (b *box) rekeyed(typed string) (api.DeviceReply, []byte, error) {
	reply, key, err := b.rekeyedKeeping(typed)
	if err != nil {
		return reply, nil, err
	}
	return reply, b.took(reply, key), nil
}

// rekeyedKeeping is rekeyed with what opens the shares of the reply.
func (b *box) rekeyedKeeping(typed string) (api.DeviceReply, *ecdh.PrivateKey, error) {
	fresh := b.l.box()
	r, key := b.answerRequest(typed)
	k := fresh.public()
	r.NewKey, r.NewNext = &k, chainValue()
	text := "holdfast-rekey-v1\n" + b.id + "\n" + b.challenge.Reference + "\n" + fresh.keyid
	proof, err := sign.NewSigner(fresh.key, nil).Sign([]byte(text))
	if err != nil {
		b.l.Fatal(err)
	}
	r.NewProof = base64.RawURLEncoding.EncodeToString(proof)
	reply, err := b.svc.Answer(ctx, b.caller("answer", r), b.challenge.Reference, r)
	if err != nil {
		return reply, nil, err
	}
	b.key, b.keyid, b.prev = fresh.key, fresh.keyid, r.NewNext
	return reply, key, nil
}

// copied is the same computer's profile on another disk.
func (b *box) copied() *box { c := *b; return &c }

func TestTheSecondOfTwoCopiesIsFrozen(t *testing.T) {
	each(t, func(l *lab) {
		a := l.activated("kim@example.org")
		r, key := a.report(true)
		before, err := l.svc.CheckIn(ctx, a.caller("check-in", r), r)
		l.must(err)
		share := a.took(before, key)
		a.prev = r.Next
		l.deliver()

		b := a.copied()
		b.computer = b.computer.With("boot-disk", "d9")
		_, err = a.checkIn()
		l.must(err)
		reply, err := b.checkIn()
		l.must(err)
		if reply.State != api.DeviceFrozen || reply.Challenge == nil || reply.Challenge.Reason != api.ReasonFork || reply.Certificate != "" {
			l.Fatalf("the copy: %+v", reply)
		}
		if k := kinds(l.deliver()); k != "notice.fork code.fork" {
			l.Errorf("sent %q", k)
		}
		reply, err = a.checkIn()
		l.must(err)
		if reply.State != api.DeviceFrozen || reply.Challenge.Reference != b.challenge.Reference {
			l.Errorf("the original: %+v", reply)
		}
		_, _, err = a.answer(l.code())
		l.want(err, api.CodeRekeyNeeded)
		done, again, err := a.rekeyed(l.code())
		l.must(err)
		if done.State != api.DeviceActivated || done.HoldUntil == "" || !bytes.Equal(again, share) {
			l.Errorf("the way on: %+v", done)
		}
		_, err = b.checkIn()
		l.want(err, api.CodeRevoked)
		if _, err := l.svc.DeviceKey(ctx, b.keyid); err != nil {
			l.Errorf("a revoked key can still be told so: %v", err)
		}
		reply, err = a.checkIn()
		l.must(err)
		if reply.State != api.DeviceActivated {
			l.Errorf("then: %+v", reply)
		}
		l.must(l.svc.VerifyAudit(ctx, a.account))
	})
}

func TestALostAnswerIsNoFork(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		r, _ := b.report(false)
		for range 3 {
			reply, err := l.svc.CheckIn(ctx, b.caller("check-in", r), r)
			l.must(err)
			if reply.State != api.DeviceActivated {
				l.Errorf("the same pair again: %+v", reply)
			}
		}
		b.prev = r.Next
		reply, err := b.checkIn()
		l.must(err)
		if reply.State != api.DeviceActivated {
			l.Errorf("then the next: %+v", reply)
		}
		r.Next = chainValue() // an old value with another successor
		reply, err = l.svc.CheckIn(ctx, b.caller("check-in", r), r)
		l.must(err)
		if reply.State != api.DeviceFrozen {
			l.Errorf("a fork: %+v", reply)
		}
	})
}

func TestForksProofMustFit(t *testing.T) {
	each(t, func(l *lab) {
		a := l.activated("kim@example.org")
		b := a.copied()
		_, err := a.checkIn()
		l.must(err)
		_, err = b.checkIn()
		l.must(err)
		typed := l.code()
		r, _ := b.answerRequest(typed)
		k := l.box().public()
		r.NewKey, r.NewNext, r.NewProof = &k, chainValue(), base64.RawURLEncoding.EncodeToString(random(64))
		_, err = l.svc.Answer(ctx, b.caller("answer", r), b.challenge.Reference, r)
		l.want(err, api.CodeInvalidValue)
		old := b.public()
		r.NewKey = &old
		_, err = l.svc.Answer(ctx, b.caller("answer", r), b.challenge.Reference, r)
		l.want(err, api.CodeInvalidValue)
		_, _, err = b.rekeyed(typed)
		l.must(err)
	})
}

func TestARestoredDatabaseAcceptsOneUnknownValue(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		b.prev = chainValue()
		l.must(l.svc.OpenEpoch(ctx))
		reply, err := b.checkIn()
		l.must(err)
		if reply.State != api.DeviceActivated {
			l.Errorf("first unknown value: %+v", reply)
		}
		b.prev = chainValue()
		if reply, err = b.checkIn(); err != nil || reply.State != api.DeviceFrozen {
			l.Errorf("second: %+v %v", reply, err)
		}
	})
}

func TestASilentChangeUnderAnOldChallengeWhenTheChainForks(t *testing.T) {
	each(t, func(l *lab) {
		a := l.activated("kim@example.org")
		a.computer = a.computer.With("boot-disk", "d9")
		_, err := a.checkIn()
		l.must(err)
		b, changed, old := a.copied(), a.challenge.Reference, l.code()
		_, err = a.checkIn()
		l.must(err)
		_, err = b.checkIn()
		l.must(err)
		if b.challenge.Reference == changed || b.challenge.Reason != api.ReasonFork {
			l.Errorf("a frozen key kept its challenge: %+v", b.challenge)
		}
		_, _, err = a.answer(old) // for the challenge that was replaced
		l.want(err, api.CodeExpired)
		l.clock.pass(time.Minute)
		_, _, err = b.rekeyed(l.code())
		l.must(err)
	})
}
