package server_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// safe is a KMS that can make master keys, as a folder of key files can.
type safe struct {
	mu   sync.Mutex
	keys server.MasterKeys
}

func newSafe(keys ...server.MasterKey) *safe { return &safe{keys: keys} }

func (s *safe) all() server.MasterKeys {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.keys)
}

func (s *safe) put(k server.MasterKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = append(s.keys, k)
}

func (s *safe) Current(ctx context.Context) (string, error) { return s.all().Current(ctx) }

func (s *safe) Wrap(ctx context.Context, master, label string, key []byte) ([]byte, error) {
	return s.all().Wrap(ctx, master, label, key)
}

func (s *safe) Unwrap(ctx context.Context, master, label string, wrapped []byte) ([]byte, error) {
	return s.all().Unwrap(ctx, master, label, wrapped)
}

func (s *safe) MakeMaster(ctx context.Context) (string, error) {
	s.put(server.MasterKey(random(32)))
	return s.Current(ctx)
}

// process gives one more service, as another process with its own key files.
func (l *lab) process(kms server.KMS, opts ...store.Option) (*server.Service, error) {
	s, err := server.New(l.config(kms, opts...))
	if err == nil {
		s.SetKeyBatch(2)
	}
	return s, err
}

func (l *lab) config(kms server.KMS, opts ...store.Option) server.Config {
	l.Helper()
	return server.Config{
		Store: l.db.Open(opts...), Now: l.clock.now, Master: server.NewSealerOver(kms),
		Origin: "https://holdfast.example.org", Sender: "codes@holdfast.example.org", Limits: server.DefaultLimits(),
	}
}

const day = 24 * time.Hour

// full says that the long form of a test is wanted.
func full() bool { return os.Getenv("HOLDFAST_FULL") == "1" }

var errKilled = errors.New("killed")

// killer kills at the nth commit, before it or after it; zero kills nothing.
type killer struct {
	at, n int
	after bool
	live  func() // what other processes do after each commit
}

func (k *killer) hook(_ context.Context, committed bool) error {
	if committed == k.after {
		if k.n++; k.n == k.at {
			return errKilled
		}
	}
	if committed && k.at > 0 {
		k.live()
	}
	return nil
}

// keysLab has two live processes, some accounts, and one open challenge.
type keysLab struct {
	*lab
	kms     *safe
	other   *server.Service
	boxes   []*box
	waiting *box // a code is asked for
	code    string
}

func newKeysLab(t *testing.T, d storetest.Database) *keysLab {
	l := &keysLab{lab: newLab(t, d, nil), kms: newSafe(server.MasterKey{1, 2, 3})}
	l.other = l.processMust(l.kms)
	for i := range 3 {
		l.boxes = append(l.boxes, l.activated(fmt.Sprintf("kim%d@example.org", i)))
	}
	l.waiting = l.boxes[2]
	l.waiting.computer = l.waiting.computer.With("boot-disk", "d9")
	_, err := l.waiting.checkIn()
	l.must(err)
	l.code = l.lab.code()
	l.svc = l.processMust(l.kms)
	return l
}

func (l *keysLab) processMust(kms server.KMS) *server.Service {
	l.Helper()
	s, err := l.process(kms)
	l.must(err)
	return s
}

// same fails unless every secret that was there is there, through a service.
func (l *keysLab) same(s *server.Service, before map[string]string) map[uint32]int {
	l.Helper()
	now, versions, err := s.Opened(ctx)
	l.must(err)
	for place, secret := range before {
		if now[place] != secret {
			l.Fatalf("%s is lost", place)
		}
	}
	return versions
}

// works uses both live processes for what opens, seals and hashes.
func (l *keysLab) works() {
	l.Helper()
	for i, s := range []*server.Service{l.svc, l.other} {
		b := l.boxes[i]
		b.svc = s
		reply, err := b.checkIn()
		l.must(err)
		if reply.State != api.DeviceActivated {
			l.Fatal(reply.State)
		}
		if _, err := s.Challenge(ctx, l.waiting.caller("challenge", nil), l.waiting.challenge.Reference); err != nil {
			l.Fatal(err)
		}
	}
}

// rotation is a rotation from its beginning to its end.
type rotation func(s *server.Service) error

func masterRotation(s *server.Service) error {
	if _, err := s.RotateMaster(ctx, nil); err != nil && !errors.Is(err, server.ErrUnfinished) {
		return err
	}
	_, err := s.FinishMaster(ctx)
	if errors.Is(err, server.ErrNoRotation) { // finished by the call that was killed
		return nil
	}
	return err
}

func signingRotation(s *server.Service) error {
	err := s.RotateSigning(ctx, false)
	if errors.Is(err, server.ErrRotatedLately) {
		return nil
	}
	return err
}

