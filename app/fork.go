package app

import (
	"context"
	"encoding/base64"
	"errors"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
	"github.com/seed-1feef0b2/holdfast/app/remote"
)

// fork is a fork's answer under way: the key that takes over and the first
// value of its chain, both on the disk before anything is sent.
type fork struct {
	key  *keyring
	next string
}

// prepareFork makes the new device key, writes it to the keyring and reads it
// back, and puts it into the request.
func (s *session) prepareFork(ctx context.Context, k *keyring, ref string, req *api.AnswerRequest) (*fork, error) {
	ch, err := s.loadChain()
	if err != nil {
		return nil, err
	}
	if err := ensure(ctx, k.store, keystore.DeviceKeyNext, s.newKey); err != nil {
		return nil, err
	}
	next, err := k.deviceKey(ctx, keystore.DeviceKeyNext)
	if err != nil {
		return nil, lost(err)
	}
	if ch.RekeyNext == "" {
		if ch.RekeyNext, err = s.random(chainBytes); err != nil {
			return nil, err
		}
		if err := s.storeChain(ch); err != nil {
			return nil, err
		}
	}
	nk := *k
	nk.key = next
	public := sign.FromPublic(&next.PublicKey)
	proof, err := nk.signer().Sign([]byte("holdfast-rekey-v1\n" + s.id.Device + "\n" + ref + "\n" + nk.thumbprint()))
	if err != nil {
		return nil, api.Wrap(api.CodeInternal, err)
	}
	req.NewKey, req.NewNext = &public, ch.RekeyNext
	req.NewProof = base64.RawURLEncoding.EncodeToString(proof)
	return &fork{key: &nk, next: ch.RekeyNext}, nil
}

// promote makes the new key the device key: the keyring first, then the chain,
// whose rekey value tells a promotion that is under way from one that is over,
// and the leftover key last.
func (s *session) promote(ctx context.Context, k *keyring, f *fork) (*keyring, error) {
	raw, err := f.key.key.Bytes()
	if err != nil {
		return nil, api.Wrap(api.CodeInternal, err)
	}
	if err := keystore.SetVerified(ctx, k.store, keystore.DeviceKey, raw); err != nil {
		return nil, err
	}
	if err := s.storeChain(chain{Next: f.next}); err != nil {
		return nil, err
	}
	s.ring = f.key
	return f.key, k.store.Delete(ctx, keystore.DeviceKeyNext)
}

// finishFork finishes a fork's answer that was interrupted, before anything
// else is sent. Without a rekey value a leftover key was never posted or is in
// its place already; with one, the server's knowing the new key decides.
func (s *session) finishFork(ctx context.Context, r *remote.Client, k *keyring) (*keyring, error) {
	next, err := k.deviceKey(ctx, keystore.DeviceKeyNext)
	if errors.Is(err, keystore.ErrNotFound) {
		return k, nil
	}
	if err != nil {
		return nil, err
	}
	ch, err := s.loadChain()
	if err != nil {
		return nil, err
	}
	if ch.RekeyNext == "" {
		return k, k.store.Delete(ctx, keystore.DeviceKeyNext)
	}
	nk := *k
	nk.key = next
	if !next.Equal(k.key) {
		_, err = r.Device(ctx, nk.signer(), s.id.Device)
		s.asked(err)
		if api.CodeOf(err) == api.CodeUnknownKey {
			return k, nil // the answer did not count; the key waits for the next one
		}
		if err != nil {
			return nil, err
		}
	}
	return s.promote(ctx, k, &fork{key: &nk, next: ch.RekeyNext})
}
