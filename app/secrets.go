package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"io"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
	"github.com/seed-1feef0b2/holdfast/app/vault"
)

// keyring is what signs for this profile and opens its vault, read once per run.
type keyring struct {
	store keystore.Store
	ring  vault.Secret
	rand  io.Reader
	// own is the device key that the server knows.
	own *deviceKey
	// trouble says why the chip that holds own gives nothing; nil otherwise.
	trouble error
	// next is the key that is to take own's place, while own is lost and the
	// request for it is under way; nil otherwise.
	next *deviceKey
	read time.Time
}

// acting is the key that requests are signed with.
func (k *keyring) acting() *deviceKey {
	if k.next != nil {
		return k.next
	}
	return k.own
}

func (k *keyring) signer() sign.Signer { return k.acting().signer }

// thumbprint is the keyid of the device key that the server knows.
func (k *keyring) thumbprint() string { return k.own.signer.KeyID() }

// public is the device key's public half, and hardware what holds it.
func (k *keyring) public() api.Key  { return sign.FromPublic(k.own.public) }
func (k *keyring) hardware() string { return k.own.kind }

// vaultKeys are what opens the vault on this computer, beside its values.
func (k *keyring) vaultKeys() vault.Keys {
	return vault.Keys{Ring: k.ring, Hardware: k.acting().hardware}
}

// stuck says that nothing can be signed: the key is out of reach, and no other
// one is about to take its place.
func (k *keyring) stuck() bool { return k.trouble != nil && k.next == nil }

// with is the same keyring with another device key in own's place.
func (k *keyring) with(key *deviceKey) *keyring {
	return &keyring{store: k.store, ring: k.ring, rand: k.rand, own: key, read: k.read}
}

// troubleFor is how long a chip's trouble is believed where nothing is to be
// signed: a chip that does not answer costs its deadline each time.
const troubleFor = 10 * time.Second

// secrets reads the keyring and asks the chip. An item that is missing is
// keyring_lost: nothing makes a new one silently. A chip's trouble is no error of
// this, but a fact of the keyring.
func (c *Client) secrets(ctx context.Context, id *identity) (*keyring, error) {
	if c.ring != nil && (c.ring.trouble == nil || c.cfg.Now().Sub(c.ring.read) < troubleFor) {
		return c.ring, nil
	}
	store, err := c.cfg.Keystore(id.Profile)
	if err != nil {
		return nil, err
	}
	k := &keyring{store: store, rand: c.cfg.Rand, read: c.cfg.Now()}
	raw, err := store.Get(ctx, keystore.Ring)
	if err != nil {
		return nil, lost(err)
	}
	if len(raw) != len(k.ring) {
		return nil, api.NewError(api.CodeKeyringLost)
	}
	copy(k.ring[:], raw)
	if err := c.loadOwn(ctx, k); err != nil {
		return nil, err
	}
	c.ring = k
	return k, nil
}

// loadOwn takes up the device key: the chip's where the profile has one, else
// the keyring's.
func (c *Client) loadOwn(ctx context.Context, k *keyring) error {
	rec, err := c.loadChips()
	if err != nil && api.CodeOf(err) != api.CodeStateBroken {
		return err
	}
	if rec.Current != nil {
		if k.own, k.trouble = c.openItem(ctx, k, rec.Current); recoverable(k.trouble) {
			return nil
		}
		return c.loadSuccessor(ctx, k, rec)
	}
	raw, err := k.store.Get(ctx, keystore.DeviceKey)
	if err != nil {
		return lost(err)
	}
	if string(raw) == chipMarker {
		k.own, k.trouble = &deviceKey{kind: api.HardwareTPM, signer: unable{}}, errChipFile()
		return c.loadSuccessor(ctx, k, rec)
	}
	k.own, err = k.softKey(raw)
	return err
}

// loadSuccessor takes up the key that is to take a lost one's place, where the
// request for it is under way.
func (c *Client) loadSuccessor(ctx context.Context, k *keyring, rec chips) error {
	ch, err := c.loadChain()
	if err != nil || ch.RekeyNext == "" {
		return err
	}
	next, err := c.successor(ctx, k, rec)
	if err == nil {
		k.next = next
		return nil
	}
	if errors.Is(err, keystore.ErrNotFound) || chipTrouble(err) != "" {
		return nil // none, or lost like the one before: another one is made when the person asks
	}
	return err
}

// softKey is a device key from its scalar.
func (k *keyring) softKey(raw []byte) (*deviceKey, error) {
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
	if err != nil {
		return nil, api.Wrap(api.CodeKeyringLost, err)
	}
	return &deviceKey{public: &key.PublicKey, signer: sign.NewSigner(key, k.rand), scalar: raw}, nil
}

// lost says of a missing item that the keyring lost it; other errors stay.
func lost(err error) error {
	if errors.Is(err, keystore.ErrNotFound) {
		return api.Wrap(api.CodeKeyringLost, err)
	}
	return err
}

// makeSecrets writes what a new profile needs into keyring and chip and reads it
// back. What an interrupted attempt left there is taken over.
func (c *Client) makeSecrets(ctx context.Context, id *identity) (*keyring, error) {
	store, err := c.cfg.Keystore(id.Profile)
	if err != nil {
		return nil, err
	}
	var ring vault.Secret
	if _, err := io.ReadFull(c.cfg.Rand, ring[:]); err != nil {
		return nil, api.Wrap(api.CodeInternal, err)
	}
	if err := ensure(ctx, store, keystore.Ring, func() ([]byte, error) { return ring[:], nil }); err != nil {
		return nil, err
	}
	if err := c.makeOwn(ctx, store); err != nil {
		return nil, err
	}
	c.ring = nil
	k, err := c.secrets(ctx, id)
	if err == nil && k.trouble != nil {
		err = k.trouble
	}
	return k, err
}

// newKey makes a P-256 key and gives its scalar.
func (c *Client) newKey() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), c.cfg.Rand)
	if err != nil {
		return nil, err
	}
	return key.Bytes()
}

// ensure leaves an item that is there and makes one that is not.
func ensure(ctx context.Context, store keystore.Store, item string, fresh func() ([]byte, error)) error {
	_, err := store.Get(ctx, item)
	if err == nil {
		return nil
	}
	if !errors.Is(err, keystore.ErrNotFound) {
		return err
	}
	value, err := fresh()
	if err != nil {
		return api.Wrap(api.CodeInternal, err)
	}
	return keystore.SetVerified(ctx, store, item, value)
}