// killEverywhere runs a rotation killed at each of its commits, before and after
// it, with two processes that go on working, and lets another process finish it.
// The values of one place change.
func killEverywhere(l *keysLab, but string, run rotation, check func()) int {
	l.Helper()
	k, kills := &killer{live: l.works}, 0
	cfg := l.config(l.kms, store.WithCommitHook(k.hook))
	start := func() *server.Service {
		s, err := server.New(cfg)
		l.must(err)
		if full() {
			s.SetKeyBatch(2)
		}
		return s
	}
	victim := start()
	for n := 1; ; n++ {
		missed := 0
		for _, after := range []bool{false, true} {
			before, _, err := l.other.Opened(ctx)
			l.must(err)
			maps.DeleteFunc(before, func(place, _ string) bool { return strings.HasPrefix(place, but) })
			k.at, k.n, k.after = n, 0, after
			err = run(victim)
			k.at = 0
			switch {
			case err == nil:
				missed++
			case !errors.Is(err, errKilled):
				l.Fatalf("killed at %d: %v", n, err)
			default:
				kills++
				l.works()
				victim = start()
				l.must(run(victim))
			}
			for _, s := range []*server.Service{l.other, l.svc, victim} {
				l.same(s, before)
			}
			l.works()
			check()
		}
		if missed == 2 {
			return kills
		}
	}
}

func eachKeys(t *testing.T, fn func(l *keysLab)) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) { fn(newKeysLab(t, d)) })
}

func TestMasterRotationKilledAtEveryCommit(t *testing.T) {
	longAlone(t)
	eachKeys(t, func(l *keysLab) {
		only := func() {
			all := l.kms.all()
			s := l.processMust(newSafe(all[len(all)-1])) // a machine that has the new key alone
			if _, _, err := s.Opened(ctx); err != nil {
				l.Fatal(err)
			}
			if _, err := l.process(newSafe(all[:len(all)-1]...)); !errors.Is(err, server.ErrNoMaster) {
				l.Fatal("an old master key still opens the database:", err)
			}
		}
		kills := killEverywhere(l, "none", masterRotation, func() {
			if _, versions, err := l.other.Opened(ctx); err != nil || len(versions) != 1 {
				l.Fatal("more than one sealing key is in use", slices.Collect(maps.Keys(versions)), err)
			}
			if full() {
				only()
			}
		})
		only()
		l.Logf("%s: %d kills, %d master keys", l.db.Name, kills, len(l.kms.all()))
		l.waiting.svc = l.other
		_, _, err := l.waiting.answer(l.code) // a code that was sent before all of it
		l.must(err)
	})
}

func TestPepperRotationKilledAtEveryCommit(t *testing.T) {
	longAlone(t)
	eachKeys(t, func(l *keysLab) {
		three := func(s *server.Service) {
			n, err := s.Counted(ctx, "a limit", "somebody")
			for l.must(err); n < 3; n++ {
				_, err := s.Count(ctx, "a limit", "somebody", 5)
				l.must(err)
			}
		}
		rotate := func(s *server.Service) error {
			three(l.svc)
			if _, _, err := s.RotatePepper(ctx, nil); err != nil {
				return err
			}
			if n, err := l.other.Counted(ctx, "a limit", "somebody"); err != nil || n != 3 {
				l.Fatalf("a limit's count was %d, not 3: %v", n, err)
			}
			l.clock.pass(8 * day)
			if _, err := s.RetirePepper(ctx); err != nil {
				return err
			}
			return nil
		}
		kills := killEverywhere(l, "none", rotate, func() {})
		three(l.svc)
		if _, _, err := l.svc.RotatePepper(ctx, nil); err != nil {
			l.Fatal(err)
		}
		l.Logf("%s: %d kills", l.db.Name, kills)
		for i, s := range []*server.Service{l.svc, l.other, l.svc} {
			ok, err := s.Count(ctx, "a limit", "somebody", 5)
			l.must(err)
			if ok != (i < 2) {
				l.Errorf("of five, number %d: %v", i+4, ok)
			}
		}
		fresh := l.box()
		fresh.svc = l.other
		l.must(fresh.enrol("KIM0@example.org", password)) // found by its address, in any letter case
		again := l.box()
		again.svc = l.svc
		l.must(again.register("kim1@example.org"))
		if got := kinds(l.deliver()); got != "code.enrol notice.exists" && got != "notice.exists code.enrol" {
			l.Errorf("sent: %s", got)
		}
	})
}

func TestSigningRotationKilledAtEveryCommit(t *testing.T) {
	longAlone(t)
	eachKeys(t, func(l *keysLab) {
		rotations := 0
		kills := killEverywhere(l, "issuers.sealed", signingRotation, func() {
			rotations++
			l.clock.pass(day + time.Hour)
			if got := len(l.svc.JWKS().Keys); got != rotations+2 {
				l.Fatalf("%d keys after %d rotations", got, rotations)
			}
		})
		l.Logf("%s: %d kills, %d rotations", l.db.Name, kills, rotations)
	})
}
