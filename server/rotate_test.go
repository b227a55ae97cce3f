package server_test

import (
	"bytes"
	"crypto/ecdh"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// rotate asks for a new share and opens it.
func (b *box) rotate() (api.DeviceReply, []byte, error) {
	report, key := b.report(false)
	r := api.RotateRequest{Ephemeral: report.Ephemeral}
	reply, err := b.svc.Rotate(ctx, b.caller("rotate", r), r)
	return reply, b.next(reply, key), err
}

// next opens the pending share of a reply.
func (b *box) next(reply api.DeviceReply, key *ecdh.PrivateKey) []byte {
	if reply.Next == nil {
		return nil
	}
	return b.open(*reply.Next, key)
}

// visit checks in and gives the shares that came with the answer.
func (b *box) visit(locked bool) (api.DeviceReply, []byte, []byte) {
	b.l.Helper()
	r, key := b.report(locked)
	reply, err := b.svc.CheckIn(ctx, b.caller("check-in", r), r)
	b.l.must(err)
	b.prev = r.Next
	return reply, b.took(reply, key), b.next(reply, key)
}

// shares are the generations that the database holds of a device.
func (l *lab) shares(device string) []int {
	l.Helper()
	var out []int
	l.must(l.db.Open().Read(ctx, func(tx server.Tx) error {
		list, err := tx.Shares(device)
		for _, s := range list {
			out = append(out, s.Generation)
		}
		return err
	}))
	return out
}

func (l *lab) wantShares(b *box, want ...int) {
	l.Helper()
	if got := l.shares(b.id); len(got) != len(want) || got[0] != want[0] || got[len(got)-1] != want[len(want)-1] {
		l.Errorf("shares %v, want %v", got, want)
	}
}

func TestRotationByTheOwnersWish(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		b.generation = 1
		_, first, none := b.visit(true)
		if first == nil || none != nil {
			t.Fatal("a share is pending from the beginning")
		}
		reply, second, err := b.rotate()
		l.must(err)
		if reply.Rotate != 2 || reply.Next.Generation != 2 || reply.Release != nil || bytes.Equal(first, second) || len(second) != 32 {
			t.Errorf("asked: %+v", reply)
		}
		l.wantShares(b, 1, 2)
		reply, again, err := b.rotate()
		l.must(err)
		if reply.Rotate != 2 || !bytes.Equal(again, second) {
			t.Errorf("asked again: %+v", reply)
		}
		// Killed before the file was written: the vault has 1, and both come with a check-in.
		reply, released, next := b.visit(true)
		if reply.Rotate != 2 || !bytes.Equal(released, first) || !bytes.Equal(next, second) {
			t.Errorf("killed before the write: %+v", reply)
		}
		if reply, err := l.svc.Device(ctx, b.caller("device", nil)); err != nil || reply.Rotate != 2 {
			t.Errorf("reading: %+v %v", reply, err)
		}
		l.deliver()
		// Killed after it: the vault has 2, and that is the share that comes.
		b.generation = 2
		reply, released, next = b.visit(true)
		if reply.Rotate != 0 || !bytes.Equal(released, second) || next != nil || reply.Release.Generation != 2 {
			t.Errorf("killed after the write: %+v", reply)
		}
		l.wantShares(b, 2)
		if k := kinds(l.deliver()); k != "notice.rotated" {
			t.Errorf("sent %q", k)
		}
		l.clock.pass(25 * time.Hour)
		b.generation = 1 // an old file put back
		if _, released, _ = b.visit(true); !bytes.Equal(released, second) {
			t.Error("the forgotten share came back")
		}
		l.must(l.svc.VerifyAudit(ctx, b.account))
	})
}

func TestRotationsAreCounted(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		for i := range 3 {
			_, _, err := b.rotate()
			l.must(err)
			b.generation = i + 2
			if reply, _, _ := b.visit(false); reply.Rotate != 0 {
				t.Fatalf("round %d: %+v", i, reply)
			}
		}
		_, _, err := b.rotate()
		if e := l.want(err, api.CodeTooMany); e.RetryAt.IsZero() {
			t.Error("it does not say when")
		}
		l.clock.pass(25 * time.Hour)
		_, _, err = b.rotate()
		l.must(err)
		for range 5 { // the pending one again is no further one
			_, _, err = b.rotate()
			l.must(err)
		}
		l.wantShares(b, 4, 5)
	})
}

