package app

import (
	"context"
	"errors"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/remote"
)

// CheckIn reads this computer, reports it and takes what the server says: a
// certificate (with the server's share, where no slot of the vault opens), or a
// challenge whose code is already on its way. It also finishes whatever an
// earlier use case lost its answer to. The Status is what holds afterwards, also
// with an error: with server_away nothing was sent and keys keep opening.
func (c *Client) CheckIn(ctx context.Context) (Status, error) {
	s, err := c.begin(ctx)
	if err != nil {
		return Status{}, err
	}
	defer s.end()
	err = s.checkIn(ctx)
	return s.status(ctx), err
}

func (s *session) checkIn(ctx context.Context) error {
	r, k, err := s.need(ctx)
	if err != nil {
		return err
	}
	if k, err = s.finishSuccession(ctx, r, k); err != nil {
		return s.refused(err)
	}
	if k.trouble != nil {
		return s.awaitKey(ctx, r, k)
	}
	s.accepted = nil
	for range mostReports {
		again, err := s.report(ctx, r, k)
		if err != nil || !again {
			return err
		}
	}
	return nil
}

// mostReports bounds one check-in: a report, one that asks for the server's share
// or the next one, one that tells that the vault is rotated, and one to spare.
const mostReports = 4

// report sends one check-in. The result says that another one is needed: the
// server counts this computer as activated, but the vault is not there yet or was
// not asked for, or it is to be rotated.
func (s *session) report(ctx context.Context, r *remote.Client, k *keyring) (bool, error) {
	v := s.lookAgain(ctx)
	if !v.read {
		return false, api.NewError(api.CodeReadFailed, "report")
	}
	ch, err := s.nextPair() // on the disk before it is sent
	if err != nil {
		return false, err
	}
	req, eph, err := v.request(ch)
	if err != nil {
		return false, err
	}
	key, err := s.random(16)
	if err != nil {
		return false, err
	}
	reply, err := r.CheckIn(ctx, k.signer(), s.id.Device, req, key)
	s.asked(err)
	if err != nil {
		return false, s.refused(err)
	}
	if err := s.absorb(ctx, v, reply, eph); err != nil {
		return false, err
	}
	ch.Answered = true
	if err := s.storeChain(ch); err != nil {
		return false, err
	}
	if reply.State != api.DeviceActivated {
		return false, nil
	}
	return !req.Locked && s.wantsShare(ctx) || s.unfinished(ctx, req), nil
}

// request makes a check-in.
func (v *view) request(ch chain) (api.CheckInRequest, *ephemeral, error) {
	req := api.CheckInRequest{
		Snapshot: digests(v.snapshot, v.keys.ring), Prev: ch.Prev, Next: ch.Next,
		Generation: v.generation, PolicyVersion: v.policy.Version, RulesVersion: v.rules,
	}
	req.Issuer = issuerID(v.id.Issuers.Current)
	req.Locked = v.wantsShare()
	if !req.Locked && v.state.Rotate <= v.generation {
		return req, nil, nil
	}
	eph, err := newEphemeral()
	if err != nil {
		return api.CheckInRequest{}, nil, err
	}
	req.Ephemeral = eph.public()
	return req, eph, nil
}

// wantsShare says that the vault can only be opened, or made, with the server's
// share. A vault that was there and is gone is not made again silently.
func (v *view) wantsShare() bool {
	if v.state.Told != api.DeviceActivated && v.state.Told != "" && v.facts.Vault == VaultNone {
		return false
	}
	return v.facts.Vault == VaultLocked || v.gone() && (!v.state.Vault || v.remake)
}

func (s *session) wantsShare(ctx context.Context) bool {
	return s.look(ctx, s.id, s.state).wantsShare()
}

// refused notes the refusals that change what this computer is.
func (s *session) refused(err error) error {
	switch api.CodeOf(err) {
	case api.CodeRevoked, api.CodeUnknownKey:
		s.state.Told, s.state.Challenge, s.state.Certificate = api.DeviceRevoked, nil, ""
		if e := s.save(); e != nil {
			return e
		}
		return api.Wrap(api.CodeRevoked, err)
	}
	return err
}

// absorb takes a reply: first the vault, then what was said, so that a kill in
// between leaves a computer that asks again.
func (s *session) absorb(ctx context.Context, v *view, reply api.DeviceReply, eph *ephemeral) error {
	if err := s.learnIssuers(&reply); err != nil {
		return err
	}
	next := *s.state
	if reply.Challenge == nil && !v.typed && reply.State == api.DeviceActivated {
		reply.Challenge = s.still(ctx, v.keys)
	}
	if err := s.learn(&next, reply, v.keys); err != nil {
		return s.strangely(err)
	}
	if reply.State == api.DeviceActivated {
		v.policyFrom(&next, s.id)
		made, err := s.settle(ctx, v, reply, eph)
		if err != nil {
			return err
		}
		next.Vault, next.Unfit = next.Vault || made, v.unfit || next.Unfit && !made
		if made {
			next.Bound, next.BoundVersion = v.policy.Name, v.policy.Version
		}
	}
	if err := s.adoptRules(ctx, v, reply.Rules); err != nil {
		return err
	}
	s.state = &next
	return s.save()
}

// strangely notes that the server signs with keys that are not pinned. It is told until
// the server is itself again: nobody may be there to hear of a quiet check-in.
func (s *session) strangely(err error) error {
	if api.CodeOf(err) != api.CodeServerKeys {
		return err
	}
	s.state.OtherKeys = true
	return errors.Join(err, s.save())
}

// learn puts what the server said into a record, after checking what it signed.
func (s *session) learn(st *record, reply api.DeviceReply, k *keyring) error {
	if reply.Certificate != "" {
		if _, err := verifyCertificate(reply.Certificate, s.id, k.thumbprint()); err != nil {
			return signedBy(api.CodeServerReply, err)
		}
		st.Certificate = reply.Certificate
	}
	if reply.Policy != "" {
		if _, err := verifyPolicy(reply.Policy, s.id); err != nil {
			return err
		}
		st.Policy, st.Strange = reply.Policy, nil
	}
	st.Told, st.Challenge, st.Changes, st.HoldUntil = reply.State, reply.Challenge, reply.Changes, reply.HoldUntil
	st.ContactLost, st.OtherKeys = reply.ContactLost, false
	st.Rotate, st.Windows, st.Flags = reply.Rotate, reply.Windows, reply.Flags
	st.ServerTime, st.Checked = later(st.ServerTime, reply.Time), reply.Time
	if reply.Challenge == nil {
		st.Declined = ""
	}
	return nil
}
