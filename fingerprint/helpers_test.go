package fingerprint_test

import (
	"context"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

// unhurried is a context whose deadline no loaded test machine misses.
func unhurried(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// sample opens a recorded computer.
func sample(t testing.TB, name, variant string) fingerprint.Source {
	t.Helper()
	dir := t.TempDir()
	if err := recorded.UnpackVariant(name, variant, dir); err != nil {
		t.Fatal(err)
	}
	return open(t, dir)
}

// tree opens a recorded computer made of a few files.
func tree(t testing.TB, packed string) fingerprint.Source {
	t.Helper()
	dir := t.TempDir()
	if err := recorded.Unpack([]byte(packed), dir); err != nil {
		t.Fatal(err)
	}
	return open(t, dir)
}

func open(t testing.TB, dir string) fingerprint.Source {
	t.Helper()
	src, err := recorded.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func read(t testing.TB, src fingerprint.Source) fingerprint.Snapshot {
	t.Helper()
	s, err := fingerprint.Read(unhurried(t), src)
	if err != nil {
		t.Fatal(err)
	}
	if s.Partial {
		t.Fatal("a read without hurry is partial")
	}
	return s
}

// only gives the one component of a kind.
func only(t testing.TB, s fingerprint.Snapshot, kind string) fingerprint.Component {
	t.Helper()
	list := s.Of(kind)
	if len(list) != 1 {
		t.Fatalf("%s: %d components, want one", kind, len(list))
	}
	return list[0]
}

// everyComputer names all samples with all their variants.
func everyComputer() [][2]string {
	var out [][2]string
	for _, name := range recorded.Names() {
		out = append(out, [2]string{name, ""})
		for _, v := range recorded.Variants(name) {
			out = append(out, [2]string{name, v})
		}
	}
	return out
}
