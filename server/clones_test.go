package server_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// clone is a box with what its client keeps on the disk: the chain pair, whether
// it was answered, and the share that its vault's server slot was sealed with.
type clone struct {
	*box
	next     string
	answered bool
	slot     []byte
}

func newClone(b *box) *clone {
	_, slot, _ := b.visit(true)
	return &clone{box: b, next: b.prev, answered: true, slot: slot}
}

// copied is the whole profile on another disk, as it is at this moment.
func (c *clone) copied() *clone {
	d := *c
	d.box = c.box.copied()
	return &d
}

// pair chooses the pair of a check-in as docs/vault.md says.
func (c *clone) pair() {
	if c.answered {
		c.prev, c.next, c.answered = c.next, chainValue(), false
	}
}

// checkIn sends the pair; the answer may get lost.
func (c *clone) checkIn(lost bool) (api.DeviceReply, error) {
	c.pair()
	r, key := c.report(false)
	r.Prev, r.Next = c.prev, c.next
	reply, err := c.svc.CheckIn(ctx, c.caller("check-in", r), r)
	if err != nil || lost {
		return reply, err
	}
	c.answered = true
	c.took(reply, key)
	c.write(reply.Next, c.box.next(reply, key))
	return reply, nil
}

// write gives the vault the pending share, as a rotation does.
func (c *clone) write(r *api.Release, share []byte) {
	if share != nil {
		c.slot, c.generation = share, r.Generation
	}
}

// game is one telling of what happens to the clones of a profile.
type game struct {
	*lab
	rand   *rand.Rand
	clones []*clone
	forks  int // that the server must have seen
	told   int // notices of a fork
}

func (g *game) count(list []server.Message) {
	for _, m := range list {
		if m.Kind == server.NoticeFork {
			g.told++
		}
	}
}

// turn lets one of the clones do something, and holds its answer against the
// clones' own pairs: whoever sends what nobody sent before, and does not follow
// the last pair that was accepted, must freeze the key.
func (g *game) turn(chain *oracle) {
	c := g.clones[g.rand.IntN(len(g.clones))]
	switch g.rand.IntN(10) {
	case 0:
		c.pair() // killed, or cut off, before the request went out
		return
	case 1:
		report, key := c.report(false)
		r := api.RotateRequest{Ephemeral: report.Ephemeral}
		reply, err := c.svc.Rotate(ctx, c.caller("rotate", r), r)
		if chain.frozen {
			g.want(err, api.CodeNotActivated)
			return
		}
		if err == nil {
			c.write(reply.Next, c.box.next(reply, key))
		} else {
			g.want(err, api.CodeTooMany)
		}
		return
	}
	c.pair()
	want := chain.judge(c.prev, c.next)
	reply, err := c.checkIn(g.rand.IntN(3) == 0)
	g.must(err)
	if reply.State != want {
		g.Fatalf("pair %.4s→%.4s: %s, want %s", c.prev, c.next, reply.State, want)
	}
	if want == api.DeviceFrozen && (reply.Certificate != "" || reply.Release != nil || reply.Next != nil || reply.Challenge == nil) {
		g.Fatalf("frozen, and given %+v", reply)
	}
}

// oracle is what the rules say of chain pairs, and nothing else.
type oracle struct {
	current, prev, next string
	frozen              bool
	forks               int
}

func (o *oracle) judge(prev, next string) string {
	switch {
	case o.frozen:
		return api.DeviceFrozen
	case prev == o.current:
		o.current, o.prev, o.next = next, prev, next
	case prev == o.prev && next == o.next:
	default:
		o.frozen = true
		o.forks++
		return api.DeviceFrozen
	}
	return api.DeviceActivated
}

// settle types a code on one of the clones. It alone goes on, and once its vault
// is rotated nothing that the server has opens the file of another.
func (g *game) settle() *clone {
	i := g.rand.IntN(len(g.clones))
	winner := g.clones[i]
	g.clock.pass(2 * time.Hour) // enough for another message
	_, err := winner.checkIn(false)
	g.must(err)
	list := g.deliver()
	g.count(list)
	typed := g.code()
	done, key, err := winner.rekeyedKeeping(typed)
	g.must(err)
	winner.next, winner.answered = winner.prev, true
	share := winner.box.next(done, key)
	if share == nil || done.Rotate != done.Next.Generation {
		g.Fatalf("no rotation after a fork: %+v", done)
	}
	for _, c := range g.clones {
		if bytes.Equal(c.slot, share) {
			g.Fatal("a copy had the fresh share already")
		}
	}
	winner.write(done.Next, share)
	_, err = winner.checkIn(false)
	g.must(err)
	g.wantShares(winner.box, winner.generation)
	g.clock.pass(25 * time.Hour)
	winner.prev = winner.next
	_, left, _ := winner.visit(true)
	winner.next, winner.answered = winner.prev, true
	if !bytes.Equal(left, share) {
		g.Fatal("the server's share is not the winner's")
	}
	for j, c := range g.clones {
		if j == i {
			continue
		}
		if bytes.Equal(c.slot, left) {
			g.Fatal("the server's share opens a copy's file")
		}
		_, err := c.checkIn(false)
		g.want(err, api.CodeRevoked)
	}
	return winner
}

