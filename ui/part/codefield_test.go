package part

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/ui/look"
)

// whole is a code with its check symbol.
var whole = code.WithCheck("4HTM3XR9")

// stage shows an object in a window of the default width.
func stage(t *testing.T, o fyne.CanvasObject) fyne.Window {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(look.Theme{Appearance: "light"})
	w := test.NewTempWindow(t, o)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(look.CardMin, look.CardMin))
	return w
}

func field(t *testing.T) (*CodeField, *[]string) {
	t.Helper()
	f := NewCodeField()
	stage(t, f)
	var full []string
	f.OnFull = func(v string) { full = append(full, v) }
	return f, &full
}

func key(f fyne.Focusable, names ...fyne.KeyName) {
	for _, n := range names {
		f.TypedKey(&fyne.KeyEvent{Name: n})
	}
}

func TestFilterNeverRefuses(t *testing.T) {
	f, _ := field(t)
	test.Type(f, "4h-t *m?Uđ")
	if f.Value() != "4HTM" {
		t.Errorf("got %q", f.Value())
	}
	f.Clear()
	test.Type(f, "oil")
	if f.Value() != "011" {
		t.Errorf("look-alikes: got %q", f.Value())
	}
}

func TestLeadingZerosStay(t *testing.T) {
	f, full := field(t)
	f.Draw(false, 6)
	test.Type(f, "004a2")
	if f.Value() != "0042" || f.Full() {
		t.Errorf("got %q", f.Value())
	}
	test.Type(f, "17")
	if len(*full) != 1 || (*full)[0] != "004217" {
		t.Errorf("submitted %q", *full)
	}
}

func TestPasteTakesTheCodeOutOfAMessage(t *testing.T) {
	for _, text := range []string{
		code.Group(whole), whole, "  " + code.Group(whole) + "\n",
		code.Group(whole) + " is your Holdfast code.\n\nIt is for your computer.",
		"Hello Kim, your code is “" + whole + "”. Nobody will ask for it.",
	} {
		f, full := field(t)
		if !f.Paste(text) || f.Value() != whole || len(*full) != 1 {
			t.Errorf("%q gave %q, submitted %q", text, f.Value(), *full)
		}
	}
	f, _ := field(t)
	f.Draw(false, 6)
	if !f.Paste("Your code is 133-742.") || f.Value() != "133742" {
		t.Errorf("digits: got %q", f.Value())
	}
}

func TestPasteOfSomethingElseChangesNothing(t *testing.T) {
	f, full := field(t)
	test.Type(f, "4HT")
	if f.Paste("Dear Kim, the meeting is on Tuesday at ten, bring the papers along.") {
		t.Error("a text without a code was taken")
	}
	if f.Value() != "4HT" || len(*full) != 0 {
		t.Errorf("got %q", f.Value())
	}
}

func TestPasteAndCopyByShortcut(t *testing.T) {
	f, _ := field(t)
	board := test.NewClipboard()
	board.SetContent(code.Group(whole))
	f.TypedShortcut(&fyne.ShortcutPaste{Clipboard: board})
	if f.Value() != whole {
		t.Fatalf("pasted %q", f.Value())
	}
	board.SetContent("")
	f.TypedShortcut(&fyne.ShortcutCopy{Clipboard: board})
	if board.Content() != code.Group(whole) {
		t.Errorf("copied %q", board.Content())
	}
	f.TypedShortcut(&fyne.ShortcutSelectAll{})
	test.Type(f, "7")
	if f.Value() != "7" {
		t.Errorf("typing over everything gave %q", f.Value())
	}
	f.TypedShortcut(&fyne.ShortcutCut{Clipboard: board})
	if f.Value() != "" || board.Content() != "7" {
		t.Errorf("cut left %q, board %q", f.Value(), board.Content())
	}
}

