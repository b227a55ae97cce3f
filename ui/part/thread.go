package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/seed-1feef0b2/holdfast/ui/look"
)

// Knot is one moment on a thread: a sign, and beside it what happened.
type Knot struct {
	Icon    string
	Colour  fyne.ThemeColorName
	Content fyne.CanvasObject
}

// Thread is a time line from top to bottom: the signs hang on one line, and the
// line ends with the last of them.
func Thread(knots ...Knot) *fyne.Container {
	var all []fyne.CanvasObject
	for i, k := range knots {
		last := i == len(knots)-1
		line := NewPlate(look.Hairline, "")
		if last {
			line.Hide()
		}
		all = append(all, container.New(&knot{last: last}, line, NewSign(k.Icon, k.Colour, look.Icon), k.Content))
	}
	return Column(0, all...)
}

// knot lays out line, sign and content of one moment.
type knot struct {
	last  bool
	width float32
}

// beneath is the room under a moment, which the line bridges.
func (k *knot) beneath() float32 {
	if k.last {
		return 0
	}
	return look.Block
}

func (k *knot) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	k.width = size.Width
	line, sign, content := objects[0], objects[1], objects[2]
	sign.Move(fyne.NewPos(0, 0))
	sign.Resize(fyne.NewSquareSize(look.Icon))
	from := look.Icon + look.Tight/2
	line.Move(fyne.NewPos((look.Icon-look.Stroke)/2, from))
	line.Resize(fyne.NewSize(look.Stroke, fyne.Max(0, size.Height-from-look.Tight/2)))
	x := look.Icon + look.Gap
	content.Move(fyne.NewPos(x, 0))
	content.Resize(fyne.NewSize(size.Width-x, HeightOf(content, size.Width-x)))
}

func (k *knot) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := look.Icon + look.Gap + objects[2].MinSize().Width
	return fyne.NewSize(w, k.heightFor(objects, fyne.Max(w, k.width)))
}

func (k *knot) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return fyne.Max(look.Icon, HeightOf(objects[2], width-look.Icon-look.Gap)) + k.beneath()
}
