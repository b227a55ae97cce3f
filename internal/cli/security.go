package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// securityDoc is the JSON of the commands that say where codes go.
type securityDoc struct {
	app.Security
	Error *Failure `json:"error,omitempty"`
}

func (d securityDoc) fail(f *Failure) any {
	if d.Channel == "" {
		return failed{f}
	}
	d.Error = f
	return d
}

// channels are the ways that a code can go.
func channels() []string { return []string{api.ChannelEmail, api.ChannelSMS, api.ChannelVoice} }

// security tells where codes go.
func security(ctx context.Context, c *call) (reply, error) {
	return c.secured("", func(client *app.Client) (app.Security, error) { return client.Security(ctx) })
}

// phoneRemove takes the phone off the account.
func phoneRemove(ctx context.Context, c *call) (reply, error) {
	password, err := c.password("password-file", "cli.ask.password", false)
	if err != nil {
		return reply{}, err
	}
	return c.secured("cli.security.removed", func(client *app.Client) (app.Security, error) { return client.RemovePhone(ctx, password) })
}

// allowComputers lets new computers join again.
func allowComputers(ctx context.Context, c *call) (reply, error) {
	return c.secured("cli.security.allowed", func(client *app.Client) (app.Security, error) { return client.LiftEnrolStop(ctx) })
}

// secured is a command that ends with where codes go; done is the key of what it did,
// or empty.
func (c *call) secured(done string, do func(*app.Client) (app.Security, error)) (reply, error) {
	client, err := c.client()
	if err != nil {
		return reply{}, err
	}
	defer client.Close()
	sec, err := do(client)
	return reply{doc: securityDoc{Security: sec}, text: func(w io.Writer) {
		if done != "" {
			c.line(w, done)
		}
		c.security(w, sec)
	}}, err
}

// security writes where codes go, and every other way there is.
func (c *call) security(w io.Writer, sec app.Security) {
	for _, way := range sec.Ways {
		c.way(w, way, way.Channel == sec.Channel)
	}
	if sec.Next != "" {
		c.line(w, "cli.security.next", text.Data{"Way": c.channelName(sec.Next)})
	}
	if len(sec.Phones) == 0 {
		c.line(w, "cli.security.no_phones")
	}
	if sec.EnrolStopped != "" {
		c.line(w, "cli.security.stopped", text.Data{"At": c.when(sec.EnrolStopped)})
	}
}

func (c *call) way(w io.Writer, way app.Way, inUse bool) {
	key := "cli.security.way"
	if inUse {
		key = "cli.security.way_used"
	}
	fmt.Fprintln(w, c.say.T(key, text.Data{"Way": c.channelName(way.Channel), "To": way.Destination}))
	if way.Failing != "" {
		why, _ := app.SayDetail(c.say, way.Failing)
		c.item(w, "cli.security.failing", text.Data{"Detail": why})
	}
	if way.Paused != "" {
		c.item(w, "cli.security.paused", text.Data{"At": c.when(way.Paused)})
	}
}

func (c *call) channelName(channel string) string { return c.say.T("cli.channel." + channel) }

// phoneAdd enrols a phone: a code goes to it.
func phoneAdd(ctx context.Context, c *call) (reply, error) {
	if !strings.HasPrefix(strings.TrimSpace(c.args[0]), "+") { // a slip: the server would only say that it cannot be used
		return reply{}, api.NewError(api.CodePhone)
	}
	return c.confirmed(func(client *app.Client, password string) (app.Status, error) {
		return client.AddPhone(ctx, c.args[0], c.flags.is("voice"), password)
	})
}

// channelSet asks that codes go another way.
func channelSet(ctx context.Context, c *call) (reply, error) {
	if !slices.Contains(channels(), c.args[0]) {
		return reply{}, misuse("cli.wrong.channel")
	}
	return c.confirmed(func(client *app.Client, password string) (app.Status, error) {
		return client.SetChannel(ctx, c.args[0], password)
	})
}

// emailAgain gives the address again after the server lost it.
func emailAgain(ctx context.Context, c *call) (reply, error) {
	return c.confirmed(func(client *app.Client, password string) (app.Status, error) {
		return client.GiveEmail(ctx, c.args[0], password)
	})
}

// confirmed is a command that needs the password and ends with a code sent.
func (c *call) confirmed(do func(*app.Client, string) (app.Status, error)) (reply, error) {
	password, err := c.password("password-file", "cli.ask.password", false)
	if err != nil {
		return reply{}, err
	}
	client, err := c.client()
	if err != nil {
		return reply{}, err
	}
	defer client.Close()
	st, err := do(client, password)
	if err == nil && st.Challenge == nil { // there was nothing to confirm
		return reply{doc: statusDoc{Status: st}, text: func(w io.Writer) { c.line(w, "cli.security.known") }}, nil
	}
	return reply{doc: statusDoc{Status: st}, exit: ExitChallenge, text: func(w io.Writer) {
		c.challenge(w, st.Challenge)
		c.line(w, "cli.security.confirm")
	}}, err
}

// testDoc is the JSON of a test message.
type testDoc struct {
	app.Delivery
	Error *Failure `json:"error,omitempty"`
}

func (d testDoc) fail(f *Failure) any { return failed{f} }

// channelTest sends a message without a code.
func channelTest(ctx context.Context, c *call) (reply, error) {
	if !slices.Contains(channels(), c.args[0]) {
		return reply{}, misuse("cli.wrong.channel")
	}
	client, err := c.client()
	if err != nil {
		return reply{}, err
	}
	defer client.Close()
	d, err := client.TestChannel(ctx, c.args[0])
	return reply{doc: testDoc{Delivery: d}, text: func(w io.Writer) {
		c.delivery(w, d)
		c.item(w, "cli.security.tested")
	}}, err
}
