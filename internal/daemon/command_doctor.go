package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// States of what the doctor looks at.
const (
	healthy = "ok"
	warning = "warning"
	failing = "failing"
)

// finding is what one look gave: a sentence under daemon.doctor.KEY, or the refusal
// that a start would give.
type finding struct {
	name, state, key string
	data             text.Data
	refusal          *Refusal
}

// doctor looks at everything that a server needs, without serving, sending or changing
// anything.
type doctor struct {
	s    Settings
	now  func() time.Time
	txt  func(ctx context.Context, name string) ([]string, error)
	free func(dir string) (uint64, bool)
	// synchronized is whether something keeps the clock, and whether that is known.
	synchronized func() (bool, bool)
}

// lookTime bounds one look.
const lookTime = 20 * time.Second

// unwell says that the doctor found something that would stop a server.
type unwell struct{ count int }

// Error is for logs: the findings themselves were printed.
func (u unwell) Error() string { return fmt.Sprintf("doctor: %d failing", u.count) }

// doctor prints what it finds, in words or as JSON, and gives exit code 3 where
// something is failing.
func (p Program) doctor(ctx context.Context) error {
	var asJSON bool
	s, rest, err := p.settings(func(f *flag.FlagSet) { f.BoolVar(&asJSON, "json", false, "") })
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return refuse("flags", text.Data{"Why": rest[0]})
	}
	d := doctor{s: s, now: time.Now, txt: net.DefaultResolver.LookupTXT, free: freeOn, synchronized: clockSynchronized}
	found := d.look(ctx)
	if err := p.sayFindings(found, asJSON); err != nil {
		return err
	}
	bad := 0
	for _, f := range found {
		if f.state == failing {
			bad++
		}
	}
	if bad > 0 {
		return unwell{bad}
	}
	return nil
}

// look takes every look, in the order in which a start would stumble.
func (d doctor) look(ctx context.Context) []finding {
	var out []finding
	for _, look := range []func(context.Context) []finding{
		d.settings, d.database, d.clock, d.disk, d.certificate, d.relays, d.dkim, d.returns, d.phones, d.keys, d.backups,
	} {
		bounded, cancel := context.WithTimeout(ctx, lookTime)
		out = append(out, look(bounded)...)
		cancel()
	}
	return out
}

func found(name, state, key string, data text.Data) []finding {
	return []finding{{name: name, state: state, key: key, data: data}}
}

// stumbled is a look that ended with what a start would refuse, or with an error.
func stumbled(name string, err error) []finding {
	var r *Refusal
	if errors.As(err, &r) {
		return []finding{{name: name, state: failing, refusal: r}}
	}
	return found(name, failing, "error", text.Data{"Why": err.Error()})
}

func (f finding) say(p *text.Printer) string {
	if f.refusal != nil {
		return f.refusal.Say(p)
	}
	return p.T("daemon.doctor."+f.key, f.data)
}

func (p Program) sayFindings(list []finding, asJSON bool) error {
	say := text.For(p.language())
	if asJSON {
		type line struct {
			Name  string `json:"name"`
			State string `json:"state"`
			Says  string `json:"says"`
		}
		out := struct {
			Checks []line `json:"checks"`
		}{}
		for _, f := range list {
			out.Checks = append(out.Checks, line{f.name, f.state, f.say(say)})
		}
		e := json.NewEncoder(p.Stdout)
		e.SetIndent("", "  ")
		return e.Encode(out)
	}
	for _, f := range list {
		state := "daemon.doctor.state-" + f.state
		if _, err := fmt.Fprintf(p.Stdout, "%-8s %-12s %s\n", say.T(state), f.name, f.say(say)); err != nil {
			return err
		}
	}
	return nil
}
