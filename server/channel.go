package server

import (
	"context"
	"errors"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
)

// RequestChannel asks that codes go elsewhere: it opens a challenge whose code goes
// where codes go now, and whose answer makes the change, from the next challenge
// on. Where codes go there already, there is no challenge. Errors: step_up,
// channel_not_enrolled, challenge_open, not_activated, and those of Device.
func (s *Service) RequestChannel(ctx context.Context, c Caller, r api.ChannelRequest) (api.DeviceReply, error) {
	if r.Channel != api.ChannelEmail && r.Channel != api.ChannelSMS && r.Channel != api.ChannelVoice {
		return api.DeviceReply{}, invalid("channel")
	}
	return stepUp(ctx, s, c, r.Password, (*work).secured, func(w *work) (api.DeviceReply, error) { return w.requestChannel(r.Channel) })
}

func (w *work) requestChannel(channel string) (api.DeviceReply, error) {
	var none api.DeviceReply
	sc, err := w.secured()
	if err != nil {
		return none, err
	}
	latest, open, err := w.openBefore(sc.dev)
	if err != nil {
		return none, err
	}
	v, err := w.wished(sc, channel)
	if err != nil {
		return none, err
	}
	if v.to.ID == sc.to.ID && channel == sc.via {
		return w.reply(sc)
	}
	sc.fixed, sc.wish = true, channel+" "+v.to.ID
	if open && latest.Reason == api.ReasonChannel && latest.Wish == sc.wish && latest.Contact == sc.to.ID {
		return w.replied(sc, latest, w.relaunch)
	}
	if open {
		if err := w.closeChallenge(latest, api.ChallengeReplaced); err != nil {
			return none, err
		}
	}
	ch, err := w.demand(sc, api.ReasonChannel, nil, nil)
	if err != nil {
		return none, err
	}
	return w.replied(sc, ch, nil)
}

// wished gives the way that a person asks for: the address, or the phone that was
// confirmed last. Errors: channel_not_enrolled.
func (w *work) wished(sc scene, channel string) (way, error) {
	none := api.NewError(api.CodeChannel)
	if channel == api.ChannelEmail {
		if !sc.email.confirmed() {
			return way{}, none
		}
		list, err := w.waysTo(sc.email)
		if err != nil || len(list) == 0 {
			return way{}, errors.Join(err, none)
		}
		return list[0], nil
	}
	list, err := w.tx.ContactsOf(sc.acct.Number)
	if err != nil {
		return way{}, err
	}
	var phone Contact
	for _, c := range list {
		if c.Channel == channelPhone && c.confirmed() && c.Verified >= phone.Verified {
			phone = c
		}
	}
	if phone.ID == "" {
		return way{}, none
	}
	ways, err := w.waysTo(phone)
	if err != nil {
		return way{}, err
	}
	for _, v := range ways {
		if v.channel == channel {
			return v, nil
		}
	}
	return way{}, none
}

// wishFacts say in a message where codes are to go: whoever types the code has
// read it.
func (w *work) wishFacts(ch Challenge, facts map[string]string) error {
	channel, id, _ := strings.Cut(ch.Wish, " ")
	c, err := w.tx.Contact(id)
	if err != nil {
		return err
	}
	ways, err := w.waysTo(c)
	facts["Channel"], facts["Destination"] = channel, way{channel: channel, to: c, address: addressOf(ways)}.mask()
	return err
}

// settleSecurity is what a code does that was asked for to change where codes go,
// and nothing beside it: it activates nothing and releases nothing, because who
// types it may have chosen the phone that it went to.
func (w *work) settleSecurity(sc scene, ch Challenge) (api.DeviceReply, error) {
	var none api.DeviceReply
	if sc.dev.State != api.DeviceActivated && ch.Reason != api.ReasonEmail {
		return none, api.NewError(api.CodeNotActivated)
	}
	if err := w.arrived(&sc, ch); err != nil {
		return none, err
	}
	if err := w.closeChallenge(ch, api.ChallengeConsumed); err != nil {
		return none, err
	}
	sc.dev.Streak, sc.dev.NextTry = 0, 0
	if err := w.tx.SaveDevice(sc.dev); err != nil {
		return none, err
	}
	settle := w.settleChannel
	switch ch.Reason {
	case api.ReasonPhone:
		settle = w.settlePhone
	case api.ReasonEmail:
		settle = w.settleEmail
	}
	if err := settle(sc, ch); err != nil {
		return none, err
	}
	if err := w.holdContact(sc.dev, ch.Reason); err != nil {
		return none, err
	}
	fresh, err := w.scene(sc.dev)
	if err != nil {
		return none, err
	}
	return w.reply(fresh)
}

// holdContact stops sensitive actions for a while.
func (w *work) holdContact(dev Device, reason string) error {
	return w.tx.AddHold(Hold{
		ID: w.newID(), Account: dev.Account, Device: dev.ID, Reason: reason, Created: w.now,
		Until: w.now + seconds(w.limits.HoldContact),
	})
}

