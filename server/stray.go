package server

import (
	"errors"

	"github.com/seed-1feef0b2/holdfast/api"
)

// strayAnswer answers a code for a challenge that is not the caller's: refused,
// counted on the caller's own device, and the owner told where the code was right.
// The reply is the same whether the challenge exists or not.
func (w *work) strayAnswer(dev Device, r api.AnswerRequest) error {
	sc, err := w.scene(dev)
	if err != nil {
		return err
	}
	if !wellFormed(r.Code) {
		return api.NewError(api.CodeMistyped)
	}
	if err := w.mayTry(sc); err != nil {
		return err
	}
	until, err := w.fail(&sc)
	if err != nil {
		return err
	}
	if until > w.now {
		if err := w.notify(sc.dev, NoticeLocked, map[string]string{"Until": stamp(until)}); err != nil {
			return err
		}
	}
	if err := w.note(sc.dev, "answer", api.CodeNoChallenge, ""); err != nil {
		return err
	}
	accounts := []string{dev.Account}
	if target, err := w.tx.Device(w.c.DeviceID); err == nil && target.Account != dev.Account {
		accounts = append(accounts, target.Account)
	} else if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	for _, account := range accounts {
		if err := w.othersCode(account, "", r.Code); err != nil {
			return err
		}
	}
	return keep(api.NewError(api.CodeNoChallenge))
}
