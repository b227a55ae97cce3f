package server

import (
	"context"
	"errors"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// StaffSignIn starts a session of a user with password and second factor. Tries
// are counted before anything is looked up, by where they come from and by the
// name that was typed; an unknown name is answered like a known one, in the same
// time. Errors: too_many_requests, sign_in_failed.
func (s *Service) StaffSignIn(ctx context.Context, seat Seat, name, password, typed string) (session string, err error) {
	u, err := s.countStaff(ctx, seat, name)
	if err != nil {
		return "", err
	}
	ok, err := s.checkHash(ctx, u.Password, password)
	if err != nil {
		return "", err
	}
	var refused error
	err = s.store.Write(ctx, func(tx Tx) error {
		refused, session = nil, ""
		w := &work{Service: s, tx: tx, c: Caller{IP: seat.IP}, now: s.time().Unix(), ctx: ctx}
		now, err := w.tx.StaffUserByName(name) // as it is now
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		same := now.ID != "" && now.State == userActive && now.Password == u.Password
		right := false
		if same {
			if right, err = w.second(&now, typed); err != nil {
				return err
			}
		}
		if !ok || !same || !right {
			refused = api.NewError(api.CodeSignIn)
			if now.ID == "" {
				return nil
			}
			return w.console("console.sign-in-failed", now.ID, "")
		}
		session, err = w.beginStaff(now)
		return err
	})
	if err == nil {
		err = refused
	}
	return session, err
}

// countStaff counts a try to sign in and gives the user, an empty one where there
// is none.
func (s *Service) countStaff(ctx context.Context, seat Seat, name string) (u StaffUser, err error) {
	var until int64
	err = s.store.Write(ctx, func(tx Tx) error {
		u = StaffUser{}
		w := &work{Service: s, tx: tx, c: Caller{IP: seat.IP}, now: s.time().Unix(), ctx: ctx}
		if until, err = w.take("console sign-in from", source(seat.IP), rule{s.limits.SignInAddressHour, time.Hour}); err != nil || until != 0 {
			return err
		}
		if until, err = w.countName(name); err != nil || until != 0 {
			return err
		}
		u, err = tx.StaffUserByName(name)
		if errors.Is(err, ErrNotFound) || (err == nil && u.State != userActive) {
			u, err = StaffUser{}, nil
		}
		return err
	})
	if err == nil && until != 0 {
		err = retryAt(api.CodeTooMany, until)
	}
	return u, err
}

// Names of the console are easily guessed, so tries from where a user has signed in
// lately are counted apart: whoever uses up the others does not shut him out.
const (
	staffHome     = "console signed in from"
	staffHomeKept = 30 * day
)

func (w *work) countName(name string) (int64, error) {
	here, label, id := name+" "+source(w.c.IP), "console sign-in as", name
	home, err := w.times(staffHome, here)
	if err != nil {
		return 0, err
	}
	if len(since(home, w.now-seconds(staffHomeKept))) > 0 {
		label, id = "console sign-in from where he was", here
	}
	return w.take(label, id, rule{w.limits.SignInAccountHour, time.Hour})
}

// second says whether a code is the second factor's, and notes its step in u.
func (w *work) second(u *StaffUser, typed string) (bool, error) {
	if len(u.TOTP) == 0 { // lost with the master key: a new link gives another
		return false, nil
	}
	secret, err := w.open(totpPlace(u.ID), u.TOTP)
	if err != nil {
		return false, err
	}
	step, ok := checkTOTP(secret, typed, w.now, u.TOTPStep)
	if ok {
		u.TOTPStep = step
	}
	return ok, nil
}

// beginStaff saves the user, who has shown both factors, and starts a session.
func (w *work) beginStaff(u StaffUser) (string, error) {
	u.Seen = w.now
	token, id := w.newToken()
	err := errors.Join(
		w.tx.SaveStaffUser(u),
		w.tx.SweepStaffSessions(w.now-sessionLife, w.now-sessionIdle),
		w.tx.AddStaffSession(StaffSession{ID: id, User: u.ID, Created: w.now, Seen: w.now, Proved: w.now}),
		w.setTimes(staffHome, u.Name+" "+source(w.c.IP), []int64{w.now}, w.now+seconds(staffHomeKept)),
	)
	if err != nil {
		return "", err
	}
	w.user = u
	return token, w.console("console.signed-in", u.ID, "")
}

// StaffProve shows the second factor again, for what wants it fresh. Tries are as
// many as those to sign in, and the user's own: nobody else can use them up. Errors:
// ErrNoSeat, too_many_requests, code_wrong.
func (s *Service) StaffProve(ctx context.Context, seat Seat, typed string) error {
	var refused error
	err := s.store.Write(ctx, func(tx Tx) error {
		refused = nil
		w := &work{Service: s, tx: tx, c: Caller{IP: seat.IP}, now: s.time().Unix(), ctx: ctx}
		u, session, err := w.sits(seat)
		if err != nil {
			return err
		}
		w.user = u
		until, err := w.take("console proofs of", u.ID, rule{s.limits.SignInAccountHour, time.Hour})
		if err != nil {
			return err
		}
		if until != 0 {
			return retryAt(api.CodeTooMany, until)
		}
		right, err := w.second(&u, typed)
		if err != nil {
			return err
		}
		if !right {
			refused = api.NewError(api.CodeWrong)
			return w.console("console.proof-failed", u.ID, "")
		}
		session.Proved, session.Seen = w.now, w.now
		return errors.Join(tx.SaveStaffUser(u), tx.SaveStaffSession(session))
	})
	if err == nil {
		err = refused
	}
	return err
}

// StaffSignOut ends a session. One that has ended already is no error.
func (s *Service) StaffSignOut(ctx context.Context, seat Seat) error {
	return s.store.Write(ctx, func(tx Tx) error { return tx.RemoveStaffSession(tokenSum(seat.Token)) })
}
