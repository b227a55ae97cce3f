package part

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/seed-1feef0b2/holdfast/api/code"
)

// CodeField takes a code in groups of three boxes. It filters what is typed and
// pasted and never refuses it, keeps leading zeros, and calls OnFull once for
// each value that fills it.
type CodeField struct {
	widget.BaseWidget
	// OnFull is called when the last box is filled, once for each value.
	OnFull func(string)
	// OnSubmit is called on Enter in a full field.
	OnSubmit func(string)
	// OnChanged is called after every edit.
	OnChanged func()
	// Label is what a screen reader says; PasteLabel stands in the menu.
	Label, PasteLabel string

	crockford     bool
	length        int
	value         string
	caret         int
	all           bool // the next symbol replaces everything
	wrong, locked bool
	focused       bool
	sent          map[string]bool
}

var (
	_ fyne.Focusable         = (*CodeField)(nil)
	_ fyne.Shortcutable      = (*CodeField)(nil)
	_ fyne.SecondaryTappable = (*CodeField)(nil)
	_ fyne.Accessible        = (*CodeField)(nil)
)

// NewCodeField makes an empty field for an e-mailed code.
func NewCodeField() *CodeField {
	f := &CodeField{crockford: true, length: code.EmailSymbols + 1, sent: map[string]bool{}}
	f.ExtendBaseWidget(f)
	return f
}

// Draw says which code the field takes: symbols of Crockford's base 32 or
// digits, and how many. Another kind of code empties the field.
func (f *CodeField) Draw(crockford bool, length int) {
	if length < 1 || crockford == f.crockford && length == f.length {
		return
	}
	f.crockford, f.length = crockford, length
	f.Clear()
}

// Value is what was typed, without dashes.
func (f *CodeField) Value() string { return f.value }

// Full says whether every box is filled.
func (f *CodeField) Full() bool { return len(f.value) == f.length }

// Clear empties the field and forgets which values were sent.
func (f *CodeField) Clear() {
	f.value, f.caret, f.wrong, f.all = "", 0, false, false
	f.sent = map[string]bool{}
	f.Refresh()
}

// Refuse marks the code as wrong and keeps it, so that one symbol can be mended.
func (f *CodeField) Refuse() {
	f.wrong, f.all = true, true
	f.Refresh()
}

// Refused says whether the value is marked as wrong.
func (f *CodeField) Refused() bool { return f.wrong }

// Lock keeps the field from changing while a code is being checked.
func (f *CodeField) Lock(locked bool) {
	if f.locked != locked {
		f.locked = locked
		f.Refresh()
	}
}

// Locked says whether a code is being checked.
func (f *CodeField) Locked() bool { return f.locked }

// Paste takes a code out of a text, a whole message included. It says whether
// there was one.
func (f *CodeField) Paste(text string) bool {
	got := f.filter(code.Find(text, f.crockford))
	if len(got) != f.length {
		got = or(f.wordIn(text), got)
	}
	if f.locked || got == "" || len(got) > f.length {
		return false
	}
	f.value, f.caret, f.all = got, len(got), false
	f.changed()
	return true
}

// wordIn finds a code that a message shows without dashes.
func (f *CodeField) wordIn(text string) string {
	for _, word := range strings.Fields(text) {
		s := code.Normalise(strings.Trim(word, ".,;:!?\"'()[]<>«»“”"))
		if f.crockford && code.Valid(s, f.length) {
			return s
		}
	}
	return ""
}

// filter keeps the symbols that the code may have.
func (f *CodeField) filter(s string) string {
	alphabet := code.Digits
	if f.crockford {
		alphabet = code.Crockford
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(alphabet, r) {
			return r
		}
		return -1
	}, code.Normalise(s))
}

// TypedRune puts a symbol at the caret; symbols that no code has are dropped.
func (f *CodeField) TypedRune(r rune) {
	s := f.filter(string(r))
	if f.locked || s == "" {
		return
	}
	if f.all {
		f.value, f.caret = "", 0
	}
	if f.caret >= f.length {
		return
	}
	f.value = f.value[:f.caret] + s + f.value[min(f.caret+1, len(f.value)):]
	f.caret++
	f.changed()
}

func (f *CodeField) changed() {
	f.wrong, f.all = false, false
	f.Refresh()
	if f.OnChanged != nil {
		f.OnChanged()
	}
	if f.Full() && !f.sent[f.value] && f.OnFull != nil {
		f.sent[f.value] = true
		f.OnFull(f.value)
	}
}

// TypedKey moves the caret, deletes, and submits on Enter.
func (f *CodeField) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		if f.Full() && !f.locked && f.OnSubmit != nil {
			f.OnSubmit(f.value)
		}
		return
	case fyne.KeyLeft:
		f.caret = max(0, min(f.caret, f.length)-1)
	case fyne.KeyRight:
		f.caret = min(len(f.value), f.caret+1)
	case fyne.KeyHome:
		f.caret = 0
	case fyne.KeyEnd:
		f.caret = len(f.value)
	case fyne.KeyBackspace:
		f.remove(f.caret - 1)
		return
	case fyne.KeyDelete:
		f.remove(f.caret)
		return
	default:
		PassUp(e)
		return
	}
	f.all = false
	f.Refresh()
}

func (f *CodeField) remove(at int) {
	if f.locked || at < 0 || at >= len(f.value) {
		return
	}
	f.value = f.value[:at] + f.value[at+1:]
	f.caret = at
	f.changed()
}

// TypedShortcut pastes, copies, cuts and selects everything.
func (f *CodeField) TypedShortcut(s fyne.Shortcut) {
	switch s := s.(type) {
	case *fyne.ShortcutPaste:
		f.Paste(s.Clipboard.Content())
	case *fyne.ShortcutCopy:
		s.Clipboard.SetContent(code.Group(f.value))
	case *fyne.ShortcutCut:
		if !f.locked {
			s.Clipboard.SetContent(code.Group(f.value))
			f.value, f.caret = "", 0
			f.changed()
		}
	case *fyne.ShortcutSelectAll:
		f.all = true
		f.Refresh()
	}
}

// Tapped puts the caret into the box under the pointer and takes the keyboard.
func (f *CodeField) Tapped(e *fyne.PointEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(f); c != nil {
		c.Focus(f)
	}
	f.all = false
	f.caret = min(boxAt(f.length, f.Size().Width, e.Position.X), len(f.value))
	f.Refresh()
}

// TappedSecondary offers to paste.
func (f *CodeField) TappedSecondary(e *fyne.PointEvent) {
	c := fyne.CurrentApp().Driver().CanvasForObject(f)
	item := fyne.NewMenuItem(f.PasteLabel, func() { f.Paste(fyne.CurrentApp().Clipboard().Content()) })
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", item), c, e.AbsolutePosition)
}

func (f *CodeField) FocusGained() {
	f.focused = true
	f.Refresh()
	reveal(f)
}

func (f *CodeField) FocusLost() {
	f.focused = false
	f.Refresh()
}

func (f *CodeField) Cursor() desktop.Cursor { return desktop.TextCursor }

// AccessibilityLabel is the label and what was typed so far.
func (f *CodeField) AccessibilityLabel() string { return f.Label + " " + code.Group(f.value) }

// AccessibilityRole is text: Fyne has no role for fields.
func (f *CodeField) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }
