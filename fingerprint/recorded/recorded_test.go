package recorded

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

const everyMark = `A comment.
-- a/plain --
text
-- a/0000%3A00%3A02.0/with%20blank --
x
-- a/link @link --
plain
-- a/bytes @hex --
00ff 0a
0d
-- a/bare @bare --
no end
-- a/closed @closed --
secret
-- a/closed-bytes @hex,closed --
00ff
-- a/loose @loose --
anybody's
-- a/empty @dir --
`

func unpack(t *testing.T, packed string) string {
	t.Helper()
	dir := t.TempDir()
	if err := Unpack([]byte(packed), dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestMarks(t *testing.T) {
	dir := unpack(t, everyMark)
	src, err := Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"/a/plain": "text\n", "/a/0000:00:02.0/with blank": "x\n", "/a/link": "text\n", "/a/bytes": "\x00\xff\n\r", "/a/bare": "no end",
	} {
		if b, err := src.ReadFile(name, 100); err != nil || string(b) != want {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	if _, err := src.ReadFile("/a/closed", 100); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("a closed file: %v", err)
	}
	if _, err := src.ReadFile("/a/closed-bytes", 100); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("closed bytes: %v", err)
	}
	for name, want := range map[string]bool{"/a/plain": true, "/a/loose": false} {
		if st, err := src.Stat(name); err != nil || st.Guarded != want {
			t.Errorf("%s is guarded: %v (%v)", name, st.Guarded, err)
		}
	}
	names, err := src.ReadDir("/a", 100)
	if err != nil || strings.Join(names, " ") != "0000:00:02.0 bare bytes closed closed-bytes empty link loose plain" {
		t.Errorf("%q %v", names, err)
	}
	if src.Platform() != "linux" || src.Now().IsZero() {
		t.Error("platform or time")
	}
}

func TestPackComesBack(t *testing.T) {
	dirs := []string{unpack(t, everyMark)}
	for _, name := range Names() {
		dir := t.TempDir()
		if err := UnpackVariant(name, "", dir); err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, dir)
	}
	for _, dir := range dirs {
		packed, err := Pack(dir)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Pack(unpack(t, string(packed)))
		if err != nil || !bytes.Equal(packed, again) {
			t.Errorf("what was unpacked packs differently (%v)", err)
		}
		if bytes.IndexByte(packed, '\r') >= 0 {
			t.Error("a carriage return would not survive every checkout")
		}
		for _, f := range txtar.Parse(packed).Files {
			if strings.ContainsAny(f.Name, ":\\") {
				t.Errorf("%q breaks a checkout", f.Name)
			}
		}
	}
}

func TestPackOfAwkwardFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"marker": "-- x --\n", "inside": "a\n-- y --\n", "crlf": "a\r\n", "bad": "\xff\n", "empty": "", "a @link": "x\n", "100%": "x\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	packed, err := Pack(dir)
	if err != nil {
		t.Fatal(err)
	}
	back := unpack(t, string(packed))
	for _, name := range []string{"marker", "inside", "crlf", "bad", "empty", "a @link", "100%"} {
		want, _ := os.ReadFile(filepath.Join(dir, name))
		if got, err := os.ReadFile(filepath.Join(back, name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %q, want %q (%v)", name, got, want, err)
		}
	}
}

func TestOverlayRemovesAndOpens(t *testing.T) {
	dir := unpack(t, everyMark)
	if err := Unpack([]byte("-- a/closed --\nopen\n-- a/link --\na file now\n-- a/0000%3A00%3A02.0 @gone --\n-- a/bare @closed --\nx\n"), dir); err != nil {
		t.Fatal(err)
	}
	src, err := Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"/a/closed": "open\n", "/a/link": "a file now\n", "/a/plain": "text\n"} {
		if b, err := src.ReadFile(name, 100); err != nil || string(b) != want {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	if _, err := src.Resolve("/a/0000:00:02.0"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what is gone: %v", err)
	}
	if _, err := src.ReadFile("/a/bare", 100); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("what was closed: %v", err)
	}
}

func TestPackedFormCannotLeaveItsDirectory(t *testing.T) {
	for _, packed := range []string{
		"-- ../x --\n", "-- /etc/x --\n", "-- a/../../x --\n", "-- a//b --\n", "-- . --\n", "-- %2e%2e/x --\n", "-- a%00b --\n", "-- a%2 --\n", "-- a%zz --\n",
		"-- .holdfast-recorded.json --\n{}\n", "-- a @strange --\nx\n", "-- a @hex --\nxyz\n",
		"-- out @link --\n/etc\n-- out/x --\nx\n", "-- out @link --\n../..\n-- out/x --\nx\n", "-- out @link --\n/\n-- out/tmp @gone --\n",
	} {
		parent := t.TempDir()
		dir := filepath.Join(parent, "a", "b")
		if err := Unpack([]byte(packed), dir); err == nil {
			t.Errorf("%q was unpacked", packed)
		}
		if _, err := os.Stat(filepath.Join(parent, "x")); err == nil {
			t.Errorf("%q wrote outside", packed)
		}
	}
}

