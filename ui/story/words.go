package story

import (
	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/ui/part"
)

// Words are all words that a page shows, as a screen reader would meet them.
func Words(page *part.Page) []string {
	var out []string
	part.Walk(page, func(o fyne.CanvasObject) {
		if _, box := o.(*fyne.Container); box {
			return
		}
		if a, ok := o.(fyne.Accessible); ok {
			out = append(out, a.AccessibilityLabel())
		}
	})
	return out
}
