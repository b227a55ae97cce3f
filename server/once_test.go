package server_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

func sqlite(t *testing.T) storetest.Database { return storetest.SQLite(t) }

// TestFiftyAnswersOneSuccess: 50 in parallel, each with its own idempotency
// key, over two services on one database, as two processes are.
func TestFiftyAnswersOneSuccess(t *testing.T) {
	each(t, func(l *lab) {
		b := l.box()
		l.must(b.register("kim@example.org"))
		right := l.code()
		services := []*server.Service{l.svc, l.service(nil)}
		var wg sync.WaitGroup
		var mu sync.Mutex
		got := map[string]int{}
		for i := range 50 {
			wg.Go(func() {
				r, _ := b.answerRequest(right)
				reply, err := services[i%2].Answer(ctx, b.caller("answer", r), b.challenge.Reference, r)
				mu.Lock()
				defer mu.Unlock()
				got[api.CodeOf(err)+reply.State]++
			})
		}
		wg.Wait()
		if got[api.DeviceActivated] != 1 || got[api.CodeUsed] != 49 {
			l.Errorf("got %v", got)
		}
		l.must(l.svc.VerifyAudit(ctx, b.account))
	})
}

func TestFiftyWrongCodesAreCountedOneByOne(t *testing.T) {
	each(t, func(l *lab) {
		b := l.box()
		l.must(b.register("kim@example.org"))
		services := []*server.Service{l.svc, l.service(nil)}
		var wg sync.WaitGroup
		var mu sync.Mutex
		got := map[string]int{}
		for i := range 50 {
			wg.Go(func() {
				r, _ := b.answerRequest(wrongCode())
				_, err := services[i%2].Answer(ctx, b.caller("answer", r), b.challenge.Reference, r)
				mu.Lock()
				defer mu.Unlock()
				got[api.CodeOf(err)]++
			})
		}
		wg.Wait()
		if got[api.CodeWrong] != 4 || got[api.CodeTryWait] != 46 {
			l.Errorf("got %v", got)
		}
	})
}

func TestARequestCountsOnce(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		r, _ := b.report(false)
		c := b.caller("check-in", r)
		_, err := l.svc.CheckIn(ctx, c, r)
		l.must(err)
		_, err = l.svc.CheckIn(ctx, c, r)
		l.want(err, api.CodeNonceUsed)
		l.clock.pass(5*time.Minute + 2*time.Second)
		_, err = l.svc.Sweep(ctx)
		l.must(err)
		c.Nonce = "another"
		other := c
		other.BodyHash = sha256.Sum256([]byte("another body"))
		_, err = l.svc.CheckIn(ctx, other, r)
		l.want(err, api.CodeIdempotency)
	})
}

func TestARepeatedWriteGetsItsStoredReply(t *testing.T) {
	each(t, func(l *lab) {
		b := l.box()
		l.must(b.register("kim@example.org"))
		right := l.code()
		wrong, _ := b.answerRequest(wrongCode(right))
		c := b.caller("answer", wrong)
		for i := range 3 {
			c.Nonce = fmt.Sprint("wrong", i)
			_, err := l.svc.Answer(ctx, c, b.challenge.Reference, wrong)
			if e := l.want(err, api.CodeWrong); e.Args[server.ArgTriesLeft] != 4 {
				l.Errorf("a repeated request was counted again: %v", e.Args)
			}
		}
		r, key := b.answerRequest(right)
		c = b.caller("answer", r)
		first, err := l.svc.Answer(ctx, c, b.challenge.Reference, r)
		l.must(err)
		share := b.took(first, key)
		c.Nonce = "again"
		again, err := l.svc.Answer(ctx, c, b.challenge.Reference, r)
		l.must(err)
		if again.State != api.DeviceActivated || again.Release != nil || again.Certificate == "" {
			l.Errorf("again: %+v", again)
		}
		// The share that was lost with the answer comes with the next locked check-in.
		locked, key := b.report(true)
		reply, err := l.svc.CheckIn(ctx, b.caller("check-in", locked), locked)
		l.must(err)
		if got := b.took(reply, key); string(got) != string(share) || share == nil {
			l.Error("the lost share did not come back")
		}
	})
}

