package server

import (
	"context"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// nameLongest is the longest name of a device, in characters; passwordBytes
// bounds a password that is only compared.
const (
	nameLongest   = 64
	passwordBytes = 4 * passwordLongest
)

// Register makes a pending account and device and sends the code that confirms
// the address and activates the computer. An address that already has an
// account is answered the same way: its owner is told, and no code is right.
//
// Errors: invalid_value, password_weak, too_many_requests, already_enrolled
// (the key belongs to a device that is no longer pending), and those of a
// snapshot.
func (s *Service) Register(ctx context.Context, c Caller, r api.RegisterRequest) (api.EnrolReply, error) {
	email, err := checkEmail(r.Email)
	if err != nil {
		return api.EnrolReply{}, err
	}
	password, err := s.checkPassword(r.Password, email)
	if err != nil {
		return api.EnrolReply{}, err
	}
	if r.Language != text.Match(r.Language) {
		return api.EnrolReply{}, invalid("language")
	}
	if r.Device, err = checkDevice(c, r.Device); err != nil {
		return api.EnrolReply{}, err
	}
	var hash string
	return weigh(ctx, s, c, weighed[api.EnrolReply]{
		count: func(w *work) error { return w.takeFrom("registrations from", w.limits.RegisterHour) },
		dear: func() (err error) {
			hash, err = s.hashPassword(ctx, password)
			return err
		},
		write: func(w *work) (api.EnrolReply, error) {
			acct := Account{
				State: accountPending, Password: hash, Language: r.Language, Policy: api.Balanced, Created: w.now, Seen: w.now,
			}
			return w.register(acct, email, r.Device)
		},
	})
}

// Enrol adds a pending device to an account and sends its code. Errors:
// sign_in_failed, too_many_requests, no_places, already_enrolled, and those of
// Register that concern the device.
func (s *Service) Enrol(ctx context.Context, c Caller, r api.EnrolRequest) (api.EnrolReply, error) {
	d, err := checkDevice(c, r.Device)
	if err != nil {
		return api.EnrolReply{}, err
	}
	if len(r.Login) > addressLongest || len(r.Password) > passwordBytes {
		return api.EnrolReply{}, invalid("login")
	}
	var acct Account
	return weigh(ctx, s, c, weighed[api.EnrolReply]{
		count: func(w *work) (err error) {
			acct, err = w.countSignIn(parseLogin(r.Login))
			return err
		},
		dear: func() error { return s.rightPassword(ctx, acct, r.Password) },
		write: func(w *work) (api.EnrolReply, error) {
			acct, err := w.tx.Account(acct.Number)
			if err != nil {
				return api.EnrolReply{}, err
			}
			return w.enrol(acct, d)
		},
	})
}

// checkDevice refuses a device whose key is not the one that signed, and
// anything out of range.
func checkDevice(c Caller, d api.NewDevice) (api.NewDevice, error) {
	keyid, err := sign.Thumbprint(d.Key)
	if err != nil || keyid != c.KeyID {
		return d, invalid("key")
	}
	d.Name = strings.TrimSpace(d.Name)
	if !validName(d.Name) {
		return d, invalid("name")
	}
	if !validChain(d.Next) {
		return d, invalid("next")
	}
	if !validHardware(d.Hardware) {
		return d, invalid("hardware")
	}
	d.Snapshot, err = checkSnapshot(d.Snapshot)
	return d, err
}

func validName(s string) bool {
	if s == "" || !utf8.ValidString(s) || utf8.RuneCountInString(s) > nameLongest {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// register makes the account, or finds the one that the same key began.
func (w *work) register(acct Account, email string, d api.NewDevice) (api.EnrolReply, error) {
	old, err := w.tx.DeviceByKey(w.c.KeyID)
	if err == nil {
		return w.resumeRegistration(old, acct, email, d)
	}
	if !errors.Is(err, ErrNotFound) {
		return api.EnrolReply{}, err
	}
	if acct.Number, err = w.freeNumber(); err != nil {
		return api.EnrolReply{}, err
	}
	if err := w.tx.AddAccount(acct); err != nil {
		return api.EnrolReply{}, err
	}
	to, err := w.newContact(acct.Number, email)
	if err != nil {
		return api.EnrolReply{}, err
	}
	if err := w.tx.AddContact(to); err != nil {
		return api.EnrolReply{}, err
	}
	return w.begin(registering(scene{acct: acct}, to), api.ReasonRegister, d)
}

// resumeRegistration goes on where an earlier request of the same key began: an
// answer was lost, or the person corrected the address before any code.
func (w *work) resumeRegistration(old Device, acct Account, email string, d api.NewDevice) (api.EnrolReply, error) {
	was, err := w.tx.Account(old.Account)
	if err != nil {
		return api.EnrolReply{}, err
	}
	if old.State == api.DeviceRevoked {
		return api.EnrolReply{}, api.NewError(api.CodeRevoked)
	}
	if old.State != api.DevicePending || was.State != accountPending {
		return api.EnrolReply{}, api.NewError(api.CodeAlreadyEnrolled)
	}
	to, err := w.tx.ContactOf(was.Number, api.ChannelEmail)
	if err != nil {
		return api.EnrolReply{}, err
	}
	was2, err := w.address(to)
	if err != nil {
		return api.EnrolReply{}, err
	}
	if plain(to.Channel, was2) != plain(to.Channel, email) {
		if err := w.tx.RemoveAccount(was.Number); err != nil {
			return api.EnrolReply{}, err
		}
		return w.register(acct, email, d)
	}
	was.Password, was.Language, was.Seen = acct.Password, acct.Language, w.now
	if err := w.tx.SaveAccount(was); err != nil {
		return api.EnrolReply{}, err
	}
	return w.resume(registering(scene{dev: old, acct: was}, to), api.ReasonRegister, d)
}

// registering is a scene whose only contact is the address that was typed.
func registering(sc scene, to Contact) scene {
	sc.to, sc.via, sc.email, sc.fixed = to, api.ChannelEmail, to, true
	return sc
}

func (w *work) freeNumber() (string, error) {
	for {
		number := w.newAccountNumber()
		_, err := w.tx.Account(number)
		if errors.Is(err, ErrNotFound) {
			return number, nil
		}
		if err != nil {
			return "", err
		}
	}
}

// enrol adds a device to an account that the caller signed in to.
func (w *work) enrol(acct Account, d api.NewDevice) (api.EnrolReply, error) {
	var none api.EnrolReply
	sc, err := w.sceneOf(acct, Device{})
	if err != nil {
		return none, err
	}
	sc.dev, err = w.tx.DeviceByKey(w.c.KeyID)
	switch {
	case err == nil && (sc.dev.State == api.DeviceRevoked || sc.dev.State == api.DeviceFrozen):
		return none, api.NewError(api.CodeRevoked)
	case err == nil && sc.dev.Account == acct.Number:
		return w.resume(sc, api.ReasonEnrol, d)
	case err == nil:
		return none, api.NewError(api.CodeAlreadyEnrolled)
	case !errors.Is(err, ErrNotFound):
		return none, err
	}
	if sc.email.EnrolStopped != 0 || sc.phone.EnrolStopped != 0 {
		return none, api.NewError(api.CodeTooMany, "active_computer")
	}
	list, err := w.tx.DevicesOf(acct.Number)
	if err != nil {
		return none, err
	}
	if active, pending := count(list); active >= w.limits.ActiveDevices || pending >= w.limits.PendingDevices {
		return none, api.NewError(api.CodeNoPlaces)
	}
	return w.begin(sc, api.ReasonEnrol, d)
}

// begin adds the pending device and opens its first challenge.
func (w *work) begin(sc scene, reason string, d api.NewDevice) (api.EnrolReply, error) {
	if used, err := w.keyUsed(w.c.KeyID); err != nil || used {
		if used {
			return api.EnrolReply{}, api.NewError(api.CodeAlreadyEnrolled)
		}
		return api.EnrolReply{}, err
	}
	epoch, err := w.tx.Fact(factEpoch)
	if err != nil {
		return api.EnrolReply{}, err
	}
	sc.dev = Device{
		ID: w.newID(), Account: sc.acct.Number, KeyID: w.c.KeyID, Key: d.Key, Name: d.Name, Platform: d.Snapshot.Platform,
		State: api.DevicePending, Current: d.Next, Epoch: epoch, Created: w.now, LastSeen: w.now, Hardware: d.Hardware,
	}
	if err := w.tx.AddDevice(sc.dev); err != nil {
		return api.EnrolReply{}, err
	}
	return w.enrolled(sc, reason)
}

// resume brings a device up to date and finds its challenge again. One that was
// active is pending again, because a password alone activates nothing: its
// client lost what it knew, and starts anew with the key it still has.
func (w *work) resume(sc scene, reason string, d api.NewDevice) (api.EnrolReply, error) {
	if err := w.heard(sc.dev); err != nil {
		return api.EnrolReply{}, err
	}
	sc.dev.State = api.DevicePending
	sc.dev.Name, sc.dev.Platform, sc.dev.Current, sc.dev.LastSeen = d.Name, d.Snapshot.Platform, d.Next, w.now
	sc.dev.LastPrev, sc.dev.LastNext = "", ""
	sc.dev.Hardware, sc.dev.Claim = d.Hardware, nil // its keyring may be another one now
	if err := w.tx.SaveDevice(sc.dev); err != nil {
		return api.EnrolReply{}, err
	}
	return w.enrolled(sc, reason)
}

func (w *work) enrolled(sc scene, reason string) (api.EnrolReply, error) {
	ch, err := w.demand(sc, reason, nil, nil)
	if err != nil {
		return api.EnrolReply{}, err
	}
	v, err := w.view(sc, ch)
	if err != nil {
		return api.EnrolReply{}, err
	}
	policy, err := w.signedPolicy(sc.acct.Policy, sc.dev.Platform)
	return api.EnrolReply{
		Account: sc.acct.Number, DeviceID: sc.dev.ID, Policy: policy, Issuers: w.pinned(), Challenge: v, Time: stamp(w.now),
	}, err
}
