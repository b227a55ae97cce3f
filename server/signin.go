package server

import (
	"context"
	"errors"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
)

// countSignIn counts a sign-in before anything is looked up, by where it came from
// and by what was typed, and again by the account that this is, which it gives;
// those from a home of the account apart. An unknown account is answered like a
// known one, in the same time. Errors: too_many_requests.
func (w *work) countSignIn(who login) (Account, error) {
	perAccount := rule{w.limits.SignInAccountHour, time.Hour}
	if err := w.takeFrom("sign-in from", w.limits.SignInAddressHour); err != nil {
		return Account{}, err
	}
	as, to, at := "sign-in as", "sign-in to", ""
	home, err := w.atHome(who)
	if err != nil {
		return Account{}, err
	}
	if home {
		as, to, at = "sign-in at home as", "sign-in at home to", " "+source(w.c.IP)
	}
	if err := w.takeOr(as, who.typed()+at, perAccount); err != nil {
		return Account{}, err
	}
	acct, err := w.findAccount(who)
	if err != nil {
		return Account{}, err
	}
	name := acct.Number
	if name == "" {
		name = who.typed()
	}
	return acct, w.takeOr(to, name+at, perAccount)
}

// rightPassword refuses any but the account's password. Errors: sign_in_failed.
func (s *Service) rightPassword(ctx context.Context, acct Account, password string) error {
	ok, err := s.checkHash(ctx, acct.Password, password)
	if err == nil && !ok {
		err = api.NewError(api.CodeSignIn)
	}
	return err
}

// login is what a person signs in as: a number or an address, or neither.
type login struct {
	number  string
	address string // as it is compared
}

func (l login) typed() string { return l.number + " " + l.address }

func parseLogin(typed string) login {
	if n := code.Normalise(typed); code.ValidAccount(n) {
		return login{number: n}
	}
	if address, err := checkEmail(typed); err == nil {
		return login{address: plain(api.ChannelEmail, address)}
	}
	return login{}
}

// findAccount gives the active account of a login; an empty one where there is
// none.
func (w *work) findAccount(who login) (Account, error) {
	number := who.number
	if who.address != "" {
		c, err := w.owned(api.ChannelEmail, who.address)
		if errors.Is(err, ErrNotFound) {
			return Account{}, nil
		}
		if err != nil {
			return Account{}, err
		}
		number = c.Account
	}
	acct, err := w.tx.Account(number)
	if errors.Is(err, ErrNotFound) || (err == nil && acct.State != accountActive) {
		return Account{}, nil
	}
	return acct, err
}
