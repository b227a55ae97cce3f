package server_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

const longPassword = "seven quiet boats at noon"

// clerk is a user of the console with a phone that makes codes.
type clerk struct {
	l      *lab
	name   string
	secret string
	seat   server.Seat
}

// clerk invites a user, who follows the link and is signed in.
func (l *lab) clerk(role server.Role, name string) *clerk {
	l.Helper()
	in, err := l.svc.AddUser(ctx, role, name)
	l.must(err)
	return l.follow(in)
}

func (l *lab) follow(in server.Invitation) *clerk {
	l.Helper()
	v, err := l.svc.Link(ctx, in.Token)
	l.must(err)
	c := &clerk{l: l, name: in.User.Name, secret: v.Secret, seat: server.Seat{IP: netip.MustParseAddr("198.51.100.9")}}
	c.seat.Token, err = l.svc.AcceptLink(ctx, c.seat, in.Token, longPassword, c.code())
	l.must(err)
	return c
}

// code is what an authenticator app shows; the library is not ours.
func (c *clerk) code() string {
	c.l.Helper()
	s, err := totp.GenerateCode(c.secret, c.l.clock.now())
	c.l.must(err)
	return s
}

func (c *clerk) signIn() error {
	token, err := c.l.svc.StaffSignIn(ctx, c.seat, c.name, longPassword, c.code())
	if err == nil {
		c.seat.Token = token
	}
	return err
}

// TestALinkWorksOnce: a link sets password and second factor once, for three days.
func TestALinkWorksOnce(t *testing.T) {
	each(t, func(l *lab) {
		in, err := l.svc.AddUser(ctx, server.RoleOwner, "kim")
		l.must(err)
		v, err := l.svc.Link(ctx, in.Token)
		l.must(err)
		u, err := url.Parse(v.URI)
		if err != nil || u.Scheme != "otpauth" || u.Query().Get("secret") != v.Secret || v.Name != "kim" || v.Role != server.RoleOwner {
			l.Errorf("link %+v %v", v, err)
		}
		c := &clerk{l: l, name: "kim", secret: v.Secret}
		_, err = l.svc.AcceptLink(ctx, c.seat, in.Token, "too short", c.code())
		l.want(err, api.CodePasswordWeak)
		_, err = l.svc.AcceptLink(ctx, c.seat, in.Token, longPassword, "000000")
		l.want(err, api.CodeWrong)
		_, err = l.svc.AcceptLink(ctx, c.seat, in.Token+"x", longPassword, c.code())
		if !errors.Is(err, server.ErrNoLink) {
			l.Errorf("another link: %v", err)
		}
		c = l.follow(in)
		if _, err := l.svc.Link(ctx, in.Token); !errors.Is(err, server.ErrNoLink) {
			l.Errorf("again: %v", err)
		}
		p, err := l.svc.Seated(ctx, c.seat)
		if err != nil || p.Name != "kim" || p.Role != server.RoleOwner || !p.Fresh {
			l.Errorf("seated %+v %v", p, err)
		}
		in, err = l.svc.InviteUser(ctx, "kim")
		l.must(err)
		if _, err := l.svc.Seated(ctx, c.seat); !errors.Is(err, server.ErrNoSeat) {
			l.Errorf("a new link ends the sessions: %v", err)
		}
		l.want(c.signIn(), api.CodeSignIn)
		l.clock.pass(72 * time.Hour)
		if _, err := l.svc.AcceptLink(ctx, c.seat, in.Token, longPassword, c.code()); !errors.Is(err, server.ErrNoLink) {
			l.Errorf("after three days: %v", err)
		}
	})
}