func TestLinks(t *testing.T) {
	src, err := Open(unpack(t, `-- real/file --
here
-- real/up @link --
../../../../real
-- absolute @link --
/real/file
-- circle @link --
circle2
-- circle2 @link --
circle
-- chain @link --
absolute
-- real/dir @dir --
`), "")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"/absolute": "/real/file", "/chain": "/real/file", "/real/up/up/file": "/real/file", "/": "/", "real/file": "/real/file", "/../../real": "/real",
	} {
		if got, err := src.Resolve(name); err != nil || got != want {
			t.Errorf("%s: %q %v, want %q", name, got, err, want)
		}
	}
	if _, err := src.Resolve("/circle"); !errors.Is(err, fingerprint.ErrLinks) {
		t.Errorf("a circle: %v", err)
	}
	if _, err := src.ReadFile("/real/dir", 9); !errors.Is(err, fingerprint.ErrNotFile) {
		t.Errorf("a directory as a file: %v", err)
	}
	if _, err := src.ReadDir("/real/file", 9); !errors.Is(err, fingerprint.ErrNotFile) {
		t.Errorf("a file as a directory: %v", err)
	}
	if b, err := src.ReadFile("/real/file", 2); !errors.Is(err, fingerprint.ErrTooLarge) || string(b) != "he" {
		t.Errorf("%q %v", b, err)
	}
	if _, err := src.ReadDir("/real", 1); !errors.Is(err, fingerprint.ErrTooLarge) {
		t.Errorf("a long directory: %v", err)
	}
	_, err = src.ReadFile("/no/such", 9)
	if !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), "tmp") {
		t.Errorf("an error names the path as the reader knows it, got %v", err)
	}
}

// TestKernelAndWalkAgree: two ways to follow links, one answer.
func TestKernelAndWalkAgree(t *testing.T) {
	dir := t.TempDir()
	if err := UnpackVariant("laptop", "dock", dir); err != nil {
		t.Fatal(err)
	}
	if err := Unpack([]byte("-- c1 @link --\nc2\n-- c2 @link --\nc1\n-- up @link --\n../../../etc\n-- abs @link --\n/usr/lib\n-- gone @link --\nnowhere\n"), dir); err != nil {
		t.Fatal(err)
	}
	s := &source{dir: dir}
	names := []string{"/", "/up/machine-id", "/abs/os-release", "/c1", "/gone", "/none", "/etc/machine-id/x", "/../../up", "/sys/class/net/eno1/device/driver"}
	err := filepath.WalkDir(dir, func(p string, _ fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, p)
		names = append(names, "/"+filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, name := range names {
		quick, known, err1 := s.kernelResolve(name)
		if !known {
			continue
		}
		asked++
		slow, err2 := s.walk(name)
		if quick != slow || (err1 == nil) != (err2 == nil) || errors.Is(err1, fs.ErrNotExist) != errors.Is(err2, fs.ErrNotExist) ||
			errors.Is(err1, fingerprint.ErrLinks) != errors.Is(err2, fingerprint.ErrLinks) {
			t.Errorf("%s: the kernel says %q (%v), walking %q (%v)", name, quick, err1, slow, err2)
		}
	}
	t.Logf("the kernel answered %d of %d", asked, len(names))
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "none"), ""); err == nil {
		t.Error("no directory at all")
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file, ""); err == nil {
		t.Error("a file")
	}
	if err := os.WriteFile(filepath.Join(dir, ManifestName), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, ""); err == nil {
		t.Error("a broken manifest")
	}
}

func TestSamplesAreThere(t *testing.T) {
	for _, name := range []string{"desktop", "laptop", "server", "vm"} {
		if !slices.Contains(Names(), name) {
			t.Errorf("%s is not among %q", name, Names())
		}
	}
	total := 0
	for _, name := range Names() {
		b, err := Sample(name)
		if err != nil || len(b) > 32_000 {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
		total += len(b)
		if len(Variants(name)) < 2 {
			t.Errorf("%s has the variants %q", name, Variants(name))
		}
	}
	if total > 250_000 {
		t.Errorf("%d bytes of samples are shipped", total)
	}
	if _, err := Sample("../samples/laptop"); err == nil {
		t.Error("a path was taken for a name")
	}
	if err := UnpackVariant("laptop", "no-such", t.TempDir()); err == nil {
		t.Error("a variant that is not there")
	}
	if err := UnpackVariant("no-such", "", t.TempDir()); err == nil {
		t.Error("a sample that is not there")
	}
}

// TestDocumentedVariantsExist keeps the package comment true.
func TestDocumentedVariantsExist(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Names() {
		for _, v := range Variants(name) {
			if !strings.Contains(string(doc), v) {
				t.Errorf("the package comment does not name %s of %s", v, name)
			}
		}
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte(everyMark))
	f.Add([]byte("-- ../x --\n-- a @link --\n..\n-- a/x --\n"))
	f.Add([]byte("-- %41%3A @hex --\n0g"))
	f.Fuzz(func(t *testing.T, packed []byte) {
		if runtime.GOOS == "windows" {
			t.Skip("names that Windows has no files for")
		}
		parent := t.TempDir()
		dir := filepath.Join(parent, "dir")
		err := Unpack(packed, dir)
		if list, _ := os.ReadDir(parent); len(list) > 1 {
			t.Fatalf("%q wrote beside its directory", packed)
		}
		if err != nil {
			return
		}
		src, err := Open(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range txtar.Parse(packed).Files {
			name, err := unescapeName(file.Name)
			if err == nil {
				_, _ = src.ReadFile("/"+name, 1000)
			}
		}
	})
}
