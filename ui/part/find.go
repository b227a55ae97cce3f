package part

import (
	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/ui/look"
)

// Walk visits an object and everything in it that is visible, from the outside in.
func Walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	visit(o)
	switch o := o.(type) {
	case *fyne.Container:
		for _, c := range o.Objects {
			Walk(c, visit)
		}
	case *Page:
		for _, c := range append(append([]fyne.CanvasObject{}, o.body.Objects...), o.foot.Objects...) {
			Walk(c, visit)
		}
	case *Row:
		Walk(o.content, visit)
	}
}

// Holds says whether something that has the keyboard is still there.
func Holds(root fyne.CanvasObject, f fyne.Focusable) bool {
	found := false
	Walk(root, func(o fyne.CanvasObject) {
		if at, ok := o.(fyne.Focusable); ok && at == f {
			found = true
		}
	})
	return found
}

// PrimaryOf is the primary button that can be pressed, or nil.
func PrimaryOf(root fyne.CanvasObject) *Button {
	var out *Button
	Walk(root, func(o fyne.CanvasObject) {
		if b, ok := o.(*Button); ok && b.kind == Primary && !b.off && out == nil {
			out = b
		}
	})
	return out
}

// TitleOf is the text of the first heading, or empty.
func TitleOf(root fyne.CanvasObject) string {
	out := ""
	Walk(root, func(o fyne.CanvasObject) {
		if p, ok := o.(*Paragraph); ok && p.Step == look.Title && out == "" {
			out = p.Text
		}
	})
	return out
}
