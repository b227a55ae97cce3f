package app

import (
	"context"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// Rotate gives the vault a new master key at the owner's wish, or finishes a
// rotation that is wanted already. Afterwards a copy of the file that was made
// before, the slots in it and the share that opened it say nothing about the file
// as it is now. It needs open keys (vault_locked, not_activated, vault_read_only)
// and the server. Status.Rotating stays true where the vault is rotated and the
// server could not be told; the next check-in tells it.
func (c *Client) Rotate(ctx context.Context) (Status, error) {
	s, err := c.begin(ctx)
	if err != nil {
		return Status{}, err
	}
	defer s.end()
	err = s.rotate(ctx)
	return s.status(ctx), err
}

func (s *session) rotate(ctx context.Context) error {
	r, k, err := s.need(ctx)
	if err != nil {
		return err
	}
	if s.state.Rotate != 0 {
		return s.checkIn(ctx) // one is wanted already; another one would be for nothing
	}
	v := s.look(ctx, s.id, s.state)
	if err := v.allows(AccessWrite); err != nil {
		return err
	}
	eph, err := newEphemeral()
	if err != nil {
		return err
	}
	key, err := s.random(16)
	if err != nil {
		return err
	}
	reply, err := r.Rotate(ctx, k.signer(), s.id.Device, api.RotateRequest{Ephemeral: eph.public()}, key)
	s.asked(err)
	if err != nil {
		return s.refused(err)
	}
	if err := s.absorb(ctx, v, reply, eph); err != nil {
		return err
	}
	// The share comes with a report of this computer, and another one tells the
	// server that the vault is rotated: it then forgets the share before.
	return s.checkIn(ctx)
}

// rotates says that a reply brings the share that the vault is to be rotated to.
func rotates(opened *vault.Vault, reply api.DeviceReply, eph *ephemeral) bool {
	return reply.Next != nil && eph != nil && reply.Next.Generation > opened.Generation()
}

// turn rotates the vault: one durable write, after which this computer alone, or
// the next share, opens it.
func (s *session) turn(v *view, opened *vault.Vault, now fingerprint.Snapshot, next *api.Release, eph *ephemeral) error {
	share, err := eph.open(next, s.id.Device)
	if err != nil {
		return err
	}
	return fileError(opened.Rotate(vault.Bind(vault.Kinds(v.policy, now), now), share))
}

// unfinished says that a rotation is wanted and that another report gets it
// further: one that offers a key for the share, or one that tells the server that
// the vault is rotated.
func (s *session) unfinished(ctx context.Context, sent api.CheckInRequest) bool {
	if s.state.Rotate == 0 || s.state.Told != api.DeviceActivated {
		return false
	}
	v := s.look(ctx, s.id, s.state)
	if v.vault == nil {
		return false
	}
	if v.generation < s.state.Rotate {
		return sent.Ephemeral == ""
	}
	return sent.Generation != v.generation
}
