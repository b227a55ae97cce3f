package app

import (
	"context"
	"errors"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/remote"
)

// SendAgain asks for another message with the same code. While the pause runs
// it is refused with send_wait, and RetryAt says until when.
func (c *Client) SendAgain(ctx context.Context) (Status, error) { return c.SendBy(ctx, "") }

// SendBy is SendAgain over another way that the account has enrolled: email, sms
// or voice; empty is the one in use. Refused with channel_not_enrolled where the
// account has no such way.
func (c *Client) SendBy(ctx context.Context, channel string) (Status, error) {
	s, err := c.begin(ctx)
	if err != nil {
		return Status{}, err
	}
	defer s.end()
	err = s.sendBy(ctx, channel)
	return s.status(ctx), err
}

func (s *session) sendBy(ctx context.Context, channel string) error {
	r, k, err := s.need(ctx)
	if err != nil {
		return err
	}
	if s.state.Challenge == nil {
		return api.NewError(api.CodeNoChallenge, "check")
	}
	key, err := s.random(16)
	if err != nil {
		return err
	}
	ch, err := r.SendAgain(ctx, k.signer(), s.id.Device, s.state.Challenge.Reference, api.DeliveryRequest{Channel: channel}, key)
	s.asked(err)
	if err == nil {
		return s.keep(&ch)
	}
	if closedForGood(err) {
		return s.checkIn(ctx) // this challenge is closed for good; a check-in opens the next
	}
	if now := challengeOf(err); now != nil {
		return errors.Join(s.keep(now), err)
	}
	return err
}

// closedForGood says that too many wrong codes closed the challenge, and that
// no pause stands in the way of another one.
func closedForGood(err error) bool {
	var e *api.Error
	return errors.As(err, &e) && e.Code == api.CodeChallengeLocked && e.RetryAt.IsZero()
}

// keep stores a challenge as it stands now. Asking for codes takes back a "not now".
func (s *session) keep(ch *api.Challenge) error {
	s.state.Challenge = ch
	return s.save()
}

// Refresh asks the server how things stand, without reporting this computer:
// deliveries, tries left, whether it was signed out elsewhere. An unreachable
// server is Status.Server "away" and no error; nor is a computer without an
// account.
func (c *Client) Refresh(ctx context.Context) (Status, error) {
	s, err := c.begin(ctx)
	if err != nil {
		return Status{}, err
	}
	defer s.end()
	err = s.refresh(ctx)
	if c.reached == ServerAway {
		err = nil
	}
	return s.status(ctx), err
}

func (s *session) refresh(ctx context.Context) error {
	if !enrolled(s.id) {
		return s.ping(ctx)
	}
	r, k, err := s.need(ctx)
	if err != nil {
		return nil // the keyring's trouble is a warning of the status
	}
	if k.trouble != nil {
		return s.lookAtRequest(ctx, r, k)
	}
	reply, err := r.Device(ctx, k.signer(), s.id.Device)
	s.asked(err)
	if err != nil {
		return s.refused(err)
	}
	if reply.Challenge == nil && s.state.Challenge != nil && reply.State != api.DeviceActivated {
		if ch, err := r.Challenge(ctx, k.signer(), s.id.Device, s.state.Challenge.Reference); err == nil {
			reply.Challenge = &ch
		}
	}
	if reply.Challenge == nil && reply.State == api.DeviceActivated {
		reply.Challenge = s.still(ctx, k)
	}
	return s.noted(reply)
}

// still gives the open challenge that is about something else than activation,
// as it stands now. What the server says of an activated computer does not tell
// of it. Where the server does not answer, it stays as it was.
func (s *session) still(ctx context.Context, k *keyring) *api.Challenge {
	ch := s.state.Challenge
	if ch == nil || !aside(ch.Reason) || ch.State != api.ChallengeOpen {
		return nil
	}
	r, err := s.server(s.id.Server)
	if err != nil {
		return nil
	}
	now, err := r.Challenge(ctx, k.signer(), s.id.Device, ch.Reference)
	switch {
	case api.CodeOf(err) == api.CodeNoChallenge || err == nil && now.State != api.ChallengeOpen:
		return nil
	case err != nil:
		return ch
	}
	return &now
}

// noted takes what a look at the server says. It never takes this computer for
// activated: that needs a check-in.
func (s *session) noted(reply api.DeviceReply) error {
	before := *s.state
	next := before
	next.Challenge, next.HoldUntil, next.Windows = reply.Challenge, reply.HoldUntil, reply.Windows
	next.ContactLost = reply.ContactLost
	next.ServerTime = later(next.ServerTime, reply.Time)
	if reply.State != api.DeviceActivated {
		next.Told, next.Changes = reply.State, reply.Changes
	}
	s.state = &next
	return s.save()
}

func (s *session) ping(ctx context.Context) error {
	address := s.address()
	if address == "" {
		return nil
	}
	r, err := s.server(address)
	if err != nil {
		return err
	}
	err = r.Ping(ctx)
	s.asked(err)
	return err
}

// NotNow puts the open challenge off: this computer works in limited mode. The
// challenge and its code live on, and Answer still takes it.
func (c *Client) NotNow(ctx context.Context) (Status, error) {
	s, err := c.begin(ctx)
	if err != nil {
		return Status{}, err
	}
	defer s.end()
	if s.state.Challenge == nil {
		return s.status(ctx), api.NewError(api.CodeNoChallenge)
	}
	s.state.Declined = s.state.Challenge.Reference
	err = s.save()
	return s.status(ctx), err
}

// challengeOf gives the challenge that a problem told of, or nil.
func challengeOf(err error) *api.Challenge {
	var e *api.Error
	if !errors.As(err, &e) {
		return nil
	}
	ch, _ := e.Args[remote.ArgChallenge].(*api.Challenge)
	return ch
}

func triesLeft(err error) (int, bool) {
	var e *api.Error
	if !errors.As(err, &e) {
		return 0, false
	}
	n, ok := e.Args[remote.ArgCount].(int)
	return n, ok
}
