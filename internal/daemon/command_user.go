package daemon

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/web"
)

// user adds, lists, invites anew and removes the users of the console, also beside
// a running server.
func (p Program) user(ctx context.Context) error {
	sub := p
	if len(p.Args) > 1 {
		sub.Args = p.Args[1:]
	}
	switch sub.Args[0] {
	case "add":
		return sub.userAdd(ctx)
	case "list":
		return sub.userList(ctx)
	case "link":
		return sub.userLink(ctx)
	case "remove":
		return sub.userRemove(ctx)
	}
	return refuse("user-command", nil)
}

func (p Program) userAdd(ctx context.Context) error {
	var role, name string
	s, rest, err := p.settings(func(f *flag.FlagSet) {
		f.StringVar(&role, "role", "", "")
		f.StringVar(&name, "name", "", "")
	})
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return refuse("flags", text.Data{"Why": rest[0]})
	}
	return withService(s, func(service *server.Service) error {
		in, err := service.AddUser(ctx, server.Role(role), name)
		if err != nil {
			return userRefusal(err, name)
		}
		return p.printLink(s, in)
	})
}

// userNamed is a command with a user's name behind it.
func (p Program) userNamed(do func(*server.Service, Settings, string) error) error {
	s, rest, err := p.settings(nil)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return refuse("user-which", nil)
	}
	return withService(s, func(service *server.Service) error {
		return userRefusal(do(service, s, rest[0]), rest[0])
	})
}

func (p Program) userLink(ctx context.Context) error {
	return p.userNamed(func(service *server.Service, s Settings, name string) error {
		in, err := service.InviteUser(ctx, name)
		if err != nil {
			return err
		}
		return p.printLink(s, in)
	})
}

func (p Program) userRemove(ctx context.Context) error {
	return p.userNamed(func(service *server.Service, _ Settings, name string) error { return service.RemoveUser(ctx, name) })
}

// printLink prints the link alone on its line, so that a script can take it.
func (p Program) printLink(s Settings, in server.Invitation) error {
	say := text.For(p.language())
	_, err := fmt.Fprintln(p.Stdout, web.Link(s.consoleOrigin(), in.Token))
	_, told := fmt.Fprintln(p.Stderr, say.T("daemon.user.link", text.Data{"Name": in.User.Name, "Time": stamp(in.Until.Unix())}))
	return errors.Join(err, told)
}

func (p Program) userList(ctx context.Context) error {
	s, rest, err := p.settings(nil)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return refuse("flags", text.Data{"Why": rest[0]})
	}
	say := text.For(p.language())
	return withService(s, func(service *server.Service) error {
		list, err := service.Users(ctx)
		if err == nil && len(list) == 0 {
			_, err = fmt.Fprintln(p.Stdout, say.T("daemon.user.none"))
		}
		for _, u := range list {
			line := fmt.Sprintf("%-20s %-9s %s", u.Name, u.Role, say.T("web.user-state."+u.State))
			_, printed := fmt.Fprintln(p.Stdout, line)
			err = errors.Join(err, printed)
		}
		return err
	})
}

// userRefusal says what is wrong in the operator's words.
func userRefusal(err error, name string) error {
	switch {
	case errors.Is(err, server.ErrUserName):
		return refuse("user-name", nil)
	case errors.Is(err, server.ErrUserTaken):
		return refuse("user-taken", text.Data{"Name": name})
	case errors.Is(err, server.ErrUserUnknown):
		return refuse("user-unknown", text.Data{"Name": name})
	case errors.Is(err, server.ErrUserRole):
		var names []string
		for _, r := range server.Roles() {
			names = append(names, string(r))
		}
		return refuse("user-role", text.Data{"Roles": strings.Join(names, ", ")})
	}
	return err
}
