package cli

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/seed-1feef0b2/holdfast/app"
)

// statusDoc is the JSON of every command that ends with a status.
type statusDoc struct {
	app.Status
	Error *Failure `json:"error,omitempty"`
}

func (d statusDoc) fail(f *Failure) any {
	if d.State == "" {
		return failed{f} // it failed before the profile could be looked at
	}
	d.Error = f
	return d
}

// stands is the reply of a command that changed how this computer stands.
func (c *call) stands(st app.Status, exit int) reply {
	return reply{doc: statusDoc{Status: st}, exit: exit, text: func(w io.Writer) { c.outcome(w, st) }}
}

func register(ctx context.Context, c *call) (reply, error) {
	password, err := c.password("password-file", "cli.ask.new_password", true)
	if err != nil {
		return reply{}, err
	}
	client, err := c.client()
	if err != nil {
		return reply{}, err
	}
	defer client.Close()
	st, err := client.Register(ctx, app.RegisterInput{Email: c.flags["email"], Password: password, Name: c.flags["name"]})
	return c.stands(st, ExitChallenge), err
}

func enrol(ctx context.Context, c *call) (reply, error) {
	login, other := c.flags["email"], c.flags["account"]
	if (login == "") == (other == "") {
		return reply{}, misuse("cli.wrong.login")
	}
	if login == "" {
		login = strings.Join(strings.Fields(other), "")
	}
	password, err := c.password("password-file", "cli.ask.password", false)
	if err != nil {
		return reply{}, err
	}
	client, err := c.client()
	if err != nil {
		return reply{}, err
	}
	defer client.Close()
	st, err := client.Enrol(ctx, app.EnrolInput{Login: login, Password: password, Name: c.flags["name"]})
	return c.stands(st, ExitChallenge), err
}

func check(ctx context.Context, c *call) (reply, error) {
	client, err := c.client()
	if err != nil {
		return reply{}, err
	}
	defer client.Close()
	st, err := client.CheckIn(ctx)
	return c.stands(st, exitOfState(st.State)), err
}

// replaceKey asks for a new device key after the chip's was lost.
func replaceKey(ctx context.Context, c *call) (reply, error) {
	client, err := c.client()
	if err != nil {
		return reply{}, err
	}
	defer client.Close()
	st, err := client.ReplaceKey(ctx)
	return c.stands(st, exitOfState(st.State)), err
}

// answer takes the code as typed, in one word or several, or a whole message
// from standard input.
func answer(ctx context.Context, c *call) (reply, error) {
	typed := strings.Join(c.args, " ")
	if typed == fromStdin {
		raw, err := c.input(fromStdin)
		if err != nil {
			return reply{}, err
		}
		typed = string(raw)
	}
	client, err := c.client()
	if err != nil {
		return reply{}, err
	}
	defer client.Close()
	st, err := client.Answer(ctx, typed)
	return c.stands(st, exitOfState(st.State)), err
}

func send(ctx context.Context, c *call) (reply, error) {
	by := c.flags["by"]
	if by != "" && !slices.Contains(channels(), by) {
		return reply{}, misuse("cli.wrong.channel")
	}
	client, err := c.client()
	if err != nil {
		return reply{}, err
	}
	defer client.Close()
	st, err := client.SendBy(ctx, by)
	return reply{doc: statusDoc{Status: st}, text: func(w io.Writer) {
		c.asked(w, st)
		c.lostAddress(w, st)
	}}, err
}

// status asks the server how things stand and tells it; an unreachable server
// is part of what it tells. It always ends 0.
func status(ctx context.Context, c *call) (reply, error) {
	client, err := c.client()
	if err != nil {
		return reply{}, err
	}
	defer client.Close()
	st, err := client.Refresh(ctx)
	if st.State == "" {
		st = client.Status(ctx)
	}
	if c.flags.is("watch") && err == nil {
		return c.watch(ctx, client, st)
	}
	return reply{doc: statusDoc{Status: st}, calm: true, text: func(w io.Writer) { c.status(w, st) }}, err
}

func signOut(ctx context.Context, c *call) (reply, error) {
	client, err := c.client()
	if err != nil {
		return reply{}, err
	}
	defer client.Close()
	st, err := client.SignOut(ctx, app.SignOutInput{ForgetKeys: c.flags.is("forget-keys")})
	return reply{doc: statusDoc{Status: st}, text: func(w io.Writer) { c.line(w, "cli.signed_out") }}, err
}
