package part

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/seed-1feef0b2/holdfast/ui/look"
)

// Button is as wide as the card. A screen has at most one primary one.
type Button struct {
	press
	kind ButtonKind
	busy bool
}

// ButtonKind is how much a button asks to be pressed.
type ButtonKind int

// The kinds of buttons.
const (
	Primary ButtonKind = iota
	Plain
	Danger
)

var (
	_ fyne.Focusable   = (*Button)(nil)
	_ fyne.Disableable = (*Button)(nil)
	_ fyne.Accessible  = (*Button)(nil)
)

// NewButton makes a button.
func NewButton(kind ButtonKind, text string, tapped func()) *Button {
	b := &Button{kind: kind}
	b.label, b.role, b.OnTapped = text, fyne.AccessibleRoleButton, tapped
	b.ExtendBaseWidget(b)
	return b
}

// Text is what stands on the button.
func (b *Button) Text() string { return b.label }

// Kind is how much the button asks to be pressed.
func (b *Button) Kind() ButtonKind { return b.kind }

// SetText changes what stands on the button.
func (b *Button) SetText(text string) {
	if b.label != text {
		b.label = text
		b.Refresh()
	}
}

// SetBusy shows activity in the button and switches it off meanwhile. The
// layout stays.
func (b *Button) SetBusy(busy bool) {
	if b.busy != busy {
		b.busy = busy
		b.off = busy
		b.Refresh()
	}
}

// Busy says whether the button shows activity.
func (b *Button) Busy() bool { return b.busy }

// FocusGained also scrolls the button into sight.
func (b *Button) FocusGained() {
	b.press.FocusGained()
	reveal(b)
}

// CreateRenderer draws the button.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	r := &buttonRenderer{
		b: b, ground: canvas.NewRectangle(nil), ring: canvas.NewRectangle(nil),
		text: canvas.NewText("", nil), activity: widget.NewActivity(),
	}
	r.dots = container.NewThemeOverride(r.activity, onButton{b})
	r.ground.CornerRadius, r.ring.CornerRadius = look.Small, look.Small+look.Ring
	r.ring.StrokeWidth = look.Ring
	r.text.Alignment = fyne.TextAlignCenter
	r.text.TextStyle = fyne.TextStyle{Bold: true}
	r.activity.Hide()
	r.paint()
	return r
}

type buttonRenderer struct {
	b            *Button
	ground, ring *canvas.Rectangle
	text         *canvas.Text
	activity     *widget.Activity
	dots         *container.ThemeOverride
}

// onButton is the theme with the button's ink, for the activity that stands on it.
type onButton struct{ b *Button }

func (o onButton) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	if o.b.kind == Primary && name == look.Text {
		name = look.OnPrimary
	}
	return look.Now(name)
}

func (onButton) Font(s fyne.TextStyle) fyne.Resource     { return theme.Current().Font(s) }
func (onButton) Icon(n fyne.ThemeIconName) fyne.Resource { return theme.Current().Icon(n) }
func (onButton) Size(n fyne.ThemeSizeName) float32       { return look.Points(n) }

func (r *buttonRenderer) paint() {
	b := r.b
	fill, ink, edge := look.Card, look.Text, look.Border
	switch {
	case b.off && !b.busy && b.kind == Primary:
		fill, ink, edge = fyne.ThemeColorName("disabledButton"), look.Disabled, ""
	case b.off && !b.busy:
		ink = look.Disabled
	case b.kind == Primary && b.hovered:
		fill, ink, edge = look.PrimaryDown, look.OnPrimary, ""
	case b.kind == Primary:
		fill, ink, edge = look.Primary, look.OnPrimary, ""
	case b.kind == Danger:
		ink, edge = look.Error, look.Error
	}
	r.ground.FillColor, r.ground.StrokeColor, r.ground.StrokeWidth = look.Now(fill), nil, 0
	if edge != "" {
		r.ground.StrokeColor, r.ground.StrokeWidth = look.Now(edge), look.Hair
	}
	if b.kind != Primary && b.hovered && !b.off {
		r.ground.FillColor = over(look.Now(look.Card), look.Now(look.Hover))
	}
	r.ring.StrokeColor = look.Now(look.FocusRing)
	r.ring.Hidden = !b.focused
	r.text.Text, r.text.Color, r.text.TextSize = b.label, look.Now(ink), look.Points(look.Body)
	if b.busy && !r.activity.Visible() {
		r.activity.Show()
		r.activity.Start()
	} else if !b.busy && r.activity.Visible() {
		r.activity.Stop()
		r.activity.Hide()
	}
}

func (r *buttonRenderer) Layout(size fyne.Size) {
	r.ground.Move(fyne.NewPos(0, 0))
	r.ground.Resize(size)
	out := 2 * look.Ring
	r.ring.Move(fyne.NewPos(-out, -out))
	r.ring.Resize(size.AddWidthHeight(2*out, 2*out))
	m := r.text.MinSize()
	r.text.Move(fyne.NewPos(0, (size.Height-m.Height)/2))
	r.text.Resize(fyne.NewSize(size.Width, m.Height))
	a := fyne.NewSquareSize(look.Icon)
	r.dots.Move(fyne.NewPos((size.Width-m.Width)/2-look.Icon-look.Gap, (size.Height-a.Height)/2))
	r.dots.Resize(a)
}

func (r *buttonRenderer) MinSize() fyne.Size {
	m := fyne.MeasureText(r.b.label, look.Points(look.Body), fyne.TextStyle{Bold: true})
	return fyne.NewSize(m.Width+2*look.Inset, fyne.Max(look.Control, m.Height+2*look.Gap))
}

func (r *buttonRenderer) Refresh() {
	r.paint()
	r.Layout(r.b.Size())
	canvas.Refresh(r.b)
}

func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.ring, r.dots, r.text}
}

func (r *buttonRenderer) Destroy() { r.activity.Stop() }
