package vault

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
)

func TestNamesOfKeys(t *testing.T) {
	for name, ok := range map[string]bool{
		"a": true, "A-1_b.c": true, strings.Repeat("x", 64): true,
		"": false, strings.Repeat("x", 65): false, "a b": false, "a/b": false, "ключ": false, "a\n": false, "a\x00": false,
	} {
		if ValidName(name) != ok {
			t.Errorf("%q: %v", name, !ok)
		}
	}
	v := newVault(t, testConfig(t, files.OS()))
	wantCode(t, v.Put("a b", nil), api.CodeKeyName)
	wantCode(t, v.PutAll([]Entry{{Name: "ok"}, {Name: "a/b"}}), api.CodeKeyName)
	if list, _ := v.List(); len(list) != 0 {
		t.Fatal("half of a list was stored")
	}
	_, err := v.Get("../etc/passwd")
	wantCode(t, err, api.CodeKeyMissing)
	if strings.Contains(fmt.Sprintf("%+v", err), "passwd") {
		t.Fatal("the error repeats what was typed")
	}
}

func TestBoundsOfAVault(t *testing.T) {
	v := newVault(t, testConfig(t, files.OS()))
	if err := v.Put("full", make([]byte, MaxValue)); err != nil {
		t.Fatal(err)
	}
	wantCode(t, v.Put("over", make([]byte, MaxValue+1)), api.CodeTooLarge)
	var many []Entry
	for n := range MaxTotal/MaxValue + 1 {
		many = append(many, Entry{Name: fmt.Sprintf("k%d", n), Value: make([]byte, MaxValue)})
	}
	wantCode(t, v.PutAll(many), api.CodeTooLarge)
	wantCode(t, v.PutAll([]Entry{{Name: "over", Value: make([]byte, MaxValue+1)}}), api.CodeTooLarge)
	many = nil
	for n := range MaxEntries {
		many = append(many, Entry{Name: fmt.Sprintf("k%d", n)})
	}
	wantCode(t, v.PutAll(many), api.CodeTooLarge) // one is there already
	if list, err := v.List(); err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
}

func TestValuesAreCopies(t *testing.T) {
	v := newVault(t, testConfig(t, files.OS()))
	in := []byte("value")
	if err := v.Put("k", in); err != nil {
		t.Fatal(err)
	}
	clear(in)
	out, err := v.Get("k")
	if err != nil {
		t.Fatal(err)
	}
	clear(out)
	again, err := v.Get("k")
	if err != nil || !bytes.Equal(again, []byte("value")) {
		t.Fatalf("%q, %v", again, err)
	}
}
