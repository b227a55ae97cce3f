package store_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store"
)

// childVariable names the database of a process that a test starts to kill it.
const childVariable = "HOLDFAST_STORE_CHILD"

// child writes from many goroutines and says what it was told is kept.
func child(path string) {
	db, err := store.Open(ctx, path)
	if err != nil {
		panic(err)
	}
	said := make(chan string)
	for g := range 12 {
		go func() {
			for i := 0; ; i++ {
				name := fmt.Sprintf("%d-%d-%d", os.Getpid(), g, i)
				err := db.Write(ctx, func(tx server.Tx) error {
					if err := tx.SetFact(name, 1); err != nil || i%5 != 4 {
						return err
					}
					return errNo
				})
				if err == nil {
					said <- name
				}
			}
		}()
	}
	for name := range said {
		fmt.Println(name)
	}
}

// TestNothingAcknowledgedIsLostWhenTheProcessIsKilled kills a process in the
// middle of shared commits, again and again over one database.
func TestNothingAcknowledgedIsLostWhenTheProcessIsKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "holdfast.db")
	rounds := 4
	if os.Getenv("HOLDFAST_FULL") == "1" {
		rounds = 100
	}
	var acked []string
	for round := range rounds {
		cmd := exec.Command(os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), childVariable+"="+path)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		lines := make(chan []string, 1)
		started := make(chan struct{})
		go func() { lines <- whole(out, started) }()
		<-started
		time.Sleep(time.Duration(10+13*round%50) * time.Millisecond)
		must(t, cmd.Process.Kill())
		acked = append(acked, <-lines...)
		_ = cmd.Wait()
	}
	db, err := store.Open(ctx, path)
	must(t, err)
	defer db.Close()
	must(t, db.Read(ctx, func(tx server.Tx) error {
		for _, name := range acked {
			if n, err := tx.Fact(name); err != nil || n != 1 {
				return fmt.Errorf("%s was acknowledged and is gone (%w)", name, err)
			}
			last := strings.TrimRight(name, "0123456789")
			if n, err := tx.Fact(last + "4"); err != nil || n != 0 {
				return fmt.Errorf("%s4 failed and is there (%w)", last, err)
			}
		}
		return nil
	}))
	t.Logf("%d writes acknowledged over %d kills, all there", len(acked), rounds)
}

// whole reads the complete lines; started is closed at the first.
func whole(r io.Reader, started chan struct{}) []string {
	var list []string
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadString('\n')
		if len(list) == 0 {
			close(started)
		}
		if err != nil {
			return list
		}
		list = append(list, strings.TrimSpace(line))
	}
}
