package load

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver named pgx
	_ "modernc.org/sqlite"             // the driver named sqlite
)

// floorTime is how long each floor is measured.
const floorTime = time.Second

// fsyncRate is how often a second this disk keeps 4 kB for good.
func fsyncRate(tb testing.TB, dir string) float64 {
	f, err := os.Create(filepath.Join(dir, "fsync"))
	must(tb, err)
	defer f.Close()
	page := make([]byte, 4096)
	n, start := 0, time.Now()
	for ; time.Since(start) < floorTime; n++ {
		_, err := f.WriteAt(page, int64(n%1024)*4096)
		must(tb, err)
		must(tb, f.Sync())
	}
	return float64(n) / time.Since(start).Seconds()
}

// commitRate is how many rows a second a database keeps for good, one row a
// commit, over so many connections, with nothing else to do.
func commitRate(tb testing.TB, driver, dsn string, connections int) float64 {
	ctx := context.Background()
	db, err := sql.Open(driver, dsn)
	must(tb, err)
	defer db.Close()
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	_, err = db.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS floor (id BIGINT PRIMARY KEY, body TEXT NOT NULL)")
	must(tb, err)
	var next atomic.Int64
	next.Store(time.Now().UnixNano())
	var n atomic.Int64
	var wg sync.WaitGroup
	start := time.Now()
	for range connections {
		wg.Go(func() {
			st, err := db.PrepareContext(ctx, "INSERT INTO floor (id, body) VALUES ($1, $2)")
			if err != nil {
				tb.Error(err)
				return
			}
			defer st.Close()
			for time.Since(start) < floorTime {
				if _, err := st.ExecContext(ctx, next.Add(1), "a row of no great length"); err != nil {
					tb.Error(err)
					return
				}
				n.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(n.Load()) / time.Since(start).Seconds()
}

// sqliteFloor opens a database as the server does: a write-ahead log, synced at
// every commit.
func sqliteFloor(dir string) string {
	return "file:" + filepath.Join(dir, "floor.db") + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
