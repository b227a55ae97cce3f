package server

import (
	"bytes"
	"context"
	"crypto/cipher"
	"errors"
	"testing"
)

func testRing(t *testing.T, versions ...uint32) *ring {
	t.Helper()
	r := &ring{seals: map[uint32]cipher.AEAD{}}
	for _, v := range versions {
		key := bytes.Repeat([]byte{byte(v)}, dataKeyBytes)
		aead, err := newAEAD(key)
		if err != nil {
			t.Fatal(err)
		}
		r.seals[v], r.sealing = aead, v
		r.peppers = append([]pepper{{v, key}}, r.peppers...)
	}
	return r
}

func TestSealedValuesStayInTheirPlace(t *testing.T) {
	r := testRing(t, 1)
	sealed, err := r.seal(zeroes{}, "a row", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.open("a row", sealed); err != nil || string(got) != "secret" {
		t.Errorf("%q %v", got, err)
	}
	for _, place := range []string{"another row", ""} {
		if _, err := r.open(place, sealed); err == nil {
			t.Errorf("it opens in %q", place)
		}
	}
	for i := range sealed {
		broken := bytes.Clone(sealed)
		broken[i] ^= 1
		if _, err := r.open("a row", broken); !errors.Is(err, errSealed) {
			t.Errorf("a value changed at byte %d: %v", i, err)
		}
		if _, err := r.open("a row", sealed[:i]); !errors.Is(err, errSealed) {
			t.Errorf("a value cut at byte %d: %v", i, err)
		}
	}
	if string(r.index("a", "x")) == string(r.index("b", "x")) {
		t.Error("labels do not tell indexes apart")
	}
}

func TestEveryVersionOpensWhatItSealed(t *testing.T) {
	first, both, second := testRing(t, 1), testRing(t, 1, 2), testRing(t, 2)
	old, _ := first.seal(zeroes{}, "row", []byte("old"))
	fresh, _ := both.seal(zeroes{}, "row", []byte("new"))
	headless := old[sealedHead:] // as it was before there were versions
	for _, c := range []struct {
		name   string
		r      *ring
		sealed []byte
		want   string
	}{
		{"old under the first", first, old, "old"},
		{"old under both", both, old, "old"},
		{"old under the second", second, old, ""},
		{"new under the first", first, fresh, ""},
		{"new under both", both, fresh, "new"},
		{"new under the second", second, fresh, "new"},
		{"headless under both", both, headless, "old"},
		{"headless under the second", second, headless, ""},
	} {
		got, err := c.r.open("row", c.sealed)
		if string(got) != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q %v", c.name, got, err)
		}
	}
	if both.newest("row", old) || both.newest("row", headless) || !both.newest("row", fresh) {
		t.Error("what is sealed under the newest key is not told from the rest")
	}
	if i := both.indexes("a", "x"); len(i) != 2 || !bytes.Equal(i[1], first.index("a", "x")) || !bytes.Equal(i[0], second.index("a", "x")) {
		t.Error("a value is not found under both peppers, the newest first")
	}
}

func TestMasterKeysWrapForTheirLabelAlone(t *testing.T) {
	ctx := context.Background()
	kms := MasterKeys{{1}, {2}}
	name, err := kms.Current(ctx)
	if err != nil || name != (MasterKey{2}).Name() || len(name) != 16 {
		t.Fatal(name, err)
	}
	wrapped, err := kms.Wrap(ctx, name, "label", []byte("a data key"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := kms.Unwrap(ctx, name, "label", wrapped); err != nil || string(got) != "a data key" {
		t.Error(got, err)
	}
	if _, err := kms.Unwrap(ctx, name, "another", wrapped); err == nil {
		t.Error("it opens for another label")
	}
	if _, err := kms.Unwrap(ctx, (MasterKey{1}).Name(), "label", wrapped); err == nil {
		t.Error("it opens under another master key")
	}
	if _, err := kms[:1].Unwrap(ctx, name, "label", wrapped); !errors.Is(err, ErrNoMaster) {
		t.Error(err)
	}
	if _, err := (MasterKeys{}).Current(ctx); !errors.Is(err, ErrNoMaster) {
		t.Error(err)
	}
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }
