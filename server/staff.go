package server

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/netip"
	"time"
)

// States of a user of the console.
const (
	userInvited = "invited" // has a link, and no password yet
	userActive  = "active"
	userRemoved = "removed"
)

// StaffUser is a user of the console as stored.
type StaffUser struct {
	ID    string
	Name  string // unique among those that are not removed
	Role  Role
	State string
	// Password is Argon2id in PHC form; TOTP the second factor's secret, sealed;
	// TOTPStep the last step whose code was used.
	Password string
	TOTP     []byte
	TOTPStep int64
	// Link is SHA-256 of the single-use link's token, empty where there is none.
	Link      []byte
	LinkUntil int64
	Created   int64
	Seen      int64 // last sign-in
}

// StaffSession is one sign-in as stored. ID is SHA-256 of what the browser holds;
// Proved is when the second factor was shown last.
type StaffSession struct {
	ID                    []byte
	User                  string
	Created, Seen, Proved int64
}

// Staff keeps the users of the console and their sessions.
type Staff interface {
	// AddStaffUser gives ErrExists for a name that is taken.
	AddStaffUser(StaffUser) error
	SaveStaffUser(StaffUser) error
	StaffUser(id string) (StaffUser, error)
	// StaffUserByName finds one that is not removed.
	StaffUserByName(name string) (StaffUser, error)
	StaffUserByLink(link []byte) (StaffUser, error)
	// StaffUsers lists those that are not removed, by name.
	StaffUsers() ([]StaffUser, error)
	AddStaffSession(StaffSession) error
	SaveStaffSession(StaffSession) error
	StaffSession(id []byte) (StaffSession, error)
	RemoveStaffSession(id []byte) error
	// RemoveStaffSessions removes a user's.
	RemoveStaffSessions(user string) error
	// SweepStaffSessions removes those that were begun or seen too long ago.
	SweepStaffSessions(begun, seen int64) error
	// LapseStaffLinks ends every invitation that was not used.
	LapseStaffLinks() error
	// WaitingMessages counts the messages that wait, by state.
	WaitingMessages() ([]Waiting, error)
}

// Times of the console.
const (
	linkLife     = int64(72 * time.Hour / time.Second)
	sessionLife  = int64(12 * time.Hour / time.Second)
	sessionIdle  = int64(30 * time.Minute / time.Second)
	sessionFresh = int64(10 * time.Minute / time.Second)
	seenEvery    = int64(30)
)

// What the console refuses.
var (
	// ErrNoSeat: nobody is signed in, or no longer.
	ErrNoSeat = errors.New("server: nobody is signed in")
	// ErrNoRight: the role may not do this.
	ErrNoRight = errors.New("server: the role may not do this")
	// ErrNotFresh: the second factor must be shown again first.
	ErrNotFresh = errors.New("server: the second factor was shown too long ago")
	// ErrNoLink: there is no such link, or it was used, or its time has passed.
	ErrNoLink = errors.New("server: no such link")
)

// Seat is who sits at a browser, as far as the browser can show it.
type Seat struct {
	Token string // of the session
	IP    netip.Addr
}

// Principal is who is signed in.
type Principal struct {
	User string
	Name string
	Role Role
	// Fresh says that the second factor was shown in the last ten minutes.
	Fresh bool
}

// tokenBytes is the length of a session's and a link's token.
const tokenBytes = 32

func (s *Service) newToken() (token string, sum []byte) {
	token = base64.RawURLEncoding.EncodeToString(s.randomBytes(tokenBytes))
	return token, tokenSum(token)
}

func tokenSum(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Seated says who is signed in. Errors: ErrNoSeat.
func (s *Service) Seated(ctx context.Context, seat Seat) (p Principal, err error) {
	err = s.store.Read(ctx, func(tx Tx) error {
		w := &work{Service: s, tx: tx, now: s.time().Unix(), ctx: ctx, reading: true}
		u, session, err := w.sits(seat)
		p = Principal{User: u.ID, Name: u.Name, Role: u.Role, Fresh: w.now < session.Proved+sessionFresh}
		return err
	})
	return p, err
}

// sits gives the user and session of a seat that still holds.
func (w *work) sits(seat Seat) (StaffUser, StaffSession, error) {
	session, err := w.tx.StaffSession(tokenSum(seat.Token))
	if errors.Is(err, ErrNotFound) {
		return StaffUser{}, session, ErrNoSeat
	}
	if err != nil {
		return StaffUser{}, session, err
	}
	u, err := w.tx.StaffUser(session.User)
	if err != nil {
		return u, session, err
	}
	if u.State != userActive || w.now >= session.Created+sessionLife || w.now >= session.Seen+sessionIdle {
		return StaffUser{}, session, ErrNoSeat
	}
	return u, session, nil
}

// as runs what a right allows, if whoever sits there has it, in one transaction.
// A right that is missing is noted. Every act of the console goes through here.
func (s *Service) as(ctx context.Context, seat Seat, right Right, fn func(*work) error) error {
	var refused error
	err := s.store.Write(ctx, func(tx Tx) error {
		refused = nil
		w := &work{Service: s, tx: tx, c: Caller{IP: seat.IP}, now: s.time().Unix(), ctx: ctx}
		u, session, err := w.sits(seat)
		if err != nil {
			return err
		}
		w.user = u
		if !u.Role.May(right) {
			refused = ErrNoRight
			return w.console("console.refused", "", string(right))
		}
		if right.fresh() && w.now >= session.Proved+sessionFresh {
			return ErrNotFresh
		}
		if w.now >= session.Seen+seenEvery {
			session.Seen = w.now
			if err := tx.SaveStaffSession(session); err != nil {
				return err
			}
		}
		return fn(w)
	})
	if err == nil {
		err = refused
	}
	return err
}

// console adds a row about the console itself to its own chain, done by the user
// who sits there, or by whoever has the server's files where nobody does.
func (w *work) console(event, user, detail string) error {
	return w.record(AuditRow{Account: ConsoleTrail, Actor: w.actor(), Device: user, Event: event, Detail: w.onBehalf(detail)})
}

func (w *work) actor() string {
	if w.user.ID == "" {
		return actorServer
	}
	return string(w.user.Role)
}

// onBehalf puts the user's id in front of a row's detail.
func (w *work) onBehalf(detail string) string {
	if w.user.ID == "" {
		return detail
	}
	if detail == "" {
		return "by " + w.user.ID
	}
	return "by " + w.user.ID + ": " + detail
}

// Allow says whether whoever sits there has a right, as every act does. Errors:
// ErrNoSeat, ErrNoRight, ErrNotFresh.
func (s *Service) Allow(ctx context.Context, seat Seat, right Right) error {
	return s.as(ctx, seat, right, func(*work) error { return nil })
}
