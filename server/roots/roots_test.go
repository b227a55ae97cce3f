package roots_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/seed-1feef0b2/holdfast/server/roots"
)

// recursive is the definition of RFC 6962, section 2.1, word for word.
func recursive(leaves [][]byte) [32]byte {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, leaves[0]...))
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	left, right := recursive(leaves[:k]), recursive(leaves[k:])
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

func TestTheTreeIsThatOfRFC6962(t *testing.T) {
	var leaves [][]byte
	var tree roots.Tree
	for n := range 130 {
		if got, want := tree.Root(), recursive(leaves); got != want || tree.Count() != int64(n) {
			t.Fatalf("%d leaves: %x, want %x", n, got, want)
		}
		leaf := bytes.Repeat([]byte{byte(n)}, n%5)
		leaves = append(leaves, leaf)
		tree.Add(leaf)
	}
}

// TestTheTreeOfEightKnownLeaves has the leaves and roots that certificate
// transparency logs test with.
func TestTheTreeOfEightKnownLeaves(t *testing.T) {
	var tree roots.Tree
	want := map[int]string{
		1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
	for i, leaf := range []string{
		"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
	} {
		raw, _ := hex.DecodeString(leaf)
		tree.Add(raw)
		if got := tree.Root(); want[i+1] != "" && hex.EncodeToString(got[:]) != want[i+1] {
			t.Errorf("%d leaves: %x", i+1, got)
		}
	}
}

func TestLeavesDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range []roots.Leaf{{"1", 2, []byte{3}}, {"12", 2, []byte{3}}, {"1", 3, []byte{3}}, {"1", 2, []byte{4}}} {
		seen[string(l.Bytes())] = true
	}
	if len(seen) != 4 {
		t.Errorf("%d of 4", len(seen))
	}
}

func TestAnExportComesBack(t *testing.T) {
	dir := t.TempDir()
	leaves := []roots.Leaf{{"100000000001", 3, []byte{1, 2}}, {"100000000002", 1, []byte{3}}}
	write := func(w io.Writer) error {
		x, err := roots.NewWriter(w, "a.b.c")
		for _, l := range leaves {
			err = errors.Join(err, x.Leaf(l))
		}
		return errors.Join(err, x.Flush())
	}
	for _, n := range []int64{2, 10, 1} {
		if err := roots.Save(dir, 0, n, write); err != nil {
			t.Fatal(err)
		}
	}
	if err := roots.Save(dir, 1, 1, write); err != nil {
		t.Fatal(err)
	}
	broken := func(io.Writer) error { return errors.New("the disk is full") }
	if err := roots.Save(dir, 2, 5, broken); err == nil {
		t.Error("a half export was kept")
	}
	if err := roots.Save(dir, 0, 1, broken); err != nil { // is there already, stays
		t.Error(err)
	}
	list, err := roots.List(dir)
	if err != nil || len(list) != 4 || list[0].Number != 1 || list[2].Number != 10 || list[3].Epoch != 1 {
		t.Fatalf("list %+v %v", list, err)
	}
	f, err := os.Open(list[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var signed string
	var got []roots.Leaf
	err = roots.Read(f, func(s string) error { signed = s; return nil }, func(l roots.Leaf) error { got = append(got, l); return nil })
	if err != nil || signed != "a.b.c" || !reflect.DeepEqual(got, leaves) {
		t.Errorf("%q %+v %v", signed, got, err)
	}
	if list, err = roots.List(list[0].Path); err != nil || len(list) != 1 {
		t.Errorf("one file: %+v %v", list, err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 4 {
		t.Errorf("%d files are left", len(entries))
	}
	if _, err := roots.List(filepath.Join(dir, "none")); err == nil {
		t.Error("no folder, no error")
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"root":"a"}` + "\n" + `{"account":"1","seq":1,"hash":"AA=="}` + "\n"))
	f.Add([]byte(`{"account":"1","seq":1,"hash":"AA=="}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		first := true
		_ = roots.Read(bytes.NewReader(raw),
			func(string) error {
				if !first {
					t.Error("two roots")
				}
				first = false
				return nil
			},
			func(roots.Leaf) error {
				if first {
					t.Error("a leaf before its root")
				}
				return nil
			})
	})
}
