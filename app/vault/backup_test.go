package vault

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
)

func sample() []Entry {
	return []Entry{{"b", []byte("2"), testNow}, {"a", bytes.Repeat([]byte{0, 255}, 1000), testNow.AddDate(0, 0, -1)}}
}

func TestABackupComesBackWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.age")
	if err := WriteBackup(files.OS(), path, "correct horse", sample()); err != nil { // the real cost, once
		t.Fatal(err)
	}
	got, err := ReadBackup(files.OS(), path, "correct horse")
	if err != nil || len(got) != 2 || got[0].Name != "a" || !bytes.Equal(got[0].Value, sample()[1].Value) ||
		!got[1].Created.Equal(testNow) {
		t.Fatalf("%v, %v", got, err)
	}
	data, _ := os.ReadFile(path)
	if !bytes.HasPrefix(data, []byte("age-encryption.org/v1\n-> scrypt ")) {
		t.Fatalf("not an age file: %q", data[:30])
	}
}

func TestBackupsThatCannotBeRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.age")
	if err := writeBackup(files.OS(), path, "right", sample(), 4); err != nil {
		t.Fatal(err)
	}
	good, _ := os.ReadFile(path)
	read := func(pass string) error {
		_, err := ReadBackup(files.OS(), path, pass)
		return err
	}
	wantCode(t, read("wrong"), api.CodePassphrase)
	wantCode(t, read(""), api.CodePassphrase)
	wantCode(t, WriteBackup(files.OS(), path, "", sample()), api.CodePassphrase)
	for name, bad := range map[string][]byte{
		"empty": {}, "cut": good[:len(good)-1], "rubbish": []byte("keys"), "half": good[:len(good)/2],
		"flipped": append(slices.Clone(good[:len(good)-1]), good[len(good)-1]^1),
	} {
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := read("right"); api.CodeOf(err) != api.CodeBackupBroken {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, inside := range []string{
		``, `{}`, `[]`, `{"format":"other","version":1,"entries":[]}`, `{"format":"holdfast-backup","version":2,"entries":[]}`,
		`{"format":"holdfast-backup","version":1,"entries":[{"name":"a/b","value":"","created":"2026-11-22T09:00:00Z"}]}`,
		`{"format":"holdfast-backup","version":1,"entries":[{"name":"a","value":"","created":"today"}]}`,
		`{"format":"holdfast-backup","version":1,"extra":1,"entries":[]}`,
	} {
		sealed, err := ageSeal("right", []byte(inside), 4)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, sealed, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := read("right"); api.CodeOf(err) != api.CodeBackupBroken {
			t.Errorf("%s: %v", inside, err)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := read("right"); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}

// liar acknowledges writes and keeps something else.
type liar struct{ files.Disk }

func (l liar) Replace(path string, data []byte) error {
	return l.Disk.Replace(path, data[:len(data)-1])
}

func TestABackupThatWasNotKeptIsNotReportedAsSuccess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.age")
	wantCode(t, writeBackup(liar{files.OS()}, path, "right", sample(), 4), api.CodeBackupBroken)
}
