package load

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/internal/proctest"
)

// bench is one server process with its database, its relay and its clients.
type bench struct {
	server *proctest.Holdfastd
	sink   *sink
	pg     int // PostgreSQL's process, 0 for SQLite
	// dir is the server's data, database PostgreSQL's address or empty.
	dir, database string
}

// cyclesEach is how many codes an address may be sent beside the first one.
const cyclesEach = 4

func start(tb testing.TB, database string) *bench {
	dir := tb.TempDir()
	b := &bench{sink: newSink(tb), dir: dir, database: database}
	config := filepath.Join(dir, "settings.json")
	must(tb, os.WriteFile(config, fmt.Appendf(nil, `{"smtp":{"url":%q},"database":%q}`, b.sink.url, database), 0o600))
	if database != "" {
		u, err := url.Parse(database)
		must(tb, err)
		b.pg = postmaster(u.Port())
	}
	bin := os.Getenv("HOLDFASTD")
	if bin == "" {
		bin = proctest.Build(tb)
	}
	b.server = proctest.NewHoldfastd(tb, bin, "--data", dir, "--config", config)
	must(tb, b.server.Start())
	return b
}

func (b *bench) dbCPU() time.Duration {
	if b.pg == 0 {
		return 0
	}
	return familyCPU(b.pg)
}

// rates are the floors of a run.
type rates struct{ fsync, commit1, commit8 float64 }

// plan is how much of each is done.
type plan struct {
	accounts, cycles1, cycles8, answers1, answers8, checkIns1, checkIns8, packages int
}

// run measures everything and prints it.
func run(tb testing.TB, b *bench, floor rates, p plan) map[string]figures {
	idle, _ := memory(b.server.Pid())
	fmt.Printf("floor: %.0f fsync/s, single-row commits %.0f/s on one connection, %.0f/s on eight; a P-256 verification takes %.0f µs of CPU just now\n",
		floor.fsync, floor.commit1, floor.commit8, yardstick(tb))
	begun := time.Now()
	list := joinAll(tb, "http://"+b.server.Address, b.sink, p.accounts, p.packages)
	fmt.Printf("%d accounts registered and activated in %.1f s (each hashes a password)\n", len(list), time.Since(begun).Seconds())
	out := map[string]figures{}
	keep := func(f figures) figures { out[f.name+" "+strconv.Itoa(f.clients)] = f; return f }
	for _, clients := range []int{1, 8} {
		n := map[int]int{1: p.checkIns1, 8: p.checkIns8}[clients]
		keep(b.phase(tb, "check-in, nothing changed", clients, n, func(w *wire, i int) error {
			return list[i%len(list)].checkIn(w, api.DeviceActivated)
		}))
	}
	b.sizes(tb, len(list))
	used := 0
	take := func(n int) []*computer { // each address is sent only so many codes
		from := used
		used += n
		if used > len(list)*cyclesEach {
			tb.Fatalf("too few accounts: %d for %d cycles", len(list), used)
		}
		return cyclic(list, from, n)
	}
	for _, clients := range []int{1, 8} {
		n := map[int]int{1: p.cycles1, 8: p.cycles8}[clients]
		mine := take(n)
		keep(b.phase(tb, "whole cycle", clients, n, func(w *wire, i int) error { return cycle(w, mine[i]) }))
	}
	for _, clients := range []int{1, 8} {
		n := map[int]int{1: p.answers1, 8: p.answers8}[clients]
		mine, codes := take(n), make([]string, n)
		keep(b.phase(tb, "challenge opened", clients, n, func(w *wire, i int) error {
			mine[i].change()
			return mine[i].checkIn(w, api.DeviceLimited)
		}))
		for i := range mine {
			var err error
			codes[i], err = mine[i].code()
			must(tb, err)
		}
		f := keep(b.phase(tb, "answer", clients, n, func(w *wire, i int) error { return mine[i].answer(w, codes[i]) }))
		fmt.Printf("  answers are %.0f %% of the single-row commit rate of one connection\n", 100*f.rate()/floor.commit1)
	}
	b.sizes(tb, len(list))
	now, most := memory(b.server.Pid())
	fmt.Printf("memory of the server: %.0f MiB before any request, %.0f MiB afterwards, %.0f MiB at most (registrations hash passwords at 19 MiB each)\n", idle, now, most)
	return out
}

