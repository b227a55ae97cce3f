package server_test

import (
	"bytes"
	"crypto/ecdh"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// rotate asks for a new share. The share itself comes with a check-in.
func (b *box) rotate() (api.DeviceReply, error) {
	b.l.Helper()
	report, _ := b.report(false)
	r := api.RotateRequest{Ephemeral: report.Ephemeral}
	reply, err := b.svc.Rotate(ctx, b.caller("rotate", r), r)
	if reply.Next != nil || reply.Release != nil {
		b.l.Error("a share for a request that says nothing of the computer")
	}
	return reply, err
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
		for range 2 { // the second finds the first one's
			reply, err := b.rotate()
			l.must(err)
			if reply.Rotate != 2 {
				t.Errorf("asked: %+v", reply)
			}
			l.wantShares(b, 1, 2)
		}
		reply, none, second := b.visit(false)
		if reply.Rotate != 2 || none != nil || reply.Next.Generation != 2 || bytes.Equal(first, second) || len(second) != 32 {
			t.Errorf("checked in: %+v", reply)
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
			_, err := b.rotate()
			l.must(err)
			b.generation = i + 2
			if reply, _, _ := b.visit(false); reply.Rotate != 0 {
				t.Fatalf("round %d: %+v", i, reply)
			}
		}
		_, err := b.rotate()
		if e := l.want(err, api.CodeTooMany); e.RetryAt.IsZero() {
			t.Error("it does not say when")
		}
		l.clock.pass(25 * time.Hour)
		_, err = b.rotate()
		l.must(err)
		for range 5 { // the pending one again is no further one
			_, err = b.rotate()
			l.must(err)
		}
		l.wantShares(b, 4, 5)
	})
}

func TestAPendingShareIsForActivatedComputersAlone(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		b.generation = 1
		_, err := b.rotate()
		l.must(err)
		home := b.computer
		b.computer = home.With("boot-disk", "d9")
		reply, released, next := b.visit(true)
		if reply.State != api.DeviceLimited || released != nil || next != nil || reply.Rotate != 2 {
			t.Errorf("a changed computer: %+v", reply)
		}
		_, err = b.rotate()
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
		_, err = b.rotate()
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
		_, err := c.rotate()
		l.must(err)
		reply, _, copied := a.visit(false) // as its copy, which has the same values, could have
		if reply.State != api.DeviceActivated || copied == nil {
			t.Fatalf("%+v", reply)
		}
		if reply, _, next := c.visit(true); reply.State != api.DeviceFrozen || next != nil || reply.Release != nil {
			t.Fatalf("the copy: %+v", reply)
		}
		reply, _ = a.checkIn()
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
		_, err := b.rotate()
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
		if first.Next != nil || again.Next != nil || again.Rotate != 2 || again.State != api.DeviceActivated {
			t.Errorf("again: %+v", again)
		}
		r.Ephemeral = "nonsense"
		_, err = l.svc.Rotate(ctx, b.caller("rotate", r), r)
		l.want(err, api.CodeInvalidValue)
	})
}

// TestACopyElsewhereGetsNoPartOfARotation: somebody with a copy of profile and
// keyring is ahead of the owner, on another computer. He asks for a rotation,
// reports what a patched program can report, and neither gets the share of the
// owner's next vault nor has that of the present one forgotten.
func TestACopyElsewhereGetsNoPartOfARotation(t *testing.T) {
	each(t, func(l *lab) {
		a := l.activated("kim@example.org")
		a.generation = 1
		_, first, _ := a.visit(true)
		c := a.copied()
		_, err := c.rotate()
		l.must(err)
		c.computer = server.Laptop().With("boot-disk", "?").With("system-uuid", "?").With("system-serial", "?").
			With("board-serial", "?").With("network-card", "?").With("install-id", "?")
		for _, generation := range []int{1, 2} {
			c.generation = generation
			if reply, _, next := c.visit(false); next != nil || reply.Release != nil {
				t.Errorf("generation %d: he was given %+v", generation, reply)
			}
			l.wantShares(a, 1, 2)
		}
		l.deliver()
		a.visit(false) // forked
		l.clock.pass(2 * time.Hour)
		a.visit(false)
		done, key, err := a.rekeyedKeeping(l.code())
		l.must(err)
		if !bytes.Equal(a.took(done, key), first) || a.next(done, key) == nil {
			t.Errorf("the owner's vault: %+v", done)
		}
	})
}

// TestAVaultThatNoShareOpensIsRotated: its file, or the server's database, was
// put back, or a copy confirmed a rotation. It opens by its own slot, and is
// mended while it does.
func TestAVaultThatNoShareOpensIsRotated(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		for _, tt := range []struct{ vault, next int }{{7, 8}, {3, 9}} {
			b.generation = tt.vault
			reply, _, next := b.visit(false)
			if reply.Rotate != tt.next || next == nil {
				t.Fatalf("generation %d: %+v", tt.vault, reply)
			}
			if reply, _, again := b.visit(false); reply.Rotate != tt.next || !bytes.Equal(again, next) {
				t.Fatalf("generation %d, again: %+v", tt.vault, reply)
			}
			b.generation = tt.next
			if reply, _, _ := b.visit(false); reply.Rotate != 0 {
				t.Fatalf("confirmed: %+v", reply)
			}
			l.wantShares(b, tt.next)
		}
		for range 5 { // bounded, as by the owner's wish
			b.generation = 1
			reply, _, _ := b.visit(false)
			b.generation = reply.Rotate
			b.visit(false)
		}
		l.wantShares(b, 10)
		for _, generation := range []int{-1, 1_000_001} {
			b.generation = generation
			_, err := b.checkIn()
			l.want(err, api.CodeInvalidValue)
		}
	})
}
