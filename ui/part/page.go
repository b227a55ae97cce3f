package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/seed-1feef0b2/holdfast/ui/look"
)

// Page is the whole window: a tinted ground, one card in the middle that
// scrolls where it must, and a foot with a few quiet links.
type Page struct {
	widget.BaseWidget
	card   *fyne.Container
	sheet  *canvas.Rectangle
	body   *fyne.Container
	centre *centre
	scroll *container.Scroll
	foot   *fyne.Container
	ground *canvas.Rectangle
}

// NewPage makes an empty page.
func NewPage() *Page {
	p := &Page{sheet: canvas.NewRectangle(nil), ground: canvas.NewRectangle(nil), centre: &centre{}}
	p.sheet.CornerRadius, p.sheet.StrokeWidth = look.Radius, look.Hair
	p.body = Column(look.Block)
	p.card = Under(p.sheet, Pad(look.Inset, look.Inset, p.body))
	p.scroll = container.NewVScroll(container.New(p.centre, p.card))
	p.foot = Words(true)
	p.ExtendBaseWidget(p)
	return p
}

// Set shows a screen: what stands on the card, and the foot's links. An object
// that was there before keeps the keyboard.
func (p *Page) Set(body []fyne.CanvasObject, foot []fyne.CanvasObject) {
	p.body.Objects = body
	p.foot.Objects = foot
	p.Refresh()
}

// Top scrolls to the top, for a new screen.
func (p *Page) Top() { p.scroll.ScrollToTop() }

// Reveal scrolls so that an object on the card is in sight.
func (p *Page) Reveal(o fyne.CanvasObject) {
	d := fyne.CurrentApp().Driver()
	at := d.AbsolutePositionForObject(o).Y - d.AbsolutePositionForObject(p.scroll).Y
	if at < look.Margin {
		p.scroll.ScrollToOffset(p.scroll.Offset.AddXY(0, at-look.Margin))
	} else if low := at + o.Size().Height + look.Margin - p.scroll.Size().Height; low > 0 {
		p.scroll.ScrollToOffset(p.scroll.Offset.AddXY(0, low))
	}
}

// Objects are what stands on the card.
func (p *Page) Objects() []fyne.CanvasObject { return p.body.Objects }

// Foot are the foot's links.
func (p *Page) Foot() []fyne.CanvasObject { return p.foot.Objects }

// CreateRenderer lays out scroll and foot.
func (p *Page) CreateRenderer() fyne.WidgetRenderer {
	r := &pageRenderer{p}
	r.paint()
	return r
}

type pageRenderer struct{ p *Page }

func (r *pageRenderer) paint() {
	r.p.ground.FillColor = look.Now(look.Page)
	r.p.sheet.FillColor, r.p.sheet.StrokeColor = look.Now(look.Card), look.Now(look.Hairline)
}

func (r *pageRenderer) Layout(size fyne.Size) {
	p := r.p
	p.ground.Resize(size)
	foot := float32(0)
	if len(p.foot.Objects) > 0 {
		w := size.Width - 2*look.Margin
		h := HeightOf(p.foot, w)
		foot = h + 2*look.Tight
		p.foot.Move(fyne.NewPos(look.Margin, size.Height-foot+look.Tight/2))
		p.foot.Resize(fyne.NewSize(w, h))
	}
	p.centre.width = size.Width
	p.centre.height = size.Height - foot
	p.scroll.Resize(fyne.NewSize(size.Width, p.centre.height))
	// The scroll keeps its size, so its content would keep the old height.
	p.scroll.Refresh()
}

func (r *pageRenderer) MinSize() fyne.Size {
	return fyne.NewSize(look.CardMin+2*look.Margin, look.CardMin)
}

func (r *pageRenderer) Refresh() {
	r.paint()
	r.Layout(r.p.Size())
	r.p.card.Refresh()
	r.p.foot.Refresh()
	canvas.Refresh(r.p)
}

func (r *pageRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.p.ground, r.p.scroll, r.p.foot}
}

func (r *pageRenderer) Destroy() {}

// centre puts the card into the middle of the page, a little above it when
// there is room, and at the top when there is not.
type centre struct{ width, height float32 }

func (c *centre) cardWidth() float32 {
	return fyne.Max(look.CardMin, fyne.Min(look.CardMax, c.width-2*look.Margin))
}

func (c *centre) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w := c.cardWidth()
	h := HeightOf(objects[0], w)
	const above = 0.42 // optical centre
	y := fyne.Max(look.Margin, (size.Height-h)*above)
	objects[0].Move(fyne.NewPos((size.Width-w)/2, y))
	objects[0].Resize(fyne.NewSize(w, h))
}

func (c *centre) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := c.cardWidth()
	return fyne.NewSize(w, HeightOf(objects[0], w)+2*look.Margin)
}

// Rule is a hairline across the card.
func Rule() fyne.CanvasObject {
	return widget.NewSeparator()
}

// Height is the height that the window needs at a width to show everything.
func (p *Page) Height(width float32) float32 {
	w := fyne.Max(look.CardMin, fyne.Min(look.CardMax, width-2*look.Margin))
	foot := float32(0)
	if len(p.foot.Objects) > 0 {
		foot = HeightOf(p.foot, width-2*look.Margin) + 2*look.Tight
	}
	return HeightOf(p.card, w) + 2*look.Margin + foot
}
