package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/seed-1feef0b2/holdfast/ui/look"
)

// Tone is how grave something is. The icon and the words carry it; the colour
// only helps.
type Tone int

// The tones.
const (
	Info Tone = iota
	Good
	Warn
	Bad
)

type toneLook struct {
	icon      string
	ink, tint fyne.ThemeColorName
}

func (t Tone) look() toneLook {
	switch t {
	case Good:
		return toneLook{"done", look.Done, look.DoneTint}
	case Warn:
		return toneLook{"warning", look.Warning, look.WarningTint}
	case Bad:
		return toneLook{"error", look.Error, look.ErrorTint}
	default:
		return toneLook{"info", look.Primary, look.InfoTint}
	}
}

// Strip is a tinted band with an icon, a sentence and at most one action.
func Strip(tone Tone, title, text string, action *Link) fyne.CanvasObject {
	l := tone.look()
	var lines []fyne.CanvasObject
	if title != "" {
		lines = append(lines, Strong(title))
	}
	if text != "" {
		lines = append(lines, Say(text))
	}
	if action != nil {
		lines = append(lines, Words(false, action))
	}
	content := Beside(1, true, NewSign(l.icon, l.ink, look.Icon), Column(look.Tight/2, lines...))
	return Under(NewPlate(l.tint, ""), Pad(look.Gap+look.Ring, look.Gap, content))
}

// Sign is an outline icon that follows the theme.
type Sign struct {
	widget.BaseWidget
	name   string
	colour fyne.ThemeColorName
	size   float32
}

// NewSign makes a sign of an icon's name, a colour and a size in pixels.
func NewSign(name string, colour fyne.ThemeColorName, size float32) *Sign {
	s := &Sign{name: name, colour: colour, size: size}
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer draws the icon.
func (s *Sign) CreateRenderer() fyne.WidgetRenderer {
	return &signRenderer{s: s, img: look.Picture(s.name, s.colour, s.size)}
}

type signRenderer struct {
	s   *Sign
	img *canvas.Image
}

func (r *signRenderer) Layout(size fyne.Size) {
	r.img.Resize(fyne.NewSquareSize(r.s.size))
	r.img.Move(fyne.NewPos((size.Width-r.s.size)/2, (size.Height-r.s.size)/2))
}
func (r *signRenderer) MinSize() fyne.Size { return fyne.NewSquareSize(r.s.size) }
func (r *signRenderer) Refresh() {
	r.img.Resource = look.Sign(r.s.name, r.s.colour)
	r.img.Refresh()
}
func (r *signRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.img} }
func (r *signRenderer) Destroy()                     {}

// Plate is a rounded ground that follows the theme; edge may be empty.
type Plate struct {
	widget.BaseWidget
	fill, edge fyne.ThemeColorName
}

// NewPlate makes a ground of two colours of the palette.
func NewPlate(fill, edge fyne.ThemeColorName) *Plate {
	p := &Plate{fill: fill, edge: edge}
	p.ExtendBaseWidget(p)
	return p
}

// CreateRenderer draws the ground.
func (p *Plate) CreateRenderer() fyne.WidgetRenderer {
	r := &plateRenderer{p: p, rect: canvas.NewRectangle(nil)}
	r.rect.CornerRadius = look.Small
	r.paint()
	return r
}

type plateRenderer struct {
	p    *Plate
	rect *canvas.Rectangle
}

func (r *plateRenderer) paint() {
	r.rect.FillColor = look.Now(r.p.fill)
	if r.p.edge != "" {
		r.rect.StrokeColor, r.rect.StrokeWidth = look.Now(r.p.edge), look.Hair
	}
}

func (r *plateRenderer) Layout(size fyne.Size) { r.rect.Resize(size) }
func (r *plateRenderer) MinSize() fyne.Size    { return fyne.Size{} }
func (r *plateRenderer) Refresh() {
	r.paint()
	canvas.Refresh(r.p)
}
func (r *plateRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rect} }
func (r *plateRenderer) Destroy()                     {}
