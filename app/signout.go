package app

import (
	"context"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
)

// SignOut takes this computer off the account and removes its keys here. It
// refuses with backup_needed while the vault holds keys that no backup has, or
// cannot be looked into, unless ForgetKeys says that they may go. The server is
// told first; where it does not know this computer any more, that is as good.
func (c *Client) SignOut(ctx context.Context, in SignOutInput) (Status, error) {
	s, err := c.begin(ctx)
	if err != nil {
		return Status{}, err
	}
	defer s.end()
	err = s.signOut(ctx, in)
	return s.status(ctx), err
}

func (s *session) signOut(ctx context.Context, in SignOutInput) error {
	if s.id == nil {
		return api.NewError(api.CodeNotEnrolled)
	}
	if s.state.SigningOut {
		return s.forget(ctx)
	}
	v := s.look(ctx, s.id, s.state)
	if !in.ForgetKeys && v.wouldLose() {
		return api.NewError(api.CodeBackupNeeded, "backup")
	}
	if err := s.tellSignOut(ctx, in); err != nil {
		return err
	}
	return s.forget(ctx)
}

// wouldLose says that signing out would lose keys.
func (v *view) wouldLose() bool {
	if v.vault != nil {
		list, err := v.vault.List()
		return err != nil || len(list) > 0 && v.state.BackedUp != listSum(list)
	}
	return v.state.Vault
}

func (s *session) tellSignOut(ctx context.Context, in SignOutInput) error {
	if !enrolled(s.id) || s.state.Told == api.DeviceRevoked {
		return nil
	}
	r, k, err := s.need(ctx)
	if err != nil {
		if in.ForgetKeys && (api.CodeOf(err) == api.CodeKeyringLost || !recoverable(err)) {
			return nil // nothing is left to sign with; the owner can remove the device elsewhere
		}
		return err
	}
	key := idempotency(k, api.RouteSignOut, s.id.Device)
	err = r.SignOut(ctx, k.signer(), s.id.Device, key)
	s.asked(err)
	switch api.CodeOf(err) {
	case api.CodeRevoked, api.CodeUnknownKey:
		return nil
	}
	return err
}

// forget removes the profile, having noted that it does, so that a kill in
// between leaves a computer that goes on forgetting: the note goes last, and the
// identity, which names the keyring's items, just before it.
func (s *session) forget(ctx context.Context) error {
	s.state = &record{Schema: recordSchema, Told: api.DeviceRevoked, SigningOut: true}
	if err := s.save(); err != nil {
		return err
	}
	store, err := s.cfg.Keystore(s.id.Profile)
	if err != nil {
		return err
	}
	for _, item := range []string{keystore.DeviceKeyNext, keystore.DeviceKey, keystore.Ring} {
		if err := store.Delete(ctx, item); err != nil {
			return err
		}
	}
	s.shut()
	for _, name := range []string{
		vaultFile, labelsFile, historyFile, rulesFile, chainFile, chipFile, identityCopy, identityFile, stateFile,
	} {
		if err := s.cfg.Disk.Remove(s.path(name)); err != nil && !missing(err) {
			return fileError(err)
		}
	}
	s.id, s.state, s.accepted = nil, &record{Schema: recordSchema}, nil
	return nil
}
