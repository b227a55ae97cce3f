//go:build unix

package tags_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
	"github.com/seed-1feef0b2/holdfast/fingerprint/tagfile"
	"github.com/seed-1feef0b2/holdfast/fingerprint/tags"
)

// computer unpacks a recorded computer as root sees it.
func computer(t *testing.T, name, variant string) (fingerprint.Source, string) {
	t.Helper()
	dir := t.TempDir()
	if err := recorded.UnpackVariant(name, variant, dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, recorded.ManifestName)); err != nil {
		t.Fatal(err)
	}
	return open(t, dir), dir
}

func open(t *testing.T, dir string) fingerprint.Source {
	t.Helper()
	src, err := recorded.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func unhurried(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func read(t *testing.T, src fingerprint.Source, raw bool) fingerprint.Snapshot {
	t.Helper()
	s, err := fingerprint.ReadWith(unhurried(t), src, fingerprint.Options{Raw: raw})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// within writes a computer's tags into the computer itself.
func within(src fingerprint.Source, dir string, key byte) tags.Config {
	return tags.Config{
		Source: src, Run: filepath.Join(dir, tags.RunDir), State: filepath.Join(dir, tags.StateDir),
		Random: bytes.NewReader(bytes.Repeat([]byte{key}, tagfile.KeySize)),
	}
}

// TestRecordedTagsAreWhatIsWritten keeps the samples true: their tags are what
// the service writes on that computer under the key 00 01 02 … 1f.
func TestRecordedTagsAreWhatIsWritten(t *testing.T) {
	key := make([]byte, tagfile.KeySize)
	for i := range key {
		key[i] = byte(i)
	}
	for raw, tagged := range map[string]string{"": "root-tags", "disk-moved": "root-tags-moved"} {
		src, dir := computer(t, "server", raw)
		c := within(src, dir, 0)
		c.Random = bytes.NewReader(key)
		if _, err := tags.Write(unhurried(t), c); err != nil {
			t.Fatal(err)
		}
		other, _ := computer(t, "server", tagged)
		if got, want := read(t, src, false).Canonical(), read(t, other, false).Canonical(); !bytes.Equal(got, want) {
			t.Errorf("%s: the sample's tags are not what is written", tagged)
		}
	}
}

func TestTagsTakeThePlaceOfValues(t *testing.T) {
	src, dir := computer(t, "laptop", "")
	raw := read(t, src, true)
	list, err := tags.Write(unhurried(t), within(src, dir, 7))
	if err != nil || len(list) != 5 {
		t.Fatalf("%+v, %v", list, err)
	}
	tagged := read(t, src, false)
	for _, kind := range tagfile.Kinds() {
		was, is := raw.Of(kind), tagged.Of(kind)
		if len(was) != len(is) {
			t.Fatalf("%s: %d tags of %d values", kind, len(is), len(was))
		}
		for i, c := range is {
			if c.State != fingerprint.Present || !strings.HasPrefix(c.Value, "tag:") || c.From != was[i].From && kind != "memory-module" || c.Label != "" {
				t.Errorf("%s: %+v", kind, c)
			}
		}
	}
	if tagged.Of("system-uuid")[0].From != "system-serial" || tagged.Score() != raw.Score() {
		t.Errorf("from %q, score %d and %d", tagged.Of("system-uuid")[0].From, tagged.Score(), raw.Score())
	}
	// A user for whom the firmware is closed sees what root sees.
	closed, dir2 := computer(t, "laptop", "")
	if err := recorded.UnpackVariant("laptop", "board-closed", dir2); err != nil {
		t.Fatal(err)
	}
	if _, err := tags.Write(unhurried(t), within(closed, dir2, 7)); err != nil {
		t.Fatal(err)
	}
	if got := read(t, open(t, dir2), false); !bytes.Equal(got.Canonical(), tagged.Canonical()) {
		t.Error("root and a user see different computers")
	}
}

func TestNothingRawIsWritten(t *testing.T) {
	for _, name := range []string{"laptop", "server", "desktop", "vm"} {
		src, dir := computer(t, name, "")
		if _, err := tags.Write(unhurried(t), within(src, dir, 7)); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, tags.RunDir, tagfile.Name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tagfile.Parse(b); err != nil {
			t.Error(err)
		}
		for _, c := range read(t, src, true).Components {
			if fingerprint.Identifier(c.Kind) && c.Value != "" && strings.Contains(strings.ToLower(string(b)), c.Value) {
				t.Errorf("%s: %s stands in the file", name, c.Kind)
			}
		}
		for file, mode := range map[string]os.FileMode{filepath.Join(tags.RunDir, tagfile.Name): 0o644, filepath.Join(tags.StateDir, tags.KeyName): 0o600} {
			if info, err := os.Stat(filepath.Join(dir, file)); err != nil || info.Mode().Perm() != mode {
				t.Errorf("%s: %v, %v", file, info.Mode(), err)
			}
		}
	}
}

func TestTheKeyMakesTheTags(t *testing.T) {
	src, dir := computer(t, "laptop", "")
	one := within(src, dir, 7)
	values := func() []string {
		t.Helper()
		if _, err := tags.Write(unhurried(t), one); err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, k := range tagfile.Kinds() {
			for _, c := range read(t, src, false).Of(k) {
				out = append(out, c.Value)
			}
		}
		return out
	}
	first := values()
	one.Random = nil // the key is there: no other is made
	if again := values(); !slices.Equal(first, again) {
		t.Error("a second run gave other tags")
	}
	if err := os.Remove(filepath.Join(dir, tags.StateDir, tags.KeyName)); err != nil {
		t.Fatal(err)
	}
	one.Random = bytes.NewReader(bytes.Repeat([]byte{9}, tagfile.KeySize))
	for i, v := range values() {
		if v == first[i] {
			t.Error("another key gave the same tag")
		}
	}
}

func TestPlaceholdersStayPlaceholders(t *testing.T) {
	src, dir := computer(t, "desktop", "")
	list, err := tags.Write(unhurried(t), within(src, dir, 7))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		if r.State != fingerprint.Placeholder || r.Reason != "placeholder" {
			t.Errorf("%+v", r)
		}
	}
	if got, want := read(t, src, false).Canonical(), read(t, src, true).Canonical(); !bytes.Equal(got, want) {
		t.Error("a computer of placeholders has tags")
	}
}

func TestDamagedKeysAndFolders(t *testing.T) {
	for name, harm := range map[string]func(string) error{
		"a short key":        func(k string) error { return os.WriteFile(k, []byte("short"), 0o600) },
		"a key for all":      func(k string) error { return os.WriteFile(k, make([]byte, 32), 0o644) },
		"a link":             func(k string) error { return os.Symlink("/dev/zero", k) },
		"a folder":           func(k string) error { return os.Mkdir(k, 0o700) },
		"a folder for all":   func(k string) error { return os.Chmod(filepath.Dir(k), 0o777) },
		"a random that ends": nil,
	} {
		src, dir := computer(t, "laptop", "")
		c := within(src, dir, 7)
		if err := os.MkdirAll(c.State, 0o700); err != nil {
			t.Fatal(err)
		}
		if harm == nil {
			c.Random = io.LimitReader(c.Random, 5)
		} else if err := harm(filepath.Join(c.State, tags.KeyName)); err != nil {
			t.Fatal(err)
		}
		_, err := tags.Write(unhurried(t), c)
		if err == nil {
			t.Errorf("%s was taken", name)
		}
		if _, err := os.Stat(filepath.Join(c.Run, tagfile.Name)); err == nil {
			t.Errorf("%s: tags were written all the same", name)
		}
	}
	src, dir := computer(t, "laptop", "")
	c := within(src, dir, 7)
	if err := errors.Join(os.MkdirAll(c.Run, 0o755), os.Chmod(c.Run, 0o777)); err != nil {
		t.Fatal(err)
	}
	if _, err := tags.Write(unhurried(t), c); !errors.Is(err, tags.ErrUnsafe) {
		t.Errorf("a folder for all: %v", err)
	}
	if list, _ := os.ReadDir(c.Run); len(list) != 0 {
		t.Errorf("%d files are left", len(list))
	}
}
