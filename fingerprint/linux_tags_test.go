//go:build unix

package fingerprint_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
	"github.com/seed-1feef0b2/holdfast/fingerprint/tagfile"
)

func TestTagsSayWhichComputer(t *testing.T) {
	plain, tagged := read(t, sample(t, "server", "")), read(t, sample(t, "server", "root-tags"))
	if plain.Score() >= tagged.Score() {
		t.Errorf("score %d without tags, %d with", plain.Score(), tagged.Score())
	}
	moved := read(t, sample(t, "server", "root-tags-moved"))
	if got := differing(tagged, moved); got != "board-serial memory-module network-card system-serial system-uuid" {
		t.Errorf("the disks in another server of the same model: %q differ", got)
	}
	if again := read(t, sample(t, "server", "root-tags")); !bytes.Equal(again.Canonical(), tagged.Canonical()) {
		t.Error("the same tags gave other bytes")
	}
}

// TestTagsThatAreNotBelieved: whatever is wrong with the file, its kinds are
// unreadable and say why, and no raw value takes their place.
func TestTagsThatAreNotBelieved(t *testing.T) {
	whole, err := recorded.Sample("server.root-tags")
	if err != nil {
		t.Fatal(err)
	}
	good := string(whole[bytes.IndexByte(whole, '{'):])
	const name = "-- run/holdfast/tags.json --\n"
	for what, c := range map[string]struct{ files, reason string }{
		"not root's alone":       {strings.Replace(name, " --\n", " @loose --\n", 1) + good, "tags-unsafe"},
		"too large":              {name + good + strings.Repeat(" ", tagfile.MaxSize) + "\n", "tags-broken"},
		"no JSON":                {name + "hello\n", "tags-broken"},
		"empty":                  {name, "tags-broken"},
		"another schema":         {name + strings.Replace(good, `"schema": 1`, `"schema": 2`, 1), "tags-broken"},
		"a folder":               {"-- run/holdfast/tags.json/x --\nx\n", "tags-broken"},
		"closed":                 {strings.Replace(name, " --\n", " @closed --\n", 1) + good, "tags-broken"},
		"a link that goes round": {"-- run/holdfast/tags.json @link --\ntags.json\n", "tags-broken"},
	} {
		dir := t.TempDir()
		if err := recorded.UnpackVariant("laptop", "", dir); err != nil { // whose firmware is readable
			t.Fatal(err)
		}
		if err := recorded.Unpack([]byte(c.files), dir); err != nil {
			t.Fatal(err)
		}
		s := read(t, open(t, dir))
		for _, kind := range tagfile.Kinds() {
			if got := only(t, s, kind); got.State != fingerprint.Unreadable || got.Reason != c.reason {
				t.Errorf("%s: %s is %s, %s", what, kind, got.State, got.Reason)
			}
		}
		raw, err := fingerprint.ReadWith(unhurried(t), open(t, dir), fingerprint.Options{Raw: true})
		if err != nil || raw.State("system-uuid") != fingerprint.Present {
			t.Errorf("%s: the firmware itself is %s, %v", what, raw.State("system-uuid"), err)
		}
	}
}

func TestRulesOfTheTagsCount(t *testing.T) {
	dir := t.TempDir()
	if err := recorded.UnpackVariant("server", "root-tags", dir); err != nil {
		t.Fatal(err)
	}
	own := read(t, open(t, dir)).Rules
	p := filepath.Join(dir, tagfile.Dir, tagfile.Name)
	b, err := os.ReadFile(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, bytes.Replace(b, []byte(`"rules": 1`), []byte(`"rules": 900`), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := read(t, open(t, dir)).Rules; own < 1 || got != 900 {
		t.Errorf("read under rules %d, then %d", own, got)
	}
}

// TestLiveFilesAreGuarded: of this computer, only what root alone may change is
// guarded.
func TestLiveFilesAreGuarded(t *testing.T) {
	src := fingerprint.Live()
	if src.Platform() != "linux" {
		t.Skip("the live source of files is Linux's")
	}
	if st, err := src.Stat("/etc/passwd"); err != nil || !st.Guarded {
		t.Errorf("/etc/passwd is guarded: %v, %v", st.Guarded, err)
	}
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", link); err != nil {
		t.Fatal(err)
	}
	guarded := func(p string) bool {
		st, err := src.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		return st.Guarded
	}
	if got := guarded(file); got != (os.Geteuid() == 0) {
		t.Errorf("a file of this user's is guarded: %v", got)
	}
	if guarded(link) {
		t.Error("a link is guarded")
	}
	for _, p := range []string{file, dir} {
		if err := os.Chmod(p, 0o777); err != nil {
			t.Fatal(err)
		}
		if guarded(file) {
			t.Errorf("%s may be written by everybody and is guarded", p)
		}
		if err := os.Chmod(p, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}
