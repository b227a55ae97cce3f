package server

import (
	"crypto/hpke"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/seed-1feef0b2/holdfast/api"
)

const (
	shareBytes    = 32
	releaseInfo   = "holdfast release v1"
	releasesTaken = "releases without a code"
)

func sharePlace(device string, generation int) string {
	return fmt.Sprintf("shares.sealed %s %d", device, generation)
}

// share gives the device's share, K_srv, and makes the first one where there is
// none. The same share is given until it is rotated.
func (w *work) share(device string) (Share, []byte, error) {
	sh, err := w.tx.Share(device)
	if err == nil {
		secret, err := w.master.open(sharePlace(device, sh.Generation), sh.Sealed)
		return sh, secret, err
	}
	if !errors.Is(err, ErrNotFound) {
		return sh, nil, err
	}
	secret := w.randomBytes(shareBytes)
	sh = Share{Device: device, Generation: 1, Created: w.now}
	if sh.Sealed, err = w.master.seal(w.rand, sharePlace(device, sh.Generation), secret); err != nil {
		return sh, nil, err
	}
	return sh, secret, w.tx.AddShare(sh)
}

// release seals the share to the request's ephemeral key (RFC 9180, base mode).
func (w *work) release(dev Device, ephemeral string) (*api.Release, error) {
	key, err := ephemeralKey(ephemeral)
	if err != nil {
		return nil, err
	}
	sh, secret, err := w.share(dev.ID)
	if err != nil {
		return nil, err
	}
	to, err := hpke.NewDHKEMPublicKey(key)
	if err != nil {
		return nil, err
	}
	enc, sender, err := hpke.NewSender(to, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte(releaseInfo))
	if err != nil {
		return nil, err
	}
	sealed, err := sender.Seal([]byte(dev.ID), secret)
	if err != nil {
		return nil, err
	}
	b64 := base64.RawURLEncoding
	return &api.Release{Generation: sh.Generation, Enc: b64.EncodeToString(enc), Sealed: b64.EncodeToString(sealed)}, nil
}

// releaseFree releases the share without a code, where every identity group
// that counts was matched by value, a few times a day. Nil means that it may
// not, and a code is needed.
func (w *work) releaseFree(sc scene, known recognised, ephemeral string) (*api.Release, error) {
	if !known.Releasable(known.policy) {
		return nil, nil
	}
	until, err := w.take(releasesTaken, sc.dev.ID, rule{w.limits.ReleasesPerDay, day})
	if err != nil || until != 0 {
		return nil, err
	}
	if err := w.event(sc.dev, api.EventReleased, eventFacts{Result: "without a code"}); err != nil {
		return nil, err
	}
	return w.release(sc.dev, ephemeral)
}
