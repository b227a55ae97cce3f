package store

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// counting counts the statements that reach the database.
type counting struct {
	transaction
	queries, execs []string
}

func (c *counting) exec(ctx context.Context, query string, args ...any) (changed, error) {
	c.execs = append(c.execs, query)
	return c.transaction.exec(ctx, query, args...)
}

func (c *counting) query(ctx context.Context, each func(scanner) error, query string, args ...any) error {
	c.queries = append(c.queries, query)
	return c.transaction.query(ctx, each, query, args...)
}

// counted runs fn in a transaction whose statements are counted.
func counted(t *testing.T, fn func(*counting, *tx) error) {
	t.Helper()
	ctx := context.Background()
	db, err := Open(ctx, filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.backend.write(ctx, db.hook, func(under transaction) error {
		c := &counting{transaction: under}
		return fn(c, &tx{ctx: ctx, t: remember(c, &db.statements), unique: db.backend.unique})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestATransactionAsksOnceUntilItWrites(t *testing.T) {
	counted(t, func(c *counting, x *tx) error {
		reads := func(want int, what string, fn func()) {
			t.Helper()
			before := len(c.queries)
			fn()
			if n := len(c.queries) - before; n != want {
				t.Errorf("%s: asked %d times, want %d", what, n, want)
			}
		}
		fact := func(want int64) {
			if got, err := x.Fact("a"); err != nil || got != want {
				t.Errorf("%d, %v; want %d", got, err, want)
			}
		}
		reads(1, "nothing there", func() { fact(0); fact(0) })
		if err := x.SetFact("a", 5); err != nil {
			return err
		}
		reads(1, "after a write", func() { fact(5); fact(5) })
		if err := x.AddNonce("k", "n", 1); err != nil {
			return err
		}
		reads(0, "after a write elsewhere", func() { fact(5) })
		if err := x.exec("DELETE FROM nonces WHERE keyid = $1", "nobody"); err != nil {
			return err
		}
		reads(1, "after a removal, which may take others along", func() { fact(5) })
		reads(2, "other arguments", func() {
			_, _ = x.Times([]byte("a"))
			_, _ = x.Times([]byte("b"))
			_, _ = x.Times([]byte("a"))
		})
		return nil
	})
}

func TestWhichAnswersAreKept(t *testing.T) {
	for query, want := range map[string]bool{
		"SELECT a FROM things WHERE a = $1":                      true,
		"SELECT a FROM things":                                   true,
		"SELECT a FROM things ORDER BY a":                        true,
		"SELECT a FROM things, others WHERE a = b":               false,
		"SELECT a FROM things JOIN others ON a = b":              false,
		"SELECT a FROM things t WHERE a = 1":                     false,
		"SELECT a FROM things WHERE a IN (SELECT b FROM others)": false,
		"SELECT (SELECT b FROM others) FROM things":              false,
		"UPDATE things SET a = 1 WHERE b = 2 RETURNING a":        false,
		"WITH x AS (SELECT 1) SELECT a FROM things WHERE a = 1":  false,
		"SELECT 1":                             false,
		"SELECT a FROM \"things\" WHERE a = 1": false,
	} {
		if got := readStatement(query).plain; got != want {
			t.Errorf("%s: kept %v", query, got)
		}
	}
	s, seen := readStatement("SELECT a FROM b"), map[question]bool{}
	for _, args := range [][]any{{"1", "2"}, {"1\x002"}, {"1\x001 2"}, {"1", "2", ""}, {"", "1", "2"}, {int64(1), "2"}, {int64(12)}, {[]byte("1"), "2 "}, {}} {
		if q := asked(s, args); seen[q] {
			t.Errorf("two lists of arguments have one name: %q", args)
		} else {
			seen[q] = true
		}
	}
}

// TestASavedRowIsWholeThoughOnlyWhatDiffersIsWritten changes every field of every
// kind of row that is saved in part.
func TestASavedRowIsWholeThoughOnlyWhatDiffersIsWritten(t *testing.T) {
	counted(t, func(c *counting, x *tx) error {
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		acct := server.Account{Number: "1", State: "active", Language: "en", Policy: api.Balanced}
		must(x.AddAccount(acct))
		acct.Number = "2"
		must(x.AddAccount(acct))
		dev := server.Device{ID: "d", Account: "1", KeyID: "k", State: api.DevicePending}
		must(x.AddDevice(dev))
		other := dev
		other.ID, other.KeyID = "e", "l"
		must(x.AddDevice(other))
		must(x.AddChallenge(server.Challenge{ID: "c", Account: "1", Device: "d", State: api.ChallengeOpen, Seq: 1}))
		must(x.AddMessage(server.OutboxRow{ID: 1, Account: "1", State: api.DeliveryQueued}))
		vary(t, c, "1", func() (server.Device, error) { return x.Device("d") }, x.SaveDevice,
			map[string]any{"Account": "2", "State": api.DeviceLimited, "OnceActive": true})
		vary(t, c, "1", func() (server.Challenge, error) { return x.Challenge("c") }, x.SaveChallenge,
			map[string]any{"Account": "2", "Device": "e", "State": api.ChallengeLocked, "Mute": true})
		vary(t, c, "1", func() (server.OutboxRow, error) { return x.OutboxRow(1) }, x.SaveMessage,
			map[string]any{"Account": "2", "State": api.DeliveryRefused})
		return nil
	})
}

// vary sets each field to another value, saves, and reads the row afresh.
func vary[T any](t *testing.T, c *counting, _ string, read func() (T, error), save func(T) error, special map[string]any) {
	t.Helper()
	for i := range reflect.TypeFor[T]().NumField() {
		name := reflect.TypeFor[T]().Field(i).Name
		if name == "ID" {
			continue
		}
		v, err := read()
		if err != nil {
			t.Fatal(err)
		}
		field := reflect.ValueOf(&v).Elem().Field(i)
		if value, ok := special[name]; ok {
			field.Set(reflect.ValueOf(value))
		} else if !another(field) {
			continue
		}
		if err := save(v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		last := c.execs[len(c.execs)-1]
		if strings.Count(last, "=") != 2 {
			t.Errorf("%s: saved by %s", name, last)
		}
		n := len(c.execs)
		if err := save(v); err != nil || len(c.execs) != n {
			t.Errorf("%s: saved again though nothing differs (%v)", name, err)
		}
		if got, err := read(); err != nil || !reflect.DeepEqual(got, v) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", name, err, got, v)
		}
	}
}

// another puts another value of its type into a field.
func another(field reflect.Value) bool {
	switch field.Interface().(type) {
	case []int64:
		field.Set(reflect.ValueOf([]int64{3, 4}))
	case []byte:
		field.Set(reflect.ValueOf([]byte{3, 4}))
	case []api.Change:
		field.Set(reflect.ValueOf([]api.Change{{Kind: "cpu", Change: api.Changed}}))
	case map[string]string:
		field.Set(reflect.ValueOf(map[string]string{"a": "b"}))
	case api.Key:
		field.Set(reflect.ValueOf(api.Key{X: "x"}))
	default:
		switch field.Kind() {
		case reflect.String:
			field.SetString(fmt.Sprint("other ", field.String()))
		case reflect.Int, reflect.Int64:
			field.SetInt(field.Int() + 7)
		default:
			return false
		}
	}
	return true
}
