package vault

import (
	"fmt"
	"os"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

func disk(n int) fingerprint.Snapshot {
	return with(computer(), "boot-disk", has("boot-disk", fmt.Sprintf("serial-%d", n)))
}

func TestTheOldestSlotGivesWay(t *testing.T) {
	cfg := testConfig(t, files.OS())
	v := newVault(t, cfg)
	for n := 1; n <= 6; n++ {
		if err := v.AddSlot(bindBalanced(disk(n))); err != nil {
			t.Fatal(err)
		}
	}
	if v.Slots() != MaxSlots {
		t.Fatalf("%d slots", v.Slots())
	}
	for n, open := range map[int]bool{1: false, 2: true, 3: true, 4: true, 5: true, 6: true} {
		if _, err := Open(cfg, testKeys, disk(n)); (err == nil) != open {
			t.Errorf("disk %d: %v", n, err)
		}
	}
	_, err := Open(cfg, testKeys, computer())
	wantCode(t, err, api.CodeVaultLocked)
	if _, err := OpenWithShare(cfg, testKeys, testShare); err != nil {
		t.Fatal(err)
	}
}

func TestAKnownConfigurationWritesNothing(t *testing.T) {
	cfg := testConfig(t, files.OS())
	v := newVault(t, cfg)
	if err := v.AddSlot(bindBalanced(disk(1))); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(cfg.Path)
	if err := v.AddSlot(bindBalanced(computer())); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.ReadFile(cfg.Path); string(after) != string(before) || v.Slots() != 2 {
		t.Fatal("a slot was added twice")
	}
	wantCode(t, v.AddSlot(Binding{}), api.CodeReadFailed)
	wantCode(t, v.ReplaceSlots(Bind([]string{"boot-disk", "no-such"}, computer())), api.CodeReadFailed)
}

func TestReplacingSlotsForAWiderPolicy(t *testing.T) {
	cfg := testConfig(t, files.OS())
	v := newVault(t, cfg)
	if err := v.AddSlot(bindBalanced(disk(1))); err != nil {
		t.Fatal(err)
	}
	all := Bind(Kinds(strict(), computer()), computer())
	for range 2 { // the second time changes nothing
		if err := v.ReplaceSlots(all); err != nil {
			t.Fatal(err)
		}
		if v.Slots() != 1 || len(v.Kinds()) != len(all.Kinds) {
			t.Fatalf("%d slots, %v", v.Slots(), v.Kinds())
		}
	}
	if _, err := Open(cfg, testKeys, computer()); err != nil {
		t.Fatal(err)
	}
	for _, s := range []fingerprint.Snapshot{disk(1), with(computer(), "memory", has("memory", "32 gib"))} {
		_, err := Open(cfg, testKeys, s)
		wantCode(t, err, api.CodeVaultLocked)
	}
}

func TestRotatingKeepsKeysAndShutsOutTheRest(t *testing.T) {
	cfg := testConfig(t, files.OS())
	v := newVault(t, cfg)
	other, err := Open(cfg, testKeys, computer())
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Put("k", []byte("v")); err != nil {
		t.Fatal(err)
	}
	next := Share{2, secret(8)}
	if err := v.Rotate(bindBalanced(disk(1)), next); err != nil {
		t.Fatal(err)
	}
	if got, err := v.Get("k"); err != nil || string(got) != "v" {
		t.Fatal(err)
	}
	_, err = other.Get("k")
	wantCode(t, err, api.CodeVaultLocked)
	_, err = Open(cfg, testKeys, computer())
	wantCode(t, err, api.CodeVaultLocked)
	_, err = OpenWithShare(cfg, testKeys, testShare)
	wantCode(t, err, api.CodeVaultLocked)
	for _, open := range []func() (*Vault, error){
		func() (*Vault, error) { return Open(cfg, testKeys, disk(1)) },
		func() (*Vault, error) { return OpenWithShare(cfg, testKeys, next) },
	} {
		v, err := open()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := v.Get("k"); err != nil || string(got) != "v" {
			t.Fatal(err)
		}
	}
}

func TestOpeningAndAddingPayOnce(t *testing.T) {
	cfg := testConfig(t, files.OS())
	newVault(t, cfg)
	cfg.Memo = &Memo{}
	if _, err := Open(cfg, testKeys, disk(1)); api.CodeOf(err) != api.CodeVaultLocked {
		t.Fatal(err)
	}
	if len(cfg.Memo.known) != 1 {
		t.Fatalf("%d derivations", len(cfg.Memo.known))
	}
	v, err := OpenWithShare(cfg, testKeys, testShare)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.AddSlot(bindBalanced(disk(1))); err != nil {
		t.Fatal(err)
	}
	if len(cfg.Memo.known) != 1 {
		t.Fatal("the same values were derived again")
	}
	for n := range 40 {
		cfg.Memo.bound(cheap, secret(byte(n)), bindBalanced(computer()))
	}
	if len(cfg.Memo.known) > memoSize {
		t.Fatal("the memo grows without bound")
	}
}
