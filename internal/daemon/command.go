package daemon

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/internal/daemon/garbage"
	"github.com/seed-1feef0b2/holdfast/internal/version"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store"
)

// Exit codes of the program.
const (
	exitDone       = 0
	exitUnexpected = 1
	exitUsage      = 2
)

// Program is one call of holdfastd.
type Program struct {
	Args           []string
	Env            func(string) string
	Stdout, Stderr io.Writer
}

// Main runs the program and gives its exit code: 0 done, 1 unexpected, 2 wrong
// use or settings that are refused. It serves until ctx ends.
func (p Program) Main(ctx context.Context) int {
	say := text.For(p.language())
	command := "help"
	if len(p.Args) > 0 {
		command = p.Args[0]
	}
	switch command {
	case "--version":
		command = "version"
	case "--help", "-h":
		command = "help"
	}
	for _, c := range commands() {
		if c.name == command {
			return p.exit(say, c.run(p, ctx))
		}
	}
	return p.exit(say, refuse("command", text.Data{"Command": command}))
}

// command is one word after holdfastd, and what it does.
type command struct {
	name string
	run  func(Program, context.Context) error
}

// commands are all of them, in the order in which help shows them. To add one: a file
// command_NAME.go, a line here, and its usage in the translations under
// daemon.usage.NAME.
func commands() []command {
	return []command{
		{"serve", Program.serve},
		{"policy", Program.policy},
		{"window", Program.window},
		{"migrate", Program.migrate},
		{"backup", Program.backup},
		{"restore", Program.restore},
		{"restored", Program.restored},
		{"doctor", Program.doctor},
		{"verify-audit", Program.verifyAudit},
		{"purge-audit", Program.purgeAudit},
		{"rotate-keys", Program.rotateKeys},
		{"user", Program.user},
		{"version", Program.version},
		{"help", Program.help},
	}
}

func (p Program) version(context.Context) error {
	_, err := fmt.Fprintln(p.Stdout, "holdfastd", version.Version)
	return err
}

func (p Program) help(context.Context) error {
	say := text.For(p.language())
	parts := []string{say.T("daemon.usage"), ""}
	for _, c := range commands() {
		parts = append(parts, say.T("daemon.usage."+c.name))
	}
	parts = append(parts, "", say.T("daemon.usage-end"))
	_, err := fmt.Fprintln(p.Stdout, strings.Join(parts, "\n"))
	return err
}

func (p Program) exit(say *text.Printer, err error) int {
	var r *Refusal
	var e *api.Error
	var t tampered
	var u unwell
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &t), errors.As(err, &u):
		return exitTampered
	case errors.As(err, &r):
		_, _ = fmt.Fprintln(p.Stderr, "holdfastd: "+r.Say(say))
		if r.cause != nil {
			_, _ = fmt.Fprintln(p.Stderr, "  "+r.cause.Error())
		}
		return exitUsage
	case errors.As(err, &e):
		_, _ = fmt.Fprintln(p.Stderr, "holdfastd: "+say.T("error."+e.Code))
	default:
		_, _ = fmt.Fprintln(p.Stderr, "holdfastd: "+err.Error())
	}
	return exitUnexpected
}

func (p Program) language() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := p.Env(name); v != "" {
			return v
		}
	}
	return "en"
}

// settings reads file, environment and flags, in this order, and gives what
// stands after the flags.
func (p Program) settings(extra func(*flag.FlagSet)) (s Settings, rest []string, err error) {
	flags := flag.NewFlagSet("holdfastd "+p.Args[0], flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	config := flags.String("config", "", "")
	data := flags.String("data", "", "")
	listen := flags.String("listen", "", "")
	if extra != nil {
		extra(flags)
	}
	if err := flags.Parse(p.Args[1:]); err != nil {
		return s, nil, refuse("flags", text.Data{"Why": err.Error()})
	}
	if *config != "" {
		if err := s.readFile(*config); err != nil {
			return s, nil, err
		}
	}
	if err := s.readEnv(p.Env); err != nil {
		return s, nil, err
	}
	if *data != "" {
		s.Data = *data
	}
	if *listen != "" {
		s.Listen = *listen
	}
	return s, flags.Args(), s.fill()
}

func (p Program) serve(ctx context.Context) error {
	s, rest, err := p.settings(nil)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return refuse("flags", text.Data{"Why": rest[0]})
	}
	d, err := New(Options{Settings: s, Log: s.logger(p.Stderr)})
	if err != nil {
		return err
	}
	if p.Env("GOGC") == "" && p.Env("GOMEMLIMIT") == "" { // else somebody knows better
		defer garbage.Keep()()
		debug.FreeOSMemory() // what starting took
	}
	_, _ = fmt.Fprintln(p.Stdout, "Holdfast server: "+d.URL())
	if page := d.OutboxURL(); page != "" {
		_, _ = fmt.Fprintln(p.Stdout, "Outbox: "+page)
	}
	return errors.Join(d.Run(ctx), d.Close())
}

// policy sets an account's policy, also beside a running server.
func (p Program) policy(ctx context.Context) error {
	var account string
	s, rest, err := p.settings(func(f *flag.FlagSet) { f.StringVar(&account, "account", "", "") })
	if err != nil {
		return err
	}
	account = strings.ReplaceAll(account, " ", "")
	if !code.ValidAccount(account) {
		return refuse("account", nil)
	}
	if len(rest) != 1 || !slices.Contains(server.PolicyNames(), rest[0]) {
		return refuse("policy", nil)
	}
	return withService(s, func(service *server.Service) error {
		err := service.SetPolicy(ctx, account, rest[0])
		if api.CodeOf(err) == api.CodeNotFound {
			return refuse("account-unknown", text.Data{"Account": code.GroupAccount(account)})
		}
		return err
	})
}

// restored says that the database came back from a backup.
func (p Program) restored(ctx context.Context) error {
	s, _, err := p.settings(nil)
	if err != nil {
		return err
	}
	return withService(s, func(service *server.Service) error { return service.OpenEpoch(ctx) })
}

// withService opens an existing server's database for one command.
func withService(s Settings, do func(*server.Service) error) error {
	return withDatabase(s, nil, func(_ *store.DB, service *server.Service) error { return do(service) })
}

// withDatabase is withService with the database, and with options for opening it. A
// command never changes the schema: an older server may be running.
func withDatabase(s Settings, options []store.Option, do func(*store.DB, *server.Service) error) error {
	if err := s.masterThere(); err != nil {
		return err
	}
	o := Options{Settings: s, keepSchema: true, storeOptions: options}
	o.defaults()
	origin := strings.TrimRight(s.Origin, "/") // as the server has it
	if origin == "" {
		origin = "http://" + s.Listen
	}
	db, service, err := openService(o, server.Config{Now: o.Now, Rand: o.Rand, Origin: origin})
	if err != nil {
		return err
	}
	return errors.Join(do(db, service), db.Close())
}
