package server_test

import (
	"context"
	"errors"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store"
)

// away is a KMS that does not answer.
type away struct{ server.KMS }

func (away) Unwrap(context.Context, string, string, []byte) ([]byte, error) {
	return nil, errors.New("no route to host")
}

// lose forgets the master key and starts anew under another one.
func (l *keysLab) lose() {
	l.Helper()
	kms := newSafe()
	cfg := l.config(kms)
	if _, err := server.MasterLost(ctx, l.config(l.kms), nil); !errors.Is(err, server.ErrNotLost) {
		l.Fatalf("a key that is there counts as lost: %v", err)
	}
	if _, err := server.MasterLost(ctx, l.config(away{l.kms}), nil); err == nil || errors.Is(err, server.ErrNotLost) {
		l.Fatalf("a key service that does not answer: %v", err)
	}
	if _, _, err := l.other.Opened(ctx); err != nil {
		l.Fatalf("a key service that does not answer voided something: %v", err)
	}
	for n := 1; ; n++ { // killed at every commit
		k := &killer{at: n, live: func() {}}
		cfg.Store = l.db.Open(store.WithCommitHook(k.hook))
		_, err := server.MasterLost(ctx, cfg, nil)
		if err == nil || errors.Is(err, server.ErrNotLost) {
			break
		}
		if !errors.Is(err, errKilled) {
			l.Fatal(err)
		}
		if n > 1 {
			if _, err := l.process(kms); !errors.Is(err, server.ErrHalfLost) {
				l.Fatalf("a server starts on a database that is half voided: %v", err)
			}
		}
	}
	var err error
	l.svc, err = l.process(kms)
	l.must(err)
	l.lab.svc = l.svc
	for _, b := range l.boxes {
		b.svc = l.svc
	}
}

func TestALostMasterKeyVoidsWhatItSealedAndNothingElse(t *testing.T) {
	eachKeys(t, func(l *keysLab) {
		before := l.svc.JWKS().Keys
		l.lose()
		b := l.boxes[0]
		b.generation = 1 // its vault opens by itself, and names the share that is lost
		reply, err := b.checkIn()
		l.must(err)
		if !reply.ContactLost || reply.State != api.DeviceActivated || reply.Rotate != 2 || reply.Next == nil {
			l.Fatalf("after the loss: lost %v, %s, rotate %d, next %v", reply.ContactLost, reply.State, reply.Rotate, reply.Next)
		}
		b.generation = 2
		if reply, err = b.checkIn(); err != nil || reply.Rotate != 0 {
			l.Fatalf("the rotation is not confirmed: %d %v", reply.Rotate, err)
		}
		if now := l.svc.JWKS().Keys; len(now) != 4 || now[2].KeyID != before[0].KeyID && now[3].KeyID != before[0].KeyID {
			l.Errorf("the keys before are not known any more: %d", len(now))
		}
		_, _, err = l.waiting.answer(l.code)
		if err == nil {
			l.Error("a code of the lost key works")
		}
		if _, err := l.waiting.checkIn(); err != nil { // nothing can be sent, and it says so
			l.Error(err)
		}
		if list := l.deliver(); len(list) != 0 {
			l.Errorf("something was sent to an address that is lost: %s", kinds(list))
		}
		l.givesAddress(b)
		l.anothersAddress(l.boxes[1])
	})
}

// givesAddress gives an account's address again.
func (l *keysLab) givesAddress(b *box) {
	l.Helper()
	ask := func(email, pw string) (api.DeviceReply, error) {
		r := api.EmailRequest{Email: email, Password: pw}
		return l.svc.RestoreEmail(ctx, b.caller("email", r), r)
	}
	_, err := ask("kim0@example.org", "not the password")
	l.want(err, api.CodeStepUp)
	reply, err := ask("kim0@example.org", password)
	l.must(err)
	if reply.Challenge == nil || reply.Challenge.Reason != api.ReasonEmail || !reply.ContactLost {
		l.Fatalf("%+v", reply)
	}
	b.challenge = *reply.Challenge
	list := l.deliver()
	if len(list) != 1 || list[0].To != "kim0@example.org" || list[0].Kind != "code.email" {
		l.Fatalf("sent: %s", kinds(list))
	}
	reply, _, err = b.answer(list[0].Code)
	l.must(err)
	if reply.ContactLost || reply.HoldUntil == "" || reply.Release != nil {
		l.Errorf("lost %v, hold %q, release %v", reply.ContactLost, reply.HoldUntil, reply.Release)
	}
	if got := kinds(l.deliver()); got != server.NoticeChannel {
		l.Errorf("told: %s", got)
	}
	again := l.box()
	again.svc = l.svc
	l.must(again.enrol("kim0@example.org", password))
	if reply, err = ask("kim0@example.org", password); err != nil || reply.Challenge != nil {
		l.Errorf("the same address once more: %v %v", reply.Challenge, err)
	}
	_, err = ask("eve@example.org", password)
	l.want(err, api.CodeNotFound)
}

// anothersAddress asks for an address that another account has: whoever has it is
// told, and no code is right.
func (l *keysLab) anothersAddress(b *box) {
	l.Helper()
	l.deliver()
	r := api.EmailRequest{Email: "kim0@example.org", Password: password}
	_, err := l.svc.RestoreEmail(ctx, b.caller("email", r), r)
	l.must(err)
	if got := kinds(l.deliver()); got != server.NoticeExists {
		l.Errorf("sent: %s", got)
	}
}
