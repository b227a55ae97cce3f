package server

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
)

// AccountView is an account as the console shows it: masked addresses, and no
// code, no key and no password. There is no way to see more.
type AccountView struct {
	Number, State, Policy, Language string
	Created                         int64
	HoldUntil                       int64 // zero where there is no hold
	Contacts                        []ContactView
	Devices                         []DeviceView
}

// ContactView is an address or a phone, masked.
type ContactView struct {
	Channel  string
	Masked   string
	Verified bool
	// Failing are the channels on which messages do not arrive at present.
	Failing []string
	// EnrolStopped says that too many wrong codes stopped new computers.
	EnrolStopped bool
}

// DeviceView is a computer.
type DeviceView struct {
	ID, Name, Platform, State, Assurance, Hardware string
	Created, LastSeen                              int64
	Challenge                                      *api.Challenge // the newest, nil for none
}

// Reasons for an act of the console, chosen from this list so that nobody writes
// an address or a number into the audit log.
const (
	ReasonAsked     = "asked"     // the owner asked for it
	ReasonLost      = "lost"      // the computer was lost or stolen
	ReasonSuspicion = "suspicion" // something looks wrong
	ReasonLaw       = "law"       // an authority or a court asks for it
)

// Reasons are all reasons.
func Reasons() []string { return []string{ReasonAsked, ReasonLost, ReasonSuspicion, ReasonLaw} }

// Limits of the console.
const (
	viewsPerHour = 120 // accounts that one user may look up in an hour
	holdLongest  = 30  // days from now
)

// StaffAccount shows an account to whoever may see it, and notes it in the
// account's log: once an hour for each user. Errors: ErrNoSeat, ErrNoRight,
// not_found, too_many_requests.
func (s *Service) StaffAccount(ctx context.Context, seat Seat, number string) (v AccountView, err error) {
	var refused error
	err = s.as(ctx, seat, RightAccount, func(w *work) error {
		v, refused = AccountView{}, nil
		number := code.Normalise(number)
		until, err := w.take("console views by", w.user.ID, rule{viewsPerHour, time.Hour})
		if err != nil {
			return err
		}
		if until != 0 {
			return retryAt(api.CodeTooMany, until)
		}
		acct, err := w.tx.Account(number)
		if errors.Is(err, ErrNotFound) {
			refused = api.NewError(api.CodeNotFound) // the look-up is counted
			return nil
		}
		if err != nil {
			return err
		}
		if until, err = w.take("console view", w.user.ID+" "+number, rule{1, time.Hour}); err != nil {
			return err
		}
		if until == 0 {
			if err := w.event(Device{Account: number}, api.EventViewed, eventFacts{Result: "shown"}); err != nil {
				return err
			}
		}
		v, err = w.viewAccount(acct)
		return err
	})
	if err == nil {
		err = refused
	}
	return v, err
}

func (w *work) viewAccount(acct Account) (v AccountView, err error) {
	v = AccountView{Number: acct.Number, State: acct.State, Policy: acct.Policy, Language: acct.Language, Created: acct.Created}
	if v.HoldUntil, err = w.tx.HoldEnd(acct.Number, w.now); err != nil {
		return v, err
	}
	contacts, err := w.tx.ContactsOf(acct.Number)
	if err != nil {
		return v, err
	}
	for _, c := range contacts {
		view, err := w.viewContact(c)
		if err != nil {
			return v, err
		}
		v.Contacts = append(v.Contacts, view)
	}
	devices, err := w.tx.DevicesOf(acct.Number)
	if err != nil {
		return v, err
	}
	for _, dev := range devices {
		view, err := w.viewDevice(dev)
		if err != nil {
			return v, err
		}
		v.Devices = append(v.Devices, view)
	}
	return v, nil
}

// viewContact masks an address; one that does not open, after the master key was
// lost, is all dots.
func (w *work) viewContact(c Contact) (ContactView, error) {
	v := ContactView{Channel: c.Channel, Verified: c.Verified != 0, EnrolStopped: c.EnrolStopped != 0, Masked: "•••"}
	for channel := range c.Failing {
		v.Failing = append(v.Failing, channel)
	}
	slices.Sort(v.Failing)
	if len(c.Sealed) == 0 {
		return v, nil
	}
	address, err := w.address(c)
	if err != nil {
		return v, err
	}
	if v.Masked = maskNumber(address); c.Channel == api.ChannelEmail {
		v.Masked = maskEmail(address)
	}
	return v, nil
}

