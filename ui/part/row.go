package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/seed-1feef0b2/holdfast/ui/look"
)

// Row is a line that can be pressed: an icon, a name, a caption, and an arrow
// that says where it leads: down for what opens below it.
type Row struct {
	press
	sign    *Sign
	name    *Paragraph
	caption *Paragraph
	arrow   *Sign
	content *fyne.Container
}

var (
	_ Flow           = (*Row)(nil)
	_ fyne.Focusable = (*Row)(nil)
)

// NewRow makes a row; icon, caption and arrow may be empty.
func NewRow(icon, name, caption, arrow string, tapped func()) *Row {
	r := &Row{name: Strong(name), caption: Caption(caption)}
	r.label, r.role, r.OnTapped = name, fyne.AccessibleRoleButton, tapped
	lines := Column(0, r.name)
	if caption != "" {
		lines.Add(r.caption)
	}
	objects, grow := []fyne.CanvasObject{}, 0
	if icon != "" {
		r.sign = NewSign(icon, look.Muted, look.Icon)
		objects, grow = append(objects, r.sign), 1
	}
	objects = append(objects, lines)
	if arrow != "" {
		r.arrow = NewSign(arrow, look.Muted, look.IconSmall)
		objects = append(objects, r.arrow)
	}
	r.content = Pad(0, look.Tight/2, Beside(grow, false, objects...))
	r.ExtendBaseWidget(r)
	return r
}

// HeightFor is the row's height at a width.
func (r *Row) HeightFor(width float32) float32 {
	return fyne.Max(look.RowHeight, HeightOf(r.content, width))
}

// FocusGained also scrolls the row into sight.
func (r *Row) FocusGained() {
	r.press.FocusGained()
	reveal(r)
}

// CreateRenderer draws the row.
func (r *Row) CreateRenderer() fyne.WidgetRenderer {
	out := &rowRenderer{r: r, veil: canvas.NewRectangle(nil)}
	out.veil.CornerRadius = look.Small
	out.paint()
	return out
}

type rowRenderer struct {
	r    *Row
	veil *canvas.Rectangle
}

func (r *rowRenderer) paint() {
	r.veil.FillColor, r.veil.StrokeWidth = look.Now(look.Card), 0
	if r.r.hovered {
		r.veil.FillColor = over(look.Now(look.Card), look.Now(look.Hover))
	}
	if r.r.focused {
		r.veil.StrokeColor, r.veil.StrokeWidth = look.Now(look.FocusRing), look.Ring
	}
}

func (r *rowRenderer) Layout(size fyne.Size) {
	r.veil.Move(fyne.NewPos(-look.Small, 0))
	r.veil.Resize(size.AddWidthHeight(2*look.Small, 0))
	h := HeightOf(r.r.content, size.Width)
	r.r.content.Move(fyne.NewPos(0, (size.Height-h)/2))
	r.r.content.Resize(fyne.NewSize(size.Width, h))
}

func (r *rowRenderer) MinSize() fyne.Size {
	m := r.r.content.MinSize()
	return fyne.NewSize(m.Width, fyne.Max(look.RowHeight, m.Height))
}

func (r *rowRenderer) Refresh() {
	r.paint()
	r.Layout(r.r.Size())
	r.r.content.Refresh()
	canvas.Refresh(r.r)
}

func (r *rowRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.veil, r.r.content}
}

func (r *rowRenderer) Destroy() {}

// Fact is a line of two texts: what it is, and below it, smaller, how it is.
func Fact(name, value string) fyne.CanvasObject {
	return Column(0, Say(name), Caption(value))
}

// Bullet is a sentence with a small sign before its first line.
func Bullet(icon string, colour fyne.ThemeColorName, text string) fyne.CanvasObject {
	p := Say(text)
	down := (p.lineHeight() - look.IconSmall) / 2
	return Beside(1, true, Pad(0, down, NewSign(icon, colour, look.IconSmall)), p)
}

// Lines is a list with hairlines between its rows.
func Lines(rows ...fyne.CanvasObject) *fyne.Container {
	var all []fyne.CanvasObject
	for i, r := range rows {
		if i > 0 {
			all = append(all, Rule())
		}
		all = append(all, r)
	}
	return Column(look.Tight, all...)
}

// Head is a screen's beginning: a large icon if there is one, and the title.
func Head(icon string, colour fyne.ThemeColorName, title string) fyne.CanvasObject {
	if icon == "" {
		return Heading(title)
	}
	// The outlines stand a little inside their square; the title's edge is theirs too.
	left := Pad(-look.Tight, 0, Beside(1, false, NewSign(icon, colour, look.IconLarge), Say("")))
	return Column(look.Gap, left, Heading(title))
}

// Loading stands where a screen's content comes: an activity that does not jump.
func Loading(text string) fyne.CanvasObject {
	return Beside(1, false, NewSign("clock", look.Muted, look.Icon), Say(text).In(look.Muted))
}

// Empty is an empty state: an icon and a sentence, in the middle.
func Empty(icon, title, text string) fyne.CanvasObject {
	return Pad(0, look.Gap, Column(look.Tight,
		NewSign(icon, look.Muted, look.IconLarge),
		Strong(title).Centred(), Say(text).In(look.Muted).Centred()))
}
