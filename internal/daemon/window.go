package daemon

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
)

// window plans, lists and takes back change windows, also beside a running
// server.
func (p Program) window(ctx context.Context) error {
	sub := p
	if len(p.Args) > 1 {
		sub.Args = p.Args[1:]
	}
	switch sub.Args[0] {
	case "add":
		return sub.windowAdd(ctx)
	case "list":
		return sub.windowList(ctx)
	case "remove":
		return sub.windowRemove(ctx)
	}
	return refuse("window-command", nil)
}

// planned are the flags of window add, as they were written.
type planned struct {
	account, kinds, groups, flags, from, to, note string
	all                                           bool
}

func (w *planned) define(f *flag.FlagSet) {
	f.StringVar(&w.account, "account", "", "")
	f.BoolVar(&w.all, "all", false, "")
	f.StringVar(&w.kinds, "kinds", "", "")
	f.StringVar(&w.groups, "groups", "", "")
	f.StringVar(&w.flags, "flags", "", "")
	f.StringVar(&w.from, "from", "0s", "")
	f.StringVar(&w.to, "to", "", "")
	f.StringVar(&w.note, "note", "", "")
}

func (p Program) windowAdd(ctx context.Context) error {
	var w planned
	s, rest, err := p.settings(w.define)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return refuse("flags", text.Data{"Why": rest[0]})
	}
	account, err := accountOf(w.account)
	if err != nil {
		return err
	}
	if (account == "") != w.all {
		return refuse("window-who", nil)
	}
	n := server.NewWindow{
		Account: account, Kinds: names(w.kinds), Groups: names(w.groups), Flags: names(w.flags), Note: w.note,
	}
	if n.From, err = timeOf("from", w.from, p.now()); err != nil {
		return err
	}
	if n.To, err = timeOf("to", w.to, n.From); err != nil {
		return err
	}
	return withService(s, func(service *server.Service) error {
		v, err := service.PlanWindow(ctx, n)
		if err != nil {
			return windowRefusal(err, n)
		}
		return p.print(v)
	})
}

func (p Program) now() time.Time {
	o := Options{}
	o.defaults()
	return o.Now().UTC().Truncate(time.Second)
}

// accountOf checks an account number as it was written; empty stays empty.
func accountOf(s string) (string, error) {
	s = strings.ReplaceAll(s, " ", "")
	if s != "" && !code.ValidAccount(s) {
		return "", refuse("account", nil)
	}
	return s, nil
}

func names(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// timeOf reads a time (RFC 3339) or how long after another one (90m, 8h, 2d).
func timeOf(field, s string, after time.Time) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), nil
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 && n <= 1000 {
			return after.AddDate(0, 0, n), nil
		}
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return after.Add(d), nil
	}
	return time.Time{}, refuse("window-time", text.Data{"Value": s, "Field": field})
}

// windowRefusal says what is wrong with a window in the operator's words.
func windowRefusal(err error, n server.NewWindow) error {
	var e *api.Error
	if !errors.As(err, &e) {
		return err
	}
	if e.Code == api.CodeNotFound {
		return refuse("account-unknown", text.Data{"Account": code.GroupAccount(n.Account)})
	}
	limits := server.DefaultLimits()
	field, _ := e.Args["Field"].(string)
	if value, ok := e.Args["Value"].(string); ok {
		known := map[string][]string{"kinds": server.Required("linux"), "groups": server.Groups(), "flags": server.Flags()}[field]
		return refuse("window-name", text.Data{"Value": value, "Field": field, "Known": strings.Join(known, ", ")})
	}
	switch field {
	case "kinds":
		return refuse("window-what", nil)
	case "from":
		return refuse("window-from", text.Data{"Most": server.Show(limits.WindowAhead)})
	case "to":
		return refuse("window-to", text.Data{"Most": server.Show(limits.WindowLongest)})
	case "note":
		return refuse("window-note", nil)
	case "account":
		return refuse("window-strict", text.Data{"Account": code.GroupAccount(n.Account)})
	}
	return err
}

func (p Program) windowList(ctx context.Context) error {
	var account string
	s, rest, err := p.settings(func(f *flag.FlagSet) { f.StringVar(&account, "account", "", "") })
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return refuse("flags", text.Data{"Why": rest[0]})
	}
	if account, err = accountOf(account); err != nil {
		return err
	}
	return withService(s, func(service *server.Service) error {
		list, err := service.Windows(ctx, account)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			_, err = fmt.Fprintln(p.Stdout, text.For(p.language()).T("daemon.window.none"))
		}
		for _, v := range list {
			err = errors.Join(err, p.print(v))
		}
		return err
	})
}

func (p Program) windowRemove(ctx context.Context) error {
	s, rest, err := p.settings(nil)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return refuse("window-id", nil)
	}
	return withService(s, func(service *server.Service) error {
		err := service.TakeBack(ctx, rest[0])
		if api.CodeOf(err) == api.CodeNotFound {
			return refuse("window-unknown", text.Data{"ID": rest[0]})
		}
		return err
	})
}

// print writes a window on one line, its id first.
func (p Program) print(v server.Window) error {
	say := text.For(p.language())
	who := say.T("daemon.window.all")
	if v.Account != "" {
		who = code.GroupAccount(v.Account)
	}
	line := say.T("daemon.window.line", text.Data{
		"ID": v.ID, "Who": who, "From": stamp(v.From), "To": stamp(v.To),
		"What": strings.Join(slices.Concat(v.Groups, v.Kinds, v.Flags), ", "),
	})
	if v.Note != "" {
		line += "  (" + v.Note + ")"
	}
	_, err := fmt.Fprintln(p.Stdout, line)
	return err
}

func stamp(unix int64) string { return time.Unix(unix, 0).UTC().Format(time.RFC3339) }
