package server

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
)

// claimsFrom is the counter of requests to replace a key, by device, whether
// there is such a device or not.
const claimsFrom = "key claims of"

// ReplaceKey asks that a new device key takes the place of one whose chip is
// lost. The registered claim key vouches for it; a code decides. The reply
// carries the challenge, which only the new key may see and answer. Errors:
// invalid_value, too_many_requests, claim_wrong (no such device, none that may,
// or a claim that is not its key's), challenge_locked, snapshot_limit, and those
// of a snapshot.
func (s *Service) ReplaceKey(ctx context.Context, c Caller, r api.ReplaceKeyRequest) (api.DeviceReply, error) {
	var none api.DeviceReply
	keyid, err := sign.Thumbprint(r.Key)
	if err != nil || keyid != c.KeyID {
		return none, invalid("key")
	}
	if !validHardware(r.Hardware) {
		return none, invalid("hardware")
	}
	if !validChain(r.Next) {
		return none, invalid("next")
	}
	if r.Snapshot, err = checkSnapshot(r.Snapshot); err != nil {
		return none, err
	}
	c.Issuer = r.Issuer
	return weigh(ctx, s, c, weighed[api.DeviceReply]{
		count: func(w *work) error { return w.takeFrom("key claims from", w.limits.RegisterHour) },
		write: func(w *work) (api.DeviceReply, error) { return w.requestKey(r) },
	})
}

func (w *work) requestKey(r api.ReplaceKeyRequest) (api.DeviceReply, error) {
	var none api.DeviceReply
	until, err := w.take(claimsFrom, w.c.DeviceID, rule{w.limits.KeyClaimsPerDay, day})
	if err != nil {
		return none, err
	}
	if until != 0 {
		return none, retryAt(api.CodeTooMany, until)
	}
	dev, err := w.claimed(r.Claim)
	if err != nil {
		return none, err
	}
	sc, err := w.scene(dev)
	if err != nil {
		return none, err
	}
	if until, err := w.paused(sc); err != nil || until > w.now {
		if err == nil {
			err = retryAt(api.CodeChallengeLocked, until)
		}
		return none, err
	}
	known, err := w.recognise(sc.dev, sc.acct, r.Snapshot, false)
	if err != nil {
		return none, err
	}
	if known.Verdict != Known {
		if err := w.meet(&sc.dev, known.sum); err != nil {
			return none, err
		}
		if err := w.tx.SaveDevice(sc.dev); err != nil {
			return none, err
		}
	}
	return w.openRequest(sc, known, r)
}

// claimed finds the device of the path and checks the claim: by the same work
// and with the same refusal whether there is one or not.
func (w *work) claimed(claim string) (Device, error) {
	dev, err := w.tx.Device(w.c.DeviceID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return dev, err
	}
	public := dev.Claim
	if len(public) != ed25519.PublicKeySize {
		public = make([]byte, ed25519.PublicKeySize)
	}
	proof, _ := base64.RawURLEncoding.Strict().DecodeString(claim)
	vouched := ed25519.Verify(public, []byte(claimText(w.c.DeviceID, w.c.KeyID)), proof)
	may := slices.Contains([]string{api.DeviceActivated, api.DeviceLimited, api.DeviceFrozen}, dev.State)
	if vouched && may && len(dev.Claim) > 0 {
		return dev, nil
	}
	if dev.ID != "" {
		if err := w.note(dev, "key-request", api.CodeClaim, ""); err != nil {
			return dev, err
		}
	}
	return dev, keep(api.NewError(api.CodeClaim))
}

// claimText is what a claim key signs for a new device key.
func claimText(device, keyid string) string { return "holdfast-claim-v1\n" + device + "\n" + keyid }

// openRequest puts the request in the place of an earlier one and answers with
// its challenge; the same key again finds its own.
func (w *work) openRequest(sc scene, known recognised, r api.ReplaceKeyRequest) (api.DeviceReply, error) {
	var none api.DeviceReply
	req := KeyRequest{
		Device: sc.dev.ID, KeyID: w.c.KeyID, Key: r.Key, Hardware: r.Hardware, Next: r.Next, Created: w.now,
	}
	save := w.tx.AddKeyRequest
	before, err := w.tx.KeyRequest(sc.dev.ID)
	switch {
	case err == nil && before.KeyID == w.c.KeyID:
		req.Seq, req.Created, save = before.Seq, before.Created, w.tx.SaveKeyRequest
	case err == nil:
		if err := w.dropRequest(sc.dev, "another key asked"); err != nil {
			return none, err
		}
	case !errors.Is(err, ErrNotFound):
		return none, err
	}
	if req.Seq == 0 {
		if used, err := w.keyUsed(w.c.KeyID); err != nil || used {
			if used {
				return none, invalid("key")
			}
			return none, err
		}
	}
	ch, err := w.demand(sc, api.ReasonChip, known.Changes, known.bound())
	if err != nil {
		return none, err
	}
	if req.Seq == 0 {
		req.Seq = ch.Seq
	}
	if err := save(req); err != nil {
		return none, err
	}
	return w.requested(sc, ch, known.Changes)
}

