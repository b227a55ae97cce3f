package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"github.com/seed-1feef0b2/holdfast/ui/look"
)

// Choice is one of the answers of a Segments.
type Choice struct{ Value, Text string }

// Segments is a choice of two to four answers side by side, kept by name.
func (k *Kit) Segments(name string, choices []Choice, chosen string, choose func(value string)) fyne.CanvasObject {
	cells := make([]fyne.CanvasObject, len(choices))
	for i, c := range choices {
		s, ok := k.segments[name+"."+c.Value]
		if !ok {
			s = newSegment(c.Text, c.Value == chosen, nil)
			k.segments[name+"."+c.Value] = s
		}
		s.chosen, s.OnTapped = c.Value == chosen, func() { choose(c.Value) }
		cells[i] = s
	}
	return Under(NewPlate(look.Card, look.Border), container.NewGridWithColumns(len(choices), cells...))
}

// Segment is one answer of a Segments.
type Segment struct {
	press
	chosen bool
}

func newSegment(text string, chosen bool, tapped func()) *Segment {
	s := &Segment{chosen: chosen}
	s.label, s.role, s.OnTapped = text, fyne.AccessibleRoleButton, tapped
	s.ExtendBaseWidget(s)
	return s
}

// Text is the answer.
func (s *Segment) Text() string { return s.label }

// Chosen says whether it is the one.
func (s *Segment) Chosen() bool { return s.chosen }

// FocusGained also scrolls the answer into sight.
func (s *Segment) FocusGained() {
	s.press.FocusGained()
	reveal(s)
}

// CreateRenderer draws the answer.
func (s *Segment) CreateRenderer() fyne.WidgetRenderer {
	r := &segmentRenderer{s: s, ground: canvas.NewRectangle(nil), text: canvas.NewText("", nil)}
	r.ground.CornerRadius = look.Small
	r.text.Alignment = fyne.TextAlignCenter
	r.paint()
	return r
}

type segmentRenderer struct {
	s      *Segment
	ground *canvas.Rectangle
	text   *canvas.Text
}

func (r *segmentRenderer) paint() {
	fill, ink := look.Card, look.Text
	if r.s.chosen {
		fill, ink = look.InfoTint, look.Link
	}
	r.ground.FillColor = look.Now(fill)
	if r.s.hovered && !r.s.chosen {
		r.ground.FillColor = over(look.Now(look.Card), look.Now(look.Hover))
	}
	r.ground.StrokeWidth = 0
	if r.s.focused {
		r.ground.StrokeColor, r.ground.StrokeWidth = look.Now(look.FocusRing), look.Ring
	} else if r.s.chosen {
		r.ground.StrokeColor, r.ground.StrokeWidth = look.Now(look.Primary), look.Hair
	}
	r.text.Text, r.text.Color, r.text.TextSize = r.s.label, look.Now(ink), look.Points(look.Body)
	r.text.TextStyle = fyne.TextStyle{Bold: r.s.chosen}
}

func (r *segmentRenderer) Layout(size fyne.Size) {
	in := look.Ring
	r.ground.Move(fyne.NewPos(in, in))
	r.ground.Resize(size.SubtractWidthHeight(2*in, 2*in))
	m := r.text.MinSize()
	r.text.Move(fyne.NewPos(0, (size.Height-m.Height)/2))
	r.text.Resize(fyne.NewSize(size.Width, m.Height))
}

func (r *segmentRenderer) MinSize() fyne.Size {
	m := fyne.MeasureText(r.s.label, look.Points(look.Body), fyne.TextStyle{Bold: true})
	return fyne.NewSize(m.Width+look.Gap, look.Control)
}

func (r *segmentRenderer) Refresh() {
	r.paint()
	r.Layout(r.s.Size())
	canvas.Refresh(r.s)
}

func (r *segmentRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.text}
}

func (r *segmentRenderer) Destroy() {}
