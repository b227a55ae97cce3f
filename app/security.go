package app

import (
	"context"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/remote"
)

// Security says where the account's codes go, and where they might.
type Security struct {
	// Channel is where codes go now; Next where they go from the next challenge,
	// empty where that is the same.
	Channel string `json:"channel"`
	Next    string `json:"next,omitempty"`
	Ways    []Way  `json:"ways"`
	// Phones says how this server can send to phones: sms, voice, both or neither.
	Phones []string `json:"phones,omitempty"`
	// EnrolStopped is since when no new computer can join, because strangers typed
	// too many wrong codes; RFC 3339, or empty.
	EnrolStopped string `json:"enrol_stopped,omitempty"`
}

func securityFrom(in api.Security) Security {
	ways := waysFrom(in.Ways)
	if ways == nil {
		ways = []Way{}
	}
	return Security{Channel: in.Channel, Next: in.Next, Ways: ways, Phones: in.Phones, EnrolStopped: in.EnrolStopped}
}

// Security asks where codes go. It needs an activated computer.
func (c *Client) Security(ctx context.Context) (Security, error) {
	return c.secure(ctx, func(s *session, r *remote.Client, k *keyring, _ string) (api.Security, error) {
		return r.Security(ctx, k.signer(), s.id.Device)
	})
}

// RemovePhone takes the phone off the account: codes go to the mailbox again.
// The password is needed; refused with step_up without.
func (c *Client) RemovePhone(ctx context.Context, password string) (Security, error) {
	return c.secure(ctx, func(s *session, r *remote.Client, k *keyring, key string) (api.Security, error) {
		return r.RemovePhone(ctx, k.signer(), s.id.Device, api.NoPhoneRequest{Password: password}, key)
	})
}

// LiftEnrolStop lets new computers join again after strangers typed too many
// wrong codes.
func (c *Client) LiftEnrolStop(ctx context.Context) (Security, error) {
	return c.secure(ctx, func(s *session, r *remote.Client, k *keyring, key string) (api.Security, error) {
		return r.LiftEnrolStop(ctx, k.signer(), s.id.Device, key)
	})
}

func (c *Client) secure(ctx context.Context, ask func(*session, *remote.Client, *keyring, string) (api.Security, error)) (Security, error) {
	s, err := c.begin(ctx)
	if err != nil {
		return Security{}, err
	}
	defer s.end()
	r, k, key, err := s.ready(ctx)
	if err != nil {
		return Security{}, err
	}
	out, err := ask(s, r, k, key)
	s.asked(err)
	if err != nil {
		return Security{}, s.refused(err)
	}
	return securityFrom(out), nil
}

// TestChannel sends a message without a code over an enrolled way, and gives what
// became of it so far.
func (c *Client) TestChannel(ctx context.Context, channel string) (Delivery, error) {
	s, err := c.begin(ctx)
	if err != nil {
		return Delivery{}, err
	}
	defer s.end()
	r, k, key, err := s.ready(ctx)
	if err != nil {
		return Delivery{}, err
	}
	d, err := r.TestChannel(ctx, k.signer(), s.id.Device, api.TestRequest{Channel: channel}, key)
	s.asked(err)
	if err != nil {
		return Delivery{}, s.refused(err)
	}
	return deliveryFrom(d), nil
}

// AddPhone enrols a phone, international number: a code goes to it by text
// message, or by a call where voice is said. Answer takes the code. It changes
// nothing about where codes go. Errors: step_up, phone_refused, country_refused,
// challenge_open, and limits.
func (c *Client) AddPhone(ctx context.Context, number string, voice bool, password string) (Status, error) {
	way := api.ChannelSMS
	if voice {
		way = api.ChannelVoice
	}
	return c.confirm(ctx, way, (*session).ready, func(s *session, r *remote.Client, k *keyring, key string) (api.DeviceReply, error) {
		return r.AddPhone(ctx, k.signer(), s.id.Device, api.PhoneRequest{Number: number, Voice: voice, Password: password}, key)
	})
}

