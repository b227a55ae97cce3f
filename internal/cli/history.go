package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/seed-1feef0b2/holdfast/app"
)

// historyDoc is the JSON of "history".
type historyDoc struct {
	Events []app.Event `json:"events"` // newest first
	Error  *Failure    `json:"error,omitempty"`
}

func (d historyDoc) fail(f *Failure) any {
	d.Error = f
	return d
}

// history tells what happened to this computer. Without the server it tells what
// this computer noted itself, says so, and ends as the error does.
func history(ctx context.Context, c *call) (reply, error) {
	client, err := c.client()
	if err != nil {
		return reply{}, err
	}
	defer client.Close()
	list, err := client.History(ctx)
	if list == nil {
		list = []app.Event{}
	}
	r := reply{doc: historyDoc{Events: list}, exit: exitOf(err), calm: err != nil && len(list) > 0}
	r.text = func(w io.Writer) {
		c.timeLine(w, list)
		if r.calm {
			c.line(c.Stderr, "cli.history.own")
		}
	}
	return r, err
}

// timeLine tells events day by day.
func (c *call) timeLine(w io.Writer, list []app.Event) {
	if len(list) == 0 {
		c.line(w, "cli.history.empty")
		return
	}
	day := ""
	for _, e := range list {
		date, hour := e.At, "     "
		if t, err := time.Parse(time.RFC3339, e.At); err == nil {
			date, hour = t.In(c.Location).Format(time.DateOnly), t.In(c.Location).Format("15:04")
		}
		if date != day {
			day = date
			fmt.Fprintln(w, day)
		}
		said := app.SayEvent(c.say, e)
		if e.Reference != "" {
			said += " (" + e.Reference + ")"
		}
		fmt.Fprintf(w, "  %s  %s\n", hour, said)
		if by := app.SayBy(c.say, e); by != "" {
			fmt.Fprintln(w, "         "+by)
		}
		for _, d := range e.Drift {
			fmt.Fprintln(w, "         "+app.SayDrift(c.say, d))
		}
		for _, f := range e.Flags {
			fmt.Fprintln(w, "         "+app.SayFlag(c.say, f))
		}
	}
}