func TestAPendingShareIsForActivatedComputersAlone(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		b.generation = 1
		_, _, err := b.rotate()
		l.must(err)
		home := b.computer
		b.computer = home.With("boot-disk", "d9")
		reply, released, next := b.visit(true)
		if reply.State != api.DeviceLimited || released != nil || next != nil || reply.Rotate != 2 {
			t.Errorf("a changed computer: %+v", reply)
		}
		_, _, err = b.rotate()
		l.want(err, api.CodeNotActivated)
		// Its report of the new generation is not believed before a code is.
		b.generation = 2
		b.visit(false)
		l.wantShares(b, 1, 2)
		r, key := b.answerRequest(l.code())
		done, err := l.svc.Answer(ctx, b.caller("answer", r), b.challenge.Reference, r)
		l.must(err)
		if done.Release.Generation != 2 || done.Next != nil || done.Rotate != 0 || b.took(done, key) == nil {
			t.Errorf("answered: %+v", done)
		}
		l.wantShares(b, 2)
		plain, _ := b.report(false)
		plain.Ephemeral = ""
		_, _, err = b.rotate()
		l.must(err)
		got, err := l.svc.CheckIn(ctx, b.caller("check-in", plain), plain)
		l.must(err)
		if got.Next != nil || got.Rotate != 3 {
			t.Errorf("no key was offered: %+v", got)
		}
	})
}

func TestAForksCodeRotates(t *testing.T) {
	each(t, func(l *lab) {
		a := l.activated("kim@example.org")
		a.generation = 1
		_, first, _ := a.visit(true)
		// The copy is ahead: it is activated for a while, and even gets a pending share.
		c := a.copied()
		_, copied, err := c.rotate()
		l.must(err)
		if reply, _, _ := a.visit(false); reply.State != api.DeviceActivated {
			t.Fatalf("%+v", reply)
		}
		if reply, _, next := c.visit(true); reply.State != api.DeviceFrozen || next != nil || reply.Release != nil {
			t.Fatalf("the copy: %+v", reply)
		}
		reply, _ := a.checkIn()
		if reply.State != api.DeviceFrozen || reply.Next != nil {
			t.Fatalf("the original: %+v", reply)
		}
		done, key, err := a.rekeyedKeeping(l.code())
		l.must(err)
		release, next := a.took(done, key), a.next(done, key)
		if !bytes.Equal(release, first) || next == nil || bytes.Equal(next, copied) || done.Rotate != 3 || done.Next.Generation != 3 {
			t.Errorf("after the code: %+v", done)
		}
		l.wantShares(a, 1, 3)
		l.deliver()
		a.generation = 3
		if reply, _, _ := a.visit(false); reply.Rotate != 0 {
			t.Errorf("confirmed: %+v", reply)
		}
		l.wantShares(a, 3)
		if k := kinds(l.deliver()); k != "" {
			t.Errorf("the owner is told again: %q", k)
		}
	})
}

func TestARotationThatIsNeverConfirmedKeepsBoth(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		b.generation = 1
		_, _, err := b.rotate()
		l.must(err)
		for range 5 {
			l.clock.pass(60 * 24 * time.Hour)
			_, err = l.svc.Sweep(ctx)
			l.must(err)
			if reply, _, next := b.visit(false); reply.Rotate != 2 || next == nil {
				t.Fatalf("%+v", reply)
			}
		}
		l.wantShares(b, 1, 2)
		l.must(l.svc.SignOut(ctx, b.caller("sign-out", nil)))
		if got := l.shares(b.id); len(got) != 0 {
			t.Errorf("signed out, and it keeps %v", got)
		}
	})
}

func TestAStoredReplyHoldsNoShare(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		report, _ := b.report(false)
		r := api.RotateRequest{Ephemeral: report.Ephemeral}
		c := b.caller("rotate", r)
		first, err := l.svc.Rotate(ctx, c, r)
		l.must(err)
		c.Nonce = "again"
		again, err := l.svc.Rotate(ctx, c, r)
		l.must(err)
		if first.Next == nil || again.Next != nil || again.Rotate != 2 || again.State != api.DeviceActivated {
			t.Errorf("again: %+v", again)
		}
		r.Ephemeral = "nonsense"
		_, err = l.svc.Rotate(ctx, b.caller("rotate", r), r)
		l.want(err, api.CodeInvalidValue)
	})
}
