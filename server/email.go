package server

import (
	"context"
	"errors"

	"github.com/seed-1feef0b2/holdfast/api"
)

// RestoreEmail takes an account's address again that the server lost with its
// master key: it opens a challenge whose code goes there, and whose answer makes
// it the account's. A computer that was limited since may ask, too, because nothing
// else can bring it back. Where the address is known and is this one, there is no
// challenge: the owner says it to take over a server's new keys. Errors: step_up,
// not_found (another address is known), challenge_open, not_activated,
// too_many_requests, invalid_value, and those of Device.
func (s *Service) RestoreEmail(ctx context.Context, c Caller, r api.EmailRequest) (api.DeviceReply, error) {
	email, err := checkEmail(r.Email)
	if err != nil {
		return api.DeviceReply{}, err
	}
	c.Issuer = r.Issuer
	return stepUp(ctx, s, c, r.Password, (*work).restorer, func(w *work) (api.DeviceReply, error) { return w.restoreEmail(email) })
}

// restorer is the scene of a computer that may give the address again: one that was
// activated once, and whose key nobody else uses too. That one may still say the
// address that is known.
func (w *work) restorer() (scene, error) {
	dev, err := w.device()
	if err != nil {
		return scene{}, err
	}
	switch dev.State {
	case api.DeviceActivated, api.DeviceLimited, api.DeviceFrozen:
	default:
		return scene{}, api.NewError(api.CodeNotActivated)
	}
	sc, err := w.scene(dev)
	if err == nil && dev.State == api.DeviceFrozen && contactLost(sc) { // which of the two would choose?
		err = api.NewError(api.CodeNotActivated)
	}
	return sc, err
}

func (w *work) restoreEmail(email string) (api.DeviceReply, error) {
	var none api.DeviceReply
	sc, err := w.restorer()
	if err != nil {
		return none, err
	}
	if !contactLost(sc) {
		address, err := w.address(sc.email)
		if err == nil && plain(api.ChannelEmail, address) != plain(api.ChannelEmail, email) {
			err = api.NewError(api.CodeNotFound)
		}
		if err != nil {
			return none, err
		}
		return w.reply(sc)
	}
	if err := w.offerEmail(&sc, email); err != nil {
		return none, err
	}
	latest, err := w.tx.LatestChallenge(sc.dev.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return none, err
	}
	if err == nil && latest.State == api.ChallengeOpen {
		if latest.Reason == api.ReasonEmail && latest.Contact == sc.to.ID && w.now < latest.Expires {
			return w.replied(sc, latest, w.relaunch)
		}
		// Its code could go nowhere; a limited computer is asked again afterwards.
		if err := w.closeChallenge(latest, api.ChallengeReplaced); err != nil {
			return none, err
		}
	}
	ch, err := w.demand(sc, api.ReasonEmail, nil, nil)
	if err != nil {
		return none, err
	}
	return w.replied(sc, ch, nil)
}

// contactLost says that nothing is known of the account's address.
func contactLost(sc scene) bool { return sc.acct.State == accountActive && !sc.email.confirmed() }

// givesAddress says that a challenge gives the address again that was lost: no other
// one's code could go anywhere before its own was typed.
func givesAddress(sc scene, ch Challenge) bool {
	return ch.Reason == api.ReasonEmail && contactLost(sc)
}

// stranded says that a challenge is bound to an address that was lost and has been
// given again since: its code could go nowhere, and another one's can.
func stranded(sc scene, ch Challenge) bool {
	return ch.Email != "" && ch.Email != sc.email.ID && sc.email.confirmed()
}

// offerEmail adds the address, which is not confirmed yet, in the place of one
// that never was.
func (w *work) offerEmail(sc *scene, email string) error {
	list, err := w.tx.ContactsOf(sc.acct.Number)
	if err != nil {
		return err
	}
	sc.via, sc.fixed = api.ChannelEmail, true
	for _, c := range list {
		if c.Channel != api.ChannelEmail || c.Verified != 0 || len(c.Sealed) == 0 {
			continue
		}
		address, err := w.address(c)
		if err != nil {
			return err
		}
		if plain(api.ChannelEmail, address) == plain(api.ChannelEmail, email) {
			sc.to = c
			return nil
		}
		c.Removed = w.now
		if err := w.tx.SaveContact(c); err != nil {
			return err
		}
	}
	if sc.to, err = w.newContact(sc.acct.Number, email); err != nil {
		return err
	}
	return w.tx.AddContact(sc.to)
}

// settleEmail makes the address that a code showed the account's, in the place of
// the one that was lost.
func (w *work) settleEmail(sc scene, ch Challenge) error {
	c, err := w.contact(sc, ch.Email)
	if err != nil {
		return err
	}
	if _, err := w.owner(c); !errors.Is(err, ErrNotFound) {
		if err == nil {
			err = api.NewError(api.CodeNotFound) // somebody confirmed it meanwhile
		}
		return err
	}
	list, err := w.tx.ContactsOf(sc.acct.Number)
	if err != nil {
		return err
	}
	for _, old := range list {
		if old.Channel == api.ChannelEmail && old.ID != c.ID {
			old.Removed = w.now
			if err := w.tx.SaveContact(old); err != nil {
				return err
			}
		}
	}
	c.Verified = w.now
	if err := w.tx.SaveContact(c); err != nil {
		return err
	}
	sc.acct.Channel, sc.acct.Contact = "", ""
	if err := w.tx.SaveAccount(sc.acct); err != nil {
		return err
	}
	facts := eventFacts{Result: api.ChannelEmail, Reason: ch.Reason, Reference: ch.Reference}
	if err := w.event(sc.dev, api.EventChannel, facts); err != nil {
		return err
	}
	address, err := w.address(c)
	if err != nil {
		return err
	}
	return w.notify(sc.dev, NoticeChannel, map[string]string{"Channel": api.ChannelEmail, "Destination": maskEmail(address)})
}