// SetChannel asks that codes go by another enrolled way from the next challenge
// on. A code goes where codes go now, and Answer takes it.
func (c *Client) SetChannel(ctx context.Context, channel, password string) (Status, error) {
	return c.confirm(ctx, channel, (*session).ready, func(s *session, r *remote.Client, k *keyring, key string) (api.DeviceReply, error) {
		return r.SetChannel(ctx, k.signer(), s.id.Device, api.ChannelRequest{Channel: channel, Password: password}, key)
	})
}

// GiveEmail gives the account's address again after the server lost it
// (Status.ContactLost). A code goes there, and Answer takes it; where another computer
// gave it already there is none. A computer that waits for a code may do this too: its
// code could go nowhere before. Refused with address_other where the account has
// another address, and with not_activated on a computer that waits for its first code
// or whose key two computers use. A server that lost its keys has new ones, for which
// nothing vouches (Status.NewKeys): they are taken here and nowhere else, because it is
// the owner who says that this is so.
func (c *Client) GiveEmail(ctx context.Context, email, password string) (Status, error) {
	return c.confirm(ctx, api.ChannelEmail, (*session).keyed, func(s *session, r *remote.Client, k *keyring, key string) (api.DeviceReply, error) {
		req := api.EmailRequest{Email: email, Password: password, Issuer: issuerID(s.id.Issuers.Current)}
		reply, err := r.GiveEmail(ctx, k.signer(), s.id.Device, req, key)
		if api.CodeOf(err) == api.CodeNotFound {
			err = api.Wrap(api.CodeOtherAddress, err)
		}
		if err != nil {
			return reply, err
		}
		return reply, s.trustStrange(&reply)
	})
}

// asking sends one request for something that a code has to confirm; who says which
// computers may, and gives what the request needs.
type (
	asking func(s *session, r *remote.Client, k *keyring, key string) (api.DeviceReply, error)
	who    func(s *session, ctx context.Context) (*remote.Client, *keyring, string, error)
)

// confirm asks for it and notes the way that it is about, so that a lost answer
// can be told from a code that somebody else used.
func (c *Client) confirm(ctx context.Context, way string, may who, ask asking) (Status, error) {
	s, err := c.begin(ctx)
	if err != nil {
		return Status{}, err
	}
	defer s.end()
	err = s.confirm(ctx, way, may, ask)
	return s.status(ctx), err
}

func (s *session) confirm(ctx context.Context, way string, may who, ask asking) error {
	r, k, key, err := may(s, ctx)
	if err != nil {
		return err
	}
	v := s.look(ctx, s.id, s.state)
	reply, err := ask(s, r, k, key)
	s.asked(err)
	if err != nil {
		return s.refused(err)
	}
	s.state.Wanted = way
	return s.absorb(ctx, v, reply, nil)
}

// ready gives what a request of an activated computer needs. What the server
// says of it is decided there: here a person who is known to be locked is spared
// the way.
func (s *session) ready(ctx context.Context) (*remote.Client, *keyring, string, error) {
	r, k, key, err := s.keyed(ctx)
	if err == nil && s.state.Told != api.DeviceActivated {
		err = api.NewError(api.CodeNotActivated)
	}
	return r, k, key, err
}

// keyed is ready of any enrolled computer.
func (s *session) keyed(ctx context.Context) (*remote.Client, *keyring, string, error) {
	r, k, err := s.need(ctx)
	if err != nil {
		return nil, nil, "", err
	}
	key, err := s.random(16)
	return r, k, key, err
}

// settled says, after a lost answer, whether what its code was for is so now.
func (s *session) settled(ctx context.Context, reason string) bool {
	if reason == api.ReasonEmail {
		return !s.state.ContactLost
	}
	wanted := s.state.Wanted
	r, k, _, err := s.ready(ctx)
	if err != nil || wanted == "" {
		return false
	}
	now, err := r.Security(ctx, k.signer(), s.id.Device)
	s.asked(err)
	if err != nil {
		return false
	}
	if reason == api.ReasonChannel {
		return now.Channel == wanted || now.Next == wanted
	}
	for _, w := range now.Ways {
		if w.Channel == wanted {
			return true
		}
	}
	return false
}