func TestUsersAreChecked(t *testing.T) {
	each(t, func(l *lab) {
		_, err := l.svc.AddUser(ctx, server.RoleStaff, "kim")
		l.must(err)
		for name, c := range map[string]struct {
			role server.Role
			user string
			want error
		}{
			"taken": {server.RoleStaff, "kim", server.ErrUserTaken}, "no role": {"root", "lan", server.ErrUserRole},
			"empty": {server.RoleStaff, "", server.ErrUserName}, "capitals": {server.RoleStaff, "Kim", server.ErrUserName},
			"a path": {server.RoleStaff, "../x", server.ErrUserName}, "no role at all": {"", "lan", server.ErrUserRole},
		} {
			if _, err := l.svc.AddUser(ctx, c.role, c.user); !errors.Is(err, c.want) {
				l.Errorf("%s: %v", name, err)
			}
		}
		l.must(l.svc.RemoveUser(ctx, "kim"))
		if err := l.svc.RemoveUser(ctx, "kim"); !errors.Is(err, server.ErrUserUnknown) {
			l.Errorf("removed twice: %v", err)
		}
		_, err = l.svc.AddUser(ctx, server.RoleAuditor, "kim") // the name is free again
		l.must(err)
		list, err := l.svc.Users(ctx)
		if err != nil || len(list) != 1 || list[0].Role != server.RoleAuditor || list[0].LinkUntil == 0 {
			l.Errorf("list %+v %v", list, err)
		}
	})
}

// TestSigningInToTheConsole: both factors, each code once, few tries, and nothing
// told about which names there are.
func TestSigningInToTheConsole(t *testing.T) {
	each(t, func(l *lab) {
		c := l.clerk(server.RoleStaff, "lan")
		l.want(c.signIn(), api.CodeSignIn) // the link's code, again
		l.clock.pass(time.Minute)
		code := c.code()
		l.must(c.signIn())
		_, err := l.svc.StaffSignIn(ctx, c.seat, "lan", longPassword, code)
		l.want(err, api.CodeSignIn)
		l.clock.pass(time.Minute)
		for name, try := range map[string][3]string{
			"password": {"lan", "another long password", c.code()}, "code": {"lan", longPassword, "123456"},
			"name": {"nobody", longPassword, c.code()}, "no code": {"lan", longPassword, ""},
		} {
			_, err := l.svc.StaffSignIn(ctx, c.seat, try[0], try[1], try[2])
			if e := l.want(err, api.CodeSignIn); len(e.Args)+len(e.Hints) != 0 {
				l.Errorf("%s: %v %v", name, e.Args, e.Hints)
			}
		}
		for range 20 {
			_, err = l.svc.StaffSignIn(ctx, c.seat, "lan", "x", "1")
		}
		l.want(err, api.CodeTooMany)
		l.want(c.signIn(), api.CodeTooMany)
		l.clock.pass(time.Hour)
		l.must(c.signIn())
	})
}

func TestSessionsEnd(t *testing.T) {
	each(t, func(l *lab) {
		c := l.clerk(server.RoleOperator, "oli")
		for range 25 { // twelve and a half hours, never idle
			l.clock.pass(29 * time.Minute)
			if err := l.svc.Allow(ctx, c.seat, server.RightHealth); err != nil {
				break
			}
		}
		if err := l.svc.Allow(ctx, c.seat, server.RightHealth); !errors.Is(err, server.ErrNoSeat) {
			l.Errorf("after twelve hours: %v", err)
		}
		l.must(c.signIn())
		l.clock.pass(30 * time.Minute)
		if _, err := l.svc.StaffHealth(ctx, c.seat); !errors.Is(err, server.ErrNoSeat) {
			l.Errorf("idle: %v", err)
		}
		l.must(c.signIn())
		l.must(l.svc.StaffSignOut(ctx, c.seat))
		if _, err := l.svc.Seated(ctx, c.seat); !errors.Is(err, server.ErrNoSeat) {
			l.Errorf("signed out: %v", err)
		}
		l.clock.pass(time.Minute)
		l.must(c.signIn())
		l.must(l.svc.RemoveUser(ctx, "oli"))
		if err := l.svc.Allow(ctx, c.seat, server.RightHealth); !errors.Is(err, server.ErrNoSeat) {
			l.Errorf("removed: %v", err)
		}
		for _, token := range []string{"", "x", strings.Repeat("A", 43)} {
			if err := l.svc.Allow(ctx, server.Seat{Token: token}, server.RightHealth); !errors.Is(err, server.ErrNoSeat) {
				l.Errorf("token %q: %v", token, err)
			}
		}
	})
}

