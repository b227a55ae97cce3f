package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// line writes one sentence.
func (c *call) line(w io.Writer, key string, data ...text.Data) {
	fmt.Fprintln(w, c.say.T(key, data...))
}

// item writes one sentence of a list.
func (c *call) item(w io.Writer, key string, data ...text.Data) {
	fmt.Fprintln(w, "  "+c.say.T(key, data...))
}

// when tells a time of the server in this computer's zone: the hour alone where
// it is today. What is no time is told as it is.
func (c *call) when(rfc3339 string) string {
	t, err := time.Parse(time.RFC3339, rfc3339)
	if err != nil {
		return rfc3339
	}
	t, now := t.In(c.Location), c.Now().In(c.Location)
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// outcome tells how a computer stands after a command, in a few lines.
func (c *call) outcome(w io.Writer, st app.Status) {
	c.state(w, st)
	if st.State == app.Changed || st.State == app.Limited {
		c.drift(w, st.Drift)
	}
	if len(st.Accepted) > 0 {
		c.line(w, "cli.accepted")
		c.drift(w, st.Accepted)
	}
	c.asked(w, st)
	c.standOut(w, st)
	c.warnings(w, st)
}

// standOut tells what of the drift stood out, and which windows hold.
func (c *call) standOut(w io.Writer, st app.Status) {
	for _, f := range st.Flags {
		fmt.Fprintln(w, "  "+app.SayFlag(c.say, f))
	}
	for _, win := range st.Windows {
		fmt.Fprintln(w, app.SayWindow(c.say, win, c.Location))
		if win.Note != "" {
			fmt.Fprintln(w, "  "+win.Note)
		}
	}
	if st.Rotating {
		c.line(w, "cli.status.rotating")
	}
}

// state tells the state in one sentence, and what may be done with the keys.
func (c *call) state(w io.Writer, st app.Status) {
	key := "cli.state." + string(st.State)
	switch {
	case st.State == app.Activated && st.Access == app.AccessWrite:
		key += ".open"
	case st.Access == app.AccessRead:
		key += ".read"
	}
	c.line(w, key)
}

func (c *call) drift(w io.Writer, list []app.Drift) {
	for _, d := range list {
		fmt.Fprintln(w, "  "+app.SayDrift(c.say, d))
	}
}

// asked tells of the challenge that is open. One whose code could go nowhere, because
// the address is lost, is not told of: what to do is among the warnings.
func (c *call) asked(w io.Writer, st app.Status) {
	if !st.Unreachable() {
		c.challenge(w, st.Challenge)
	}
}

// challenge tells what became of the message and what to do with the code.
func (c *call) challenge(w io.Writer, ch *app.Challenge) {
	if ch == nil {
		return
	}
	if ch.State != api.ChallengeOpen {
		c.line(w, "cli.challenge.closed", text.Data{"Reference": ch.Reference})
		return
	}
	c.line(w, "cli.challenge.open", text.Data{"Reference": ch.Reference, "To": ch.Destination})
	for _, d := range ch.Deliveries {
		c.delivery(w, d)
	}
	for _, way := range ch.Ways {
		if way.Channel != ch.Channel {
			c.item(w, "cli.challenge.other_way", text.Data{"Way": c.channelName(way.Channel), "To": way.Destination, "Command": "holdfastctl send --by " + way.Channel})
		}
	}
	if ch.Outbox != "" {
		c.item(w, "cli.challenge.outbox", text.Data{"Address": ch.Outbox})
	}
	if lost(ch) {
		key := "cli.challenge.lost"
		if ch.Reason == api.ReasonRegister {
			key += ".register"
		}
		c.item(w, key)
	}
	c.until(w, ch)
	if ch.NextSend != "" {
		c.item(w, "cli.challenge.next_send", text.Data{"At": c.when(ch.NextSend)})
	}
	if ch.NextTry != "" {
		c.item(w, "cli.challenge.next_try", text.Data{"At": c.when(ch.NextTry)})
	}
	c.item(w, "cli.challenge.tries", text.Data{"Count": ch.TriesLeft})
	c.item(w, "cli.challenge.type")
	if n := len(ch.Deliveries); !c.flags.is("watch") && (n == 0 || ch.Deliveries[n-1].State == api.DeliveryQueued || ch.Deliveries[n-1].State == api.DeliveryPutOff) {
		c.item(w, "cli.challenge.watch")
	}
}

// lost says that messages were sent and none can arrive.
func lost(ch *app.Challenge) bool {
	return len(ch.Deliveries) > 0 && !slices.ContainsFunc(ch.Deliveries, func(d app.Delivery) bool {
		return d.State != api.DeliveryRefused && d.State != api.DeliveryBounced
	})
}

// until tells how long the code works, once it is on its way.
func (c *call) until(w io.Writer, ch *app.Challenge) {
	if ch.Expires != "" {
		c.item(w, "cli.challenge.until", text.Data{"At": c.when(ch.Expires)})
	}
}

// serverLine tells whether the server can be reached.
func (c *call) serverLine(w io.Writer, st app.Status) {
	c.line(w, "cli.server."+st.Server, text.Data{"Address": st.ServerURL})
}

func (c *call) delivery(w io.Writer, d app.Delivery) {
	why, ours := app.SayDetail(c.say, d.Detail)
	data := text.Data{"At": c.when(d.At), "Detail": why, "Next": c.when(d.NextTry)}
	key := "cli.delivery." + d.State
	switch byPhone := d.Channel == api.ChannelSMS || d.Channel == api.ChannelVoice; {
	case ours && c.say.Has(key+".ours"):
		key += ".ours"
	case byPhone && c.say.Has(key+".phone"):
		key += ".phone"
	}
	if d.Detail != "" && c.say.Has(key+".reply") {
		key += ".reply"
	}
	s, err := c.say.Try(key, data)
	if err != nil {
		s = c.say.T("cli.delivery.other", data)
	}
	fmt.Fprintln(w, "  "+s)
}

func (c *call) warnings(w io.Writer, st app.Status) {
	for _, key := range st.Warnings {
		c.line(w, key)
	}
	c.lostAddress(w, st)
	if st.HoldUntil != "" {
		c.line(w, "cli.hold", text.Data{"At": c.when(st.HoldUntil)})
	}
}

// lostAddress says what to do about a lost address: here, before a code can come, or
// elsewhere. While the code that gives it again is under way there is nothing to say.
func (c *call) lostAddress(w io.Writer, st app.Status) {
	switch {
	case !st.ContactLost && st.NewKeys:
		c.line(w, "cli.status.new_keys")
	case !st.ContactLost || st.Challenge != nil && !st.Unreachable():
	case st.State == app.Activated:
		c.line(w, "cli.status.contact_lost")
	case st.State == app.Changed || st.State == app.Limited:
		c.line(w, "cli.status.contact_lost.first")
	default:
		c.line(w, "cli.status.contact_lost.elsewhere")
	}
}

// status tells everything that is known of this computer.
func (c *call) status(w io.Writer, st app.Status) {
	c.state(w, st)
	c.warnings(w, st)
	if st.Account != "" {
		c.line(w, "cli.account", text.Data{"Account": code.GroupAccount(st.Account), "Device": st.Device})
	}
	c.serverLine(w, st)
	c.asked(w, st)
	if len(st.Drift) > 0 {
		c.line(w, "cli.drift")
		c.drift(w, st.Drift)
	}
	c.standOut(w, st)
	if cert := st.Certificate; cert != nil {
		c.line(w, "cli.certificate", text.Data{"At": c.when(cert.Expires), "Policy": c.say.T("cli.policy." + cert.Policy)})
	}
	if st.Keystore != "" {
		c.line(w, "cli.keystore."+st.Keystore)
	}
	c.binding(w, st.Binding)
}

// binding says what the keys open with on this computer.
func (c *call) binding(w io.Writer, b *app.Binding) {
	if b == nil {
		return
	}
	if b.Policy != api.Balanced {
		c.line(w, "cli.binding.all")
		return
	}
	var kinds []string
	for _, k := range b.Kinds {
		kinds = append(kinds, c.kind(k))
	}
	c.line(w, "cli.binding.some", text.Data{"Kinds": strings.Join(kinds, ", ")})
}

// kind is a kind's name for people.
func (c *call) kind(kind string) string {
	s, err := c.say.Try("drift.kind." + kind)
	if err != nil {
		return c.say.T("drift.kind.other")
	}
	return s
}
