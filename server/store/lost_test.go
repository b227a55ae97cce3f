package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/server"
)

// TestALostTransactionIsRunAgain: a full database ends the transaction that a
// write shares with others. That write is told; the others come through.
func TestALostTransactionIsRunAgain(t *testing.T) {
	ctx := context.Background()
	db, err := Open(ctx, filepath.Join(t.TempDir(), "holdfast.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	b, ok := db.backend.(*liteBackend)
	if !ok {
		t.Fatal("not SQLite")
	}
	if err := b.writer.run("PRAGMA max_page_count = 120"); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	errs := make([]error, 12)
	inside, hold := make(chan struct{}), make(chan struct{})
	var once sync.Once
	for i := range errs {
		wg.Go(func() {
			if i > 0 {
				<-inside
			}
			errs[i] = db.Write(ctx, func(tx server.Tx) error {
				if i == 0 {
					once.Do(func() { close(inside) })
					<-hold
				}
				if i%5 == 3 {
					return tx.SetFact(strings.Repeat("too much ", 1<<20), 1)
				}
				return tx.SetFact(fmt.Sprint(i), 1)
			})
		})
	}
	<-inside
	time.Sleep(30 * time.Millisecond)
	close(hold)
	wg.Wait()
	for i, err := range errs {
		if (err != nil) != (i%5 == 3) || errors.Is(err, errAgain) {
			t.Errorf("write %d: %v", i, err)
		}
		var kept int64
		err = db.Read(ctx, func(tx server.Tx) (err error) { kept, err = tx.Fact(fmt.Sprint(i)); return err })
		if err != nil || (kept == 1) != (i%5 != 3) {
			t.Errorf("write %d is kept %d times (%v)", i, kept, err)
		}
	}
}