// settlePhone makes a phone the account's. Its first codes wait, because so far
// nothing but a computer and a password asked for it: its owner, who is told,
// has that time to object.
func (w *work) settlePhone(sc scene, ch Challenge) error {
	c, err := w.contact(sc, ch.Phone)
	if err != nil {
		return err
	}
	if c.Verified == 0 {
		c.Trusted = w.now + seconds(w.limits.PhoneCoolOff)
		c.Verified = w.now
	}
	c.Failing = nil
	if err := w.tx.SaveContact(c); err != nil {
		return err
	}
	address, err := w.address(c)
	if err != nil {
		return err
	}
	if err := w.event(sc.dev, api.EventPhone, eventFacts{Result: "confirmed", Reason: ch.Reason, Reference: ch.Reference}); err != nil {
		return err
	}
	return w.notifyBut(sc.dev, NoticePhone, map[string]string{
		"Destination": maskNumber(address), "Until": stamp(max(c.Trusted, w.now)),
	}, c.ID)
}

// settleChannel makes codes go elsewhere. The phone that they go to now has been
// confirmed by a code on the way before, and waits no longer; others are gone.
func (w *work) settleChannel(sc scene, ch Challenge) error {
	channel, id, _ := strings.Cut(ch.Wish, " ")
	to, err := w.contact(sc, id)
	if err != nil {
		return err
	}
	if !to.confirmed() {
		return api.NewError(api.CodeChannel)
	}
	ways, err := w.waysTo(to)
	if err != nil {
		return err
	}
	data := map[string]string{"Channel": channel, "Destination": way{channel: channel, to: to, address: addressOf(ways)}.mask()}
	sc.acct.Channel, sc.acct.Contact = "", ""
	if to.Channel == channelPhone {
		sc.acct.Channel, sc.acct.Contact = channel, to.ID
	}
	if err := w.tx.SaveAccount(sc.acct); err != nil {
		return err
	}
	if to.Channel == channelPhone && to.Trusted > w.now {
		to.Trusted = w.now
		if err := w.tx.SaveContact(to); err != nil {
			return err
		}
	}
	if err := w.event(sc.dev, api.EventChannel, eventFacts{Result: channel, Reason: ch.Reason, Reference: ch.Reference}); err != nil {
		return err
	}
	if err := w.notify(sc.dev, NoticeChannel, data); err != nil {
		return err
	}
	if to.Channel != channelPhone {
		return nil
	}
	return w.removePhones(sc.acct, to.ID)
}

func addressOf(ways []way) string {
	if len(ways) == 0 {
		return ""
	}
	return ways[0].address
}

// RemovePhone takes the account's phones away: codes go to the address again, from
// the next challenge on, and an open one sends nothing to a phone any more. Errors:
// step_up, not_activated, and those of Device.
func (s *Service) RemovePhone(ctx context.Context, c Caller, r api.NoPhoneRequest) (api.Security, error) {
	return stepUp(ctx, s, c, r.Password, (*work).secured, func(w *work) (api.Security, error) {
		sc, err := w.secured()
		if err != nil {
			return api.Security{}, err
		}
		if err := w.dropPhones(sc); err != nil {
			return api.Security{}, err
		}
		if sc, err = w.scene(sc.dev); err != nil {
			return api.Security{}, err
		}
		return w.security(sc)
	})
}

func (w *work) dropPhones(sc scene) error {
	list, err := w.tx.ContactsOf(sc.acct.Number)
	if err != nil {
		return err
	}
	had := false
	for _, c := range list {
		had = had || c.Channel == channelPhone && c.confirmed()
	}
	if had {
		if err := w.notify(sc.dev, NoticePhoneGone, nil); err != nil {
			return err
		}
		if err := w.event(sc.dev, api.EventPhone, eventFacts{Result: "removed"}); err != nil {
			return err
		}
		if err := w.holdContact(sc.dev, api.ReasonChannel); err != nil {
			return err
		}
	}
	if err := w.removePhones(sc.acct, ""); err != nil {
		return err
	}
	sc.acct.Channel, sc.acct.Contact = "", ""
	return w.tx.SaveAccount(sc.acct)
}

// removePhones takes an account's phones away, but one.
func (w *work) removePhones(acct Account, but string) error {
	list, err := w.tx.ContactsOf(acct.Number)
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.Channel != channelPhone || c.ID == but {
			continue
		}
		c.Removed = w.now
		if err := w.tx.SaveContact(c); err != nil {
			return err
		}
	}
	return nil
}

// TestWay sends a test message, which carries no code, over an enrolled way. It
// counts as a send. Errors: channel_not_enrolled, send_wait, not_activated, and
// those of Device.
func (s *Service) TestWay(ctx context.Context, c Caller, r api.TestRequest) (api.Delivery, error) {
	return act(ctx, s, c, func(w *work) (api.Delivery, error) {
		sc, err := w.secured()
		if err != nil {
			return api.Delivery{}, err
		}
		v, err := w.wished(sc, r.Channel)
		if err != nil {
			return api.Delivery{}, err
		}
		until, err := w.limited(sc, v)
		if err != nil {
			return api.Delivery{}, err
		}
		if until > w.now {
			return api.Delivery{}, retryAt(api.CodeSendWait, until)
		}
		if err := w.spend(sc, v); err != nil {
			return api.Delivery{}, err
		}
		if err := w.queueNotice(sc.dev, sc.acct, v, NoticeTest, nil); err != nil {
			return api.Delivery{}, err
		}
		return api.Delivery{
			Channel: v.channel, State: api.DeliveryQueued, At: stamp(w.now), Destination: v.mask(),
		}, w.note(sc.dev, "test", "queued", v.channel)
	})
}
