package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// fsyncRate is how often a second this disk keeps 4 kB for good: the pace that
// no durable commit can beat one by one.
func fsyncRate(b *testing.B) float64 {
	f, err := os.Create(filepath.Join(b.TempDir(), "fsync"))
	must(b, err)
	defer f.Close()
	page := make([]byte, 4096)
	n := 0
	start := time.Now()
	for ; time.Since(start) < time.Second; n++ {
		_, err := f.WriteAt(page, 0)
		must(b, err)
		must(b, f.Sync())
	}
	return float64(n) / time.Since(start).Seconds()
}

// BenchmarkCommit is the smallest write there is.
func BenchmarkCommit(b *testing.B) {
	db := storetest.SQLite(b).Open()
	base := fsyncRate(b)
	i := 0
	for b.Loop() {
		i++
		write(b, db, func(tx server.Tx) error { return tx.AddNonce("key", fmt.Sprint(i), 1) })
	}
	report(b, base)
}

func report(b *testing.B, base float64) {
	b.Helper()
	rate := float64(b.N) / b.Elapsed().Seconds()
	b.ReportMetric(rate, "per_s")
	b.ReportMetric(rate/base, "of_fsync_rate")
	b.ReportMetric(base, "fsync/s")
}
