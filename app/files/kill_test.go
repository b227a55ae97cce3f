package files

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestStepsOfEveryOperation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, c := range []struct {
		do   func(d Disk) error
		want string
	}{
		{func(d Disk) error { return d.Replace(path, []byte("new")) }, "create-temp write write-rest fsync rename fsync-dir"},
		{func(d Disk) error { _, err := d.Read(path); return err }, ""},
		{func(d Disk) error { _, err := d.SetAside(path); return err }, "set-aside fsync-dir"},
		{func(d Disk) error { return d.Remove(path) }, "remove fsync-dir"},
	} {
		k := &Killer{}
		if err := c.do(Stepped(k.Hook)); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range k.Steps() {
			step, where, _ := strings.Cut(s, " ")
			if where != path {
				t.Fatal(s)
			}
			got = append(got, step)
		}
		if strings.Join(got, " ") != c.want || k.Count() != len(got) || k.Dead() {
			t.Fatalf("%v, want %s", got, c.want)
		}
	}
}

// TestKilledAtEveryStep: the old bytes or the new ones, never others, and
// nothing happens after the kill.
func TestKilledAtEveryStep(t *testing.T) {
	for at := 1; at <= 6; at++ {
		path := filepath.Join(t.TempDir(), "f")
		write(t, path, "old")
		k := &Killer{At: at}
		d := Stepped(k.Hook)
		if err := d.Replace(path, []byte("new")); !errors.Is(err, ErrKilled) || !k.Dead() || k.Count() != at {
			t.Fatalf("%d: %v", at, err)
		}
		want := "old"
		if at == 6 {
			want = "new"
		}
		if got := read(t, path); got != want {
			t.Fatalf("%d: %q", at, got)
		}
		temps := slices.DeleteFunc(names(t, filepath.Dir(path)), func(n string) bool { return n == "f" })
		if (len(temps) == 1) != (at > 1 && at < 6) {
			t.Fatalf("%d: %v", at, temps)
		}
		if at == 3 && read(t, filepath.Join(filepath.Dir(path), temps[0])) != "n" {
			t.Fatal("the write is not torn")
		}
		for _, err := range []error{d.Remove(path), d.Replace(path, nil)} {
			if !errors.Is(err, ErrKilled) {
				t.Fatal("a dead program goes on", err)
			}
		}
		if _, err := d.Read(path); !errors.Is(err, ErrKilled) {
			t.Fatal("a dead program reads", err)
		}
		if _, err := d.SetAside(path); !errors.Is(err, ErrKilled) || k.Count() != at {
			t.Fatal("a dead program goes on", err)
		}
		if err := OS().Replace(path, []byte("again")); err != nil || read(t, path) != "again" {
			t.Fatal(err)
		}
	}
}