func TestTwoWorkersOneMessage(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		l.deliver()
		b.computer = b.computer.With("boot-disk", "d9")
		_, err := b.checkIn()
		l.must(err)
		services := []*server.Service{l.svc, l.service(nil)}
		var wg sync.WaitGroup
		var mu sync.Mutex
		var got []server.Message
		for i := range 10 {
			wg.Go(func() {
				list, err := services[i%2].ClaimMessages(ctx, fmt.Sprint("worker", i), 5)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					l.Error(err)
				}
				got = append(got, list...)
			})
		}
		wg.Wait()
		if len(got) != 1 {
			l.Fatalf("claimed %d times", len(got))
		}
		l.clock.pass(2*time.Minute + time.Second) // that worker died
		again, err := l.svc.ClaimMessages(ctx, "worker", 5)
		l.must(err)
		if len(again) != 1 || again[0].ID != got[0].ID || again[0].Attempt != 2 || again[0].Code != got[0].Code {
			l.Errorf("after the lease: %+v", again)
		}
		l.must(l.svc.MessageSent(ctx, got[0].ID, "250 Ok", ""))
		l.must(l.svc.MessageRefused(ctx, got[0].ID, "550 too late", true))
		c, err := l.svc.Challenge(ctx, b.caller("", nil), b.challenge.Reference)
		l.must(err)
		if c.Deliveries[0].State != api.DeliveryHandedOver {
			l.Errorf("the first hand-over does not stand: %+v", c.Deliveries)
		}
	})
}

func TestTwentyUnknownSnapshotsADay(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		home := b.computer
		for i := range 20 {
			b.computer = home.With("boot-disk", strings.Repeat("x", i+1))
			_, err := b.checkIn()
			l.must(err)
		}
		_, err := b.checkIn() // the same one again
		l.must(err)
		b.computer = home.With("boot-disk", "y")
		r, _ := b.report(false)
		_, err = l.svc.CheckIn(ctx, b.caller("check-in", r), r)
		if e := l.want(err, api.CodeSnapshotLimit); e.RetryAt.Format(time.RFC3339) != "2026-03-03T00:00:00Z" {
			l.Errorf("retry at %s", e.RetryAt)
		}
		b.computer = home
		reply, err := b.checkIn()
		l.must(err)
		if reply.State != api.DeviceActivated {
			l.Errorf("a known one: %+v", reply)
		}
	})
}

func TestConfigurationsAreKeptUpToFive(t *testing.T) {
	each(t, func(l *lab) {
		l.svc = l.service(func(m *server.Limits) { m.SendsPerHour, m.SendsPerDay = 20, 50 })
		b := l.activated("kim@example.org")
		home := b.computer
		for i := range 5 {
			l.clock.pass(time.Hour)
			b.computer = home.With("boot-disk", fmt.Sprint("disk", i))
			_, err := b.checkIn()
			l.must(err)
			_, _, err = b.answer(l.code())
			l.must(err)
		}
		for i := range 5 {
			b.computer = home.With("boot-disk", fmt.Sprint("disk", i))
			if reply, err := b.checkIn(); err != nil || reply.State != api.DeviceActivated {
				l.Errorf("configuration %d: %+v %v", i, reply, err)
			}
		}
		b.computer = home
		if reply, err := b.checkIn(); err != nil || reply.State != api.DeviceLimited {
			l.Errorf("the oldest is kept: %+v %v", reply, err)
		}
	})
}

func TestUnreadableForADayCountsAsChanged(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		b.computer = b.computer.With("boot-disk", "?")
		for i, want := range []string{api.DeviceActivated, api.DeviceActivated, api.DeviceLimited} {
			reply, err := b.checkIn()
			l.must(err)
			if reply.State != want {
				l.Errorf("check-in %d: %s, want %s", i+1, reply.State, want)
			}
			l.clock.pass(12 * time.Hour)
		}
		b.computer = b.computer.With("boot-disk", "d1")
		reply, err := b.checkIn()
		l.must(err)
		if reply.State != api.DeviceActivated {
			l.Errorf("read again: %s", reply.State)
		}
	})
}
