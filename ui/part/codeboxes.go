package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/seed-1feef0b2/holdfast/ui/look"
)

// group is how many boxes stand together.
const group = 3

// CreateRenderer draws the boxes.
func (f *CodeField) CreateRenderer() fyne.WidgetRenderer {
	r := &codeRenderer{f: f}
	r.build()
	r.paint()
	return r
}

type codeRenderer struct {
	f       *CodeField
	boxes   []*canvas.Rectangle
	symbols []*canvas.Text
	dashes  []*canvas.Rectangle
	objects []fyne.CanvasObject
}

func (r *codeRenderer) build() {
	r.boxes, r.symbols, r.dashes, r.objects = nil, nil, nil, nil
	for i := range r.f.length {
		box, symbol := canvas.NewRectangle(nil), canvas.NewText("", nil)
		box.CornerRadius = look.Tight
		symbol.Alignment, symbol.TextStyle = fyne.TextAlignCenter, fyne.TextStyle{Bold: true}
		r.boxes, r.symbols = append(r.boxes, box), append(r.symbols, symbol)
		r.objects = append(r.objects, box, symbol)
		if i > 0 && i%group == 0 {
			dash := canvas.NewRectangle(nil)
			r.dashes, r.objects = append(r.dashes, dash), append(r.objects, dash)
		}
	}
}

func (r *codeRenderer) paint() {
	f := r.f
	current := -1
	if f.focused && !f.locked {
		current = min(f.caret, f.length-1)
	}
	for i, box := range r.boxes {
		fill, edge, width, ink := look.Field, look.Border, look.Hair, look.Text
		switch {
		case f.locked:
			edge, ink = look.Hairline, look.Disabled
		case f.wrong:
			fill, edge, ink = look.ErrorTint, look.Error, look.Error
		case f.focused && f.all && i < len(f.value):
			fill = look.InfoTint
		}
		if i == current {
			width = look.Ring
			if !f.wrong {
				edge = look.FocusRing
			}
		}
		box.FillColor, box.StrokeColor, box.StrokeWidth = look.Now(fill), look.Now(edge), width
		r.symbols[i].Text = ""
		if i < len(f.value) {
			r.symbols[i].Text = f.value[i : i+1]
		}
		r.symbols[i].Color, r.symbols[i].TextSize = look.Now(ink), look.Points(look.Title)
	}
	for _, d := range r.dashes {
		d.FillColor = look.Now(look.Border)
	}
}

// pitch gives the width of a box for a field of n boxes and a width.
func pitch(n int, width float32) float32 {
	gaps := float32(n-1)*look.Tight + float32((n-1)/group)*look.Gap
	return fyne.Min(look.CodeBoxWide, (width-gaps)/float32(n))
}

// boxX is the left edge of a box.
func boxX(i, n int, width float32) float32 {
	return float32(i)*(pitch(n, width)+look.Tight) + float32(i/group)*look.Gap
}

// boxAt is the box at a place.
func boxAt(n int, width, x float32) int {
	for i := n - 1; i > 0; i-- {
		if x >= boxX(i, n, width) {
			return i
		}
	}
	return 0
}

func (r *codeRenderer) Layout(size fyne.Size) {
	n := r.f.length
	w := pitch(n, size.Width)
	for i, box := range r.boxes {
		x := boxX(i, n, size.Width)
		box.Move(fyne.NewPos(x, 0))
		box.Resize(fyne.NewSize(w, size.Height))
		m := r.symbols[i].MinSize()
		r.symbols[i].Move(fyne.NewPos(x, (size.Height-m.Height)/2))
		r.symbols[i].Resize(fyne.NewSize(w, m.Height))
		if i > 0 && i%group == 0 {
			d := r.dashes[i/group-1]
			d.Move(fyne.NewPos(x-look.Tight-look.Gap/2, (size.Height-look.Stroke)/2))
			d.Resize(fyne.NewSize(look.Tight, look.Stroke))
		}
	}
}

func (r *codeRenderer) MinSize() fyne.Size {
	return fyne.NewSize(0, fyne.Max(look.CodeBox, look.Points(look.Title)*look.LineHeight+look.Gap))
}

func (r *codeRenderer) Refresh() {
	if len(r.boxes) != r.f.length {
		r.build()
	}
	r.paint()
	r.Layout(r.f.Size())
	canvas.Refresh(r.f)
}

func (r *codeRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *codeRenderer) Destroy()                     {}
