package app

import (
	"context"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
)

// maxHours bounds an announced change of hardware: a week.
const maxHours = 168

// Announce says beforehand that hardware is going to change: the identity groups
// disk, board or network. A code is sent at once; once it was typed (Answer), a
// change of those groups within the hours (1 to 168; 0 for the usual 72) needs no
// code. It needs an activated computer, refuses groups and hours that do not exist
// with invalid_value, disk and board at once with window_wide, and with window_open
// while one is announced already.
func (c *Client) Announce(ctx context.Context, groups []string, hours int) (Status, error) {
	s, err := c.begin(ctx)
	if err != nil {
		return Status{}, err
	}
	defer s.end()
	err = s.announce(ctx, groups, hours)
	return s.status(ctx), err
}

func (s *session) announce(ctx context.Context, groups []string, hours int) error {
	groups = slices.Compact(slices.Sorted(slices.Values(groups)))
	known := []string{api.GroupDisk, api.GroupBoard, api.GroupNetwork}
	if len(groups) == 0 || hours < 0 || hours > maxHours ||
		slices.ContainsFunc(groups, func(g string) bool { return !slices.Contains(known, g) }) {
		return api.NewError(api.CodeInvalidValue)
	}
	r, k, err := s.need(ctx)
	if err != nil {
		return err
	}
	v := s.look(ctx, s.id, s.state)
	if err := v.allows(AccessRead); err != nil {
		return err
	}
	key, err := s.random(16)
	if err != nil {
		return err
	}
	reply, err := r.Announce(ctx, k.signer(), s.id.Device, api.AnnounceRequest{Groups: groups, Hours: hours}, key)
	s.asked(err)
	if err != nil {
		return s.refused(err)
	}
	return s.absorb(ctx, v, reply, nil)
}

// asks says that a challenge stands between this computer and its activation; one
// that the owner of an activated computer opened for something else does not.
func asks(ch *api.Challenge) bool {
	return ch != nil && !aside(ch.Reason) && ch.State != api.ChallengeConsumed
}

// aside says that a challenge is about something else than activating this
// computer.
func aside(reason string) bool {
	switch reason {
	case api.ReasonAnnounce, api.ReasonPhone, api.ReasonChannel, api.ReasonEmail:
		return true
	}
	return false
}

// announced says that an announcement of the person's is open.
func (s *session) announced() bool {
	return slices.ContainsFunc(s.state.Windows, func(w api.Window) bool { return w.Origin == api.WindowPerson })
}
