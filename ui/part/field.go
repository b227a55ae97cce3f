package part

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/seed-1feef0b2/holdfast/ui/look"
)

// Entry is Fyne's entry that hands Escape to the window and scrolls itself into
// sight.
type Entry struct {
	widget.Entry
	label string
}

// TypedKey hands Escape up.
func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	if k.Name == fyne.KeyEscape {
		PassUp(k)
		return
	}
	e.Entry.TypedKey(k)
}

// FocusGained also scrolls the entry into sight.
func (e *Entry) FocusGained() {
	e.Entry.FocusGained()
	reveal(e)
}

// AccessibilityLabel is the field's label.
func (e *Entry) AccessibilityLabel() string { return e.label }

// AccessibilityRole is text: Fyne has no role for fields.
func (e *Entry) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// Field is an entry with its label above it and what is wrong with it below.
type Field struct {
	// Entry takes the text.
	Entry *Entry

	label, help *Paragraph
	show        *Link
	box         *fyne.Container
}

// FieldKind is what a field takes.
type FieldKind int

// The kinds of fields.
const (
	OneLine FieldKind = iota
	Password
	ManyLines
)

// NewField makes a field; submit is called on Enter, show is the word that
// uncovers a password.
func NewField(kind FieldKind, label, show string, submit func()) *Field {
	f := &Field{Entry: &Entry{label: label}, label: Caption(label).In(look.Text), help: Caption("")}
	e := f.Entry
	e.ExtendBaseWidget(e)
	e.OnSubmitted = func(string) {
		if submit != nil {
			submit()
		}
	}
	f.help.Hide()
	objects := []fyne.CanvasObject{f.label, e, f.help}
	switch kind {
	case Password:
		e.Password = true
		// Fyne's own eye cannot be reached by keyboard; a link can.
		e.ActionItem = canvas.NewRectangle(color.Transparent)
		f.show = NewLink("", show, func() {
			e.Password = !e.Password
			e.Refresh()
		}).Muted()
		objects = append(objects, f.show)
	case ManyLines:
		e.MultiLine = true
		e.Wrapping = fyne.TextWrapBreak
		e.SetMinRowsVisible(3)
	}
	f.box = container.New(fieldLayout{}, objects...)
	return f
}

// fieldLayout puts label, entry and help under each other and the word that
// uncovers a password at the label's right. The word comes last in the order of
// the keyboard, so that Tab leads from field to field.
type fieldLayout struct{}

func (fieldLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	(&column{spacing: look.Tight / 2}).Layout(objects[:3], size)
	if len(objects) > 3 {
		m := objects[3].MinSize()
		objects[3].Resize(m)
		objects[3].Move(fyne.NewPos(size.Width-m.Width, (objects[0].Size().Height-m.Height)/2))
	}
}

func (l fieldLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := objects[1].MinSize().Width
	return fyne.NewSize(w, l.heightFor(objects, look.CardMin))
}

func (fieldLayout) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return (&column{spacing: look.Tight / 2}).heightFor(objects[:3], width)
}

// Object is the field as it stands on a screen.
func (f *Field) Object() fyne.CanvasObject { return f.box }

// Text is what was typed.
func (f *Field) Text() string { return f.Entry.Text }

// Help says something in small letters below the field; empty says nothing.
func (f *Field) Help(text string) { f.say(text, look.Muted) }

// Problem says what is wrong, in the colour of errors; empty takes it away.
func (f *Field) Problem(text string) { f.say(text, look.Error) }

func (f *Field) say(text string, colour fyne.ThemeColorName) {
	f.help.Text, f.help.Colour = text, colour
	f.help.Hidden = text == ""
	f.help.Refresh()
}

// Lock keeps the field from changing while something is under way.
func (f *Field) Lock(locked bool) {
	if locked {
		f.Entry.Disable()
	} else {
		f.Entry.Enable()
	}
}
