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

// successor is an answer that brings a new device key: the key that takes over
// and the first value of its chain, both on the disk before anything is sent.
type successor struct {
	key  *deviceKey
	next string
}

// succession gives the new key of an answer, where its challenge wants one: after
// a fork one that this answer brings, after a lost chip the one that asked.
func (s *session) succession(ctx context.Context, k *keyring, ch *api.Challenge, req *api.AnswerRequest) (*successor, error) {
	switch ch.Reason {
	case api.ReasonFork:
		return s.prepareFork(ctx, k, ch.Reference, req)
	case api.ReasonChip:
		return s.prepareLost(k)
	}
	return nil, nil
}

// prepareFork makes the new device key, where the old one is, writes it down and
// reads it back, and puts it into the request.
func (s *session) prepareFork(ctx context.Context, k *keyring, ref string, req *api.AnswerRequest) (*successor, error) {
	next, err := s.successorOf(ctx, k)
	if err != nil {
		return nil, err
	}
	value, err := s.firstOfNext(false)
	if err != nil {
		return nil, err
	}
	proof, err := next.signer.Sign([]byte("holdfast-rekey-v1\n" + s.id.Device + "\n" + ref + "\n" + next.signer.KeyID()))
	if err != nil {
		return nil, coded(err)
	}
	public := sign.FromPublic(next.public)
	req.NewKey, req.NewNext, req.NewHardware = &public, value, next.kind
	req.NewProof = base64.RawURLEncoding.EncodeToString(proof)
	return &successor{key: next, next: value}, nil
}

// coded keeps the code of a signer's error; one without is internal.
func coded(err error) error {
	var e *api.Error
	if errors.As(err, &e) {
		return err
	}
	return api.Wrap(api.CodeInternal, err)
}

// firstOfNext gives the first value of the new key's chain, on the disk before it
// is sent. Lost says that the key that it replaces is lost.
func (s *session) firstOfNext(lost bool) (string, error) {
	ch, err := s.loadChain()
	if err != nil || ch.RekeyNext != "" && ch.Lost == lost {
		return ch.RekeyNext, err
	}
	if ch.RekeyNext == "" {
		if ch.RekeyNext, err = s.random(chainBytes); err != nil {
			return "", err
		}
	}
	ch.Lost = lost
	return ch.RekeyNext, s.storeChain(ch)
}

// successorOf gives the key that was made to take the device key's place, or
// makes it: in the chip where the device key is, with the secret that the chip
// keeps already, else in the keyring.
func (s *session) successorOf(ctx context.Context, k *keyring) (*deviceKey, error) {
	rec, err := s.loadChips()
	if err != nil {
		return nil, err
	}
	next, err := s.successor(ctx, k, rec)
	if err == nil || !errors.Is(err, keystore.ErrNotFound) {
		return next, err
	}
	if k.own.item == nil {
		if err := ensure(ctx, k.store, keystore.DeviceKeyNext, s.newKey); err != nil {
			return nil, err
		}
		return s.successor(ctx, k, rec)
	}
	it, err := s.newItem(ctx, k.ring)
	if err != nil {
		return nil, err
	}
	it.Secret = k.own.item.Secret
	rec.Next = it
	if err := s.storeChips(rec); err != nil {
		return nil, err
	}
	return s.successor(ctx, k, rec)
}

// successor takes up the key that was made to take the device key's place;
// keystore.ErrNotFound where there is none.
func (c *Client) successor(ctx context.Context, k *keyring, rec chips) (*deviceKey, error) {
	if rec.Next != nil {
		return c.openItem(ctx, k, rec.Next)
	}
	raw, err := k.store.Get(ctx, keystore.DeviceKeyNext)
	if err != nil {
		return nil, err
	}
	return k.softKey(raw)
}

// promote makes the new key the device key: first where keys are, then the chain,
// whose rekey value tells a promotion that is under way from one that is over,
// and what is left of the new key's old place last.
func (s *session) promote(ctx context.Context, k *keyring, f *successor) (*keyring, error) {
	value, rec := []byte(chipMarker), chips{}
	if f.key.item == nil {
		value = f.key.scalar
	} else {
		rec = chips{Current: f.key.item, Next: f.key.item}
	}
	if err := keystore.SetVerified(ctx, k.store, keystore.DeviceKey, value); err != nil {
		return nil, err
	}
	if k.own.kind != "" || f.key.item != nil {
		if err := s.storeChips(rec); err != nil {
			return nil, err
		}
	}
	if err := s.storeChain(chain{Next: f.next}); err != nil {
		return nil, err
	}
	s.ring = k.with(f.key)
	return s.ring, s.dropSuccessor(ctx, s.ring)
}

// dropSuccessor forgets the key that was made to take the device key's place.
func (s *session) dropSuccessor(ctx context.Context, k *keyring) error {
	rec, err := s.loadChips()
	if err != nil {
		return err
	}
	if rec.Next != nil {
		rec.Next = nil
		if err := s.storeChips(rec); err != nil {
			return err
		}
	}
	return k.store.Delete(ctx, keystore.DeviceKeyNext)
}

// finishSuccession finishes an answer with a new key that was interrupted, before
// anything else is sent. Without a rekey value a leftover key was never posted or
// is in its place already; with one, the server's knowing the new key decides. A
// lost chip's keyring is given back as it is while the request is under way.
func (s *session) finishSuccession(ctx context.Context, r *remote.Client, k *keyring) (*keyring, error) {
	rec, err := s.loadChips()
	if err != nil {
		return nil, err
	}
	next, err := s.successor(ctx, k, rec)
	if errors.Is(err, keystore.ErrNotFound) || !recoverable(err) {
		return k, nil // none, or lost like the one before
	}
	if err != nil {
		return nil, err
	}
	ch, err := s.loadChain()
	if err != nil {
		return nil, err
	}
	if ch.RekeyNext == "" {
		return k, s.dropSuccessor(ctx, k)
	}
	if !next.same(k.own) {
		_, err = r.Device(ctx, next.signer, s.id.Device)
		s.asked(err)
		if api.CodeOf(err) == api.CodeUnknownKey {
			return k, s.notLost(k, ch) // the answer did not count; the key waits for the next one
		}
		if err != nil {
			return nil, err
		}
	}
	return s.promote(ctx, k, &successor{key: next, next: ch.RekeyNext})
}

// notLost takes a request for a lost key back, where the key is there again.
func (s *session) notLost(k *keyring, ch chain) error {
	if k.trouble != nil || !ch.Lost {
		return nil
	}
	ch.Lost = false
	return s.storeChain(ch)
}
