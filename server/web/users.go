package web

import (
	"errors"
	"net/http"

	"github.com/seed-1feef0b2/holdfast/server"
)

// usersData is the data of the page of users.
type usersData struct {
	Users   []server.UserView
	Roles   []server.Role
	Invited string // who was invited just now, and by which link
	Link    string
	Until   int64
	Problem string
}

func (k *call) users() error { return k.usersPage(http.StatusOK, usersData{}) }

func (k *call) usersPage(status int, d usersData) error {
	var err error
	if d.Users, err = k.cfg.Service.StaffUsers(k.r.Context(), k.seat); err != nil {
		return err
	}
	d.Roles = server.Roles()
	k.show(k.w, k.r, k, status, "users", d)
	return nil
}

func (k *call) addUser() error {
	f := k.r.PostForm
	in, err := k.cfg.Service.StaffAddUser(k.r.Context(), k.seat, server.Role(f.Get("role")), f.Get("name"))
	return k.invited(in, err)
}

func (k *call) inviteUser() error {
	in, err := k.cfg.Service.StaffInviteUser(k.r.Context(), k.seat, k.r.PathValue("name"))
	return k.invited(in, err)
}

func (k *call) removeUser() error {
	err := k.cfg.Service.StaffRemoveUser(k.r.Context(), k.seat, k.r.PathValue("name"))
	if err != nil {
		return k.userProblem(err)
	}
	k.to(Path + "/users?done=removed")
	return nil
}

// invited shows a link: here, and never again.
func (k *call) invited(in server.Invitation, err error) error {
	if err != nil {
		return k.userProblem(err)
	}
	return k.usersPage(http.StatusOK, usersData{
		Invited: in.User.Name, Link: Link(k.cfg.Origin, in.Token), Until: in.Until.Unix(),
	})
}

// Link is the address of a user's single-use link.
func Link(origin, token string) string { return origin + Path + "/link/" + token }

func (k *call) userProblem(err error) error {
	for problem, sentence := range map[error]string{
		server.ErrUserName: "web.users.name-bad", server.ErrUserTaken: "web.users.name-taken", server.ErrUserRole: "web.bad-form",
		server.ErrUserUnknown: "web.not-found", server.ErrUserSelf: "web.users.self",
	} {
		if errors.Is(err, problem) {
			return k.usersPage(http.StatusUnprocessableEntity, usersData{Problem: sentence})
		}
	}
	return err
}
