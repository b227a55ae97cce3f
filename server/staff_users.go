package server

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// UserView is a user of the console as others see it.
type UserView struct {
	ID, Name, State string
	Role            Role
	Created, Seen   int64
	// LinkUntil is until when the link works that the user has not used yet; zero
	// where there is none.
	LinkUntil int64
}

// Invitation is a new user's link, and until when it works. The token is told
// once and is not stored.
type Invitation struct {
	User  UserView
	Token string
	Until time.Time
}

// Refusals about users.
var (
	// ErrUserName: not a name of 1 to 64 small letters, digits, dots, hyphens and
	// underscores, beginning with a letter or digit.
	ErrUserName = errors.New("server: not a name for a user")
	// ErrUserTaken: somebody has the name.
	ErrUserTaken = errors.New("server: the name is taken")
	// ErrUserRole: no such role.
	ErrUserRole = errors.New("server: no such role")
	// ErrUserUnknown: there is no such user.
	ErrUserUnknown = errors.New("server: no such user")
	// ErrUserSelf: nobody removes himself, or invites himself anew.
	ErrUserSelf = errors.New("server: this is the user who is signed in")
)

var userName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// AddUser makes a user and his link, for whoever has the server's files. Errors:
// ErrUserName, ErrUserTaken, ErrUserRole.
func (s *Service) AddUser(ctx context.Context, role Role, name string) (Invitation, error) {
	return s.inTrail(ctx, func(w *work) (Invitation, error) { return w.addUser(role, name) })
}

// InviteUser gives a user a new link; it ends his sessions, and replaces his
// password and second factor when he uses it. Errors: ErrUserUnknown.
func (s *Service) InviteUser(ctx context.Context, name string) (Invitation, error) {
	return s.inTrail(ctx, func(w *work) (Invitation, error) { return w.inviteUser(name) })
}

// RemoveUser removes a user and his sessions. Errors: ErrUserUnknown.
func (s *Service) RemoveUser(ctx context.Context, name string) error {
	_, err := s.inTrail(ctx, func(w *work) (Invitation, error) { return Invitation{}, w.removeUser(name) })
	return err
}

// Users lists the users of the console by name.
func (s *Service) Users(ctx context.Context) (list []UserView, err error) {
	err = s.store.Read(ctx, func(tx Tx) error {
		list, err = (&work{Service: s, tx: tx}).users()
		return err
	})
	return list, err
}

// inTrail runs an act of whoever has the server's files.
func (s *Service) inTrail(ctx context.Context, fn func(*work) (Invitation, error)) (in Invitation, err error) {
	err = s.store.Write(ctx, func(tx Tx) error {
		in, err = fn(&work{Service: s, tx: tx, now: s.time().Unix(), ctx: ctx})
		return err
	})
	if errors.Is(err, ErrExists) {
		err = ErrUserTaken
	}
	return in, err
}

// StaffUsers is Users for whoever may manage them.
func (s *Service) StaffUsers(ctx context.Context, seat Seat) (list []UserView, err error) {
	err = s.as(ctx, seat, RightUsers, func(w *work) error { list, err = w.users(); return err })
	return list, err
}

// StaffAddUser is AddUser by the console.
func (s *Service) StaffAddUser(ctx context.Context, seat Seat, role Role, name string) (in Invitation, err error) {
	err = s.as(ctx, seat, RightUsers, func(w *work) error { in, err = w.addUser(role, name); return err })
	if errors.Is(err, ErrExists) {
		err = ErrUserTaken
	}
	return in, err
}

// StaffInviteUser is InviteUser by the console. Errors: also ErrUserSelf.
func (s *Service) StaffInviteUser(ctx context.Context, seat Seat, name string) (in Invitation, err error) {
	err = s.as(ctx, seat, RightUsers, func(w *work) error {
		if name == w.user.Name {
			return ErrUserSelf
		}
		in, err = w.inviteUser(name)
		return err
	})
	return in, err
}

// StaffRemoveUser is RemoveUser by the console. Errors: also ErrUserSelf.
func (s *Service) StaffRemoveUser(ctx context.Context, seat Seat, name string) error {
	return s.as(ctx, seat, RightUsers, func(w *work) error {
		if name == w.user.Name {
			return ErrUserSelf
		}
		return w.removeUser(name)
	})
}

func (w *work) users() ([]UserView, error) {
	list, err := w.tx.StaffUsers()
	out := make([]UserView, 0, len(list))
	for _, u := range list {
		out = append(out, u.view())
	}
	return out, err
}

func (u StaffUser) view() UserView {
	return UserView{ID: u.ID, Name: u.Name, Role: u.Role, State: u.State, Created: u.Created, Seen: u.Seen, LinkUntil: u.LinkUntil}
}