func (w *work) viewDevice(dev Device) (DeviceView, error) {
	v := DeviceView{
		ID: dev.ID, Name: dev.Name, Platform: dev.Platform, State: dev.State, Assurance: dev.Assurance, Hardware: dev.Hardware,
		Created: dev.Created, LastSeen: dev.LastSeen,
	}
	ch, err := w.tx.LatestChallenge(dev.ID)
	if errors.Is(err, ErrNotFound) || dev.State == api.DeviceRevoked {
		return v, nil
	}
	if err != nil {
		return v, err
	}
	sc, err := w.scene(dev)
	if err != nil {
		return v, err
	}
	shown, err := w.view(sc, ch)
	shown.Changes = nil // what is in a computer is its owner's affair
	v.Challenge = &shown
	return v, err
}

// StaffSendAgain has the code of a computer's open challenge sent again, over the
// channel that it uses, under the same pauses and limits as when its owner asks.
// Nothing here names a channel or a destination. It gives the account. Errors:
// ErrNoSeat, ErrNoRight, not_found, no_challenge, code_used, challenge_locked,
// send_wait.
func (s *Service) StaffSendAgain(ctx context.Context, seat Seat, device string) (account string, err error) {
	err = s.as(ctx, seat, RightSendAgain, func(w *work) error {
		dev, err := w.computer(device)
		if err != nil {
			return err
		}
		account = dev.Account
		ch, err := w.tx.LatestChallenge(dev.ID)
		if errors.Is(err, ErrNotFound) {
			return api.NewError(api.CodeNoChallenge)
		}
		if err != nil {
			return err
		}
		if err := sendable(ch, w.now); err != nil {
			return err
		}
		sc, err := w.scene(dev)
		if err != nil {
			return err
		}
		if sc, err = w.about(sc, ch); err != nil {
			return err
		}
		until, err := w.nextSend(sc, ch)
		if err != nil {
			return err
		}
		if until > w.now {
			return retryAt(api.CodeSendWait, until)
		}
		if _, err := w.send(sc, ch); err != nil {
			return err
		}
		return w.event(dev, api.EventSentAgain, eventFacts{Result: "queued", Reference: ch.Reference})
	})
	return account, err
}

// computer is a device that is not signed out yet.
func (w *work) computer(id string) (Device, error) {
	dev, err := w.tx.Device(id)
	if errors.Is(err, ErrNotFound) || (err == nil && dev.State == api.DeviceRevoked) {
		return dev, api.NewError(api.CodeNotFound)
	}
	return dev, err
}

// StaffHold puts a hold on an account's sensitive actions until some days from
// now, 1 to 30. A hold that lasts longer stays: none is ever shortened. Errors:
// ErrNoSeat, ErrNoRight, ErrNotFresh, not_found, invalid_value.
func (s *Service) StaffHold(ctx context.Context, seat Seat, number string, days int, reason string) error {
	return s.as(ctx, seat, RightHold, func(w *work) error {
		if days < 1 || days > holdLongest {
			return invalid("days")
		}
		if !slices.Contains(Reasons(), reason) {
			return invalid("reason")
		}
		acct, err := w.tx.Account(code.Normalise(number))
		if errors.Is(err, ErrNotFound) {
			return api.NewError(api.CodeNotFound)
		}
		if err != nil {
			return err
		}
		h := Hold{
			ID: w.newID(), Account: acct.Number, Reason: "console", Created: w.now, Until: w.now + int64(days)*seconds(day),
		}
		end, err := w.tx.HoldEnd(acct.Number, w.now)
		if err != nil {
			return err
		}
		if h.Until <= end {
			return invalid("days")
		}
		if err := w.tx.AddHold(h); err != nil {
			return err
		}
		return w.event(Device{Account: acct.Number}, api.EventHeld, eventFacts{Result: "lengthened", Reason: reason})
	})
}

// StaffRevoke signs a computer out: its key and the server's share are gone, and
// the owner is told. It gives the account. Errors: ErrNoSeat, ErrNoRight,
// ErrNotFresh, not_found, invalid_value.
func (s *Service) StaffRevoke(ctx context.Context, seat Seat, device, reason string) (account string, err error) {
	err = s.as(ctx, seat, RightRevoke, func(w *work) error {
		if !slices.Contains(Reasons(), reason) {
			return invalid("reason")
		}
		dev, err := w.computer(device)
		if err != nil {
			return err
		}
		account = dev.Account
		w.reason = reason
		return w.revoke(dev)
	})
	return account, err
}
