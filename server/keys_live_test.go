package server_test

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// post takes codes out of the outbox for everyone.
type post struct {
	mu    sync.Mutex
	codes map[string]string
}

func (p *post) collect(s *server.Service, worker, account string) (string, error) {
	list, err := s.ClaimMessages(ctx, worker, 20)
	if err != nil {
		return "", err
	}
	for _, m := range list {
		if err := s.MessageSent(ctx, m.ID, "250 Ok", ""); err != nil {
			return "", err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range list {
		if m.Code != "" {
			p.codes[m.Account+" "+m.Reference] = m.Code
		}
	}
	return p.codes[account], nil
}

// cycle changes a computer, waits for its code, types it, and gives the share.
func (l *keysLab) cycle(b *box, p *post, worker string, n int) ([]byte, error) {
	b.computer = b.computer.With("boot-disk", fmt.Sprint(worker, n))
	if _, err := b.checkIn(); err != nil {
		return nil, fmt.Errorf("check-in: %w", err)
	}
	for range 200 {
		code, err := p.collect(b.svc, worker, b.account+" "+b.challenge.Reference)
		if err != nil {
			return nil, fmt.Errorf("outbox: %w", err)
		}
		if code != "" {
			_, share, err := b.answer(code)
			return share, err
		}
	}
	return nil, errors.New("no code came")
}

// TestEveryKeyIsRotatedUnderTwoServersAtWork rotates master key, pepper and issuer
// keys over and over while two processes open challenges, send codes and release
// shares at the same time.
func TestEveryKeyIsRotatedUnderTwoServersAtWork(t *testing.T) {
	eachKeys(t, func(l *keysLab) {
		cycles := 4
		if full() {
			cycles = 60
		}
		third := l.processMust(l.kms)
		var busy sync.WaitGroup
		var done atomic.Bool
		p := &post{codes: map[string]string{}}
		for i, s := range []*server.Service{l.svc, l.other} {
			busy.Go(func() {
				b := l.boxes[i]
				b.svc = s
				var first []byte
				for n := range cycles {
					share, err := l.cycle(b, p, fmt.Sprint("worker", i), n)
					if err != nil {
						l.Errorf("cycle %d: %v", n, err)
						return
					}
					if first == nil {
						first = share
					}
					if !bytes.Equal(first, share) {
						l.Errorf("cycle %d: another share", n)
					}
				}
			})
		}
		var rotated int
		var rotator sync.WaitGroup
		rotator.Go(func() {
			for !done.Load() {
				for _, run := range []rotation{
					masterRotation,
					func(s *server.Service) error { _, _, err := s.RotatePepper(ctx, nil); return err },
					func(s *server.Service) error { return s.RotateSigning(ctx, true) },
				} {
					if err := run(third); err != nil {
						l.Error(err)
						return
					}
					rotated++
				}
			}
		})
		busy.Wait()
		done.Store(true)
		rotator.Wait()
		l.Logf("%s: %d rotations under %d cycles", l.db.Name, rotated, 2*cycles)
		if _, _, err := l.svc.Opened(ctx); err != nil {
			l.Error(err)
		}
		if _, versions, err := third.Opened(ctx); err != nil || len(versions) != 1 {
			l.Errorf("sealed under %d versions: %v", len(versions), err)
		}
		for _, b := range l.boxes[:2] {
			reply, err := b.checkIn()
			if err != nil || reply.State != api.DeviceActivated {
				l.Errorf("%s %v", reply.State, err)
			}
		}
		l.walkable(third)
	})
}

// walkable fails unless a client that pinned an earlier key is given changes up to
// the present.
func (l *keysLab) walkable(s *server.Service) {
	l.Helper()
	keys := s.JWKS().Keys
	b := l.boxes[0]
	most := 0
	for i, key := range keys {
		r, _ := b.report(false)
		r.Issuer = key.KeyID
		reply, err := s.CheckIn(ctx, b.caller("check-in", r), r)
		l.must(err)
		b.prev = r.Next
		if n := len(reply.Issuers); i < 2 && n != 0 || i >= 2 && (n == 0 || n > len(keys)-2) {
			l.Errorf("key %d of %d is told of %d changes", i, len(keys), n)
		}
		most = max(most, len(reply.Issuers))
	}
	if most != len(keys)-2 {
		l.Errorf("no client walks all %d changes", len(keys)-2)
	}
}
