package files

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	if got := api.CodeOf(err); got != code {
		t.Fatalf("error %v has the code %q, want %q", err, got, code)
	}
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "(none)"
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func names(t testing.TB, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range list {
		out = append(out, e.Name())
	}
	return out
}

func TestReplaceReadsBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, data := range [][]byte{[]byte("one"), {}, bytes.Repeat([]byte("x"), 1<<20)} {
		if err := OS().Replace(path, data); err != nil {
			t.Fatal(err)
		}
		got, err := OS().Read(path)
		if err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	if n := names(t, filepath.Dir(path)); len(n) != 1 {
		t.Fatal(n)
	}
}

func TestAReplacedFileBecomesPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	write(t, path, "readable by all")
	if err := OS().Replace(path, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Fatal(info.Mode(), err)
	}
}

func TestReadIsBoundedAndSaysWhy(t *testing.T) {
	dir := t.TempDir()
	_, err := OS().Read(filepath.Join(dir, "none"))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	wantCode(t, err, api.CodeFile)
	_, err = OS().Read(dir)
	wantCode(t, err, api.CodeFile)
	big := filepath.Join(dir, "big")
	write(t, big, "")
	if err := os.Truncate(big, MaxSize+1); err != nil {
		t.Fatal(err)
	}
	_, err = OS().Read(big)
	wantCode(t, err, api.CodeFile)
	if err := os.Truncate(big, MaxSize); err != nil {
		t.Fatal(err)
	}
	if data, err := OS().Read(big); err != nil || len(data) != MaxSize {
		t.Fatal(len(data), err)
	}
}

func TestReplaceWhereItCannot(t *testing.T) {
	dir := t.TempDir()
	wantCode(t, OS().Replace(filepath.Join(dir, "no", "such", "f"), []byte("x")), api.CodeFile)
	folder := filepath.Join(dir, "folder")
	if err := MakeDir(filepath.Join(folder, "in")); err != nil {
		t.Fatal(err)
	}
	wantCode(t, OS().Replace(folder, []byte("x")), api.CodeFile) // a folder is in the way
	if n := names(t, dir); len(n) != 1 {
		t.Fatalf("left behind: %v", n)
	}
}

func TestRemoveAndSetAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := OS().Remove(path); err != nil {
		t.Fatal(err)
	}
	for n, want := range []string{path + ".broken-1", path + ".broken-2"} {
		write(t, path, want)
		got, err := OS().SetAside(path)
		if err != nil || got != want || read(t, want) != want || read(t, path) != "(none)" {
			t.Fatalf("%d: %s, %v", n, got, err)
		}
	}
	_, err := OS().SetAside(path)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	write(t, path, "x")
	if err := OS().Remove(path); err != nil || read(t, path) != "(none)" {
		t.Fatal(err)
	}
}

func TestStaleTemporaryFilesGo(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	old, fresh, other := filepath.Join(dir, ".f.tmp-1"), filepath.Join(dir, ".f.tmp-2"), filepath.Join(dir, ".g.tmp-1")
	long := time.Now().Add(-time.Hour)
	for _, p := range []string{old, fresh, other} {
		write(t, p, "left by a crash")
	}
	for _, p := range []string{old, other} {
		if err := os.Chtimes(p, long, long); err != nil {
			t.Fatal(err)
		}
	}
	if err := OS().Replace(path, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(names(t, dir), " "); got != ".f.tmp-2 .g.tmp-1 f" {
		t.Fatal(got)
	}
}

func TestMakeDirIsPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	for range 2 {
		if err := MakeDir(dir); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(dir); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Fatal(info.Mode(), err)
	}
	write(t, filepath.Join(dir, "f"), "")
	wantCode(t, MakeDir(filepath.Join(dir, "f", "g")), api.CodeFile)
}

func FuzzUnframe(f *testing.F) {
	m := Magic{'t', 'e', 's', 't', 0, 0, 0, 1}
	f.Add(Frame(m, 1, []byte("body")), []byte("body"))
	f.Add([]byte("test"), []byte{})
	f.Fuzz(func(t *testing.T, data, body []byte) {
		if v, got, err := Unframe(m, 3, data); err == nil && !bytes.Equal(Frame(m, v, got), data) {
			t.Fatal("not the same bytes")
		}
		v, got, err := Unframe(m, 3, Frame(m, 2, body))
		if err != nil || v != 2 || !bytes.Equal(got, body) {
			t.Fatal(v, err)
		}
	})
}

func TestFramesThatAreRefused(t *testing.T) {
	m := Magic{'t', 'e', 's', 't', 0, 0, 0, 1}
	good := Frame(m, 1, []byte("body"))
	if len(good) != len("body")+FrameOverhead {
		t.Fatal(len(good))
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 4
		if _, _, err := Unframe(m, 1, bad); !errors.Is(err, ErrBroken) {
			t.Fatalf("byte %d: %v", i, err)
		}
		if _, _, err := Unframe(m, 1, good[:i]); !errors.Is(err, ErrBroken) {
			t.Fatalf("cut to %d: %v", i, err)
		}
	}
	if _, _, err := Unframe(m, 1, Frame(m, 2, nil)); !errors.Is(err, ErrNewer) {
		t.Fatal(err)
	}
	if _, _, err := Unframe(m, 1, Frame(m, 0, nil)); !errors.Is(err, ErrBroken) {
		t.Fatal(err)
	}
	if _, _, err := Unframe(Magic{}, 1, good); !errors.Is(err, ErrBroken) {
		t.Fatal(err)
	}
}
