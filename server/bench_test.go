package server_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// fsyncRate is how often a second this disk keeps 4 kB for good.
func fsyncRate(b *testing.B) float64 {
	f, err := os.Create(filepath.Join(b.TempDir(), "fsync"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	page := make([]byte, 4096)
	n := 0
	start := time.Now()
	for ; time.Since(start) < time.Second; n++ {
		if _, err := f.WriteAt(page, 0); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	return float64(n) / time.Since(start).Seconds()
}

func report(b *testing.B, base float64) {
	b.Helper()
	rate := float64(b.N) / b.Elapsed().Seconds()
	b.ReportMetric(rate, "per_s")
	b.ReportMetric(rate/base, "of_fsync_rate")
	b.ReportMetric(base, "fsync/s")
}

// benchLab has one activated computer with so many packages.
func benchLab(b *testing.B, n int) (*lab, *box) {
	l := newLab(b, storetest.SQLite(b), func(m *server.Limits) {
		m.SendsPerHour, m.SendsPerDay = 20, 50
	})
	bx := l.box()
	var packages []string
	for i := range n {
		packages = append(packages, fmt.Sprint("package ", i))
	}
	bx.computer = bx.computer.With("package", packages...)
	l.must(bx.register("kim@example.org"))
	_, _, err := bx.answer(l.code())
	l.must(err)
	return l, bx
}

// BenchmarkCheckIn is a check-in of an unchanged computer with a thousand
// packages, from the verified request to the signed certificate.
func BenchmarkCheckIn(b *testing.B) {
	l, bx := benchLab(b, 1000)
	base := fsyncRate(b)
	snapshot := bx.computer.Snapshot()
	i := 0
	for b.Loop() {
		i++
		r := api.CheckInRequest{Snapshot: snapshot, Prev: bx.prev, Next: fmt.Sprintf("%032x", i)}
		reply, err := l.svc.CheckIn(ctx, quick(bx, i), r)
		if err != nil || reply.State != api.DeviceActivated {
			b.Fatal(reply.State, err)
		}
		bx.prev = r.Next
	}
	report(b, base)
}

// BenchmarkAnswer is a whole change: a check-in that asks, a message claimed
// and handed over, the right code, the share released.
func BenchmarkAnswer(b *testing.B) {
	for _, n := range []int{0, 1000} {
		b.Run(fmt.Sprint(n, " packages"), func(b *testing.B) { benchAnswer(b, n) })
	}
}

func benchAnswer(b *testing.B, n int) {
	l, bx := benchLab(b, n)
	base := fsyncRate(b)
	home := bx.computer
	i := 0
	for b.Loop() {
		i++
		l.clock.pass(25 * time.Hour)
		bx.computer = home.With("boot-disk", fmt.Sprint("disk ", i))
		if _, err := bx.checkIn(); err != nil {
			b.Fatal(err)
		}
		l.mail = nil
		if reply, share, err := bx.answer(l.code()); err != nil || len(share) != 32 {
			b.Fatal(reply.State, err)
		}
	}
	report(b, base)
}

// quick is a caller without the cost of a client: nonce and key are counted up.
func quick(bx *box, i int) server.Caller {
	n := fmt.Sprintf("%016d", i)
	return server.Caller{
		KeyID: bx.keyid, Nonce: base64.RawURLEncoding.EncodeToString([]byte(n)), Created: bx.l.clock.now(), IP: bx.ip,
		IdempotencyKey: hex.EncodeToString([]byte(n)), Route: "check-in", DeviceID: bx.id,
	}
}