func (w *work) addUser(role Role, name string) (Invitation, error) {
	if !userName.MatchString(name) {
		return Invitation{}, ErrUserName
	}
	if !slices.Contains(Roles(), role) {
		return Invitation{}, ErrUserRole
	}
	u := StaffUser{ID: w.newID(), Name: name, Role: role, State: userInvited, Created: w.now}
	token, err := w.renew(&u)
	if err != nil {
		return Invitation{}, err
	}
	if err := w.tx.AddStaffUser(u); err != nil {
		return Invitation{}, err
	}
	return w.invitation(u, token), w.console("console.user-added", u.ID, string(role))
}

// renew gives a user a new link and a new second factor.
func (w *work) renew(u *StaffUser) (token string, err error) {
	token, u.Link = w.newToken()
	u.LinkUntil = w.now + linkLife
	u.TOTPStep = 0
	u.TOTP, err = w.seal(totpPlace(u.ID), w.randomBytes(totpBytes))
	return token, err
}

func totpPlace(id string) string { return "staff_users.totp " + id }

func (w *work) invitation(u StaffUser, token string) Invitation {
	return Invitation{User: u.view(), Token: token, Until: time.Unix(u.LinkUntil, 0).UTC()}
}

func (w *work) userNamed(name string) (StaffUser, error) {
	u, err := w.tx.StaffUserByName(name)
	if errors.Is(err, ErrNotFound) {
		err = ErrUserUnknown
	}
	return u, err
}

func (w *work) inviteUser(name string) (Invitation, error) {
	u, err := w.userNamed(name)
	if err != nil {
		return Invitation{}, err
	}
	u.State, u.Password = userInvited, ""
	token, err := w.renew(&u)
	if err == nil {
		err = errors.Join(w.tx.SaveStaffUser(u), w.tx.RemoveStaffSessions(u.ID))
	}
	if err != nil {
		return Invitation{}, err
	}
	return w.invitation(u, token), w.console("console.user-invited", u.ID, "")
}

func (w *work) removeUser(name string) error {
	u, err := w.userNamed(name)
	if err != nil {
		return err
	}
	u.State, u.Password, u.TOTP, u.Link, u.LinkUntil = userRemoved, "", nil, nil, 0
	if err := errors.Join(w.tx.SaveStaffUser(u), w.tx.RemoveStaffSessions(u.ID)); err != nil {
		return err
	}
	return w.console("console.user-removed", u.ID, "")
}

// LinkView is what a link's page shows.
type LinkView struct {
	Name string
	Role Role
	// Secret is the second factor's, base32; URI is the same for an
	// authenticator app, as a picture shows it.
	Secret string
	URI    string
}

// Link gives what a user needs who follows his link. Errors: ErrNoLink.
func (s *Service) Link(ctx context.Context, token string) (v LinkView, err error) {
	err = s.store.Read(ctx, func(tx Tx) error {
		w := &work{Service: s, tx: tx, now: s.time().Unix(), ctx: ctx, reading: true}
		u, secret, err := w.linkedUser(token)
		v = LinkView{Name: u.Name, Role: u.Role, Secret: totpText(secret), URI: totpURI(s.host, u.Name, secret)}
		return err
	})
	if err != nil {
		return LinkView{}, err
	}
	return v, nil
}

func (w *work) linkedUser(token string) (StaffUser, []byte, error) {
	u, err := w.tx.StaffUserByLink(tokenSum(token))
	if errors.Is(err, ErrNotFound) || (err == nil && (w.now >= u.LinkUntil || u.State != userInvited || len(u.TOTP) == 0)) {
		return StaffUser{}, nil, ErrNoLink
	}
	if err != nil {
		return StaffUser{}, nil, err
	}
	secret, err := w.open(totpPlace(u.ID), u.TOTP)
	return u, secret, err
}

// AcceptLink uses a link up: it sets the password and starts a session, if the
// code is the second factor's. Errors: ErrNoLink, password_weak,
// too_many_requests, code_wrong.
func (s *Service) AcceptLink(ctx context.Context, seat Seat, token, password, typed string) (session string, err error) {
	v, err := s.Link(ctx, token)
	if err != nil {
		return "", err
	}
	if password, err = s.checkPassword(password, v.Name); err != nil {
		return "", err
	}
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return "", err
	}
	var refused error
	err = s.store.Write(ctx, func(tx Tx) error {
		refused = nil
		w := &work{Service: s, tx: tx, c: Caller{IP: seat.IP}, now: s.time().Unix(), ctx: ctx}
		u, secret, err := w.linkedUser(token)
		if err != nil {
			return err
		}
		until, err := w.take("console link", u.ID, rule{s.limits.SignInAccountHour, time.Hour})
		if err != nil {
			return err
		}
		if until != 0 {
			refused = retryAt(api.CodeTooMany, until)
			return nil
		}
		step, ok := checkTOTP(secret, typed, w.now, u.TOTPStep)
		if !ok {
			refused = api.NewError(api.CodeWrong)
			return nil
		}
		u.State, u.Password, u.TOTPStep, u.Link, u.LinkUntil = userActive, hash, step, nil, 0
		session, err = w.beginStaff(u)
		return err
	})
	if err == nil {
		err = refused
	}
	return session, err
}
