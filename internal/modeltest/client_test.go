package modeltest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
	"github.com/seed-1feef0b2/holdfast/app/vault"
)

// client is one run of the model program: what it knows is read from the disk
// and the keyring, and lost with it.
type client struct {
	w    *world
	disk files.Disk
	keys keystore.Store

	state state
	chain chain
	ring  vault.Secret
	key   string
	vault *vault.Vault
}

// state is the profile's state file, chain its chain file.
type state struct {
	Device     string
	Told       string
	Vault      bool
	SigningOut bool
}

type chain struct {
	Prev, Next string
	Answered   bool
	RekeyNext  string
}

func (c *client) path(name string) string { return filepath.Join(c.w.dir, name) }

func (c *client) load(name string, v any) error {
	data, err := c.disk.Read(c.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}

func (c *client) store(name string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.disk.Replace(c.path(name), data)
}

func (c *client) storeChain(ch chain) error {
	if err := c.store("chain.json", ch); err != nil {
		return err
	}
	c.chain = ch
	return nil
}

func (c *client) storeState(s state) error {
	if err := c.store("state.json", s); err != nil {
		return err
	}
	c.state = s
	return nil
}

func (c *client) config() vault.Config {
	return vault.Config{
		Disk: c.disk, Path: c.path("vault.hf"), Rand: rand.Reader, Now: func() time.Time { return time.Unix(1, 0) },
		Argon: vault.Params{Time: 1, MemoryKiB: 8, Threads: 1},
	}
}

// launch reads the profile and finishes what was under way.
func (c *client) launch() error {
	c.state, c.chain, c.vault = state{}, chain{}, nil
	if err := errors.Join(c.load("state.json", &c.state), c.load("chain.json", &c.chain)); err != nil {
		return err
	}
	if c.state.SigningOut {
		return c.forget()
	}
	if c.state.Device == "" {
		return nil
	}
	if err := c.secrets(false); err != nil {
		return err
	}
	return c.finishFork()
}

// secrets reads the keyring; only an enrolment makes what is missing.
func (c *client) secrets(create bool) error {
	for _, item := range []string{keystore.Ring, keystore.DeviceKey} {
		v, err := c.item(item, create)
		if err != nil {
			return err
		}
		if item == keystore.Ring {
			c.ring = vault.Secret(v)
		} else {
			c.key = hex.EncodeToString(v)
		}
	}
	return nil
}

// item gets a secret, or makes it where the keyring says that there is none.
func (c *client) item(name string, create bool) ([]byte, error) {
	v, err := c.keys.Get(context.Background(), name)
	if !errors.Is(err, keystore.ErrNotFound) && (err == nil || !c.w.makes(newSecretOnError)) {
		return v, err
	}
	if !create && !c.w.makes(newSecretOnError) {
		return nil, api.Wrap(api.CodeKeyringLost, err)
	}
	v = make([]byte, 32)
	rand.Read(v)
	return v, keystore.SetVerified(context.Background(), c.keys, name, v)
}

// register is *Register, enrol* of docs/vault.md.
func (c *client) register() error {
	if c.state.Device != "" {
		return nil
	}
	if err := c.secrets(true); err != nil {
		return err
	}
	if c.chain.Next == "" || c.chain.Prev != "" {
		if err := c.storeChain(chain{Next: random()}); err != nil {
			return err
		}
	}
	r, err := c.w.server.register(c.key, c.chain.Next)
	if err != nil {
		return err
	}
	return c.storeState(state{Device: r.id, Told: r.state})
}

// open opens the vault by this computer where it can.
func (c *client) open() error {
	v, err := vault.Open(c.config(), vault.Keys{Ring: c.ring}, c.w.computer)
	if err == nil {
		c.vault = v
		return nil
	}
	c.vault = nil
	return err
}

// checkIn is *Chain pair* and what follows a reply.
func (c *client) checkIn() error {
	err := c.open()
	code := api.CodeOf(err)
	wants := code == api.CodeVaultLocked || code == api.CodeVaultMissing && !c.state.Vault
	if err != nil && !wants {
		return err
	}
	ch := c.chain
	if ch.Answered || ch.Prev == "" || c.w.makes(freshPairEachTime) {
		ch = chain{Prev: ch.Next, Next: random(), RekeyNext: ch.RekeyNext}
		if !c.w.makes(sendBeforeStoring) {
			if err := c.storeChain(ch); err != nil {
				return err
			}
		}
	}
	r, err := c.w.server.checkIn(c.key, ch.Prev, ch.Next, c.w.computer, wants && !c.w.makes(neverSayLocked))
	if err != nil {
		return err
	}
	if err := c.absorb(r); err != nil {
		return err
	}
	ch.Answered = true
	return c.storeChain(ch)
}

// absorb uses a reply: the vault first, then the state.
func (c *client) absorb(r reply) error {
	s, had := c.state, c.state.Vault
	s.Told = r.state
	if c.w.makes(stateBeforeVault) && r.state == activated {
		s.Vault = true
		if err := c.storeState(s); err != nil {
			return err
		}
	}
	if r.state == activated && c.vault == nil && r.share != nil {
		if err := c.bind(*r.share, had); err != nil {
			return err
		}
	}
	if c.vault != nil {
		s.Vault = true
	}
	return c.storeState(s)
}

// bind makes the vault, or opens it with the share and adds a slot, for the
// computer as it is now. A vault that was had and is gone is not made again.
func (c *client) bind(share vault.Share, had bool) error {
	keys := vault.Keys{Ring: c.ring}
	b := vault.Bind(vault.Kinds(c.w.policy, c.w.computer), c.w.computer)
	v, err := vault.OpenWithShare(c.config(), keys, share)
	if api.CodeOf(err) == api.CodeVaultMissing && !had {
		v, err = vault.Create(c.config(), keys, b, share)
	} else if err == nil {
		err = v.AddSlot(b)
	}
	if err != nil {
		return err
	}
	c.vault = v
	return nil
}

// answer is *Answer to a code*, and *Fork* where the device is frozen.
func (c *client) answer(code string) error {
	newKey, newNext := "", ""
	if c.state.Told == frozen {
		next, err := c.item(keystore.DeviceKeyNext, true)
		if err != nil {
			return err
		}
		if c.chain.RekeyNext == "" {
			ch := c.chain
			ch.RekeyNext = random()
			if err := c.storeChain(ch); err != nil {
				return err
			}
		}
		newKey, newNext = hex.EncodeToString(next), c.chain.RekeyNext
	}
	r, err := c.w.server.answer(c.key, code, c.w.computer, newKey, newNext)
	if err != nil {
		return err
	}
	if newKey != "" {
		if err := c.promote(newKey); err != nil {
			return err
		}
	}
	if err := c.open(); err != nil && api.CodeOf(err) != api.CodeVaultLocked && api.CodeOf(err) != api.CodeVaultMissing {
		return err
	}
	return c.absorb(r)
}

// announce says that the disk will change, and types the code for it.
func (c *client) announce() error {
	if err := c.checkIn(); err != nil {
		return err
	}
	if _, err := c.w.server.announce(c.key); err != nil {
		return err
	}
	d := c.w.server.rows[c.state.Device]
	if d.announced {
		return nil
	}
	return c.answer(d.code)
}

// promote puts the new key into its place: keyring, chain, and the leftover last.
func (c *client) promote(newKey string) error {
	raw, err := hex.DecodeString(newKey)
	if err != nil {
		return err
	}
	ctx := context.Background()
	if c.w.makes(forgetBeforePromoting) {
		if err := c.keys.Delete(ctx, keystore.DeviceKeyNext); err != nil {
			return err
		}
	}
	if err := keystore.SetVerified(ctx, c.keys, keystore.DeviceKey, raw); err != nil {
		return err
	}
	if err := c.storeChain(chain{Next: c.chain.RekeyNext}); err != nil {
		return err
	}
	c.key = newKey
	return c.keys.Delete(ctx, keystore.DeviceKeyNext)
}

// finishFork is the table at the end of *Fork*.
func (c *client) finishFork() error {
	ctx := context.Background()
	next, err := c.keys.Get(ctx, keystore.DeviceKeyNext)
	if errors.Is(err, keystore.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	newKey := hex.EncodeToString(next)
	switch {
	case c.chain.RekeyNext == "":
		return c.keys.Delete(ctx, keystore.DeviceKeyNext)
	case newKey == c.key:
		return c.promote(newKey)
	}
	_, err = c.w.server.device(newKey)
	if errors.Is(err, errUnknownKey) {
		return nil
	}
	if err != nil {
		return err
	}
	return c.promote(newKey)
}

// signOut is *Sign out*.
func (c *client) signOut() error {
	if c.state.Device == "" {
		return nil
	}
	if err := c.w.server.signOut(c.key); err != nil && !errors.Is(err, errRevoked) && !errors.Is(err, errUnknownKey) {
		return err
	}
	if !c.w.makes(forgetUnannounced) {
		if err := c.storeState(state{Device: c.state.Device, SigningOut: true}); err != nil {
			return err
		}
	}
	return c.forget()
}

func (c *client) forget() error {
	for _, name := range []string{"vault.hf", "labels.hf", "chain.json"} {
		if err := c.disk.Remove(c.path(name)); err != nil {
			return err
		}
	}
	for _, item := range []string{keystore.DeviceKeyNext, keystore.DeviceKey, keystore.Ring} {
		if err := c.keys.Delete(context.Background(), item); err != nil {
			return err
		}
	}
	if err := c.disk.Remove(c.path("state.json")); err != nil {
		return err
	}
	c.state, c.chain, c.vault = state{}, chain{}, nil
	return nil
}

// put saves a key, and reads it back from another opening.
func (c *client) put(name, value string) error {
	if c.vault == nil {
		if err := c.open(); err != nil {
			return err
		}
	}
	return c.vault.Put(name, []byte(value))
}

// get reads a key as a fresh program would.
func (c *client) get(name string) ([]byte, error) {
	if err := c.open(); err != nil {
		return nil, err
	}
	v, err := c.vault.Get(name)
	return bytes.Clone(v), err
}
