package load

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// figures are what one phase came to.
type figures struct {
	name       string
	clients, n int
	took       time.Duration
	cpu, dbCPU time.Duration // of the server's process, and of PostgreSQL's
	p50, p99   time.Duration
}

func (f figures) rate() float64 { return float64(f.n) / f.took.Seconds() }

// per1000 is CPU time in seconds for a thousand.
func (f figures) per1000(d time.Duration) float64 { return d.Seconds() * 1000 / float64(max(f.n, 1)) }

func (f figures) String() string {
	return fmt.Sprintf("%-28s %2d clients %6d in %5.1f s %8.0f/s  p50 %7.2f ms  p99 %7.2f ms  %6.2f CPU-s/1000 (database %.2f)",
		f.name, f.clients, f.n, f.took.Seconds(), f.rate(), ms(f.p50), ms(f.p99), f.per1000(f.cpu), f.per1000(f.dbCPU))
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// each runs fn for 0 to n-1 on so many clients and fails at the first error.
func each(tb testing.TB, clients, n int, fn func(client, i int) error) {
	tb.Helper()
	var next, failed atomic.Int64
	var wg sync.WaitGroup
	for client := range clients {
		wg.Go(func() {
			for failed.Load() == 0 {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := fn(client, i); err != nil {
					if failed.Add(1) == 1 {
						tb.Error(err)
					}
					return
				}
			}
		})
	}
	wg.Wait()
	if tb.Failed() {
		tb.FailNow()
	}
}

// phase times n pieces of work on clients, each with a connection of its own,
// and reads what the server used until it is idle again.
func (b *bench) phase(tb testing.TB, name string, clients, n int, fn func(w *wire, i int) error) figures {
	tb.Helper()
	wires := make([]*wire, clients)
	for i := range wires {
		var err error
		wires[i], err = dial(b.server.Address)
		must(tb, err)
		defer wires[i].conn.Close()
	}
	took := make([]time.Duration, n)
	cpu0, db0 := cpu(b.server.Pid()), b.dbCPU()
	start := time.Now()
	each(tb, clients, n, func(client, i int) error {
		at := time.Now()
		err := fn(wires[client], i)
		took[i] = time.Since(at)
		return err
	})
	f := figures{name: name, clients: clients, n: n, took: time.Since(start)}
	b.idle()
	f.cpu, f.dbCPU = cpu(b.server.Pid())-cpu0, b.dbCPU()-db0
	slices.Sort(took)
	f.p50, f.p99 = took[n/2], took[n*99/100]
	fmt.Println(f)
	return f
}

// idle waits until the messages of a phase have all arrived.
func (b *bench) idle() {
	for last, same := b.sink.count.Load(), 0; same < 4; {
		time.Sleep(25 * time.Millisecond)
		if now := b.sink.count.Load(); now == last {
			same++
		} else {
			last, same = now, 0
		}
	}
}