// requested tells a key that is not the device's yet what it may know: that it
// is limited, and its challenge.
func (w *work) requested(sc scene, ch Challenge, changes []api.Change) (api.DeviceReply, error) {
	r := api.DeviceReply{State: api.DeviceLimited, Time: stamp(w.now), Changes: changes}
	r.Issuers = w.ring().issuers.changesAfter(w.c.Issuer)
	v, err := w.view(sc, ch)
	if err != nil {
		return r, err
	}
	r.Challenge = &v
	r.Policy, err = w.signedPolicy(sc.acct.Policy, sc.dev.Platform)
	return r, err
}

// heard lets a request fall because the device's own key was heard from: it is
// not lost. Reads write nothing, so they do not count.
func (w *work) heard(dev Device) error {
	if w.reading {
		return nil
	}
	if _, err := w.tx.KeyRequest(dev.ID); err != nil {
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		return err
	}
	return w.dropRequest(dev, "the key that it was for is in use")
}

// dropRequest forgets a request and closes its challenge.
func (w *work) dropRequest(dev Device, why string) error {
	ch, err := w.tx.LatestChallenge(dev.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if ch.State == api.ChallengeOpen && ch.Reason == api.ReasonChip {
		if err := w.closeChallenge(ch, api.ChallengeReplaced); err != nil {
			return err
		}
	}
	if err := w.note(dev, "key-request", "fell", why); err != nil {
		return err
	}
	return w.tx.RemoveKeyRequest(dev.ID)
}

// party is who may speak about a challenge: the device by its own key, or by
// the one that asks to take its place. Errors are those of device, which gives
// the device with not_found too.
func (w *work) party() (Device, *KeyRequest, error) {
	dev, err := w.device()
	if api.CodeOf(err) != api.CodeUnknownKey {
		return dev, nil, err
	}
	req, missing := w.tx.KeyRequestByKey(w.c.KeyID)
	if errors.Is(missing, ErrNotFound) {
		return dev, nil, err
	}
	if missing != nil {
		return dev, nil, missing
	}
	if dev, err = w.tx.Device(req.Device); err == nil && dev.ID != w.c.DeviceID {
		err = api.NewError(api.CodeNotFound)
	}
	return dev, &req, err
}

// concerns says whether a challenge is the caller's to see: for a key that asks
// its own ones, and for the device's key all others, and those that made it the
// device's.
func concerns(ch Challenge, req *KeyRequest) bool {
	if req == nil {
		return ch.Reason != api.ReasonChip || ch.State == api.ChallengeConsumed
	}
	return ch.Reason == api.ReasonChip && ch.Seq >= req.Seq
}

// takeKey puts the key that asked in the place of the lost one, which is
// revoked.
func (w *work) takeKey(dev *Device, ch Challenge, req KeyRequest) error {
	if dev.State == api.DeviceFrozen { // a copy was about as well
		if err := w.hold(*dev, api.ReasonFork, recognised{}, false); err != nil {
			return err
		}
	}
	if err := w.tx.RemoveKeyRequest(dev.ID); err != nil {
		return err
	}
	return w.putKey(dev, ch, req)
}

// registerClaim keeps the first claim key that a device names. A computer's claim
// key follows from its keyring and never changes, so another one is not taken
// on, and noted; what the code was for goes on all the same.
func (w *work) registerClaim(dev *Device, claim string) error {
	if claim == "" {
		return nil
	}
	public, err := claimKey(claim)
	if err != nil {
		return err
	}
	if len(dev.Claim) == 0 {
		dev.Claim = public
		return nil
	}
	if !slices.Equal(dev.Claim, public) {
		return w.note(*dev, "claim-key", api.CodeClaim, "another one is registered")
	}
	return nil
}

// claimKey reads an Ed25519 public key, 32 bytes, base64url.
func claimKey(s string) ([]byte, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(raw) != ed25519.PublicKeySize {
		return nil, invalid("claim")
	}
	return raw, nil
}

// validHardware says whether a value names what may hold a key.
func validHardware(s string) bool { return s == "" || s == api.HardwareTPM }
