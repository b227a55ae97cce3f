package rpmdb

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// headerOf makes a header of our own with as much filler before the
// architecture and after everything as wanted.
func headerOf(p Package, before, after int) []byte {
	type value struct {
		tag, kind, count uint32
		data             []byte
	}
	text := func(tag uint32, s string) value { return value{tag, typeString, 1, append([]byte(s), 0)} }
	list := []value{text(tagName, p.Name), text(tagVersion, p.Version), text(tagRelease, p.Release)}
	if p.Epoch != "" {
		var n uint32
		fmt.Sscan(p.Epoch, &n)
		list = append(list, value{tagEpoch, typeInt32, 1, binary.BigEndian.AppendUint32(nil, n)})
	}
	list = append(list, text(1005, strings.Repeat("d", before)))
	if p.Arch != "" {
		list = append(list, text(tagArch, p.Arch))
	}
	list = append(list, text(1027, strings.Repeat("f", after)))
	var index, data []byte
	for _, v := range list {
		for _, n := range []uint32{v.tag, v.kind, uint32(len(data)), v.count} {
			index = binary.BigEndian.AppendUint32(index, n)
		}
		data = append(data, v.data...)
	}
	b := binary.BigEndian.AppendUint32(nil, uint32(len(list)))
	return slices.Concat(binary.BigEndian.AppendUint32(b, uint32(len(data))), index, data)
}

// database makes one with SQLite itself, and keeps it open.
func database(t testing.TB, pragmas string) (*sql.DB, string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "rpmdb.sqlite")
	db, err := sql.Open("sqlite", name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	exec(t, db, pragmas+`; CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL);
		CREATE TABLE 'Name' (key 'TEXT' NOT NULL, hnum INTEGER NOT NULL); CREATE INDEX 'Name_key_idx' ON 'Name'(key ASC);`)
	return db, name
}

func exec(t testing.TB, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatal(err)
	}
}

func fill(t testing.TB, db *sql.DB, list []Package, size func(int) (before, after int)) {
	t.Helper()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range list {
		before, after := size(i)
		if _, err := tx.Exec("INSERT INTO Packages(blob) VALUES(?)", headerOf(p, before, after)); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, name string) ([]Package, error) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	wal, err := os.ReadFile(name + "-wal")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return Read(bytes.NewReader(b), int64(len(b)), wal)
}

func packages(n int) []Package {
	var out []Package
	for i := range n {
		p := Package{Name: fmt.Sprintf("package-%d", i), Version: fmt.Sprintf("%d.%d", i%7, i), Release: "1.fc40", Arch: "x86_64"}
		if i%5 == 0 {
			p.Epoch = fmt.Sprint(i % 3)
		}
		if i%11 == 0 {
			p.Arch = ""
		}
		out = append(out, p)
	}
	return out
}

// TestEveryPageSize reads rows of every length around the borders of pages, in
// databases of several page sizes, large enough for trees of some levels.
func TestEveryPageSize(t *testing.T) {
	for _, page := range []int{512, 1024, 4096, 65536} {
		db, name := database(t, fmt.Sprintf("PRAGMA page_size=%d", page))
		want := packages(1500)
		if testing.Short() {
			want = want[:150]
		}
		fill(t, db, want, func(i int) (int, int) { return i, i * i % 9000 })
		got, err := load(t, name)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("page size %d: %d packages of %d, %v", page, len(got), len(want), err)
		}
	}
}

func TestRowsThatWentAndCame(t *testing.T) {
	db, name := database(t, "PRAGMA page_size=1024")
	want := packages(900)
	fill(t, db, want, func(int) (int, int) { return 10, 700 })
	exec(t, db, "DELETE FROM Packages WHERE hnum % 3 = 0")
	var left []Package
	for i, p := range want {
		if (i+1)%3 != 0 {
			left = append(left, p)
		}
	}
	more := []Package{{Name: "new", Version: "1", Release: "1", Arch: "noarch"}}
	fill(t, db, more, func(int) (int, int) { return 10, 100_000 })
	if got, err := load(t, name); err != nil || !slices.Equal(got, append(left, more...)) {
		t.Errorf("%d packages, want %d, %v", len(got), len(left)+1, err)
	}
	exec(t, db, "DELETE FROM Packages")
	if got, err := load(t, name); err != nil || len(got) != 0 {
		t.Errorf("%d packages in an empty table, %v", len(got), err)
	}
}

