package app

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
	"github.com/seed-1feef0b2/holdfast/app/remote"
	"github.com/seed-1feef0b2/holdfast/app/vault"
)

// ReplaceKey asks that a new device key takes the place of one whose chip was
// cleared, replaced or is gone: in the chip that is there now, else in the
// keyring. The server sends a code; Answer with it makes the new key the device's,
// opens the vault with the server's share and rotates it. Until then nothing is
// given up: where the old chip comes back, a check-in is enough. A chip that is
// busy, or refuses for a while, is refused with its own code: waiting brings the
// keys back. Where nothing is lost this is a check-in. It passes on what the
// server refuses, claim_wrong among it.
func (c *Client) ReplaceKey(ctx context.Context) (Status, error) {
	s, err := c.begin(ctx)
	if err != nil {
		return Status{}, err
	}
	defer s.end()
	err = s.replaceKey(ctx)
	return s.status(ctx), err
}

func (s *session) replaceKey(ctx context.Context) error {
	r, k, err := s.reach(ctx)
	if err != nil {
		return err
	}
	if k.trouble != nil && recoverable(k.trouble) {
		return k.trouble
	}
	if k, err = s.finishSuccession(ctx, r, k); err != nil {
		return s.refused(err)
	}
	if k.trouble == nil {
		return s.checkIn(ctx)
	}
	return s.requestKey(ctx, r, k)
}

// requestKey makes the new key, writes it down with the first value of its chain,
// and posts it, signed by itself and vouched for by the claim key. The same key is
// posted again until it has taken the place.
func (s *session) requestKey(ctx context.Context, r *remote.Client, k *keyring) error {
	if k.next == nil {
		next, err := s.newSuccessor(ctx, k)
		if err != nil {
			return err
		}
		k.next = next
	}
	value, err := s.firstOfNext(true)
	if err != nil {
		return err
	}
	v := s.look(ctx, s.id, s.state)
	if !v.read {
		return api.NewError(api.CodeReadFailed, "report")
	}
	signer := k.next.signer
	key, err := s.random(16)
	if err != nil {
		return err
	}
	reply, err := r.ReplaceKey(ctx, signer, s.id.Device, api.ReplaceKeyRequest{
		Key: sign.FromPublic(k.next.public), Hardware: k.next.kind, Next: value,
		Snapshot: digests(v.snapshot, k.ring), Claim: claim(k.ring, s.id.Device, signer.KeyID()),
		Issuer: issuerID(s.id.Issuers.Current),
	}, key)
	s.asked(err)
	if err != nil {
		return err
	}
	v.keys = k
	return s.absorb(ctx, v, reply, nil)
}

// newSuccessor makes the key that is to take a lost one's place: in the chip that
// opens, else in the keyring. One that was made before and is lost too goes first.
func (s *session) newSuccessor(ctx context.Context, k *keyring) (*deviceKey, error) {
	rec, err := s.loadChips()
	if err != nil && api.CodeOf(err) != api.CodeStateBroken {
		return nil, err
	}
	next, err := s.successor(ctx, k, rec)
	if err == nil {
		return next, nil
	}
	if recoverable(err) && !errors.Is(err, keystore.ErrNotFound) {
		return nil, err
	}
	it, err := s.newItem(ctx, k.ring)
	switch {
	case err == nil:
		rec.Next = it
		if err := s.storeChips(rec); err != nil {
			return nil, err
		}
		return s.successor(ctx, k, rec)
	case recoverable(err):
		return nil, err
	}
	if rec.Next != nil {
		rec.Next = nil
		if err := s.storeChips(rec); err != nil {
			return nil, err
		}
	}
	if err := ensure(ctx, k.store, keystore.DeviceKeyNext, s.newKey); err != nil {
		return nil, err
	}
	return s.successor(ctx, k, rec)
}

// prepareLost gives the key that asked to take a lost one's place. Where the lost
// one is back there is nothing to answer: a check-in settles it.
func (s *session) prepareLost(k *keyring) (*successor, error) {
	ch, err := s.loadChain()
	if err != nil {
		return nil, err
	}
	if k.next == nil || ch.RekeyNext == "" {
		return nil, api.NewError(api.CodeNoChallenge, "check")
	}
	return &successor{key: k.next, next: ch.RekeyNext}, nil
}

// awaitKey is the check-in of a computer whose new key waits for its code: it has
// the code sent again where that is due, and asks anew where nothing waits any more.
func (s *session) awaitKey(ctx context.Context, r *remote.Client, k *keyring) error {
	if k.stuck() {
		return k.trouble
	}
	ch := s.state.Challenge
	if ch == nil || ch.Reason != api.ReasonChip {
		return s.requestKey(ctx, r, k)
	}
	key, err := s.random(16)
	if err != nil {
		return err
	}
	now, err := r.SendAgain(ctx, k.signer(), s.id.Device, ch.Reference, api.DeliveryRequest{}, key)
	s.asked(err)
	switch {
	case err == nil:
		return s.keep(&now)
	case api.CodeOf(err) == api.CodeSendWait:
		return s.lookAtRequest(ctx, r, k)
	case s.reached == ServerAway:
		return err
	}
	return s.requestKey(ctx, r, k)
}

// lookAtRequest asks how the challenge of a new key stands; it changes nothing.
func (s *session) lookAtRequest(ctx context.Context, r *remote.Client, k *keyring) error {
	ch := s.state.Challenge
	if ch == nil || ch.Reason != api.ReasonChip {
		return nil
	}
	now, err := r.Challenge(ctx, k.signer(), s.id.Device, ch.Reference)
	s.asked(err)
	switch api.CodeOf(err) {
	case "":
		return s.keep(&now)
	case api.CodeNoChallenge, api.CodeUnknownKey:
		return s.keep(nil) // it fell; the person may ask anew
	}
	return err
}

// claimKey gives the public half of the claim key, base64url, as the first
// activation registers it.
func claimKey(ring vault.Secret) string {
	return base64.RawURLEncoding.EncodeToString(vault.ClaimKey(ring).Public().(ed25519.PublicKey))
}

// claim signs for a new device key with the claim key: that whoever asks holds
// this computer's keyring.
func claim(ring vault.Secret, device, keyid string) string {
	sum := ed25519.Sign(vault.ClaimKey(ring), []byte("holdfast-claim-v1\n"+device+"\n"+keyid))
	return base64.RawURLEncoding.EncodeToString(sum)
}
