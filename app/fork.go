package app

import (
	"context"
	"encoding/base64"

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
	if err := ensure(ctx, k.store, keystore.DeviceKeyNext, s.newKey); err != nil {
		return nil, err
	}
	next, err := k.deviceKey(ctx, keystore.DeviceKeyNext)
	if err != nil {
		return nil, lost(err)
	}
	ch, err := s.loadChain()
	if err != nil {
		return nil, err
	}
	if ch.Fork == "" {
		if ch.Fork, err = s.random(chainBytes); err != nil {
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
	req.NewKey, req.NewNext = &public, ch.Fork
	req.NewProof = base64.RawURLEncoding.EncodeToString(proof)
	return &fork{key: &nk, next: ch.Fork}, nil
}

// promote makes the new key the device key. The chain comes first: with the old
// key still in its place, the next start asks the server and comes here again.
func (s *session) promote(ctx context.Context, k *keyring, f *fork) (*keyring, error) {
	raw, err := f.key.key.Bytes()
	if err != nil {
		return nil, api.Wrap(api.CodeInternal, err)
	}
	if err := s.storeChain(chain{Prev: f.next, Fork: f.next}); err != nil {
		return nil, err
	}
	if err := keystore.SetVerified(ctx, k.store, keystore.DeviceKey, raw); err != nil {
		return nil, err
	}
	if err := k.store.Delete(ctx, keystore.DeviceKeyNext); err != nil {
		return nil, err
	}
	s.ring = f.key
	return f.key, s.storeChain(chain{Prev: f.next})
}

// finishFork finishes a fork's answer whose reply was lost: where the server
// knows the new key, it is promoted.
func (s *session) finishFork(ctx context.Context, r *remote.Client, k *keyring) (*keyring, error) {
	ch, err := s.loadChain()
	if err != nil || ch.Fork == "" {
		return k, err
	}
	next, err := k.deviceKey(ctx, keystore.DeviceKeyNext)
	if err != nil {
		return k, s.forkDone(ch, err)
	}
	nk := *k
	nk.key = next
	_, err = r.Device(ctx, nk.signer(), s.id.Device)
	s.asked(err)
	switch api.CodeOf(err) {
	case "":
		return s.promote(ctx, k, &fork{key: &nk, next: ch.Fork})
	case api.CodeUnknownKey:
		return k, nil // the answer did not count; the key waits for the next one
	default:
		return k, err
	}
}

// forkDone ends a fork whose new key is in its place already.
func (s *session) forkDone(ch chain, err error) error {
	if api.CodeOf(lost(err)) != api.CodeKeyringLost {
		return err
	}
	return s.storeChain(chain{Prev: ch.Prev, Next: ch.Next})
}
