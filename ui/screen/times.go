package screen

import (
	"fmt"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// parse reads a time of the client's; zero where there is none.
func parse(s string, loc *time.Location) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t.In(loc)
}

// clock says a moment: the time alone on the same day, else with the day.
func clock(p *text.Printer, t, now time.Time) string {
	t = t.In(now.Location())
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04")
	}
	return p.T("ui.time.day_clock", text.Data{"Day": day(p, t, now), "Clock": t.Format("15:04")})
}

// day says a date, with the year where it is another one.
func day(p *text.Printer, t, now time.Time) string {
	layout := map[string]string{"vi": "2/1", "ru": "02.01"}[p.Language()]
	year := map[string]string{"vi": "2/1/2006", "ru": "02.01.2006"}[p.Language()]
	if layout == "" {
		layout, year = "2 Jan", "2 Jan 2006"
	}
	if t.Year() != now.Year() {
		return t.Format(year)
	}
	return t.Format(layout)
}

// left says how long until a moment: 0:42.
func left(d time.Duration) string {
	s := int((d + time.Second - 1) / time.Second)
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// minutes counts whole minutes of a span, at least 0.
func minutes(d time.Duration) int { return max(0, int(d/time.Minute)) }
