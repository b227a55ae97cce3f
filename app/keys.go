package app

import (
	"context"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/vault"
)

// Keys lists the keys in the vault by name, without their values. It needs an
// open vault: not_activated, vault_locked, or what the vault says.
func (c *Client) Keys(ctx context.Context) ([]vault.Info, error) {
	v, end, err := c.vaultFor(ctx, AccessRead)
	if err != nil {
		return nil, err
	}
	defer end()
	return v.List()
}

// GetKey gives the value of a key; key_missing where there is none of that name.
func (c *Client) GetKey(ctx context.Context, name string) ([]byte, error) {
	v, end, err := c.vaultFor(ctx, AccessRead)
	if err != nil {
		return nil, err
	}
	defer end()
	return v.Get(name)
}

// PutKey puts a key into the vault, replacing one of the same name. It is
// refused with vault_read_only once the certificate has ended, until the next
// check-in.
func (c *Client) PutKey(ctx context.Context, name string, value []byte) error {
	v, end, err := c.vaultFor(ctx, AccessWrite)
	if err != nil {
		return err
	}
	defer end()
	return fileError(v.Put(name, value))
}

// RemoveKey takes a key out of the vault. It is refused like PutKey.
func (c *Client) RemoveKey(ctx context.Context, name string) error {
	v, end, err := c.vaultFor(ctx, AccessWrite)
	if err != nil {
		return err
	}
	defer end()
	return fileError(v.Remove(name))
}

// vaultFor gives the open vault for an access, under the profile's lock; end
// must be called.
func (c *Client) vaultFor(ctx context.Context, want Access) (*vault.Vault, func(), error) {
	s, err := c.begin(ctx)
	if err != nil {
		return nil, nil, err
	}
	v := s.look(ctx, s.id, s.state)
	if err := v.allows(want); err != nil {
		s.end()
		return nil, nil, err
	}
	return v.vault, s.end, nil
}

// allows says why the keys may not be used, nil where they may.
func (v *view) allows(want Access) error {
	switch {
	case v.now == NotEnrolled:
		return api.NewError(api.CodeNotEnrolled, "register")
	case v.keysErr != nil:
		return v.keysErr
	case v.now == Changed:
		return api.NewError(api.CodeVaultLocked, "check")
	case v.access == AccessWrite, v.access == AccessRead && want == AccessRead:
		return nil
	case v.access == AccessRead:
		return api.NewError(api.CodeVaultReadOnly, "check")
	case v.now == Activated && v.vaultErr != nil:
		return v.vaultErr
	default:
		return api.NewError(api.CodeNotActivated, "status").With("State", string(v.now))
	}
}
