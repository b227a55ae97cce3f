package tags

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/rules"
	"github.com/seed-1feef0b2/holdfast/fingerprint/tagfile"
)

// Where the tags and their key lie on a computer.
const (
	RunDir   = tagfile.Dir
	StateDir = "/var/lib/holdfast"
	KeyName  = "tag.key"
)

// budget is how long reading may take where the context does not say: at the
// start of a system the disk is busy.
const budget = 10 * time.Second

// Errors of Write beside those of files.
var (
	// ErrKey: what lies in the key's place is not a key that only its owner can
	// read. Removing it makes a new one at the next run, and all tags change.
	ErrKey = errors.New("the tags' key is damaged or not private")
	// ErrUnsafe: others could change what is in the directory.
	ErrUnsafe = errors.New("not a directory of this user alone")
)

// Config says what to read and where to write.
type Config struct {
	Source fingerprint.Source
	Rules  *rules.Set // nil: the built-in ones
	Run    string     // directory of the tags; empty: RunDir
	State  string     // directory of the key; empty: StateDir
	Random io.Reader  // where a new key comes from: crypto/rand.Reader
}

// Result says what became of one component; it holds no value and no tag.
type Result struct {
	Kind   string
	State  fingerprint.State
	Reason string // suffix of a translation key; empty where present
}

// Write reads the firmware's identifiers and writes their tags, making the key
// where there is none yet. The file is replaced whole or not at all. The
// directories are made where they are missing.
func Write(ctx context.Context, c Config) ([]Result, error) {
	if c.Run == "" {
		c.Run = RunDir
	}
	if c.State == "" {
		c.State = StateDir
	}
	key, err := loadKey(c.State, c.Random)
	if err != nil {
		return nil, err
	}
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, budget)
		defer cancel()
	}
	s, err := fingerprint.ReadWith(ctx, c.Source, fingerprint.Options{Rules: c.Rules, Raw: true})
	if err != nil {
		return nil, err
	}
	f, list := tagsOf(s, key)
	b, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	if err := ownDir(c.Run, 0o755); err != nil {
		return nil, err
	}
	return list, replace(c.Run, tagfile.Name, b, 0o644)
}

func tagsOf(s fingerprint.Snapshot, key []byte) (tagfile.File, []Result) {
	f := tagfile.File{Rules: s.Rules}
	var list []Result
	for _, kind := range tagfile.Kinds() {
		for _, c := range s.Of(kind) {
			t := tagfile.Tag{Kind: kind, State: string(c.State), From: c.From, Reason: c.Reason}
			if c.State == fingerprint.Present {
				t.Tag = tagfile.Sum(key, kind, c.Value)
			}
			f.Tags = append(f.Tags, t)
			list = append(list, Result{kind, c.State, c.Reason})
		}
	}
	return f, list
}

// loadKey reads the key, or makes one where there is nothing in its place.
func loadKey(dir string, random io.Reader) ([]byte, error) {
	name := filepath.Join(dir, KeyName)
	info, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return newKey(dir, random)
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() != tagfile.KeySize || !private(info) {
		return nil, fmt.Errorf("%s: %w", name, ErrKey)
	}
	return os.ReadFile(name)
}

func newKey(dir string, random io.Reader) ([]byte, error) {
	if err := ownDir(dir, 0o700); err != nil {
		return nil, err
	}
	key := make([]byte, tagfile.KeySize)
	if _, err := io.ReadFull(random, key); err != nil {
		return nil, fmt.Errorf("the tags' key: %w", err)
	}
	return key, replace(dir, KeyName, key, 0o600)
}

// ownDir makes a directory where there is none and refuses one that somebody
// else could change.
func ownDir(dir string, mode fs.FileMode) error {
	if err := os.MkdirAll(dir, mode); err != nil {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() || !own(info) {
		return fmt.Errorf("%s: %w", dir, ErrUnsafe)
	}
	return nil
}

// replace writes a file under another name and moves it into place, so that a
// reader sees the old one or the new one, also after a power cut.
func replace(dir, name string, b []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(dir, "."+name+"-")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, name))
	}
	if err == nil {
		return syncDir(dir)
	}
	os.Remove(f.Name())
	return err
}