func cycle(w *wire, c *computer) error {
	c.change()
	if err := c.checkIn(w, api.DeviceLimited); err != nil {
		return err
	}
	code, err := c.code()
	if err != nil {
		return err
	}
	return c.answer(w, code)
}

func cyclic(list []*computer, from, n int) []*computer {
	out := make([]*computer, n)
	for i := range out {
		out[i] = list[(from+i)%len(list)]
	}
	return out
}

func sqliteBench(tb testing.TB) (*bench, rates) {
	dir := tb.TempDir()
	floor := rates{fsyncRate(tb, dir), commitRate(tb, "sqlite", sqliteFloor(dir), 1), commitRate(tb, "sqlite", sqliteFloor(dir), 8)}
	return start(tb, ""), floor
}

func postgresBench(tb testing.TB) (*bench, rates) {
	p := proctest.StartPostgres(tb)
	floor := rates{fsyncRate(tb, tb.TempDir()), commitRate(tb, "pgx", p.URL, 1), commitRate(tb, "pgx", p.URL, 8)}
	return start(tb, p.URL), floor
}

// BenchmarkServer is the whole of it: HOLDFAST_LOAD scales it, 1 where empty.
func BenchmarkServer(b *testing.B) {
	scale := 1.0
	if v, err := strconv.ParseFloat(os.Getenv("HOLDFAST_LOAD"), 64); err == nil {
		scale = v
	}
	for name, make := range map[string]func(testing.TB) (*bench, rates){"sqlite": sqliteBench, "postgres": postgresBench} {
		b.Run(name, func(b *testing.B) {
			fmt.Println(name, filepath.Base(os.Getenv("HOLDFASTD")))
			s, floor := make(b)
			n := func(v int) int { return max(int(float64(v)*scale), 1) }
			got := run(b, s, floor, plan{
				accounts: n(1500), cycles1: n(500), cycles8: n(3000), answers1: n(500), answers8: n(1500), checkIns1: n(1500), checkIns8: n(6000),
			})
			cycles, answers := got["whole cycle 8"], got["answer 8"]
			b.ReportMetric(cycles.rate(), "cycles/s")
			b.ReportMetric(cycles.per1000(cycles.cpu), "CPU-s/1000-cycles")
			b.ReportMetric(answers.rate()/floor.commit1, "answers-of-commit-rate")
		})
	}
	fmt.Println("peers on such a machine, SQLite at full durability: PocketBase OTP 25 to 52 cycles/s (36 CPU-s per 1000), Ory Kratos verification 57 to 64 cycles/s (11 to 20 CPU-s per 1000), 48 to 109 MiB")
}

// TestTheBenchmarkMeasures runs a small form of it, so that it stays true.
func TestTheBenchmarkMeasures(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED with -short: it starts a server process")
	}
	b := start(t, "")
	got := run(t, b, rates{1, 1, 1}, plan{accounts: 8, cycles1: 2, cycles8: 14, answers1: 2, answers8: 8, checkIns1: 8, checkIns8: 16, packages: 100})
	for name, f := range got {
		if f.n == 0 || f.rate() <= 0 || f.p50 <= 0 || f.p99 < f.p50 {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if b.sink.count.Load() < 8+8+2*16 {
		t.Errorf("%d messages", b.sink.count.Load())
	}
	if name, _, err := net.SplitHostPort(b.server.Address); err != nil || name != "127.0.0.1" {
		t.Error(b.server.Address)
	}
}
