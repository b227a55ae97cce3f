package server_test

import (
	"context"
	"encoding/base64"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// TestWhoeverOwnsAGivenAddressStopsMailAndNotAComputer: a computer gave an address
// that is somebody else's; its owner presses the button.
func TestWhoeverOwnsAGivenAddressStopsMailAndNotAComputer(t *testing.T) {
	l := newKeysLab(t, storetest.SQLite(t))
	l.lose()
	b := l.boxes[0]
	ask := func(email string) api.Challenge {
		r := api.EmailRequest{Email: email, Password: password}
		reply, err := l.svc.RestoreEmail(ctx, b.caller("email", r), r)
		l.must(err)
		return *reply.Challenge
	}
	ask("eve@example.org")
	token := l.linkOf(server.MessageEmail)
	code := l.mail[len(l.mail)-1].Code
	if page, err := l.svc.LinkPage(ctx, token); err != nil || page.Effect != server.EffectOffer {
		t.Fatalf("%+v %v", page, err)
	}
	l.say(token)
	if list := l.deliver(); len(list) != 0 {
		t.Errorf("told: %s", kinds(list))
	}
	b.svc = l.svc
	b.challenge = api.Challenge{Reference: l.mail[len(l.mail)-1].Reference}
	if _, _, err := b.answer(code); err == nil {
		t.Error("the code still gave the address")
	}
	reply, err := b.checkIn()
	l.must(err)
	if reply.State != api.DeviceActivated || !reply.ContactLost {
		t.Fatalf("the computer goes on: %+v", reply)
	}
	for _, other := range []*box{b, l.boxes[1]} { // nobody has a code sent there for a day
		b = other
		if ch := ask("eve@example.org"); len(ch.Deliveries) != 0 || ch.NextSend == "" || len(l.deliver()) != 0 {
			t.Fatalf("%+v", ch)
		}
	}
	l.givesAddress(l.boxes[0]) // and the right address is taken at once
	l.clock.pass(25 * time.Hour)
	ask("eve@example.org")
	if got := kinds(l.deliver()); got != server.MessageEmail {
		t.Errorf("a day later: %s", got)
	}
}

// TestALinkThatWasOvertakenDoesNothing: the code was typed, so the address is the
// account's, and its own notice has a link of its own.
func TestALinkThatWasOvertakenDoesNothing(t *testing.T) {
	l := newKeysLab(t, storetest.SQLite(t))
	l.lose()
	l.givesAddress(l.boxes[0])
	l.say(l.linkOf(server.MessageEmail))
	l.boxes[0].svc = l.svc
	if reply, err := l.boxes[0].checkIn(); err != nil || reply.State != api.DeviceActivated || reply.ContactLost {
		t.Fatalf("%+v %v", reply, err)
	}
}

// TestWhoeverHasAnAccountStopsRegistrations with his address, and keeps his own codes.
func TestWhoeverHasAnAccountStopsRegistrations(t *testing.T) {
	one(t, nil, func(l *lab) {
		owner := l.activated("kim@example.org")
		l.must(l.box().register("kim@example.org"))
		l.say(l.linkOf(server.NoticeExists))
		again := l.box()
		l.must(again.register("kim@example.org"))
		if len(again.challenge.Deliveries) != 0 || len(l.deliver()) != 0 {
			t.Fatalf("%+v", again.challenge)
		}
		owner.changed("d9")
		_, _, err := owner.answer(l.code())
		l.must(err)
	})
}

// writes counts write transactions.
type writes struct {
	server.Store
	n atomic.Int64
}

func (w *writes) Write(ctx context.Context, fn func(server.Tx) error) error {
	w.n.Add(1)
	return w.Store.Write(ctx, fn)
}

// TestForgedLinksWriteNothing: a write waits for all others, so nobody may begin one
// with a token that he made up, or with one that was used.
func TestForgedLinksWriteNothing(t *testing.T) {
	one(t, nil, func(l *lab) {
		b := l.activated("kim@example.org")
		counted := &writes{Store: l.db.Open()}
		svc, err := server.New(server.Config{
			Store: counted, Now: l.clock.now, Master: server.NewSealer([32]byte{1, 2, 3}), Origin: "https://holdfast.example.org",
		})
		l.must(err)
		token := l.linkOf(server.NoticeActivated)
		counted.n.Store(0)
		raw, _ := base64.RawURLEncoding.DecodeString(token)
		raw[20] ^= 1
		_, err = svc.SayNotMe(ctx, server.Caller{}, base64.RawURLEncoding.EncodeToString(raw))
		l.want(err, api.CodeNotFound)
		_, err = svc.SayNotMe(ctx, server.Caller{}, base64.RawURLEncoding.EncodeToString(make([]byte, 24)))
		l.want(err, api.CodeNotFound)
		if n := counted.n.Load(); n != 0 {
			t.Errorf("%d write transactions for forged tokens", n)
		}
		for range 3 {
			if page, err := svc.SayNotMe(ctx, server.Caller{}, token); err != nil || !page.Done {
				t.Fatalf("%+v %v", page, err)
			}
		}
		if n := counted.n.Load(); n != 1 {
			t.Errorf("%d write transactions for one link", n)
		}
		if reply, err := b.checkIn(); err != nil || reply.State != api.DeviceLimited {
			t.Errorf("%+v %v", reply, err)
		}
	})
}