// TestRolesHaveTheirRightsOnly walks the whole table of rights against every act:
// what a role may not do is refused before anything is looked at, and noted.
func TestRolesHaveTheirRightsOnly(t *testing.T) {
	may := map[server.Role]string{
		server.RoleOwner: "account send-again hold revoke users", server.RoleStaff: "account send-again hold revoke",
		server.RoleAuditor: "audit export", server.RoleOperator: "health limits", "root": "", "": "",
	}
	for role, want := range may {
		for _, right := range server.Rights() {
			if role.May(right) != slices.Contains(strings.Fields(want), string(right)) {
				t.Errorf("%q %s", role, right)
			}
		}
		if role.May("") || role.May("codes") {
			t.Errorf("%q may what is not a right", role)
		}
	}
	each(t, func(l *lab) {
		refused := 0
		for _, role := range server.Roles() {
			c := l.clerk(role, string(role))
			for right, acts := range l.acts(c.seat) {
				for i, act := range acts {
					err := act()
					if may := role.May(right); errors.Is(err, server.ErrNoRight) == may || errors.Is(err, server.ErrNoSeat) {
						l.Errorf("%s, %s %d: %v", role, right, i, err)
					} else if !may {
						refused++
					}
				}
			}
		}
		var rows []server.AuditRow
		l.must(l.db.Open().Read(ctx, func(tx server.Tx) (err error) {
			rows, err = tx.Audit(server.ConsoleTrail, 0, 500)
			return err
		}))
		noted := 0
		for _, r := range rows {
			if r.Event == "console.refused" && strings.HasPrefix(r.Detail, "by ") {
				noted++
			}
		}
		if noted != refused || refused == 0 {
			l.Errorf("%d refused, %d noted", refused, noted)
		}
		l.must(l.svc.VerifyAudit(ctx, server.ConsoleTrail))
	})
}

// acts are all acts of the console by the right that they want.
func (l *lab) acts(seat server.Seat) map[server.Right][]func() error {
	none := "100000000008"
	var b bytes.Buffer
	return map[server.Right][]func() error{
		server.RightAccount:   {func() error { _, err := l.svc.StaffAccount(ctx, seat, none); return err }},
		server.RightSendAgain: {func() error { _, err := l.svc.StaffSendAgain(ctx, seat, "d"); return err }},
		server.RightHold:      {func() error { return l.svc.StaffHold(ctx, seat, none, 3, server.ReasonAsked) }},
		server.RightRevoke:    {func() error { _, err := l.svc.StaffRevoke(ctx, seat, "d", server.ReasonLost); return err }},
		server.RightAudit: {
			func() error { _, err := l.svc.StaffAudit(ctx, seat, none, 0); return err },
			func() error { _, err := l.svc.StaffRoots(ctx, seat); return err },
		},
		server.RightExport: {
			func() error { return l.svc.StaffAuditExport(ctx, seat, none, &b) },
			func() error { return l.svc.StaffRootExport(ctx, seat, 1, nil) },
		},
		server.RightHealth: {func() error { _, err := l.svc.StaffHealth(ctx, seat); return err }},
		server.RightLimits: {func() error { _, err := l.svc.StaffLimits(ctx, seat); return err }},
		server.RightUsers: {
			func() error { _, err := l.svc.StaffUsers(ctx, seat); return err },
			func() error { _, err := l.svc.StaffAddUser(ctx, seat, "none", "nobody"); return err },
			func() error { _, err := l.svc.StaffInviteUser(ctx, seat, "nobody"); return err },
			func() error { return l.svc.StaffRemoveUser(ctx, seat, "nobody") },
		},
	}
}

