package cli

import (
	"context"
	"io"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
)

// How often "status --watch" asks the server: soon while a message waits to be sent,
// else as often as the window does.
const (
	watchSoon  = time.Second
	watchEvery = 4 * time.Second
)

// watching is a status that is followed until no code is asked for any more.
type watching struct {
	*call
	client *app.Client
	// told are the deliveries as they were told last; away, that the server's absence
	// was.
	told []app.Delivery
	away bool
}

// watch tells how this computer stands, and then every change of what becomes of the
// messages, until the code was typed, can be typed no more, or the person ends it.
// With --json each change is one object in one line.
func (c *call) watch(ctx context.Context, client *app.Client, st app.Status) (reply, error) {
	w := &watching{call: c, client: client}
	if err := w.begin(st); err != nil {
		return reply{}, err
	}
	for waits(st) {
		if err := c.Wait(ctx, pause(st)); err != nil {
			return reply{}, nil //nolint:nilerr // the person ended it
		}
		next, err := client.Refresh(ctx)
		if next.State == "" { // the profile is busy for a moment
			continue
		}
		if err := w.changed(st, next, err); err != nil {
			return reply{}, err
		}
		st = next
	}
	return reply{}, nil
}

// waits says that a code is asked for and can still come.
func waits(st app.Status) bool {
	return st.Challenge != nil && st.Challenge.State == api.ChallengeOpen && !st.Unreachable()
}

func pause(st app.Status) time.Duration {
	if n := len(st.Challenge.Deliveries); n == 0 || st.Challenge.Deliveries[n-1].State == api.DeliveryQueued {
		return watchSoon
	}
	return watchEvery
}

// begin tells the whole of it, once.
func (w *watching) begin(st app.Status) error {
	w.told, w.away = deliveries(st), st.Server == app.ServerAway
	return w.say(st, func(out io.Writer) { w.status(out, st) })
}

// changed tells what is new since the last look. An error is the server's, which may
// answer the next time.
func (w *watching) changed(before, st app.Status, err error) error {
	if st.Server == app.ServerAway || err != nil {
		if w.away {
			return nil
		}
		w.away = true
		return w.say(st, func(out io.Writer) { w.serverLine(out, st) })
	}
	back := w.away
	w.away = false
	if !waits(st) || before.Challenge.Reference != st.Challenge.Reference {
		w.told = deliveries(st)
		return w.say(st, func(out io.Writer) { w.outcome(out, st) })
	}
	var fresh []app.Delivery
	for i, d := range deliveries(st) {
		if i >= len(w.told) || w.told[i] != d {
			fresh = append(fresh, d)
		}
	}
	w.told = deliveries(st)
	if len(fresh) == 0 && !back {
		return nil
	}
	return w.say(st, func(out io.Writer) {
		if back {
			w.serverLine(out, st)
		}
		for _, d := range fresh {
			w.delivery(out, d)
		}
		if before.Challenge.Expires != st.Challenge.Expires {
			w.until(out, st.Challenge)
		}
	})
}

func deliveries(st app.Status) []app.Delivery {
	if st.Challenge == nil {
		return nil
	}
	return st.Challenge.Deliveries
}

// say writes what a person reads, or the status as one line of JSON.
func (w *watching) say(st app.Status, text func(io.Writer)) error {
	out := &sink{w: w.Stdout}
	if w.flags.is("json") {
		writeLine(out, statusDoc{Status: st})
	} else {
		text(out)
	}
	return out.err
}
