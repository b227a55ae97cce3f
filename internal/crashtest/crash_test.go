package crashtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/internal/proctest"
)

// plan is how long and how hard a run is.
type plan struct {
	people, kills int
	// between is how long servers run between two kills, about.
	between time.Duration
}

// patience is how long a person waits for a code: a message whose worker was
// killed is free again after two minutes, and its next worker may be killed too.
const patience = 9 * time.Minute

// atMost ends a run that hangs.
func (p plan) atMost() time.Duration {
	return 2*patience + 3*time.Duration(p.kills)*p.between
}

func planned(short, long plan) plan {
	if full() {
		return long
	}
	return short
}

// crowd lets people live while kill is called again and again, and gives what
// was acknowledged to them.
func (r *rig) crowd(p plan, kill func(i int)) *ledger {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), p.atMost())
	defer cancel()
	l, stop := &ledger{}, make(chan struct{})
	people := make([]*person, p.people)
	var wg sync.WaitGroup
	for i := range people {
		people[i] = &person{r: r, l: l, ctx: ctx, stop: stop, name: fmt.Sprint("p", i), codes: patience}
		wg.Go(people[i].live)
	}
	for i := 0; i < p.kills && !r.t.Failed(); i++ {
		time.Sleep(p.between/2 + rand.N(p.between))
		kill(i)
	}
	r.up()
	close(stop)
	ended := make(chan struct{})
	go func() { wg.Wait(); close(ended) }()
	for waiting := true; waiting; {
		select {
		case <-ended:
			waiting = false
		case <-time.After(time.Second):
			if !full() {
				r.expire()
			}
		}
	}
	r.verifyAll(l, people)
	return l
}

// verifyAll asks for every acknowledged step, some people at a time.
func (r *rig) verifyAll(l *ledger, people []*person) {
	work := make(chan *owned)
	var wg sync.WaitGroup
	for _, p := range people[:min(len(people), 4)] {
		wg.Go(func() {
			for o := range work {
				p.verify(o)
			}
		})
	}
	for _, o := range l.owners {
		work <- o
	}
	close(work)
	wg.Wait()
}

// report fails the test where anything was lost, and prints the figures.
func (r *rig) report(l *ledger, what string) {
	r.t.Helper()
	post := r.drain(5 * time.Minute)
	for i, f := range l.faults {
		if i == 20 {
			r.t.Errorf("… and %d more", len(l.faults)-i)
			break
		}
		r.t.Error(f)
	}
	for name, list := range map[string][]string{"lost": post.lost, "more often than tried": post.unexplained, "not in the outbox": post.unknown, "unreadable": r.sink.Bad()} {
		if len(list) > 0 {
			r.t.Errorf("messages %s: %d, such as %s", name, len(list), list[0])
		}
	}
	if post.waiting > 0 || l.accepted.Load() != l.answered.Load() {
		r.t.Errorf("%d messages still wait; %d codes accepted for %d challenges", post.waiting, l.accepted.Load(), l.answered.Load())
	}
	postgres := 0
	if r.postgres != nil {
		postgres = r.postgres.Kills()
	}
	fmt.Printf("%s: %d kills of servers, %d of PostgreSQL; %d steps acknowledged (%d registered, %d enrolled, %d checked in, "+
		"%d codes typed, %d wrong ones), %d attempts without an answer, %d accounts given up at a limit; lost: %d; codes accepted twice: %d of %d (%d answers raced, %d came late); "+
		"messages: %d, arrived %d, lost %d, duplicates %d; requests by process: %v\n",
		what, r.kills(), postgres, l.steps(), l.registered.Load(), l.enrolled.Load(), l.checkedIn.Load(), l.answered.Load(), l.wrong.Load(),
		l.lost.Load(), l.limited.Load(), len(l.faults), l.accepted.Load()-l.answered.Load(), l.answered.Load(), l.asked.Load(), l.late.Load(),
		post.rows, post.arrived, len(post.lost), post.duplicates, r.balancer.Passed())
}

// killServer kills one server and starts it again a moment later.
func (r *rig) killServer(i int) {
	p := r.servers[i%len(r.servers)]
	p.Kill()
	time.Sleep(rand.N(400 * time.Millisecond))
	if err := p.Start(); err != nil {
		r.t.Error(err)
	}
}

// killPostgres kills the database and starts it again a moment later.
func (r *rig) killPostgres() {
	r.postgres.Kill()
	time.Sleep(rand.N(time.Second))
	if err := r.postgres.Start(); err != nil {
		r.t.Error(err)
	}
}

// TestServersAreKilledInTurn: three processes over one PostgreSQL. In the
// shortened form the database is killed at the end too.
func TestServersAreKilledInTurn(t *testing.T) {
	p := planned(plan{3, 4, time.Second}, plan{24, 100, 2 * time.Second})
	r := newRig(t, 3, proctest.StartPostgres(t), nil)
	l := r.crowd(p, func(i int) {
		if !full() && i == 3 {
			r.killPostgres()
			return
		}
		r.killServer(i)
	})
	r.report(l, "three processes, PostgreSQL")
}

// TestPostgresIsKilled: the servers go on by themselves when it is back.
func TestPostgresIsKilled(t *testing.T) {
	if !full() {
		return // a part of TestServersAreKilledInTurn
	}
	r := newRig(t, 3, proctest.StartPostgres(t), nil)
	l := r.crowd(plan{16, 25, 8 * time.Second}, func(int) { r.killPostgres() })
	for _, s := range r.servers {
		if s.Pid() == 0 {
			t.Errorf("a server ended with its database: %s", s.Log())
		}
	}
	r.report(l, "PostgreSQL killed")
}

// TestTheOneServerIsKilled: one process over SQLite.
func TestTheOneServerIsKilled(t *testing.T) {
	p := planned(plan{3, 3, time.Second}, plan{16, 100, 1500 * time.Millisecond})
	r := newRig(t, 1, nil, nil)
	r.report(r.crowd(p, r.killServer), "one process, SQLite")
}

// TestAProcessIsKilledAndStarts: what the others rely on.
func TestAProcessIsKilledAndStarts(t *testing.T) {
	p := proctest.NewHoldfastd(t, binary, "--data", t.TempDir())
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	if !p.Ready() || p.Pid() == 0 || p.Start() == nil {
		t.Error("not running, or twice")
	}
	if !p.Kill() || p.Ready() || p.Running() || p.Kill() {
		t.Error("it lives")
	}
	if err := p.Start(); err != nil || !p.Stop() || p.Kills() != 1 {
		t.Errorf("%v, %d kills, %s", err, p.Kills(), p.Log())
	}
}
