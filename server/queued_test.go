package server_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/server"
)

// TestWhoeverSendsIsTold of a message that waits, once it is there to be claimed;
// not of requests without one, of one that failed, nor of one that was put off.
func TestWhoeverSendsIsTold(t *testing.T) {
	each(t, func(l *lab) {
		var told atomic.Int64
		l.svc = l.told(func() { told.Add(1) })
		since := func() int64 { return told.Swap(0) }
		b := l.box()
		l.must(b.register("kim@example.org"))
		if n := since(); n != 1 {
			l.Errorf("a code: told %d times", n)
		}
		list, err := l.svc.ClaimMessages(ctx, "worker", 9)
		l.must(err)
		l.must(l.svc.MessagePutOff(ctx, list[0].ID, "451", l.clock.now().Add(time.Minute)))
		if _, err := b.svc.Challenge(ctx, b.caller("", nil), b.challenge.Reference); err != nil || since() != 0 {
			l.Errorf("put off, and looked at: told (%v)", err)
		}
		l.clock.pass(time.Minute)
		if _, _, err := b.answer(l.code()); err != nil || since() != 1 {
			l.Errorf("the notice of an activation: told otherwise (%v)", err)
		}
		l.deliver()
		if _, err := b.checkIn(); err != nil || since() != 0 {
			l.Errorf("a check-in without change: told (%v)", err)
		}
		b.computer = b.computer.With("boot-disk", "d9")
		if _, err := b.checkIn(); err != nil || since() != 1 {
			l.Errorf("a changed computer: not told once (%v)", err)
		}
	})
}

// told is a service over the same database that tells of messages.
func (l *lab) told(queued func()) *server.Service {
	l.Helper()
	s, err := server.New(server.Config{
		Store: l.db.Open(), Now: l.clock.now, Master: server.NewSealer([32]byte{1, 2, 3}), Queued: queued,
		Origin: "https://holdfast.example.org", Sender: "codes@holdfast.example.org", Limits: server.DefaultLimits(),
	})
	l.must(err)
	return s
}
