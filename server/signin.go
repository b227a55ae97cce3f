package server

import (
	"context"
	"errors"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
)

// signIn checks login and password and gives the account. Attempts are counted
// before anything is looked up, by where they came from and by what was typed,
// and again by the account that this is; an unknown account is answered like a
// known one, in the same time. Errors: too_many_requests, sign_in_failed.
func (s *Service) signIn(ctx context.Context, c Caller, login, password string) (string, error) {
	who := parseLogin(login)
	var acct Account
	var until int64
	err := s.store.Write(ctx, func(tx Tx) (err error) {
		w := &work{Service: s, tx: tx, c: c, now: s.time().Unix(), ctx: ctx}
		acct = Account{}
		perAccount := rule{s.limits.SignInAccountHour, time.Hour}
		if until, err = w.take("sign-in from", source(c.IP), rule{s.limits.SignInAddressHour, time.Hour}); err != nil || until != 0 {
			return err
		}
		if until, err = w.take("sign-in as", who.typed(), perAccount); err != nil || until != 0 {
			return err
		}
		if acct, err = w.findAccount(who); err != nil {
			return err
		}
		name := acct.Number
		if name == "" {
			name = who.typed()
		}
		until, err = w.take("sign-in to", name, perAccount)
		return err
	})
	if err != nil {
		return "", err
	}
	if until != 0 {
		return "", retryAt(api.CodeTooMany, until)
	}
	ok, err := s.checkHash(ctx, acct.Password, password)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", api.NewError(api.CodeSignIn)
	}
	return acct.Number, nil
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