// TestWhatCannotBeTakenBackWantsAFreshCode: after ten minutes the second factor is
// asked for again, each code once.
func TestWhatCannotBeTakenBackWantsAFreshCode(t *testing.T) {
	each(t, func(l *lab) {
		c := l.clerk(server.RoleOwner, "kim")
		l.clock.pass(10 * time.Minute)
		for right, acts := range l.acts(c.seat) {
			fresh := slices.Contains([]server.Right{server.RightHold, server.RightRevoke, server.RightUsers}, right)
			for _, act := range acts {
				if err := act(); server.RoleOwner.May(right) && errors.Is(err, server.ErrNotFresh) != fresh {
					l.Errorf("%s: %v", right, err)
				}
			}
		}
		l.want(l.svc.StaffProve(ctx, c.seat, "000000"), api.CodeWrong)
		code := c.code()
		l.must(l.svc.StaffProve(ctx, c.seat, code))
		l.want(l.svc.StaffProve(ctx, c.seat, code), api.CodeWrong)
		if _, err := l.svc.StaffUsers(ctx, c.seat); err != nil {
			l.Errorf("fresh: %v", err)
		}
		if _, err := l.svc.StaffInviteUser(ctx, c.seat, "kim"); !errors.Is(err, server.ErrUserSelf) {
			l.Errorf("himself: %v", err)
		}
		if err := l.svc.StaffRemoveUser(ctx, c.seat, "kim"); !errors.Is(err, server.ErrUserSelf) {
			l.Errorf("himself: %v", err)
		}
		in, err := l.svc.StaffAddUser(ctx, c.seat, server.RoleStaff, "lan")
		l.must(err)
		l.follow(in)
	})
}

func TestAccountsAsTheConsoleShowsThem(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim.nguyen@example.org")
		b.computer = b.computer.With("boot-disk", "another")
		_, err := b.checkIn()
		l.must(err)
		code := l.code()
		c := l.clerk(server.RoleStaff, "lan")
		v, err := l.svc.StaffAccount(ctx, c.seat, b.account[:4]+" "+b.account[4:])
		l.must(err)
		if v.Number != b.account || len(v.Contacts) != 1 || v.Contacts[0].Masked != "k•••@e•••.org" || !v.Contacts[0].Verified ||
			len(v.Devices) != 1 || v.Devices[0].Challenge == nil || len(v.Devices[0].Challenge.Deliveries) != 1 {
			l.Fatalf("%+v", v)
		}
		shown := fmt.Sprintf("%+v %+v", v, *v.Devices[0].Challenge)
		for _, secret := range []string{code, "nguyen", "kim@", b.keyid} {
			if strings.Contains(shown, secret) {
				l.Errorf("the console shows %q", secret)
			}
		}
		_, err = l.svc.StaffAccount(ctx, c.seat, "100000000008")
		l.want(err, api.CodeNotFound)

		_, err = l.svc.StaffSendAgain(ctx, c.seat, b.id)
		l.want(err, api.CodeSendWait)
		l.clock.pass(2 * time.Minute)
		account, err := l.svc.StaffSendAgain(ctx, c.seat, b.id)
		if l.must(err); account != b.account {
			l.Errorf("account %s", account)
		}
		sent := l.deliver()
		if len(sent) != 1 || sent[0].To != "kim.nguyen@example.org" || sent[0].Code != code {
			l.Errorf("sent again: %d", len(sent))
		}
		history, err := l.svc.History(ctx, b.caller("history", nil), 0)
		l.must(err)
		if got := fmt.Sprint(told(history)); got != "[sent-again/staff viewed/staff]" {
			l.Errorf("history %s", got)
		}
		l.must(l.svc.VerifyAudit(ctx, b.account))
	})
}

// told lists what the console did, as an owner's history tells it.
func told(h api.History) (list []string) {
	for _, e := range h.Events {
		if e.By != "" {
			list = append(list, e.Event+"/"+e.By)
		}
	}
	return list
}

