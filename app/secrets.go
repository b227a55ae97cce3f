package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"io"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
	"github.com/seed-1feef0b2/holdfast/app/vault"
)

// keyring is what the keyring holds for this profile, read once per run.
type keyring struct {
	store keystore.Store
	ring  vault.Secret
	key   *ecdsa.PrivateKey
	rand  io.Reader
}

func (k *keyring) signer() sign.Signer { return sign.NewSigner(k.key, k.rand) }

// thumbprint is the keyid of the device key.
func (k *keyring) thumbprint() string { return k.signer().KeyID() }

// secrets reads the keyring. An item that is missing is keyring_lost: nothing
// makes a new one silently.
func (c *Client) secrets(ctx context.Context, id *identity) (*keyring, error) {
	if c.ring != nil {
		return c.ring, nil
	}
	store, err := c.cfg.Keystore(id.Profile)
	if err != nil {
		return nil, err
	}
	k := &keyring{store: store, rand: c.cfg.Rand}
	raw, err := store.Get(ctx, keystore.Ring)
	if err != nil {
		return nil, lost(err)
	}
	if len(raw) != len(k.ring) {
		return nil, api.NewError(api.CodeKeyringLost)
	}
	copy(k.ring[:], raw)
	if k.key, err = k.deviceKey(ctx, keystore.DeviceKey); err != nil {
		return nil, lost(err)
	}
	c.ring = k
	return k, nil
}

func (k *keyring) deviceKey(ctx context.Context, item string) (*ecdsa.PrivateKey, error) {
	raw, err := k.store.Get(ctx, item)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
	if err != nil {
		return nil, api.Wrap(api.CodeKeyringLost, err)
	}
	return key, nil
}

// lost says of a missing item that the keyring lost it; other errors stay.
func lost(err error) error {
	if errors.Is(err, keystore.ErrNotFound) {
		return api.Wrap(api.CodeKeyringLost, err)
	}
	return err
}

// makeSecrets writes what a new profile needs into the keyring and reads it
// back. Items that an interrupted attempt left there are taken over.
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
	if err := ensure(ctx, store, keystore.DeviceKey, c.newKey); err != nil {
		return nil, err
	}
	c.ring = nil
	return c.secrets(ctx, id)
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
