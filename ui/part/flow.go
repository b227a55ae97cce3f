package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/seed-1feef0b2/holdfast/ui/look"
)

// Flow is an object whose height depends on the width that it gets. Fyne asks
// for sizes before it gives widths; wrapped text needs the other order.
type Flow interface {
	fyne.CanvasObject
	HeightFor(width float32) float32
}

// flowLayout is a layout that can answer the same question.
type flowLayout interface {
	fyne.Layout
	heightFor(objects []fyne.CanvasObject, width float32) float32
}

// HeightOf is the height that an object needs at a width.
func HeightOf(o fyne.CanvasObject, width float32) float32 {
	switch o := o.(type) {
	case Flow:
		return o.HeightFor(width)
	case *fyne.Container:
		if l, ok := o.Layout.(flowLayout); ok {
			return l.heightFor(o.Objects, width)
		}
	}
	return o.MinSize().Height
}

// Column puts objects under each other, each as wide as the column.
func Column(spacing float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&column{spacing: spacing}, objects...)
}

type column struct {
	spacing, width float32
}

func (c *column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	c.width = size.Width
	y := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		h := HeightOf(o, size.Width)
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, h))
		y += h + c.spacing
	}
}

func (c *column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := float32(0)
	for _, o := range objects {
		if o.Visible() {
			w = fyne.Max(w, o.MinSize().Width)
		}
	}
	return fyne.NewSize(w, c.heightFor(objects, fyne.Max(c.width, w)))
}

func (c *column) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	y := float32(0)
	for _, o := range objects {
		if o.Visible() {
			y += HeightOf(o, width) + c.spacing
		}
	}
	return fyne.Max(0, y-c.spacing)
}

// Beside puts objects in one line: the object at grow takes the width that the
// others leave, and all are centred in height, or stand at the top.
func Beside(grow int, top bool, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&beside{grow: grow, top: top}, objects...)
}

type beside struct {
	grow  int
	top   bool
	width float32
}

func (b *beside) widths(objects []fyne.CanvasObject, width float32) []float32 {
	out := make([]float32, len(objects))
	rest := width - look.Gap*float32(len(objects)-1)
	for i, o := range objects {
		if i != b.grow {
			out[i] = o.MinSize().Width
			rest -= out[i]
		}
	}
	out[b.grow] = fyne.Max(0, rest)
	return out
}

func (b *beside) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	b.width = size.Width
	x := float32(0)
	for i, w := range b.widths(objects, size.Width) {
		h := HeightOf(objects[i], w)
		y := float32(0)
		if !b.top {
			y = (size.Height - h) / 2
		}
		objects[i].Move(fyne.NewPos(x, y))
		objects[i].Resize(fyne.NewSize(w, h))
		x += w + look.Gap
	}
}

func (b *beside) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := look.Gap * float32(len(objects)-1)
	for _, o := range objects {
		w += o.MinSize().Width
	}
	return fyne.NewSize(w, b.heightFor(objects, fyne.Max(w, b.width)))
}

func (b *beside) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	h := float32(0)
	for i, w := range b.widths(objects, width) {
		h = fyne.Max(h, HeightOf(objects[i], w))
	}
	return h
}
