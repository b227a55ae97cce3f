package vault

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

func TestAVaultOpensOnItsComputerAndKeepsItsKeys(t *testing.T) {
	cfg := testConfig(t, files.OS())
	v := newVault(t, cfg)
	if err := v.Put("github.token", []byte("abc")); err != nil {
		t.Fatal(err)
	}
	v.Close()
	if _, err := v.Get("github.token"); api.CodeOf(err) != api.CodeVaultLocked {
		t.Fatalf("a closed vault says %v", err)
	}
	v, err := Open(cfg, testKeys, computer())
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.Get("github.token")
	if err != nil || string(got) != "abc" {
		t.Fatalf("got %q, %v", got, err)
	}
	list, err := v.List()
	if err != nil || len(list) != 1 || list[0].Name != "github.token" || list[0].Size != 3 ||
		!list[0].Created.Equal(testNow) || !list[0].Used.Equal(testNow) {
		t.Fatalf("got %+v, %v", list, err)
	}
	if err := v.Remove("github.token"); err != nil {
		t.Fatal(err)
	}
	_, err = v.Get("github.token")
	wantCode(t, err, api.CodeKeyMissing)
	wantCode(t, v.Remove("github.token"), api.CodeKeyMissing)
	if info, err := os.Stat(cfg.Path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
}

func TestAChangedComputerNeedsTheShare(t *testing.T) {
	cfg := testConfig(t, files.OS())
	newVault(t, cfg).Close()
	for _, c := range []fingerprint.Snapshot{
		with(computer(), "boot-disk", has("boot-disk", "another")),
		with(computer(), "install-id", has("install-id", "another")),
		with(computer(), "system-uuid", has("system-uuid", "another")),
		with(computer(), "system-serial", lacks("system-serial", fingerprint.Unreadable)),
		with(computer(), "system-serial", lacks("system-serial", fingerprint.Absent)),
		with(computer(), "boot-disk"),
		snapshot(),
	} {
		_, err := Open(cfg, testKeys, c)
		wantCode(t, err, api.CodeVaultLocked)
	}
	changed := with(computer(), "boot-disk", has("boot-disk", "another"))
	v, err := OpenWithShare(cfg, testKeys, testShare)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.AddSlot(bindBalanced(changed)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []fingerprint.Snapshot{computer(), changed} { // the earlier configuration needs no code
		if _, err := Open(cfg, testKeys, c); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatIsNotBoundMayChange(t *testing.T) {
	cfg := testConfig(t, files.OS())
	newVault(t, cfg)
	c := with(with(computer(), "memory", has("memory", "32 gib")), "network-card", has("network-card", "3c:52:82:00:00:01"))
	c = with(c, "board-serial", has("board-serial", "now it reads"))
	if _, err := Open(cfg, testKeys, c); err != nil {
		t.Fatal(err)
	}
}

func TestSharesThatDoNotFit(t *testing.T) {
	cfg := testConfig(t, files.OS())
	newVault(t, cfg)
	for _, s := range []Share{{}, {1, Secret{}}, {1, secret(9)}, {2, secret(2)}, {0, secret(2)}, {-1, secret(2)}} {
		_, err := OpenWithShare(cfg, testKeys, s)
		wantCode(t, err, api.CodeVaultLocked)
	}
	_, err := OpenWithShare(cfg, Keys{Ring: secret(7)}, testShare)
	wantCode(t, err, api.CodeKeyringLost)
	_, err = Open(cfg, Keys{Ring: secret(7)}, computer())
	wantCode(t, err, api.CodeKeyringLost)
	_, err = Open(cfg, Keys{Ring: secret(1), Hardware: secret(3)}, computer())
	wantCode(t, err, api.CodeVaultLocked)
}

func TestTheChipCounts(t *testing.T) {
	cfg := testConfig(t, files.OS())
	k := Keys{Ring: secret(1), Hardware: secret(3)}
	if _, err := Create(cfg, k, bindBalanced(computer()), testShare); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(cfg, k, computer()); err != nil {
		t.Fatal(err)
	}
	_, err := Open(cfg, testKeys, computer())
	wantCode(t, err, api.CodeVaultLocked)
	o, err := Look(cfg, k.Ring)
	if err != nil || o.Generation != 1 || len(o.Slots) != 1 || !o.Slots[0].Chip || len(o.Slots[0].Kinds) != 4 {
		t.Fatalf("%+v, %v", o, err)
	}
}

func TestCreateRefuses(t *testing.T) {
	cfg := testConfig(t, files.OS())
	for name, b := range map[string]Binding{
		"no kinds":     {},
		"only absence": Bind([]string{"tpm", "board-serial"}, computer()),
		"unread":       Bind([]string{"boot-disk", "nothing-like-it"}, computer()),
	} {
		_, err := Create(cfg, testKeys, b, testShare)
		if api.CodeOf(err) != api.CodeReadFailed {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := bindBalanced(computer())
	if _, err := Create(cfg, Keys{}, good, testShare); err == nil {
		t.Error("a zero keyring secret was accepted")
	}
	for _, s := range []Share{{}, {1, Secret{}}, {0, secret(1)}} {
		if _, err := Create(cfg, testKeys, good, s); err == nil {
			t.Errorf("the share %d was accepted", s.Generation)
		}
	}
	if _, err := os.Stat(cfg.Path); !os.IsNotExist(err) {
		t.Fatal("a refused Create left a file")
	}
	_, err := Open(cfg, testKeys, computer())
	wantCode(t, err, api.CodeVaultMissing)
	newVault(t, cfg)
	if _, err := Create(cfg, testKeys, good, testShare); !errors.Is(err, ErrExists) {
		t.Fatalf("an existing vault: %v", err)
	}
}

func TestNoRandomnessNoVault(t *testing.T) {
	cfg := testConfig(t, files.OS())
	for n := 0; n < 4*32+24; n += 8 { // what a vault takes: four secrets and a nonce
		cfg.Rand = strings.NewReader(strings.Repeat("x", n))
		if v, err := Create(cfg, testKeys, bindBalanced(computer()), testShare); err == nil {
			t.Fatalf("%d bytes made a vault of %d slots", n, v.Slots())
		}
		if _, err := os.Stat(cfg.Path); err == nil {
			t.Fatal("a file without randomness")
		}
	}
}

func TestTheStandardIsTheLeast(t *testing.T) {
	cfg := testConfig(t, files.OS())
	newVault(t, cfg)
	cfg.Argon = Params{}
	_, err := Open(cfg, testKeys, computer())
	wantCode(t, err, api.CodeVaultBroken)
}

func TestEqualStatesGiveDifferentFiles(t *testing.T) {
	cfg := testConfig(t, files.OS())
	v := newVault(t, cfg)
	seen := map[string]bool{}
	for range 3 {
		if err := v.Put("k", []byte("v")); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(cfg.Path)
		if err != nil || seen[string(data)] {
			t.Fatalf("the same bytes again: a nonce was used twice (%v)", err)
		}
		seen[string(data)] = true
		if bytes.Contains(data, testShare.Secret[:8]) || bytes.Contains(data, testKeys.Ring[:8]) || bytes.Contains(data, []byte("s4evnx0m")) {
			t.Fatal("a secret or a value in the open")
		}
	}
}

func TestTwoHoldersSeeEachOther(t *testing.T) {
	cfg := testConfig(t, files.OS())
	a := newVault(t, cfg)
	b, err := Open(cfg, testKeys, computer())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []error{a.Put("a", []byte("1")), b.Put("b", []byte("2")), a.Put("c", []byte("3"))} {
		if step != nil {
			t.Fatal(step)
		}
	}
	for _, v := range []*Vault{a, b} {
		if list, err := v.List(); err != nil || len(list) != 3 {
			t.Fatalf("%d keys, %v", len(list), err)
		}
	}
	if err := os.WriteFile(cfg.Path, []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantCode(t, a.Put("d", nil), api.CodeVaultBroken)
	if data, _ := os.ReadFile(cfg.Path); string(data) != "rubbish" {
		t.Fatal("a broken file was overwritten")
	}
	if err := os.Remove(cfg.Path); err != nil {
		t.Fatal(err)
	}
	wantCode(t, a.Put("d", nil), api.CodeVaultMissing)
	cfg.Rand = rand.Reader
	if _, err := Create(cfg, testKeys, bindBalanced(computer()), testShare); err != nil {
		t.Fatal(err)
	}
	wantCode(t, a.Put("d", nil), api.CodeVaultLocked)
}

func TestClosingForgets(t *testing.T) {
	cfg := testConfig(t, files.OS())
	cfg.Memo = &Memo{}
	v := newVault(t, cfg)
	value := []byte("secret value")
	if err := v.Put("k", value); err != nil {
		t.Fatal(err)
	}
	held := v.entries["k"].value
	v.Close()
	if v.master != (Secret{}) || v.keys != (Keys{}) || !bytes.Equal(held, make([]byte, len(held))) || len(cfg.Memo.known) != 0 {
		t.Fatal("something is left")
	}
	if string(value) != "secret value" {
		t.Fatal("the caller's bytes were wiped")
	}
	v.Close()
	wantCode(t, v.AddSlot(bindBalanced(computer())), api.CodeVaultLocked)
	wantCode(t, v.Rotate(bindBalanced(computer()), testShare), api.CodeVaultLocked)
}