func TestHoldsGetLongerOnly(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		c := l.clerk(server.RoleStaff, "lan")
		end := func() int64 {
			v, err := l.svc.StaffAccount(ctx, c.seat, b.account)
			l.must(err)
			return v.HoldUntil
		}
		l.must(l.svc.StaffHold(ctx, c.seat, b.account, 10, server.ReasonSuspicion))
		ten := end()
		if ten != l.clock.now().Add(10*24*time.Hour).Unix() {
			l.Errorf("ten days: %d", ten)
		}
		for _, days := range []int{10, 5, 1, 0, -3, 31} {
			l.want(l.svc.StaffHold(ctx, c.seat, b.account, days, server.ReasonSuspicion), api.CodeInvalidValue)
		}
		l.want(l.svc.StaffHold(ctx, c.seat, b.account, 12, "because kim@example.org wrote"), api.CodeInvalidValue)
		if end() != ten {
			l.Errorf("it moved to %d", end())
		}
		l.must(l.svc.StaffHold(ctx, c.seat, b.account, 12, server.ReasonLaw))
		if end() <= ten {
			l.Error("it did not get longer")
		}
	})
}

func TestTheConsoleSignsAComputerOut(t *testing.T) {
	each(t, func(l *lab) {
		b, c := l.activated("kim@example.org"), l.clerk(server.RoleStaff, "lan")
		second := l.box()
		l.must(second.enrol(b.account, password))
		_, _, err := second.answer(l.code())
		l.must(err)
		l.deliver()
		_, err = l.svc.StaffRevoke(ctx, c.seat, b.id, "")
		l.want(err, api.CodeInvalidValue)
		_, err = l.svc.StaffRevoke(ctx, c.seat, b.id, server.ReasonLost)
		l.must(err)
		_, err = l.svc.StaffRevoke(ctx, c.seat, b.id, server.ReasonLost)
		l.want(err, api.CodeNotFound)
		_, err = b.checkIn()
		l.want(err, api.CodeRevoked)
		if k := kinds(l.deliver()); k != "notice.revoked" {
			l.Errorf("told %s", k)
		}
		var rows []server.AuditRow
		l.must(l.db.Open().Read(ctx, func(tx server.Tx) (err error) { rows, err = tx.Audit(b.account, 0, 100); return err }))
		last := rows[len(rows)-1]
		if last.Event != api.EventSignedOut || last.Actor != "staff" || !strings.HasPrefix(last.Detail, "by ") || !strings.Contains(last.Facts, server.ReasonLost) {
			l.Errorf("noted %+v", last)
		}
	})
}

func TestTheAuditorTakesTheLogAway(t *testing.T) {
	each(t, func(l *lab) {
		b, c := l.activated("kim@example.org"), l.clerk(server.RoleAuditor, "ada")
		p, err := l.svc.StaffAudit(ctx, c.seat, b.account, 0)
		if err != nil || len(p.Rows) < 2 || p.After != 0 {
			l.Fatalf("%d rows, %v", len(p.Rows), err)
		}
		var b1, b2 bytes.Buffer
		l.must(l.svc.StaffAuditExport(ctx, c.seat, b.account, &b1))
		if n := strings.Count(b1.String(), "\n"); n != len(p.Rows)+1 || !strings.Contains(b1.String(), `"audit.exported"`) {
			l.Errorf("%d lines of %d", n, len(p.Rows))
		}
		_, err = l.svc.MakeAuditRoot(ctx)
		l.must(err)
		list, err := l.svc.StaffRoots(ctx, c.seat)
		if err != nil || len(list) != 1 {
			l.Fatalf("roots %v %v", list, err)
		}
		console, err := l.svc.StaffAudit(ctx, c.seat, server.ConsoleTrail, 0)
		if err != nil || console.Rows[0].Event != "console.user-added" {
			l.Errorf("the console's own: %v", err)
		}
		for _, number := range []string{"100000000008", "x", ""} {
			l.want(l.svc.StaffAuditExport(ctx, c.seat, number, &b2), api.CodeNotFound)
		}
	})
}
