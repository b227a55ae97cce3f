package files

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

func TestALockIsHeldByOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := Acquire(t.Context(), path, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	_, err = Acquire(t.Context(), path, 60*time.Millisecond)
	wantCode(t, err, api.CodeProfileBusy)
	if d := time.Since(begin); d < 50*time.Millisecond || d > 3*time.Second {
		t.Fatalf("waited %v", d)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Acquire(ended, path, time.Minute)
	wantCode(t, err, api.CodeProfileBusy)
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	second, err := Acquire(ended, path, 0) // free: no waiting, so no time is needed
	if err != nil {
		t.Fatal(err)
	}
	defer second.Release()
	if err := (*Lock)(nil).Release(); err != nil {
		t.Fatal(err)
	}
	_, err = Acquire(t.Context(), filepath.Join(path, "under a file"), time.Millisecond)
	wantCode(t, err, api.CodeFile)
}

func TestALockKeepsCountingRight(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	var inside, total atomic.Int32 // the race detector does not know file locks
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			l, err := Acquire(t.Context(), path, time.Minute)
			if err != nil {
				t.Error(err)
				return
			}
			if inside.Add(1) != 1 {
				t.Error("two at once")
			}
			total.Add(1)
			inside.Add(-1)
			if err := l.Release(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if total.Load() != 8 {
		t.Fatal(total.Load())
	}
}

// TestALockDiesWithItsProgram: another program holds it, is killed, and it is free.
func TestALockDiesWithItsProgram(t *testing.T) {
	if path := os.Getenv("HOLDFAST_TEST_LOCK"); path != "" {
		if _, err := Acquire(t.Context(), path, time.Second); err != nil {
			t.Fatal(err)
		}
		os.Stdout.WriteString("held\n")
		select {}
	}
	path := filepath.Join(t.TempDir(), "lock")
	cmd := exec.Command(os.Args[0], "-test.run=^TestALockDiesWithItsProgram$")
	cmd.Env = append(os.Environ(), "HOLDFAST_TEST_LOCK="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "held\n" {
		t.Fatal(line, err)
	}
	_, err = Acquire(t.Context(), path, 50*time.Millisecond)
	wantCode(t, err, api.CodeProfileBusy)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	l, err := Acquire(t.Context(), path, 2*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	l.Release()
}
