package vault

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
)

// TestEveryFlippedBitIsFound: as damage, before any key is used.
func TestEveryFlippedBitIsFound(t *testing.T) {
	cfg := testConfig(t, files.OS())
	v := newVault(t, cfg)
	if err := v.Put("k", []byte("v")); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(cfg.Path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range good {
		for _, bit := range []byte{1, 0x80} {
			bad := slices.Clone(good)
			bad[i] ^= bit
			if _, err := parseFile(testKeys.Ring, cheap, bad); api.CodeOf(err) != api.CodeVaultBroken {
				t.Fatalf("byte %d: %v", i, err)
			}
		}
	}
	for n := range good {
		if _, err := parseFile(testKeys.Ring, cheap, good[:n]); api.CodeOf(err) != api.CodeVaultBroken {
			t.Fatalf("cut to %d: %v", n, err)
		}
	}
	if _, err := parseFile(testKeys.Ring, cheap, append(slices.Clone(good), 0)); api.CodeOf(err) != api.CodeVaultBroken {
		t.Fatalf("one byte more: %v", err)
	}
}

// resum mends the sum that anybody can compute.
func resum(data []byte) []byte {
	rest := data[:len(data)-sha256.Size]
	sum := sha256.Sum256(rest)
	return append(slices.Clone(rest), sum[:]...)
}

// TestForgedBytesOpenNothing: somebody without the keyring's secret changes a
// byte and mends the sum. No byte can be changed unnoticed.
func TestForgedBytesOpenNothing(t *testing.T) {
	cfg := testConfig(t, files.OS())
	newVault(t, cfg)
	good, _ := os.ReadFile(cfg.Path)
	for i := range len(good) - sha256.Size {
		bad := slices.Clone(good)
		bad[i] ^= 0x10
		if _, err := parseFile(testKeys.Ring, cheap, resum(bad)); err == nil {
			t.Fatalf("byte %d was changed unnoticed", i)
		}
	}
}

// TestTheHeaderIsBoundToTheContents: even somebody who has the keyring's
// secret, and so can mend the MAC, cannot change, drop or swap a slot and have
// the contents open: they are sealed with the header as associated data.
func TestTheHeaderIsBoundToTheContents(t *testing.T) {
	cfg := testConfig(t, files.OS())
	v := newVault(t, cfg)
	if err := v.AddSlot(bindBalanced(disk(1))); err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(cfg.Path)
	f, err := parseFile(testKeys.Ring, cheap, data)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*header){
		"a slot's time":      func(h *header) { h.slots[0].created++ },
		"the other's time":   func(h *header) { h.slots[1].created++ },
		"a slot dropped":     func(h *header) { h.slots = h.slots[:1] },
		"the order":          func(h *header) { slices.Reverse(h.slots) },
		"a slot twice":       func(h *header) { h.slots = append(h.slots, h.slots[0]) },
		"a chip":             func(h *header) { h.slots[0].chip = true },
		"the server's salt":  func(h *header) { h.server.salt[0]++ },
		"the server's slot":  func(h *header) { h.server.sealed[0]++ },
		"the other's kinds":  func(h *header) { h.slots[0].kinds = []string{"boot-disk"} },
		"the other's sealed": func(h *header) { h.slots[0].sealed = h.slots[1].sealed },
	} {
		h := f.header
		h.slots = slices.Clone(h.slots)
		change(&h)
		forged, err := encodeFile(testKeys.Ring, h, func([]byte) ([]byte, error) { return f.contents, nil })
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(cfg.Path, forged, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(cfg, testKeys, disk(1)); err == nil {
			t.Errorf("%s: the vault opens", name)
		}
		if _, err := OpenWithShare(cfg, testKeys, testShare); err == nil {
			t.Errorf("%s: the vault opens with the share", name)
		}
	}
}

// TestASlotIsBoundToItsPlace: a sealed key is worth nothing under other kinds,
// another cost, another salt or as another sort of slot.
func TestASlotIsBoundToItsPlace(t *testing.T) {
	cfg := testConfig(t, files.OS())
	v := newVault(t, cfg)
	h := v.header
	a := (&Memo{}).bound(h.argon, h.salt, bindBalanced(computer()))
	if _, ok := h.openSlot(h.slots[0], testKeys, a); !ok {
		t.Fatal("the slot does not open")
	}
	other := h.slots[0]
	other.kinds = []string{"boot-disk"}
	costly, salted := h, h
	costly.argon.Time++
	salted.salt[0]++
	for name, ok := range map[string]bool{
		"kinds": second(h.openSlot(other, testKeys, a)), "cost": second(costly.openSlot(h.slots[0], testKeys, a)),
		"salt": second(salted.openSlot(h.slots[0], testKeys, a)),
		"sort": second(openSecret(slotKey(testKeys, a, h.slots[0].salt), h.slots[0].sealed, h.prefix("server", h.slots[0].kinds, 0))),
	} {
		if ok {
			t.Errorf("the slot opens under another %s", name)
		}
	}
}

func second(_ Secret, ok bool) bool { return ok }

func TestANewerVersionIsSaid(t *testing.T) {
	cfg := testConfig(t, files.OS())
	newVault(t, cfg)
	data, _ := os.ReadFile(cfg.Path)
	binary.BigEndian.PutUint16(data[8:], 2)
	newer := resum(data)
	if err := os.WriteFile(cfg.Path, newer, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(cfg, testKeys, computer())
	wantCode(t, err, api.CodeVaultNewer)
	_, err = OpenWithShare(cfg, testKeys, testShare)
	wantCode(t, err, api.CodeVaultNewer)
	_, err = Look(cfg, testKeys.Ring)
	wantCode(t, err, api.CodeVaultNewer)
}

func TestCostsOutOfRangeAreNotTried(t *testing.T) {
	for _, p := range []Params{{}, {1 << 30, 8, 1}, {1, 1 << 30, 1}, {1, 8, 255}, {0, 8, 1}, {1, 8, 0}} {
		h := header{argon: p}
		data, err := encodeFile(testKeys.Ring, h, func(ad []byte) ([]byte, error) { return make([]byte, 64), nil })
		if err != nil {
			t.Fatal(err)
		}
		_, err = parseFile(testKeys.Ring, Params{}, data)
		wantCode(t, err, api.CodeVaultBroken)
	}
}

// FuzzParseFile: no bytes panic, and what is taken apart is put together again
// to the same bytes.
func FuzzParseFile(f *testing.F) {
	cfg := testConfig(f, files.OS())
	v := newVault(f, cfg)
	good, _ := os.ReadFile(cfg.Path)
	f.Add(good[10 : len(good)-32])
	if err := v.AddSlot(bindBalanced(disk(1))); err != nil {
		f.Fatal(err)
	}
	good, _ = os.ReadFile(cfg.Path)
	f.Add(good[10 : len(good)-32])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, body []byte) {
		got, _, err := splitFile(files.Frame(fileMagic, fileVersion, body))
		if err != nil {
			wantCode(t, err, api.CodeVaultBroken)
			return
		}
		again, err := encodeFile(testKeys.Ring, got.header, func([]byte) ([]byte, error) { return got.contents, nil })
		if err != nil {
			t.Fatal(err)
		}
		if end := len(again) - 2*sha256.Size; !slices.Equal(again[10:end], body[:len(body)-macSize]) {
			t.Fatal("not the same bytes")
		}
	})
}

// FuzzParseEntries: the same for the contents.
func FuzzParseEntries(f *testing.F) {
	plain, _ := encodeEntries(map[string]entry{"a": {1, 2, []byte("x")}, "b": {3, 0, nil}})
	f.Add(plain)
	f.Add([]byte{0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseEntries(data)
		if err != nil {
			return
		}
		if again, err := encodeEntries(m); err != nil || len(again) != len(data) {
			t.Fatalf("not the same length, %v", err)
		}
	})
}

func TestRandomRubbishIsBroken(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		data := make([]byte, r.IntN(400))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		copy(data, fileMagic[:])
		_, err := parseFile(testKeys.Ring, cheap, data)
		wantCode(t, err, api.CodeVaultBroken)
	}
}
