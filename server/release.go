package server

import (
	"crypto/hpke"
	"encoding/base64"
	"fmt"

	"github.com/seed-1feef0b2/holdfast/api"
)

const (
	shareBytes       = 32
	releaseInfo      = "holdfast release v1"
	releasesTaken    = "releases without a code"
	releasesInWindow = "releases in a change window"
)

func sharePlace(device string, generation int) string {
	return fmt.Sprintf("shares.sealed %s %d", device, generation)
}

// share gives the share that the device's vault is known to use, and makes the
// first one where there is none. It stays until a rotation is confirmed. The first one
// is of a generation above what the vault names: after a loss of the master key that
// vault has a share which is not this one, and is told so by the number.
func (w *work) share(device string, named int) (Share, error) {
	list, err := w.tx.Shares(device)
	if err != nil {
		return Share{}, err
	}
	if len(list) > 0 {
		return list[0], nil
	}
	return w.newShare(device, named+1, "")
}

func (w *work) newShare(device string, generation int, reason string) (Share, error) {
	sh := Share{Device: device, Generation: generation, Created: w.now, Reason: reason}
	var err error
	sh.Sealed, err = w.seal(sharePlace(device, generation), w.randomBytes(shareBytes))
	if err != nil {
		return sh, err
	}
	return sh, w.tx.AddShare(sh)
}

// release gives the device's share as it is after a rotation that the client
// reports with its generation is confirmed: the caller has judged that it may.
func (w *work) release(dev Device, generation int, ephemeral string) (*api.Release, error) {
	if err := w.confirmRotation(dev, generation); err != nil {
		return nil, err
	}
	sh, err := w.share(dev.ID, generation)
	if err != nil {
		return nil, err
	}
	return w.sealShare(dev, sh, ephemeral)
}

// sealShare seals a share to the request's ephemeral key (RFC 9180, base mode).
func (w *work) sealShare(dev Device, sh Share, ephemeral string) (*api.Release, error) {
	key, err := ephemeralKey(ephemeral)
	if err != nil {
		return nil, err
	}
	secret, err := w.open(sharePlace(dev.ID, sh.Generation), sh.Sealed)
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
// that counts was matched by value or is listed in an open change window, a few
// times a day. Inside a change window it counts apart, and more often: a night of
// updates restarts a computer again and again. Nil means that it may not,
// and a code is needed.
func (w *work) releaseFree(sc scene, known recognised, r api.CheckInRequest) (*api.Release, error) {
	if !known.Releasable(known.policy) {
		return nil, nil
	}
	label, most := releasesTaken, w.limits.ReleasesPerDay
	if known.countedApart() {
		label, most = releasesInWindow, w.limits.ReleasesInWindow
	}
	until, err := w.take(label, sc.dev.ID, rule{most, day})
	if err != nil || until != 0 {
		return nil, err
	}
	if err := w.event(sc.dev, api.EventReleased, eventFacts{Result: "without a code", Window: known.Window}); err != nil {
		return nil, err
	}
	return w.release(sc.dev, r.Generation, r.Ephemeral)
}
