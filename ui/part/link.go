package part

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/seed-1feef0b2/holdfast/ui/look"
)

// Link is a word that can be pressed, with an icon before it if there is one.
type Link struct {
	press
	icon   string
	muted  bool
	danger bool
}

var (
	_ fyne.Focusable  = (*Link)(nil)
	_ fyne.Accessible = (*Link)(nil)
)

// NewLink makes a link; icon is a name of assets/icons or empty.
func NewLink(icon, text string, tapped func()) *Link {
	l := &Link{icon: icon}
	l.label, l.role, l.OnTapped = text, fyne.AccessibleRoleLink, tapped
	l.ExtendBaseWidget(l)
	return l
}

// Muted is the link in the colour of captions, for what is seldom wanted.
func (l *Link) Muted() *Link {
	l.muted = true
	return l
}

// Dangerous is the link in the colour of errors, for what cannot be undone.
func (l *Link) Dangerous() *Link {
	l.danger = true
	return l
}

// Text is the link's word.
func (l *Link) Text() string { return l.label }

// SetText changes the link's word.
func (l *Link) SetText(text string) {
	if l.label != text {
		l.label = text
		l.Refresh()
	}
}

// FocusGained also scrolls the link into sight.
func (l *Link) FocusGained() {
	l.press.FocusGained()
	reveal(l)
}

func (l *Link) step() fyne.ThemeSizeName {
	if l.muted {
		return look.Caption
	}
	return look.Body
}

// CreateRenderer draws the link.
func (l *Link) CreateRenderer() fyne.WidgetRenderer {
	r := &linkRenderer{
		l: l, text: canvas.NewText("", nil), line: canvas.NewRectangle(nil), ring: canvas.NewRectangle(nil),
		icon: &canvas.Image{FillMode: canvas.ImageFillContain},
	}
	r.ring.CornerRadius, r.ring.StrokeWidth = look.Tight, look.Ring
	r.paint()
	return r
}

type linkRenderer struct {
	l          *Link
	text       *canvas.Text
	line, ring *canvas.Rectangle
	icon       *canvas.Image
	sign       string
}

func (r *linkRenderer) paint() {
	ink := look.Link
	switch {
	case r.l.off:
		ink = look.Disabled
	case r.l.danger:
		ink = look.Error
	case r.l.muted:
		ink = look.Muted
	}
	r.text.Text, r.text.Color, r.text.TextSize = r.l.label, look.Now(ink), look.Points(r.l.step())
	r.line.FillColor = look.Now(ink)
	r.line.Hidden = !r.l.hovered || r.l.off
	r.ring.FillColor, r.ring.StrokeColor = color.Transparent, look.Now(look.FocusRing)
	r.ring.Hidden = !r.l.focused
	r.icon.Hidden = r.l.icon == ""
	if res := look.Sign(or(r.l.icon, "info"), ink); res.Name() != r.sign {
		r.sign, r.icon.Resource = res.Name(), res
		r.icon.Refresh()
	}
}

func (r *linkRenderer) lead() float32 {
	if r.l.icon == "" {
		return 0
	}
	return look.IconSmall + look.Tight
}

func (r *linkRenderer) Layout(size fyne.Size) {
	m := r.text.MinSize()
	y := (size.Height - m.Height) / 2
	r.icon.Move(fyne.NewPos(0, (size.Height-look.IconSmall)/2))
	r.icon.Resize(fyne.NewSquareSize(look.IconSmall))
	r.text.Move(fyne.NewPos(r.lead(), y))
	r.text.Resize(m)
	r.line.Move(fyne.NewPos(r.lead(), y+m.Height-look.Ring))
	r.line.Resize(fyne.NewSize(m.Width, look.Hair))
	r.ring.Move(fyne.NewPos(-look.Tight, 0))
	r.ring.Resize(size.AddWidthHeight(2*look.Tight, 0))
}

func (r *linkRenderer) MinSize() fyne.Size {
	m := fyne.MeasureText(r.l.label, look.Points(r.l.step()), fyne.TextStyle{})
	return fyne.NewSize(m.Width+r.lead(), m.Height+look.Tight)
}

func (r *linkRenderer) Refresh() {
	r.paint()
	r.Layout(r.l.Size())
	canvas.Refresh(r.l)
}

func (r *linkRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ring, r.icon, r.text, r.line}
}

func (r *linkRenderer) Destroy() {}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// over lays a translucent colour on an opaque one.
func over(ground, veil color.Color) color.Color {
	g := color.NRGBAModel.Convert(ground).(color.NRGBA)
	v := color.NRGBAModel.Convert(veil).(color.NRGBA)
	mix := func(a, b uint8) uint8 {
		return uint8((int(a)*(255-int(v.A)) + int(b)*int(v.A)) / 255)
	}
	return color.NRGBA{R: mix(g.R, v.R), G: mix(g.G, v.G), B: mix(g.B, v.B), A: 255}
}