// TestClonesThatTakeTurns tells many stories of a profile that was copied, each
// by its own seed: copies made at any moment, taking turns in any order, with
// answers and requests lost.
func TestClonesThatTakeTurns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		games := map[string]uint64{"sqlite": 18, "postgres": 4}[d.Name]
		if testing.Short() {
			games /= 6
		}
		l := newLab(t, d, nil)
		forks := 0
		for seed := range games {
			g := &game{lab: l, rand: rand.New(rand.NewPCG(seed, 7))}
			b := l.activated(fmt.Sprintf("kim%d@example.org", seed))
			l.deliver()
			b.generation = 1
			g.clones = []*clone{newClone(b)}
			for range 2 {
				first := g.clones[0]
				chain := &oracle{current: first.next}
				for range 30 {
					l.clock.pass(time.Minute)
					if len(g.clones) < 2+int(seed%4) && g.rand.IntN(4) == 0 {
						g.clones = append(g.clones, g.clones[g.rand.IntN(len(g.clones))].copied())
					}
					g.turn(chain)
					g.count(l.deliver())
				}
				g.forks += chain.forks
				if g.told != g.forks || chain.forks > 1 {
					t.Fatalf("seed %d: %d forks, told of %d", seed, g.forks, g.told)
				}
				if !chain.frozen {
					break
				}
				g.clones = []*clone{g.settle()}
			}
			l.must(l.svc.VerifyAudit(ctx, b.account))
			if n := strings.Count(names(g.clones[0].events()), "forked"); n != g.forks {
				t.Errorf("seed %d: %d forks in the history, %d happened", seed, n, g.forks)
			}
			forks += g.forks
		}
		if forks < int(games) {
			t.Errorf("%d forks in %d stories: they show little", forks, games)
		}
	})
}

// TestClonesThatRace: copies of one profile check in at the same moment, over
// two processes. One is first; for all others the key is frozen, and the owner
// is told once.
func TestClonesThatRace(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		l.deliver()
		services := []*server.Service{l.svc, l.service(nil)}
		first := newClone(b)
		var wg sync.WaitGroup
		var mu sync.Mutex
		states := map[string]int{}
		for i := range 12 {
			c := first.copied()
			c.svc = services[i%2]
			wg.Go(func() {
				reply, err := c.checkIn(false)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					l.Error(err)
				}
				states[reply.State]++
			})
		}
		wg.Wait()
		if states[api.DeviceActivated] != 1 || states[api.DeviceFrozen] != 11 {
			l.Errorf("states %v", states)
		}
		if k := kinds(l.deliver()); k != "notice.fork code.fork" {
			l.Errorf("sent %q", k)
		}
	})
}

// TestAGoldenImageOfAnEnrolledComputer: every machine made of it has the same
// key. One goes on by a code, the others enrol as computers of their own.
func TestAGoldenImageOfAnEnrolledComputer(t *testing.T) {
	each(t, func(l *lab) {
		image := l.activated("kim@example.org")
		l.deliver()
		var machines []*box
		for i := range 3 {
			m := image.copied()
			m.computer = m.computer.With("boot-disk", fmt.Sprint("disk", i)).With("system-uuid", fmt.Sprint("u", i)).
				With("system-serial", fmt.Sprint("s", i)).With("board-serial", fmt.Sprint("b", i))
			reply, err := m.checkIn()
			l.must(err)
			if reply.Certificate != "" || reply.Release != nil {
				l.Errorf("machine %d of the image is let in: %+v", i, reply)
			}
			machines = append(machines, m)
			l.deliver()
		}
		_, err := machines[1].checkIn()
		l.must(err)
		_, _, err = machines[1].rekeyed(l.code())
		l.must(err)
		for _, m := range []*box{image, machines[0], machines[2]} {
			_, err := m.checkIn()
			l.want(err, api.CodeRevoked)
			l.want(m.enrol("kim@example.org", password), api.CodeAlreadyEnrolled)
		}
		machines[0].newKey() // what a first start after preparing the image does
		l.must(machines[0].enrol("kim@example.org", password))
	})
}

// TestARestoredBackupIsAFork: the profile as it was some check-ins ago. After a
// restore of the server's own database one such value is taken, once.
func TestARestoredBackupIsAFork(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		backup := b.copied()
		for range 3 {
			b.visit(false)
		}
		l.must(l.svc.OpenEpoch(ctx))
		if reply, _, _ := backup.visit(false); reply.State != api.DeviceActivated {
			l.Errorf("the one value after a restore: %+v", reply)
		}
		if reply, _, _ := b.visit(false); reply.State != api.DeviceFrozen {
			l.Errorf("the second: %+v", reply)
		}
		got := names(b.events())
		if !strings.HasSuffix(got, "forked asked:fork") {
			l.Errorf("history %s", got)
		}
	})
}
