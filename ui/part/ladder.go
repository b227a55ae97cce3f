package part

import (
	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/ui/look"
)

// Step is one rung of a ladder of advice.
type Step struct {
	// Title is what to do, Text how.
	Title, Text string
	// Actions are what can be pressed, such as "Copy the address".
	Actions []*Link
	// Detail stands below in small letters, such as the text that is copied.
	Detail string
}

// Ladder is advice in an order: one step is open, those before it are ticked,
// any can be opened.
func Ladder(kit *Kit, steps []Step, open int, choose func(step int)) fyne.CanvasObject {
	rows := make([]fyne.CanvasObject, len(steps))
	for i, s := range steps {
		rows[i] = rung(kit, s, i, open, choose)
	}
	return Lines(rows...)
}

func rung(kit *Kit, s Step, i, open int, choose func(int)) fyne.CanvasObject {
	icon := "forward"
	switch {
	case i < open:
		icon = "done"
	case i == open:
		icon = "down"
	}
	head := kit.Row("rung."+s.Title, icon, s.Title, "", "", func() { choose(i) })
	if i != open {
		return head
	}
	lines := []fyne.CanvasObject{Say(s.Text)}
	if s.Detail != "" {
		lines = append(lines, Caption(s.Detail))
	}
	if len(s.Actions) > 0 {
		var links []fyne.CanvasObject
		for _, l := range s.Actions {
			links = append(links, l)
		}
		lines = append(lines, Words(false, links...))
	}
	return Column(0, head, Pad(look.Icon+look.Gap, look.Tight, Column(look.Tight, lines...)))
}
