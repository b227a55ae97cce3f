package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// crowd lets writes meet: the first holds the connection until the others had
// time to stand in line.
type crowd struct {
	db   *store.DB
	wg   sync.WaitGroup
	hold chan struct{}
	errs sync.Map
}

func meet(t *testing.T, db *store.DB) *crowd {
	c := &crowd{db: db, hold: make(chan struct{})}
	inside := make(chan struct{})
	var once sync.Once
	c.wg.Go(func() {
		c.errs.Store("first", db.Write(ctx, func(tx server.Tx) error {
			once.Do(func() { close(inside) })
			<-c.hold
			return tx.SetFact("first", 1)
		}))
	})
	<-inside
	t.Cleanup(c.wg.Wait)
	return c
}

func (c *crowd) join(ctx context.Context, name string, fn func(server.Tx) error) {
	c.wg.Go(func() { c.errs.Store(name, c.db.Write(ctx, fn)) })
}

// let the crowd go once it has stood for a moment.
func (c *crowd) let() {
	time.Sleep(30 * time.Millisecond)
	close(c.hold)
	c.wg.Wait()
}

func (c *crowd) err(name string) error {
	v, _ := c.errs.Load(name)
	err, _ := v.(error)
	return err
}

func fact(t *testing.T, db *store.DB, name string) (v int64) {
	t.Helper()
	must(t, db.Read(ctx, func(tx server.Tx) (err error) { v, err = tx.Fact(name); return err }))
	return v
}

func set(name string) func(server.Tx) error {
	return func(tx server.Tx) error { return tx.SetFact(name, 1) }
}

var errNo = errors.New("no")

func TestWritesThatMeetShareACommitAndAreHookedEach(t *testing.T) {
	var mu sync.Mutex
	var order []string
	db := storetest.SQLite(t).Open(store.WithCommitHook(func(_ context.Context, committed bool) error {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, map[bool]string{false: "before", true: "after"}[committed])
		return nil
	}))
	c := meet(t, db)
	for i := range 9 {
		c.join(ctx, fmt.Sprint(i), set(fmt.Sprint(i)))
	}
	c.let()
	shared := strings.Contains(strings.Join(order, " "), "before before")
	if count := strings.Count(strings.Join(order, " "), "before"); !shared || count != 10 || len(order) != 20 {
		t.Errorf("hooked as %v", order)
	}
}

// TestWhatFailsAmongOthersIsUndoneAlone: errors, taken rows, panics and ended
// goroutines leave nothing of themselves and everything of the others.
func TestWhatFailsAmongOthersIsUndoneAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open()
		write(t, db, func(tx server.Tx) error { return tx.AddNonce("k", "taken", 5) })
		c := meet(t, db)
		bad := map[string]func(server.Tx) error{
			"error": func(server.Tx) error { return errNo },
			"taken": func(tx server.Tx) error { return tx.AddNonce("k", "taken", 5) },
			"panic": func(server.Tx) error { panic("in the middle") },
			"end":   func(server.Tx) error { runtime.Goexit(); return nil },
		}
		for i := range 12 {
			name := fmt.Sprint("good ", i)
			c.join(ctx, name, set(name))
		}
		for name, fn := range bad {
			c.wg.Go(func() {
				defer func() { _ = recover() }()
				c.errs.Store(name, db.Write(ctx, func(tx server.Tx) error {
					must(t, tx.SetFact("bad "+name, 1))
					return fn(tx)
				}))
			})
		}
		c.let()
		for i := range 12 {
			name := fmt.Sprint("good ", i)
			if c.err(name) != nil || fact(t, db, name) != 1 {
				t.Errorf("%s: %v", name, c.err(name))
			}
		}
		for name := range bad {
			if fact(t, db, "bad "+name) != 0 {
				t.Errorf("%s left something", name)
			}
		}
		if !errors.Is(c.err("error"), errNo) || !errors.Is(c.err("taken"), server.ErrExists) {
			t.Errorf("told %v and %v", c.err("error"), c.err("taken"))
		}
		write(t, db, set("afterwards"))
	})
}