// TestWriteAheadLog: what is committed in the log counts, and nothing else does.
func TestWriteAheadLog(t *testing.T) {
	db, name := database(t, "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0")
	list := packages(300)
	fill(t, db, list[:100], func(int) (int, int) { return 10, 500 })
	fill(t, db, list[100:], func(int) (int, int) { return 10, 500 })
	got, err := load(t, name)
	if err != nil || !slices.Equal(got, list) {
		t.Fatalf("%d packages, %v", len(got), err)
	}
	file, err1 := os.ReadFile(name)
	wal, err2 := os.ReadFile(name + "-wal")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	// Cut anywhere, the log gives the state of its last whole commit.
	seen := map[int]bool{}
	for n := 0; n <= len(wal); n += len(wal) / 150 {
		got, err := Read(bytes.NewReader(file), int64(len(file)), wal[:n])
		if err == nil && len(got) != 0 && len(got) != 100 && len(got) != 300 {
			t.Fatalf("log cut after %d bytes: %d packages", n, len(got))
		}
		seen[len(got)] = true
	}
	if !seen[100] {
		t.Error("the first commit was never seen")
	}
	// A wrong byte anywhere in a frame takes it and all that follows away.
	for n := walHeader; n < len(wal); n += len(wal)/100 + 1 {
		bad := bytes.Clone(wal)
		bad[n] ^= 0x10
		if got, err := Read(bytes.NewReader(file), int64(len(file)), bad); err == nil && len(got) == 300 {
			t.Fatalf("a wrong byte at %d was believed", n)
		}
	}
	exec(t, db, "PRAGMA wal_checkpoint(PASSIVE)")
	if got, err := load(t, name); err != nil || !slices.Equal(got, list) {
		t.Errorf("after a checkpoint that left the log: %d packages, %v", len(got), err)
	}
	fill(t, db, packages(1), func(int) (int, int) { return 1, 1 })
	if got, err := load(t, name); err != nil || len(got) != 301 {
		t.Errorf("a log begun anew over the old one: %d packages, %v", len(got), err)
	}
}

func TestNoDatabase(t *testing.T) {
	db, name := database(t, "PRAGMA page_size=1024")
	fill(t, db, packages(50), func(int) (int, int) { return 10, 3000 })
	good, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for what, b := range map[string][]byte{
		"nothing": nil, "text": []byte(strings.Repeat("no database ", 50)), "a header alone": good[:100], "half of it": good[:len(good)/2],
		"no such table": bytes.ReplaceAll(good, []byte("Packages"), []byte("Cabbages")),
	} {
		if got, err := Read(bytes.NewReader(b), int64(len(b)), nil); !errors.Is(err, ErrFormat) || got != nil {
			t.Errorf("%s: %d packages, %v", what, len(got), err)
		}
	}
	if _, err := Read(bytes.NewReader(good), int64(len(good)), make([]byte, MaxLog+1)); !errors.Is(err, ErrTooMany) {
		t.Errorf("an endless log: %v", err)
	}
}

func TestTooManyPackages(t *testing.T) {
	db, name := database(t, "PRAGMA page_size=4096")
	exec(t, db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < ?) INSERT INTO Packages(blob) SELECT ? FROM n",
		MaxPackages+1, headerOf(packages(1)[0], 1, 1))
	if got, err := load(t, name); !errors.Is(err, ErrTooMany) || got != nil {
		t.Errorf("%d packages, %v", len(got), err)
	}
}

func TestEVR(t *testing.T) {
	for want, p := range map[string]Package{"1-2": {Version: "1", Release: "2"}, "3:1-2": {Version: "1", Release: "2", Epoch: "3"}} {
		if got := p.EVR(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestVarint(t *testing.T) {
	for _, c := range []struct {
		b []byte
		v uint64
		n int
	}{{nil, 0, 0}, {[]byte{0x7f}, 127, 1}, {[]byte{0x81, 0}, 128, 2}, {[]byte{0x81}, 0, 0}, {bytes.Repeat([]byte{0xff}, 9), 1<<64 - 1, 9}, {bytes.Repeat([]byte{0xff}, 8), 0, 0}} {
		if v, n := varint(c.b); v != c.v || n != c.n {
			t.Errorf("% x: %d in %d bytes", c.b, v, n)
		}
	}
}

func FuzzRead(f *testing.F) {
	db, name := database(f, "PRAGMA page_size=512; PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0")
	fill(f, db, packages(6), func(int) (int, int) { return 5, 300 })
	exec(f, db, "PRAGMA wal_checkpoint(PASSIVE)")
	fill(f, db, packages(3), func(int) (int, int) { return 5, 300 })
	b, err1 := os.ReadFile(name)
	wal, err2 := os.ReadFile(name + "-wal")
	if err := errors.Join(err1, err2); err != nil {
		f.Fatal(err)
	}
	f.Add(b, wal)
	f.Add(b, []byte(nil))
	f.Add(b[:1024], wal[:600])
	f.Fuzz(func(t *testing.T, b, wal []byte) {
		got, err := Read(bytes.NewReader(b), int64(len(b)), wal)
		if err != nil && got != nil {
			t.Error("an error and a list")
		}
		for _, p := range got {
			if p.Name == "" || p.Version == "" || len(p.Name) > 4*longest {
				t.Errorf("%+v", p)
			}
		}
	})
}
