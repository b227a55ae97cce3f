package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/seed-1feef0b2/holdfast/api"
)

// noteLongest is the longest note of a change window, in characters.
const noteLongest = 200

// NewWindow is a change window as IT plans it.
type NewWindow struct {
	// Account is 12 digits, or empty for all managed accounts.
	Account string
	// Kinds, Groups and Flags are what may change; at least one kind or group.
	Kinds, Groups, Flags []string
	From, To             time.Time
	// Note is told to the people whose computers it is for; up to 200 characters.
	Note string
}

// PlanWindow opens a change window of IT's, now or later. Errors: invalid_value,
// whose Field is one of kinds, groups, flags, from, to, note and account (a
// strict one: nothing of IT's counts there), and whose Value names what is
// unknown; not_found where there is no such account.
func (s *Service) PlanWindow(ctx context.Context, n NewWindow) (Window, error) {
	at := s.time()
	if err := s.checkWindow(n, at); err != nil {
		return Window{}, err
	}
	v := Window{
		Account: n.Account, Origin: api.WindowIT, Kinds: sorted(n.Kinds), Groups: sorted(n.Groups), Flags: sorted(n.Flags),
		From: n.From.Unix(), To: n.To.Unix(), Created: at.Unix(), Note: n.Note,
	}
	err := s.store.Write(ctx, func(tx Tx) error {
		w := &work{Service: s, tx: tx, now: at.Unix(), ctx: ctx}
		if v.Account != "" {
			acct, err := tx.Account(v.Account)
			switch {
			case errors.Is(err, ErrNotFound):
				return api.NewError(api.CodeNotFound)
			case err != nil:
				return err
			case acct.Policy == api.Strict:
				return invalid("account")
			}
		}
		v.ID = w.newID()
		if err := tx.AddWindow(v); err != nil {
			return err
		}
		return w.recordWindow(v, "window.added")
	})
	return v, err
}

// recordWindow adds an operator's deed to the log of the window's account, or
// of the installation, whose account is empty.
func (w *work) recordWindow(v Window, event string) error {
	return w.record(AuditRow{
		Account: v.Account, Actor: actorOperator, Event: event, Result: v.ID,
		Detail: fmt.Sprintf("kinds %s; groups %s; flags %s; from %s to %s",
			strings.Join(v.Kinds, " "), strings.Join(v.Groups, " "), strings.Join(v.Flags, " "), stamp(v.From), stamp(v.To)),
	})
}

func (s *Service) checkWindow(n NewWindow, now time.Time) error {
	for _, kind := range n.Kinds {
		if _, ok := kinds[kind]; !ok {
			return invalidValue("kinds", kind)
		}
	}
	for field, list := range map[string][2][]string{"groups": {n.Groups, Groups()}, "flags": {n.Flags, Flags()}} {
		for _, name := range list[0] {
			if !contains(list[1], name) {
				return invalidValue(field, name)
			}
		}
	}
	long := n.To.Sub(n.From)
	switch {
	case len(n.Kinds)+len(n.Groups) == 0:
		return invalid("kinds")
	case n.From.After(now.Add(s.limits.WindowAhead)):
		return invalid("from")
	case long <= 0 || long > s.limits.WindowLongest || !n.To.After(now):
		return invalid("to")
	case utf8.RuneCountInString(n.Note) > noteLongest || strings.ContainsFunc(n.Note, unicode.IsControl) || !utf8.ValidString(n.Note):
		return invalid("note")
	}
	return nil
}

func invalidValue(field, value string) error {
	return api.NewError(api.CodeInvalidValue).With("Field", field).With("Value", value)
}

func sorted(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return slices.Compact(out)
}

// Windows lists IT's windows that are open or to come: those of an account, or
// all of them where account is empty.
func (s *Service) Windows(ctx context.Context, account string) ([]Window, error) {
	var list []Window
	err := s.store.Read(ctx, func(tx Tx) (err error) {
		list, err = tx.ITWindows(account, s.time().Unix())
		return err
	})
	return list, err
}

// TakeBack ends a window of IT's before its time. What was accepted inside it
// stays accepted. Errors: not_found, also for a window that is over.
func (s *Service) TakeBack(ctx context.Context, id string) error {
	return s.store.Write(ctx, func(tx Tx) error {
		w := &work{Service: s, tx: tx, now: s.time().Unix(), ctx: ctx}
		v, err := tx.Window(id)
		if errors.Is(err, ErrNotFound) || (err == nil && (v.Origin != api.WindowIT || v.Used != 0 || v.To <= w.now)) {
			return api.NewError(api.CodeNotFound)
		}
		if err != nil {
			return err
		}
		if err := tx.EndWindow(id, w.now); err != nil {
			return err
		}
		return w.recordWindow(v, "window.removed")
	})
}
