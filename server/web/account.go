package web

import (
	"net/url"
	"strconv"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/server"
)

func (k *call) accountSearch() error { return k.page("search", "account") }

func (k *call) accountFind() error { return k.find("account") }

// find goes to the page of the number that was typed; one that cannot be a number
// is not looked up.
func (k *call) find(page string) error {
	n := code.Normalise(k.r.PostForm.Get("number"))
	if n != server.ConsoleTrail && !code.ValidAccount(n) {
		return api.NewError(api.CodeNotFound)
	}
	k.to(Path + "/" + page + "/" + n)
	return nil
}

// accountData is the data of an account's page.
type accountData struct {
	server.AccountView
	Reasons []string
}

func (k *call) account() error {
	v, err := k.cfg.Service.StaffAccount(k.r.Context(), k.seat, k.r.PathValue("number"))
	if err != nil {
		return err
	}
	return k.page("account", accountData{v, server.Reasons()})
}

func (k *call) send() error {
	account, err := k.cfg.Service.StaffSendAgain(k.r.Context(), k.seat, k.r.PathValue("id"))
	return k.done(account, "sent", err)
}

func (k *call) hold() error {
	number := k.r.PathValue("number")
	days, err := strconv.Atoi(k.r.PostForm.Get("days"))
	if err != nil {
		return api.NewError(api.CodeInvalidValue).With("Field", "days")
	}
	err = k.cfg.Service.StaffHold(k.r.Context(), k.seat, number, days, k.r.PostForm.Get("reason"))
	return k.done(number, "held", err)
}

func (k *call) revoke() error {
	account, err := k.cfg.Service.StaffRevoke(k.r.Context(), k.seat, k.r.PathValue("id"), k.r.PostForm.Get("reason"))
	return k.done(account, "revoked", err)
}

func (k *call) done(account, what string, err error) error {
	if err == nil {
		k.to(Path + "/account/" + url.PathEscape(account) + "?done=" + what)
	}
	return err
}