// TestAWriteSeesThoseBeforeItAndNothingOfItsOwnEarlierRuns.
func TestAWriteSeesThoseBeforeItAndNothingOfItsOwnEarlierRuns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open()
		var wg sync.WaitGroup
		for i := range 80 {
			wg.Go(func() {
				err := db.Write(ctx, func(tx server.Tx) error {
					n, err := tx.Fact("n")
					if err != nil {
						return err
					}
					if err := tx.SetFact("n", n+1); err != nil {
						return err
					}
					if i%4 == 0 {
						return errNo
					}
					return nil
				})
				if (i%4 == 0) != errors.Is(err, errNo) {
					t.Error(i, err)
				}
			})
		}
		wg.Wait()
		if n := fact(t, db, "n"); n != 60 {
			t.Errorf("counted %d of 60", n)
		}
	})
}

func TestAHookThatFailsForOneOfMany(t *testing.T) {
	type key struct{}
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(store.WithCommitHook(func(ctx context.Context, committed bool) error {
			if when, ok := ctx.Value(key{}).(string); ok && (when == "after") == committed {
				return errNo
			}
			return nil
		}))
		c := meet(t, db)
		c.join(ctx, "one", set("one"))
		c.join(context.WithValue(ctx, key{}, "before"), "before", set("before"))
		c.join(context.WithValue(ctx, key{}, "after"), "after", set("after"))
		c.join(ctx, "two", set("two"))
		c.let()
		for name, want := range map[string]struct {
			err  error
			kept int64
		}{"one": {nil, 1}, "before": {errNo, 0}, "after": {errNo, 1}, "two": {nil, 1}} {
			if !errors.Is(c.err(name), want.err) || fact(t, db, name) != want.kept {
				t.Errorf("%s: %v, kept %d", name, c.err(name), fact(t, db, name))
			}
		}
	})
}

func TestAWriteThatIsCalledOffWhileItWaits(t *testing.T) {
	db := storetest.SQLite(t).Open()
	c := meet(t, db)
	soon, cancel := context.WithCancel(ctx)
	c.join(ctx, "one", set("one"))
	c.join(soon, "called off", set("called off"))
	c.join(ctx, "two", set("two"))
	time.Sleep(20 * time.Millisecond)
	cancel()
	time.Sleep(20 * time.Millisecond)
	if !errors.Is(c.err("called off"), context.Canceled) {
		t.Errorf("it still waits: %v", c.err("called off"))
	}
	c.let()
	if fact(t, db, "one")+fact(t, db, "two") != 2 || fact(t, db, "called off") != 0 {
		t.Error("the others were not left alone")
	}
	if err := db.Write(soon, set("late")); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
}

func TestCloseLetsThoseInTheLineFinish(t *testing.T) {
	d := storetest.SQLite(t)
	db, err := store.Open(ctx, d.DSN)
	must(t, err)
	c := meet(t, db)
	for i := range 5 {
		c.join(ctx, fmt.Sprint(i), set(fmt.Sprint(i)))
	}
	time.Sleep(20 * time.Millisecond)
	closed := make(chan error, 2)
	go func() { closed <- db.Close() }()
	time.Sleep(20 * time.Millisecond)
	if err := db.Write(ctx, set("late")); !errors.Is(err, store.ErrClosed) {
		t.Errorf("a write after it: %v", err)
	}
	c.let()
	must(t, <-closed)
	must(t, db.Close())
	if err := db.Read(ctx, func(server.Tx) error { return nil }); !errors.Is(err, store.ErrClosed) {
		t.Errorf("a read after it: %v", err)
	}
	again := d.Open()
	for i := range 5 {
		if c.err(fmt.Sprint(i)) != nil || fact(t, again, fmt.Sprint(i)) != 1 {
			t.Errorf("%d: %v", i, c.err(fmt.Sprint(i)))
		}
	}
}
