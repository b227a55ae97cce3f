package server

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Announcement is what an announcing challenge will open: a change of these
// identity groups, for so many hours from when its code is typed.
type Announcement struct {
	Challenge string
	Groups    []string // sorted
	Hours     int
}

// How long an announced window stays open, in hours.
const (
	announcedHours = 72
	announcedMost  = 168
)

// Announce opens a challenge whose code opens a change window: the person says
// beforehand which hardware will change. The keys stay open meanwhile. Asking
// again for the same finds the same challenge. Errors: invalid_value,
// window_wide, not_activated, window_open, too_many_requests, and those of Device.
func (s *Service) Announce(ctx context.Context, c Caller, r api.AnnounceRequest) (api.DeviceReply, error) {
	a, err := checkAnnouncement(r)
	if err != nil {
		return api.DeviceReply{}, err
	}
	return act(ctx, s, c, func(w *work) (api.DeviceReply, error) { return w.announce(a) })
}

// checkAnnouncement refuses what would not leave a computer to be recognised: a
// fresh installation, and another disk together with another board.
func checkAnnouncement(r api.AnnounceRequest) (Announcement, error) {
	a := Announcement{Groups: slices.Sorted(slices.Values(r.Groups)), Hours: r.Hours}
	if a.Hours == 0 {
		a.Hours = announcedHours
	}
	if a.Hours < 1 || a.Hours > announcedMost {
		return a, invalid("hours")
	}
	may := []string{api.GroupDisk, api.GroupBoard, api.GroupNetwork}
	for i, g := range a.Groups {
		if !contains(may, g) || (i > 0 && a.Groups[i-1] == g) {
			return a, invalid("groups")
		}
	}
	switch {
	case len(a.Groups) == 0:
		return a, invalid("groups")
	case contains(a.Groups, api.GroupDisk) && contains(a.Groups, api.GroupBoard):
		return a, api.NewError(api.CodeWindowWide)
	}
	return a, nil
}

func (w *work) announce(a Announcement) (api.DeviceReply, error) {
	var none api.DeviceReply
	dev, err := w.device()
	if err != nil {
		return none, err
	}
	if dev.State != api.DeviceActivated {
		return none, api.NewError(api.CodeNotActivated)
	}
	if err := w.noneAnnounced(dev.ID); err != nil {
		return none, err
	}
	if err := w.makeWay(dev, a); err != nil {
		return none, err
	}
	sc, err := w.scene(dev)
	if err != nil {
		return none, err
	}
	w.announcing = &a
	ch, err := w.demand(sc, api.ReasonAnnounce, nil, nil)
	if err != nil {
		return none, err
	}
	reply, err := w.reply(sc)
	if err != nil {
		return none, err
	}
	v, err := w.view(sc, ch)
	reply.Challenge = &v
	return reply, err
}

// noneAnnounced refuses a second window beside one that is open, and puts one
// away whose time is over.
func (w *work) noneAnnounced(device string) error {
	v, err := w.tx.Announced(device)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if v.Open(w.now) {
		return api.NewError(api.CodeWindowOpen)
	}
	return w.tx.EndWindow(v.ID, v.To)
}

// makeWay closes an open challenge that announces something else, and counts a
// new one against the day's limit.
func (w *work) makeWay(dev Device, a Announcement) error {
	ch, err := w.tx.LatestChallenge(dev.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	open := err == nil && ch.State == api.ChallengeOpen && w.now < ch.Expires && ch.Reason == api.ReasonAnnounce
	if open {
		was, err := w.tx.Announcement(ch.ID)
		if err != nil {
			return err
		}
		if slices.Equal(was.Groups, a.Groups) && was.Hours == a.Hours {
			return nil
		}
	}
	until, err := w.take("announcements", dev.ID, rule{w.limits.AnnouncementsPerDay, day})
	if err != nil {
		return err
	}
	if until != 0 {
		return retryAt(api.CodeTooMany, until)
	}
	if open {
		return w.closeChallenge(ch, api.ChallengeReplaced)
	}
	return nil
}

// keepAnnouncement stores what a challenge that was just opened announces.
func (w *work) keepAnnouncement(ch Challenge) error {
	if ch.Reason != api.ReasonAnnounce || w.announcing == nil {
		return nil
	}
	a := *w.announcing
	a.Challenge = ch.ID
	return w.tx.AddAnnouncement(a)
}

// codeFacts are what a code's message says beside its kind.
func (w *work) codeFacts(ch Challenge) (map[string]string, error) {
	facts := map[string]string{"Time": stamp(w.now)}
	if ch.Reason == api.ReasonChannel {
		return facts, w.wishFacts(ch, facts)
	}
	if ch.Reason != api.ReasonAnnounce {
		return facts, nil
	}
	a, err := w.tx.Announcement(ch.ID)
	facts["Groups"], facts["Hours"] = strings.Join(a.Groups, ","), strconv.Itoa(a.Hours)
	return facts, err
}

// announced opens the window that a typed code announces, and gives its id. The
// owner is told when it ends.
func (w *work) announced(dev Device, ch Challenge) (string, error) {
	a, err := w.tx.Announcement(ch.ID)
	if err != nil {
		return "", err
	}
	if err := w.noneAnnounced(dev.ID); err != nil {
		return "", err
	}
	v := Window{
		ID: w.newID(), Account: dev.Account, Device: dev.ID, Origin: api.WindowPerson, Groups: a.Groups,
		From: w.now, To: w.now + int64(a.Hours)*60*60, Created: w.now,
	}
	if err := w.tx.AddWindow(v); err != nil {
		return "", err
	}
	return v.ID, w.notify(dev, NoticeAnnounced, map[string]string{
		"Groups": strings.Join(a.Groups, ","), "Until": stamp(v.To),
	})
}

// endAnnounced closes a computer's announced window unused: it may be in other
// hands.
func (w *work) endAnnounced(device string) error {
	v, err := w.tx.Announced(device)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return w.tx.EndWindow(v.ID, w.now)
}
