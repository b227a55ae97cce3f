//go:build unix

package fingerprint_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

// asked counts how often a file was read.
type asked struct {
	fingerprint.Source
	name string
	n    atomic.Int64
}

func (a *asked) ReadFile(name string, limit int) ([]byte, error) {
	if strings.Contains(name, a.name) {
		a.n.Add(1)
	}
	return a.Source.ReadFile(name, limit)
}

// aged unpacks a computer whose files were all written a while ago.
func aged(t *testing.T, name string) string {
	t.Helper()
	dir := dirOf(t, name)
	old := time.Now().Add(-time.Hour)
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			err = os.Chtimes(p, old, old)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func readWith(t *testing.T, src fingerprint.Source, memo *fingerprint.Memo) fingerprint.Snapshot {
	t.Helper()
	s, err := fingerprint.ReadWith(unhurried(t), src, fingerprint.Options{Memo: memo})
	if err != nil || s.Partial {
		t.Fatal(err)
	}
	return s
}

func TestMemoReadsOnceAndSeesEveryChange(t *testing.T) {
	dir := aged(t, "laptop")
	src := &asked{Source: open(t, dir), name: "dpkg/status"}
	memo := fingerprint.NewMemo()
	want := read(t, open(t, dir)).Canonical()
	for range 3 {
		if got := readWith(t, src, memo); !bytes.Equal(got.Canonical(), want) {
			t.Fatal("what is remembered differs from what is read")
		}
	}
	if n := src.n.Load(); n != 1 {
		t.Errorf("the list of packages was read %d times", n)
	}
	change := func(file, old, repl string, at time.Time) {
		t.Helper()
		p := filepath.Join(dir, file)
		b, err := os.ReadFile(p)
		if err != nil || !strings.Contains(string(b), old) {
			t.Fatalf("%s does not hold %q: %v", file, old, err)
		}
		if err := os.WriteFile(p, []byte(strings.Replace(string(b), old, repl, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(p, at, at); err != nil {
			t.Fatal(err)
		}
	}
	// Of the same size, a minute later.
	change("var/lib/dpkg/status", "Package: bash", "Package: dash", time.Now().Add(-time.Minute))
	change("sys/module/nvidia/version", "550.54.14", "550.54.15", time.Now().Add(-time.Minute))
	if got, want := readWith(t, src, memo).Canonical(), read(t, open(t, dir)).Canonical(); !bytes.Equal(got, want) {
		t.Error("a change was not seen")
	}
	// So lately that its time says little: read, and not relied upon.
	change("var/lib/dpkg/status", "Package: dash", "Package: mash", time.Now())
	before := src.n.Load()
	for range 2 {
		if got, want := readWith(t, src, memo).Canonical(), read(t, open(t, dir)).Canonical(); !bytes.Equal(got, want) {
			t.Error("a change of this moment was not seen")
		}
	}
	if n := src.n.Load() - before; n != 2 {
		t.Errorf("a file of this moment was read %d times, want 2", n)
	}
	if err := os.Remove(filepath.Join(dir, "var/lib/dpkg/status")); err != nil {
		t.Fatal(err)
	}
	if got := readWith(t, src, memo).State("package"); got != fingerprint.Absent {
		t.Errorf("packages whose list is gone are %s", got)
	}
}

func TestMemoIsNotTheRules(t *testing.T) {
	dir := aged(t, "laptop")
	memo := fingerprint.NewMemo()
	if err := recorded.Unpack([]byte("-- var/lib/pacman/local/zlib-1:1.3.1-1/desc --\nx\n-- var/lib/dpkg/status @gone --\n"), dir); err != nil {
		t.Fatal(err)
	}
	src := open(t, dir)
	if got := only(t, readWith(t, src, memo), "package"); got.Value != "zlib 1:1.3.1-1" {
		t.Errorf("%+v", got)
	}
	if err := recorded.Unpack([]byte("-- var/lib/pacman/local/osquery-5.1-1/desc --\nx\n"), dir); err != nil {
		t.Fatal(err)
	}
	s := readWith(t, src, memo)
	if len(s.Of("package")) != 2 || only(t, s, "security-agent").Value != "osquery" {
		t.Errorf("%+v", s.Of("package"))
	}
}

func TestMemoOfAHangingReadIsSafe(t *testing.T) {
	s := stuck{sample(t, "laptop", ""), "version", make(chan struct{})}
	memo := fingerprint.NewMemo()
	for range 2 {
		got, err := fingerprint.ReadWith(shortly(t), s, fingerprint.Options{Memo: memo})
		if err != nil || !got.Partial {
			t.Errorf("partial %v, %v", got.Partial, err)
		}
	}
	close(s.free)
	if got := readWith(t, s.Source, memo); got.State("module") != fingerprint.Present {
		t.Errorf("%+v", got.Of("module"))
	}
}
