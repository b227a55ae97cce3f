package app

import (
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// SayEvent puts an event of the history into one sentence without a full stop:
// "A code was asked for, because this computer had changed". What changed is said
// by SayDrift and SayFlag for its members.
func SayEvent(p *text.Printer, e Event) string {
	key := "event." + e.Event
	keys := []string{key, "event.other"}
	switch {
	case e.Reason != "":
		keys = append([]string{key + "." + e.Reason}, keys...)
	case e.Window != "":
		keys = append([]string{key + ".window"}, keys...)
	}
	return first(p, text.Data{}, keys...)
}

// SayBy says who at the server's console did it, without a full stop; empty where
// nobody there did.
func SayBy(p *text.Printer, e Event) string {
	if e.By == "" {
		return ""
	}
	return first(p, text.Data{}, "event.by."+e.By, "event.by.other")
}

// SayFlag puts what stood out in a drift (api.Flag*) into a sentence without a
// full stop.
func SayFlag(p *text.Printer, flag string) string {
	return first(p, text.Data{}, "flag."+flag, "flag.other")
}

// SayWindow puts a change window into a sentence. Times are told in loc.
func SayWindow(p *text.Printer, w Window, loc *time.Location) string {
	var what []string
	for _, g := range w.Groups {
		what = append(what, first(p, text.Data{}, "group."+g, "drift.kind.other"))
	}
	for _, k := range w.Kinds {
		what = append(what, first(p, text.Data{}, "drift.kind."+k, "drift.kind.other"))
	}
	for _, f := range w.Flags {
		what = append(what, SayFlag(p, f))
	}
	origin := api.WindowIT
	if w.Origin == api.WindowPerson {
		origin = api.WindowPerson
	}
	data := text.Data{"What": strings.Join(what, ", "), "From": sayTime(w.From, loc), "To": sayTime(w.To, loc)}
	return p.T("window."+origin, data)
}

// sayTime tells a time of the server in a zone; what is no time is told as it is.
func sayTime(rfc3339 string, loc *time.Location) string {
	t, err := time.Parse(time.RFC3339, rfc3339)
	if err != nil {
		return rfc3339
	}
	return t.In(loc).Format("2006-01-02 15:04")
}