func TestSubmitsOnceAndNeverTwiceForOneValue(t *testing.T) {
	f, full := field(t)
	test.Type(f, whole)
	key(f, fyne.KeyBackspace)
	test.Type(f, whole[8:])
	if len(*full) != 1 {
		t.Errorf("submitted %q", *full)
	}
	key(f, fyne.KeyBackspace)
	test.Type(f, "0")
	if len(*full) != 2 {
		t.Errorf("another value was not submitted: %q", *full)
	}
}

func TestRefusedCodeIsKeptAndOneSymbolMended(t *testing.T) {
	f, full := field(t)
	test.Type(f, whole)
	f.Refuse()
	if !f.Refused() || f.Value() != whole {
		t.Fatal("a refused code is not kept")
	}
	key(f, fyne.KeyHome, fyne.KeyRight, fyne.KeyRight)
	test.Type(f, "Z")
	if f.Value() != whole[:2]+"Z"+whole[3:] || f.Refused() || len(*full) != 2 {
		t.Errorf("got %q, refused %v, submitted %q", f.Value(), f.Refused(), *full)
	}
	f.Refuse()
	test.Type(f, "7")
	if f.Value() != "7" {
		t.Errorf("typing after a refusal begins anew, got %q", f.Value())
	}
}

func TestEditingKeys(t *testing.T) {
	f, _ := field(t)
	test.Type(f, "4HTM")
	key(f, fyne.KeyLeft, fyne.KeyLeft, fyne.KeyBackspace)
	if f.Value() != "4TM" {
		t.Errorf("backspace: %q", f.Value())
	}
	key(f, fyne.KeyDelete)
	if f.Value() != "4M" {
		t.Errorf("delete: %q", f.Value())
	}
	key(f, fyne.KeyEnd)
	test.Type(f, "R")
	if f.Value() != "4MR" {
		t.Errorf("end: %q", f.Value())
	}
}

func TestTapMovesTheCaret(t *testing.T) {
	f, _ := field(t)
	test.Type(f, "4HT")
	x := boxX(1, 9, f.Size().Width) + 2
	test.TapAt(f, fyne.NewPos(x, 10))
	test.Type(f, "0")
	if f.Value() != "40T" {
		t.Errorf("got %q", f.Value())
	}
	test.TapAt(f, fyne.NewPos(f.Size().Width-1, 10))
	test.Type(f, "Z")
	if f.Value() != "40TZ" {
		t.Errorf("a tap beyond the text goes to its end, got %q", f.Value())
	}
}

func TestLockedFieldTakesNothing(t *testing.T) {
	f, _ := field(t)
	test.Type(f, "4")
	f.Lock(true)
	test.Type(f, "H")
	key(f, fyne.KeyBackspace)
	if f.Paste(whole) || f.Value() != "4" || !f.Locked() {
		t.Errorf("got %q", f.Value())
	}
}

func TestEnterSubmitsAFullFieldOnly(t *testing.T) {
	f, _ := field(t)
	var sent []string
	f.OnSubmit = func(v string) { sent = append(sent, v) }
	test.Type(f, "4HT")
	key(f, fyne.KeyReturn)
	test.Type(f, whole[3:])
	key(f, fyne.KeyEnter)
	if len(sent) != 1 || sent[0] != whole {
		t.Errorf("sent %q", sent)
	}
}

func TestBoxesStandInGroupsOfThreeAndFit(t *testing.T) {
	for _, width := range []float32{300, 316, 396} {
		for _, n := range []int{6, 9} {
			end := boxX(n-1, n, width) + pitch(n, width)
			if end > width+0.01 {
				t.Errorf("%d boxes are %.1f wide in %.1f", n, end, width)
			}
			inside := boxX(2, n, width) - boxX(1, n, width)
			between := boxX(3, n, width) - boxX(2, n, width)
			if between <= inside {
				t.Errorf("no gap between groups: %.1f and %.1f", inside, between)
			}
		}
	}
}

func TestFieldSpeaks(t *testing.T) {
	f, _ := field(t)
	f.Label = "Code"
	test.Type(f, "4HTM")
	if got := f.AccessibilityLabel(); got != "Code 4HT-M" {
		t.Errorf("got %q", got)
	}
}
