package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/seed-1feef0b2/holdfast/ui/look"
)

// Words puts small objects, such as links, into lines: as many as fit beside
// each other, the rest on the next line; at the left or in the middle.
func Words(centred bool, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&words{centred: centred}, objects...)
}

type words struct {
	centred bool
	width   float32
}

// lines gives the number of objects and the width of each line.
func (w *words) lines(objects []fyne.CanvasObject, width float32) (counts []int, widths []float32) {
	x, n := float32(0), 0
	for _, o := range objects {
		ow := o.MinSize().Width
		if n > 0 && x+look.Block+ow > width {
			counts, widths = append(counts, n), append(widths, x)
			x, n = 0, 0
		}
		if n > 0 {
			x += look.Block
		}
		x += ow
		n++
	}
	if n > 0 {
		counts, widths = append(counts, n), append(widths, x)
	}
	return counts, widths
}

func (w *words) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w.width = size.Width
	counts, widths := w.lines(objects, size.Width)
	y := float32(0)
	for i, n := range counts {
		x, h := float32(0), float32(0)
		if w.centred {
			x = (size.Width - widths[i]) / 2
		}
		for _, o := range objects[:n] {
			m := o.MinSize()
			o.Move(fyne.NewPos(x, y))
			o.Resize(m)
			x += m.Width + look.Block
			h = fyne.Max(h, m.Height)
		}
		objects = objects[n:]
		y += h + look.Tight
	}
}

func (w *words) MinSize(objects []fyne.CanvasObject) fyne.Size {
	width := float32(0)
	for _, o := range objects {
		width = fyne.Max(width, o.MinSize().Width)
	}
	return fyne.NewSize(width, w.heightFor(objects, fyne.Max(width, w.width)))
}

func (w *words) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	counts, _ := w.lines(objects, width)
	total := float32(0)
	for _, n := range counts {
		h := float32(0)
		for _, o := range objects[:n] {
			h = fyne.Max(h, o.MinSize().Height)
		}
		objects = objects[n:]
		total += h + look.Tight
	}
	return fyne.Max(0, total-look.Tight)
}

// Pad leaves room around an object: x at both sides, y above and below.
func Pad(x, y float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&pad{x: x, y: y}, o)
}

type pad struct{ x, y float32 }

func (p *pad) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Move(fyne.NewPos(p.x, p.y))
	objects[0].Resize(fyne.NewSize(size.Width-2*p.x, size.Height-2*p.y))
}

func (p *pad) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().AddWidthHeight(2*p.x, 2*p.y)
}

func (p *pad) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return HeightOf(objects[0], width-2*p.x) + 2*p.y
}

// Under puts objects on top of each other, all of one size.
func Under(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&under{}, objects...)
}

type under struct{}

func (*under) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(size)
	}
}

func (*under) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var m fyne.Size
	for _, o := range objects {
		m = m.Max(o.MinSize())
	}
	return m
}

func (*under) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	h := float32(0)
	for _, o := range objects {
		h = fyne.Max(h, HeightOf(o, width))
	}
	return h
}
