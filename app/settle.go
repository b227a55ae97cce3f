package app

import (
	"context"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// policyFrom takes the policy of a record into the view.
func (v *view) policyFrom(st *record, id *identity) {
	if p, err := verifyPolicy(st.Policy, id, st.Past...); err == nil {
		v.policy, v.hasPolicy = p, true
	}
}

// settle brings the vault in step with an activation: it makes the first vault,
// or opens it with the server's share and adds a slot for this computer as it is
// now, or adds a slot where the policy binds other kinds than before. It says
// whether there is a vault.
func (s *session) settle(ctx context.Context, v *view, reply api.DeviceReply, eph *ephemeral) (bool, error) {
	if !v.hasPolicy {
		return false, api.NewError(api.CodePolicyInvalid)
	}
	opened, err := s.openFor(ctx, v, reply, eph)
	if err != nil || opened == nil {
		return false, err
	}
	// Read again: what was reported may be a moment old, and the slot must open
	// on what is here now.
	now, ok := s.readComputer(ctx)
	if !ok {
		return false, api.NewError(api.CodeReadFailed, "report")
	}
	turned := rotates(opened, reply, eph)
	if turned {
		err = s.turn(v, opened, now, reply.Next, eph)
	} else {
		err = s.rebind(v, opened, now)
	}
	if err != nil {
		return false, err
	}
	s.keepOpen(opened)
	return true, s.rebase(v, now, reply, turned)
}

// rebind gives this computer a slot where none opened, or where the account's
// policy is another one than the slots were made under. A policy that binds
// everything leaves no slot that binds less.
func (s *session) rebind(v *view, opened *vault.Vault, now fingerprint.Snapshot) error {
	moved := s.state.Bound != v.policy.Name || s.state.BoundVersion != 0 && s.state.BoundVersion != v.policy.Version
	if opened == v.vault && !moved {
		return nil
	}
	b := vault.Bind(vault.Kinds(v.policy, now), now)
	if moved && v.policy.BindAll {
		return fileError(opened.ReplaceSlots(b))
	}
	return fileError(opened.AddSlot(b))
}

// openFor gives the open vault: the one that is open, the one that the share
// opens, or a new one. It gives nil where there is none and no share either.
func (s *session) openFor(ctx context.Context, v *view, reply api.DeviceReply, eph *ephemeral) (*vault.Vault, error) {
	if v.vault != nil {
		return v.vault, nil
	}
	release := reply.Release
	if next := reply.Next; next != nil && (release == nil || next.Generation == v.generation || v.gone()) {
		release = next // of the vault that is rotated already, or of the one that is made now
	}
	if release == nil || eph == nil {
		return nil, nil
	}
	share, err := eph.open(release, s.id.Device)
	if err != nil {
		return nil, err
	}
	keys := v.keys.vaultKeys()
	if !vaultMissing(v) {
		opened, err := vault.OpenWithShare(s.vaultConfig(), keys, share)
		switch {
		case err == nil || !foreign(err):
			return opened, err
		case v.state.Vault && !s.remake:
			// The server lost the share, or was put back to before it. The file
			// stays: it may yet open on this computer as it was.
			if v.unfit = api.CodeOf(err) == api.CodeVaultLocked; v.unfit {
				err = nil
			}
			return nil, err
		}
		// Left by an earlier account on this computer, or given up for a backup:
		// not ours to overwrite.
		s.setVaultAside()
	} else if v.state.Vault && !s.remake {
		return nil, api.NewError(api.CodeVaultMissing, "restore")
	}
	return s.create(ctx, v, keys, share)
}

// foreign says that a vault was made with other keys than this profile's.
func foreign(err error) bool {
	c := api.CodeOf(err)
	return c == api.CodeVaultLocked || c == api.CodeKeyringLost || c == api.CodeVaultBroken
}

// create makes the first vault of this profile.
func (s *session) create(ctx context.Context, v *view, keys vault.Keys, share vault.Share) (*vault.Vault, error) {
	now, ok := s.readComputer(ctx)
	if !ok {
		return nil, api.NewError(api.CodeReadFailed, "report")
	}
	made, err := vault.Create(s.vaultConfig(), keys, vault.Bind(vault.Kinds(v.policy, now), now), share)
	if err != nil {
		return nil, err
	}
	v.vault = made
	return made, nil
}

// rebase names what was accepted, notes it in the journal and moves the labels
// on. What a code was typed for was not accepted, it was confirmed.
func (s *session) rebase(v *view, now fingerprint.Snapshot, reply api.DeviceReply, turned bool) error {
	before, err := vault.LoadLabels(s.cfg.Disk, s.path(labelsFile), v.keys.ring)
	newer := api.CodeOf(err) == api.CodeStateNewer // a newer program's: drift goes unnamed, and nothing is overwritten
	var moved []Drift
	first := err != nil || len(before) == 0
	if !first {
		moved = labelDrift(before, now)
		if !asks(v.state.Challenge) {
			s.accepted = append(s.accepted, withKinds(moved, reply.Changes)...)
		}
	}
	if err := s.note(v, reply, happened{moved: moved, first: first, turned: turned, sum: labelSum(now)}); err != nil {
		return err
	}
	if newer || !first && len(moved) == 0 {
		return nil
	}
	if api.CodeOf(err) == api.CodeStateBroken {
		if _, err := s.cfg.Disk.SetAside(s.path(labelsFile)); err != nil {
			return fileError(err)
		}
		s.notes[warnAside] = true
	}
	return s.relabel(v, now)
}

func (s *session) relabel(v *view, now fingerprint.Snapshot) error {
	return fileError(vault.SaveLabels(s.cfg.Disk, s.cfg.Rand, s.path(labelsFile), v.keys.ring, now.Labels()))
}

// slotUnder lets this computer, as the rules in use see it, open the vault too.
func (s *session) slotUnder(ctx context.Context, v *view) error {
	now, ok := s.readComputer(ctx)
	if !ok {
		return api.NewError(api.CodeReadFailed, "report")
	}
	if err := fileError(s.open.AddSlot(vault.Bind(vault.Kinds(v.policy, now), now))); err != nil {
		return err
	}
	return s.relabel(v, now)
}
