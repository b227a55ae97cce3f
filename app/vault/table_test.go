package vault

import (
	"crypto/rand"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

var update = flag.Bool("update", false, "write the generated pages of docs anew")

// parts are what somebody may have got hold of.
type parts struct{ ring, file, values, database, master bool }

// loot is the same as bytes; what is not held is nil.
type loot struct {
	ring     *Secret
	file     []byte
	values   *fingerprint.Snapshot
	database []byte // the share, sealed under the master key
	master   *Secret
}

// theft is a real vault with one key in it, and everything around it.
type theft struct {
	keys  Keys
	file  []byte
	rows  []byte
	key   Secret // the server's master key
	owner fingerprint.Snapshot
	memo  Memo
}

const treasure = "the key that is to be kept"

// newTheft makes the vault at the standard cost, its share sealed as a server
// seals: an AEAD under a master key that is not in the database.
func newTheft(t *testing.T) *theft {
	t.Helper()
	th := &theft{keys: Keys{Ring: random(t)}, key: random(t), owner: computer()}
	share := Share{1, random(t)}
	aead, err := chacha20poly1305.NewX(th.key[:])
	if err != nil {
		t.Fatal(err)
	}
	nonce := make([]byte, aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		t.Fatal(err)
	}
	th.rows = aead.Seal(nonce, nonce, share.Secret[:], []byte("device 1 generation 1"))
	cfg := testConfig(t, files.OS())
	cfg.Argon = Params{}
	v, err := Create(cfg, th.keys, bindBalanced(th.owner), share)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Put("k", []byte(treasure)); err != nil {
		t.Fatal(err)
	}
	if th.file, err = os.ReadFile(cfg.Path); err != nil {
		t.Fatal(err)
	}
	return th
}

func random(t *testing.T) Secret {
	t.Helper()
	s, err := randomSecret(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (th *theft) take(p parts) loot {
	var l loot
	if p.ring {
		l.ring = &th.keys.Ring
	}
	if p.file {
		l.file = th.file
	}
	if p.values {
		l.values = &th.owner
	}
	if p.database {
		l.database = th.rows
	}
	if p.master {
		l.master = &th.key
	}
	return l
}

// rings are the keyring's secret, or what one may try in its place.
func (l loot) rings(t *testing.T) []Secret {
	if l.ring != nil {
		return []Secret{*l.ring}
	}
	return l.guesses(t)
}

// guesses are zeros, randomness, and every secret that is held, used for what
// it is not.
func (l loot) guesses(t *testing.T) []Secret {
	out := []Secret{{}, random(t)}
	for _, s := range []*Secret{l.ring, l.master} {
		if s != nil {
			out = append(out, *s)
		}
	}
	for at := 0; at+32 <= len(l.database); at++ {
		out = append(out, Secret(l.database[at:at+32]))
	}
	return out
}

// bounds are A for the slot, or what one may try in its place: nothing at all,
// and another computer of the same make.
func (l loot) bounds(t *testing.T, th *theft, h header, s slot) []Secret {
	if l.values != nil {
		return []Secret{th.memo.bound(h.argon, h.salt, Bind(s.kinds, *l.values))}
	}
	other := with(computer(), "boot-disk", has("boot-disk", "s4evnx0m123457"))
	return append(l.guesses(t), th.memo.bound(h.argon, h.salt, Bind(s.kinds, other)),
		th.memo.bound(h.argon, h.salt, Bind(s.kinds, snapshot())), th.memo.bound(h.argon, h.salt, Binding{}))
}

// shares are the server's share where it can be had, or what one may try.
func (l loot) shares(t *testing.T) []Secret {
	if l.database != nil {
		for _, master := range l.masters(t) {
			aead, err := chacha20poly1305.NewX(master[:])
			if err != nil {
				t.Fatal(err)
			}
			n := aead.NonceSize()
			if plain, err := aead.Open(nil, l.database[:n], l.database[n:], []byte("device 1 generation 1")); err == nil {
				return []Secret{Secret(plain)}
			}
		}
	}
	return l.guesses(t)
}

func (l loot) masters(t *testing.T) []Secret {
	if l.master != nil {
		return []Secret{*l.master}
	}
	return l.guesses(t)
}

// opens tries everything that the loot allows, with no check but the ciphers:
// every slot under every combination, the server slot, and every secret
// directly on the contents. Without the file there is nothing to open, and a
// file of one's own holds nothing.
func (th *theft) opens(t *testing.T, l loot) bool {
	t.Helper()
	if l.file == nil {
		return false
	}
	f, _, err := splitFile(l.file) // no keyring secret, no MAC
	if err != nil {
		t.Fatal(err)
	}
	var masters []Secret
	for _, ring := range l.rings(t) {
		for _, s := range f.header.slots {
			for _, a := range l.bounds(t, th, f.header, s) {
				if m, ok := f.header.openSlot(s, Keys{Ring: ring}, a); ok {
					masters = append(masters, m)
				}
			}
		}
		for _, share := range l.shares(t) {
			if m, ok := f.header.openServer(ring, share); ok {
				masters = append(masters, m)
			}
		}
	}
	for _, m := range append(masters, l.guesses(t)...) {
		if entries, err := f.entries(m); err == nil {
			return string(entries["k"].value) == treasure
		}
	}
	return false
}

// TestTableOfHeldParts tries all 32 combinations, and keeps the page in docs.
func TestTableOfHeldParts(t *testing.T) {
	th := newTheft(t)
	var b strings.Builder
	b.WriteString(`# What opens a vault

Made by a test of ` + "`app/vault`" + ` (TestTableOfHeldParts), which holds the named parts of a real vault at the standard cost, leaves out
every check of the program, and tries what can be tried: zeros, random bytes, the held secrets in each other's place, another computer of
the same make. "Database" is the server's row with the sealed share, "master key" what it is sealed under.

| keyring secret | vault file | this computer's values | server database | master key | opens |
|---|---|---|---|---|---|
`)
	opened := 0
	for n := range 32 {
		p := parts{n&16 != 0, n&8 != 0, n&4 != 0, n&2 != 0, n&1 != 0}
		got := th.opens(t, th.take(p))
		want := p.ring && p.file && (p.values || p.database && p.master)
		if got != want {
			t.Errorf("%+v: opens is %v, claimed is %v", p, got, want)
		}
		if got {
			opened++
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", mark(p.ring), mark(p.file), mark(p.values), mark(p.database), mark(p.master),
			map[bool]string{true: "**yes**", false: "no"}[got])
	}
	fmt.Fprintf(&b, "\n%d of 32: exactly where keyring secret and vault file come together with this computer's values, or with both database\nand master key.\n", opened)
	page(t, "vault-table.md", b.String())
}

func mark(held bool) string {
	if held {
		return "held"
	}
	return ""
}

// page compares a generated page of docs with what it should say.
func page(t *testing.T, name, want string) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", name)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("docs/%s is stale (%v): go test ./app/vault -update", name, err)
	}
}
