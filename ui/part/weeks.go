package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/seed-1feef0b2/holdfast/ui/look"
)

// Span is one column of a Columns picture: how much happened in a stretch of
// time, and whether a code was asked for in it.
type Span struct {
	Count int
	Asked bool
}

// Columns is a small picture of a stretch of time: one column for each span, as
// high as what happened in it, and a mark over the spans in which a code was
// asked for. The words beside it say the same.
type Columns struct {
	widget.BaseWidget
	spans []Span
	label string
}

var _ fyne.Accessible = (*Columns)(nil)

// NewColumns makes the picture of some spans, oldest first; label says it in words.
func NewColumns(label string, spans []Span) *Columns {
	c := &Columns{spans: spans, label: label}
	c.ExtendBaseWidget(c)
	return c
}

// AccessibilityLabel says the picture in words.
func (c *Columns) AccessibilityLabel() string { return c.label }

// AccessibilityRole is text: there is nothing to press.
func (c *Columns) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer draws the columns.
func (c *Columns) CreateRenderer() fyne.WidgetRenderer {
	r := &columnsRenderer{c: c, base: canvas.NewRectangle(nil)}
	for range c.spans {
		bar, mark := canvas.NewRectangle(nil), canvas.NewCircle(nil)
		bar.CornerRadius = look.Ring
		r.bars, r.marks = append(r.bars, bar), append(r.marks, mark)
	}
	r.paint()
	return r
}

type columnsRenderer struct {
	c     *Columns
	base  *canvas.Rectangle
	bars  []*canvas.Rectangle
	marks []*canvas.Circle
}

func (r *columnsRenderer) paint() {
	r.base.FillColor = look.Now(look.Hairline)
	for i, s := range r.c.spans {
		r.bars[i].FillColor = look.Now(look.Primary)
		if s.Count == 0 {
			r.bars[i].FillColor = look.Now(look.Hairline)
		}
		r.marks[i].FillColor = look.Now(look.Warning)
		r.marks[i].Hidden = !s.Asked
	}
}

// most is the highest count, at least a few, so that one change does not look
// like an upheaval.
func (r *columnsRenderer) most() float32 {
	most := 4
	for _, s := range r.c.spans {
		most = max(most, s.Count)
	}
	return float32(most)
}

func (r *columnsRenderer) Layout(size fyne.Size) {
	n := float32(len(r.c.spans))
	if n == 0 {
		return
	}
	step := size.Width / n
	wide := fyne.Max(look.Ring, step-look.Tight)
	floor := size.Height - look.Hair
	full := floor - look.Gap - look.Tight // the marks stand above the highest column
	r.base.Move(fyne.NewPos(0, floor))
	r.base.Resize(fyne.NewSize(size.Width, look.Hair))
	for i, s := range r.c.spans {
		h := fyne.Max(look.Ring, full*float32(s.Count)/r.most())
		x := step*float32(i) + (step-wide)/2
		r.bars[i].Move(fyne.NewPos(x, floor-h))
		r.bars[i].Resize(fyne.NewSize(wide, h))
		r.marks[i].Move(fyne.NewPos(x+(wide-look.Small)/2, floor-h-look.Small-look.Tight/2))
		r.marks[i].Resize(fyne.NewSquareSize(look.Small))
	}
}

func (r *columnsRenderer) MinSize() fyne.Size {
	return fyne.NewSize(float32(len(r.c.spans))*look.Small, look.IconLarge+look.Block)
}

func (r *columnsRenderer) Refresh() {
	r.paint()
	r.Layout(r.c.Size())
	canvas.Refresh(r.c)
}

func (r *columnsRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.base}
	for i := range r.bars {
		out = append(out, r.bars[i], r.marks[i])
	}
	return out
}

func (r *columnsRenderer) Destroy() {}

// Ends puts two captions on one line, at its two ends.
func Ends(left, right string) *fyne.Container {
	return container.New(&ends{}, Caption(left), Caption(right))
}

type ends struct{}

func (*ends) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	right := objects[1].(*Paragraph)
	w := fyne.MeasureText(right.Text, look.Points(right.Step), right.style()).Width + look.Hair
	objects[0].Move(fyne.NewPos(0, 0))
	objects[0].Resize(fyne.NewSize(fyne.Max(0, size.Width-w-look.Gap), size.Height))
	right.Move(fyne.NewPos(size.Width-w, 0))
	right.Resize(fyne.NewSize(w, size.Height))
}

func (*ends) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(objects[0].MinSize().Width+objects[1].MinSize().Width, objects[0].(*Paragraph).lineHeight())
}
