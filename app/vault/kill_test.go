package vault

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
)

// killCase is one operation: what it needs, does, and what a vault that opens
// afterwards may look like.
type killCase struct {
	prepare func(t *testing.T, cfg Config)
	do      func(cfg Config) error
	// describe gives the state that the file holds; it must be that of before
	// or of after, whatever the kill point.
	describe func(cfg Config) (string, error)
}

func openHere(cfg Config) (*Vault, error) { return Open(cfg, testKeys, computer()) }

// keysOf opens by this computer, or by the other one and the share where asked.
func keysOf(cfg Config) (string, error) {
	v, err := openHere(cfg)
	if api.CodeOf(err) == api.CodeVaultMissing {
		return "no vault", nil
	}
	if err != nil {
		return "", err
	}
	list, err := v.Entries()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, e := range list {
		fmt.Fprintf(&b, "%s=%s ", e.Name, e.Value)
	}
	_, err = OpenWithShare(cfg, testKeys, testShare)
	_, err2 := OpenWithShare(cfg, testKeys, Share{2, secret(8)})
	_, err3 := Open(cfg, testKeys, disk(1))
	fmt.Fprintf(&b, "slots=%d share1=%v share2=%v disk1=%v", v.Slots(), err == nil, err2 == nil, err3 == nil)
	if err != nil && err2 != nil {
		return "", fmt.Errorf("no share opens it: %w", err)
	}
	return b.String(), nil
}

func oneKey(t *testing.T, cfg Config) {
	if err := newVault(t, cfg).Put("old", []byte("1")); err != nil {
		t.Fatal(err)
	}
}

// onVault opens with an unstepped read; only what changes counts.
func onVault(f func(*Vault) error) func(Config) error {
	return func(cfg Config) error {
		v, err := openHere(cfg)
		if err != nil {
			return err
		}
		return f(v)
	}
}

func backupState(cfg Config) (string, error) {
	list, err := ReadBackup(files.OS(), filepath.Join(filepath.Dir(cfg.Path), "keys.age"), "pass phrase")
	return fmt.Sprint(list), err
}

func killCases() map[string]killCase {
	all := func(e []Entry) func(cfg Config) error {
		return func(cfg Config) error {
			return writeBackup(cfg.Disk, filepath.Join(filepath.Dir(cfg.Path), "keys.age"), "pass phrase", e, 4)
		}
	}
	return map[string]killCase{
		"create": {func(*testing.T, Config) {}, func(cfg Config) error {
			_, err := Create(cfg, testKeys, bindBalanced(computer()), testShare)
			return err
		}, keysOf},
		"put":      {oneKey, onVault(func(v *Vault) error { return v.Put("new", []byte("2")) }), keysOf},
		"put over": {oneKey, onVault(func(v *Vault) error { return v.Put("old", []byte("2")) }), keysOf},
		"put all": {oneKey, onVault(func(v *Vault) error {
			return v.PutAll([]Entry{{Name: "a", Value: []byte("2")}, {Name: "b", Value: []byte("3")}})
		}), keysOf},
		"remove":   {oneKey, onVault(func(v *Vault) error { return v.Remove("old") }), keysOf},
		"add slot": {oneKey, onVault(func(v *Vault) error { return v.AddSlot(bindBalanced(disk(1))) }), keysOf},
		"rotate": {oneKey, onVault(func(v *Vault) error {
			return v.Rotate(bindBalanced(computer()), Share{2, secret(8)})
		}), keysOf},
		"backup": {func(t *testing.T, cfg Config) {
			if err := all([]Entry{{Name: "old", Value: []byte("1"), Created: testNow}})(cfg); err != nil {
				t.Fatal(err)
			}
		}, all([]Entry{{Name: "new", Value: []byte("2"), Created: testNow}}), backupState},
	}
}

// TestKilledAtEveryWrite: the vault opens with what was there before or after,
// and doing it again then works.
func TestKilledAtEveryWrite(t *testing.T) {
	for name, c := range killCases() {
		t.Run(name, func(t *testing.T) {
			dry := &files.Killer{}
			cfg := testConfig(t, files.OS())
			c.prepare(t, cfg)
			before, err := c.describe(cfg)
			if err != nil {
				t.Fatal(err)
			}
			cfg.Disk = files.Stepped(dry.Hook)
			if err := c.do(cfg); err != nil {
				t.Fatal(err)
			}
			after, err := c.describe(cfg)
			if err != nil || after == before {
				t.Fatalf("after: %s, %v", after, err)
			}
			if dry.Count() < 5 {
				t.Fatalf("only %v", dry.Steps())
			}
			befores := 0
			for at := 1; at <= dry.Count(); at++ {
				if killedAt(t, c, at, before, after) {
					befores++
				}
			}
			t.Logf("%d kill points, %d before and %d after", dry.Count(), befores, dry.Count()-befores)
			if befores == 0 || befores == dry.Count() {
				t.Fatal("the points lie on one side")
			}
		})
	}
}

// killedAt says whether the state is the one before.
func killedAt(t *testing.T, c killCase, at int, before, after string) bool {
	t.Helper()
	cfg := testConfig(t, files.OS())
	c.prepare(t, cfg)
	k := &files.Killer{At: at}
	stepped := cfg
	stepped.Disk = files.Stepped(k.Hook)
	if err := c.do(stepped); err == nil || !k.Dead() {
		t.Fatalf("point %d: not killed, %v", at, err)
	}
	got, err := c.describe(cfg)
	if err != nil || got != before && got != after {
		t.Fatalf("point %d (%v): %q, %v; want %q or %q", at, k.Steps()[at-1], got, err, before, after)
	}
	err = c.do(cfg)
	again, derr := c.describe(cfg)
	if code := api.CodeOf(err); derr != nil || again != after || err != nil && code != api.CodeFile && code != api.CodeKeyMissing {
		t.Fatalf("point %d: again: %v, %q, %v", at, err, again, derr)
	}
	temps, _ := filepath.Glob(filepath.Join(filepath.Dir(cfg.Path), ".*.tmp-*"))
	if len(temps) > 1 {
		t.Fatalf("point %d: %d temporary files", at, len(temps))
	}
	return got == before
}

func TestAFullDiskKeepsTheOldState(t *testing.T) {
	cfg := testConfig(t, files.OS())
	oneKey(t, cfg)
	v, err := openHere(cfg)
	if err != nil {
		t.Fatal(err)
	}
	v.cfg.Disk = fullDisk{files.OS()}
	wantCode(t, v.Put("new", []byte("2")), api.CodeDiskFull)
	wantCode(t, v.AddSlot(bindBalanced(disk(1))), api.CodeDiskFull)
	wantCode(t, v.Rotate(bindBalanced(disk(1)), Share{2, secret(8)}), api.CodeDiskFull)
	if list, err := v.List(); err != nil || len(list) != 1 || v.Slots() != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	v.cfg.Disk = files.OS()
	if err := v.Put("new", []byte("2")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(cfg.Path); err != nil {
		t.Fatal(err)
	}
}

// fullDisk refuses to write. The real thing is tested with the disk itself.
type fullDisk struct{ files.Disk }

func (fullDisk) Replace(string, []byte) error { return api.NewError(api.CodeDiskFull) }
