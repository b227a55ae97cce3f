package app

import (
	"context"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/app/remote"
)

// Answer answers the open challenge with a code, as typed or pasted. A mistyped
// code is refused with code_mistyped before anything is sent and costs no try.
// After the server's yes the vault gets a slot for this computer as it is now.
func (c *Client) Answer(ctx context.Context, typed string) (Status, error) {
	s, err := c.begin(ctx)
	if err != nil {
		return Status{}, err
	}
	defer s.end()
	err = s.answer(ctx, typed)
	return s.status(ctx), err
}

func (s *session) answer(ctx context.Context, typed string) error {
	r, k, err := s.need(ctx)
	if err != nil {
		return err
	}
	ch := s.state.Challenge
	if ch == nil {
		return api.NewError(api.CodeNoChallenge, "check")
	}
	answer, ok := readCode(ch, typed)
	if !ok {
		return api.NewError(api.CodeMistyped)
	}
	v := s.look(ctx, s.id, s.state)
	if !v.read {
		return api.NewError(api.CodeReadFailed, "report")
	}
	eph, err := newEphemeral()
	if err != nil {
		return err
	}
	req := api.AnswerRequest{
		Code: answer, Snapshot: digests(v.snapshot, k.ring), Ephemeral: eph.public(), Generation: v.generation,
		Claim: claimKey(k.ring), Issuer: issuerID(s.id.Issuers.Current),
	}
	f, err := s.succession(ctx, k, ch, &req)
	if err != nil {
		return err
	}
	key, err := s.random(16)
	if err != nil {
		return err
	}
	reply, err := r.Answer(ctx, k.signer(), s.id.Device, ch.Reference, req, key)
	s.asked(err)
	if err != nil {
		return s.answerFailed(ctx, r, err)
	}
	if f != nil {
		if k, err = s.promote(ctx, k, f); err != nil {
			return err
		}
		v.keys = k
	}
	return s.answered(ctx, v, ch.Reason, reply, eph)
}

// answered takes the server's yes to a code that was asked for a reason. A reply
// without what the vault needs, which is what a repeated request gets, is followed by
// a check-in that asks for it.
func (s *session) answered(ctx context.Context, v *view, reason string, reply api.DeviceReply, eph *ephemeral) error {
	v.typed = true
	if err := s.absorb(ctx, v, reply, eph); err != nil {
		return err
	}
	switch {
	case s.state.Told == api.DeviceActivated && (reply.Certificate == "" || s.wantsShare(ctx) || s.state.Rotate != 0):
		return s.checkIn(ctx)
	case reason == api.ReasonEmail && s.state.Told != api.DeviceActivated:
		// The address is there again, and this computer still waits: its own code
		// can come now. The one that was typed counts, whatever becomes of that.
		if err := s.checkIn(ctx); err != nil {
			s.cfg.Log.Warn("check-in after the address", "error", err)
		}
	}
	return nil
}

// readCode takes the code out of what was typed or pasted and says whether it
// can be one at all.
func readCode(ch *api.Challenge, typed string) (string, bool) {
	mail, phone := ch.CodeKind != codeDigits, ch.CodeKind == codeDigits
	for _, d := range ch.Deliveries { // a code that went another way is right too
		mail, phone = mail || d.Channel == api.ChannelEmail, phone || d.Channel == api.ChannelSMS || d.Channel == api.ChannelVoice
	}
	if mail {
		if found := code.Find(typed, true); code.Valid(found, code.EmailSymbols+1) {
			return found, true
		}
	}
	if phone {
		if found := code.Find(typed, false); len(found) == phoneDigits && strings.Trim(found, code.Digits) == "" {
			return found, true
		}
	}
	return "", false
}

// phoneDigits is the length of a code that goes to a phone.
const phoneDigits = 6

// codeDigits is the code kind of text messages and calls.
const codeDigits = "digits"

// answerFailed keeps what a refusal says of the challenge. A challenge that the
// server says is used up may have been so by us, with the answer lost: then a
// check-in finds this computer activated.
func (s *session) answerFailed(ctx context.Context, r *remote.Client, err error) error {
	switch api.CodeOf(err) {
	case api.CodeUsed, api.CodeNoChallenge, api.CodeUnknownKey, api.CodeRevoked:
		reason := s.state.Challenge.Reason
		if e := s.checkIn(ctx); e != nil {
			return e
		}
		if s.wasDone(ctx, reason) {
			return nil
		}
		return err
	}
	ch := challengeOf(err)
	if ch == nil {
		ch = s.state.Challenge
		if n, ok := triesLeft(err); ok && ch != nil {
			c := *ch
			c.TriesLeft = n
			ch = &c
		}
	}
	s.state.Challenge = ch
	if e := s.save(); e != nil {
		return e
	}
	return err
}

// wasDone says, after an answer that the server called used up, whether what its
// code was for has happened: the computer is activated, the window announced, the
// phone enrolled, the address given.
func (s *session) wasDone(ctx context.Context, reason string) bool {
	if s.state.Told != api.DeviceActivated && reason != api.ReasonEmail {
		return false
	}
	switch reason {
	case api.ReasonAnnounce:
		return s.announced()
	case api.ReasonPhone, api.ReasonChannel, api.ReasonEmail:
		return s.settled(ctx, reason)
	}
	return true
}
