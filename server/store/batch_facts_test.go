package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// TestNoWriteOfABatchSeesAFactThatAnotherTookBack: the writes of a batch share the
// facts that they read, never what one of them wrote and undid.
func TestNoWriteOfABatchSeesAFactThatAnotherTookBack(t *testing.T) {
	db := storetest.SQLite(t).Open()
	c := meet(t, db)
	saw := make([]int64, 5)
	look := func(i int, then func(server.Tx) error) func(server.Tx) error {
		return func(tx server.Tx) error {
			if err := then(tx); err != nil {
				return err
			}
			v, err := tx.Fact("shared")
			saw[i] = v
			return err
		}
	}
	nothing := func(server.Tx) error { return nil }
	put := func(v int64) func(server.Tx) error {
		return func(tx server.Tx) error { return tx.SetFact("shared", v) }
	}
	undone := func(tx server.Tx) error {
		if err := look(1, put(5))(tx); err != nil {
			return err
		}
		return errNo
	}
	for i, fn := range []func(server.Tx) error{look(0, nothing), undone, look(2, nothing), look(3, put(7)), look(4, nothing)} {
		c.join(context.Background(), fmt.Sprint(i), fn)
		time.Sleep(5 * time.Millisecond) // so that they stand in line in this order
	}
	c.let()
	if want := []int64{0, 5, 0, 7, 7}; fmt.Sprint(saw) != fmt.Sprint(want) {
		t.Errorf("saw %d, want %d", saw, want)
	}
}
