package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// press is what everything that can be pressed shares: pointer, keyboard (Enter
// and Space), focus ring and being switched off.
type press struct {
	widget.BaseWidget
	// OnTapped is called on the window's goroutine.
	OnTapped func()

	label            string
	role             fyne.AccessibleRole
	off              bool
	hovered, focused bool
}

func (p *press) redraw() { p.BaseWidget.Refresh() }

// Tapped presses.
func (p *press) Tapped(*fyne.PointEvent) {
	if !p.off && p.OnTapped != nil {
		p.OnTapped()
	}
}

// TypedKey presses on Enter and Space and hands Escape to the screen.
func (p *press) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		p.Tapped(nil)
	default:
		PassUp(e)
	}
}

func (p *press) TypedRune(rune) {}

// FocusGained shows the ring and brings the object into sight.
func (p *press) FocusGained() {
	p.focused = true
	p.redraw()
}

func (p *press) FocusLost() {
	p.focused = false
	p.redraw()
}

func (p *press) MouseIn(*desktop.MouseEvent) {
	p.hovered = true
	p.redraw()
}

func (p *press) MouseMoved(*desktop.MouseEvent) {}

func (p *press) MouseOut() {
	p.hovered = false
	p.redraw()
}

func (p *press) Cursor() desktop.Cursor {
	if p.off {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// Enable lets it be pressed.
func (p *press) Enable() { p.switchTo(false) }

// Disable greys it out; the keyboard passes it by.
func (p *press) Disable() { p.switchTo(true) }

// Disabled says whether it is greyed out.
func (p *press) Disabled() bool { return p.off }

func (p *press) switchTo(off bool) {
	if p.off == off {
		return
	}
	p.off = off
	p.redraw()
}

// AccessibilityLabel is what a screen reader says.
func (p *press) AccessibilityLabel() string { return p.label }

// AccessibilityRole is button or link.
func (p *press) AccessibilityRole() fyne.AccessibleRole { return p.role }

// PassUp hands a key that an object does not use to the window, which closes
// what is open on Escape.
func PassUp(e *fyne.KeyEvent) {
	if e.Name != fyne.KeyEscape {
		return
	}
	for _, w := range fyne.CurrentApp().Driver().AllWindows() {
		if up := w.Canvas().OnTypedKey(); up != nil {
			up(e)
		}
	}
}

// reveal scrolls the page so that an object is in sight.
func reveal(o fyne.CanvasObject) {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil {
		return
	}
	if p, ok := c.Content().(*Page); ok {
		p.Reveal(o)
	}
}
