package part

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"github.com/seed-1feef0b2/holdfast/ui/look"
)

func measure(s string) float32 { return fyne.MeasureText(s, 14, fyne.TextStyle{}).Width }

func TestLinesFitTheirWidth(t *testing.T) {
	stage(t, Say(""))
	for _, text := range []string{
		"This computer looks different from when you activated it, and that is all there is to it.",
		"Этот компьютер не такой, каким вы его активировали, и больше ничего тут нет.",
		"/home/kim/a/very/long/path/without/any/spaces/holdfast-keys-2026-11-22.age",
		"one", "", "line\nbreak",
	} {
		for _, width := range []float32{80, 200, 384} {
			lines := breakLines(text, 14, fyne.TextStyle{}, width)
			for _, l := range lines {
				if measure(l) > width {
					t.Errorf("%q is %.0f wide in %.0f", l, measure(l), width)
				}
			}
			if got := strings.NewReplacer(" ", "", "\n", "").Replace(strings.Join(lines, "")); got != strings.NewReplacer(" ", "", "\n", "").Replace(text) {
				t.Errorf("%q lost something: %q", text, lines)
			}
		}
	}
}

func TestNoLastWordStandsAlone(t *testing.T) {
	stage(t, Say(""))
	lines := breakLines("You will not be asked again on this computer until it changes", 14, fyne.TextStyle{}, 384)
	if last := lines[len(lines)-1]; len(lines) > 1 && !strings.Contains(last, " ") {
		t.Errorf("%q stands alone: %q", last, lines)
	}
}

func TestArrowsAreDrawnApart(t *testing.T) {
	if got := runsOf("550.54 → 560.35"); len(got) != 3 || got[1] != "→" {
		t.Errorf("got %q", got)
	}
	if got := runsOf("→"); len(got) != 1 {
		t.Errorf("got %q", got)
	}
}

func TestParagraphIsAsTallAsItsLines(t *testing.T) {
	p := Say("This computer looks different from when you activated it.")
	stage(t, p)
	if p.HeightFor(100) <= p.HeightFor(380) {
		t.Error("a narrow paragraph is not taller")
	}
	p.Resize(fyne.NewSize(100, p.HeightFor(100)))
	texts := 0
	for _, o := range test.WidgetRenderer(p).Objects() {
		if tx, ok := o.(*canvas.Text); ok {
			texts++
			if tx.Position().Y+tx.Size().Height > p.Size().Height+1 {
				t.Errorf("%q stands below the paragraph", tx.Text)
			}
		}
	}
	if texts < 3 {
		t.Errorf("%d lines", texts)
	}
}

func TestPressedByPointerAndKeyboard(t *testing.T) {
	for name, make := range map[string]func(func()) (fyne.CanvasObject, fyne.Focusable, fyne.Tappable){
		"button": func(f func()) (fyne.CanvasObject, fyne.Focusable, fyne.Tappable) {
			b := NewButton(Primary, "Go", f)
			return b, b, b
		},
		"link": func(f func()) (fyne.CanvasObject, fyne.Focusable, fyne.Tappable) {
			l := NewLink("copy", "Go", f)
			return l, l, l
		},
		"row": func(f func()) (fyne.CanvasObject, fyne.Focusable, fyne.Tappable) {
			r := NewRow("key", "Go", "somewhere", "forward", f)
			return r, r, r
		},
		"segment": func(f func()) (fyne.CanvasObject, fyne.Focusable, fyne.Tappable) {
			s := newSegment("Go", false, f)
			return s, s, s
		},
	} {
		n := 0
		o, focus, tap := make(func() { n++ })
		w := stage(t, o)
		test.Tap(tap)
		w.Canvas().Focus(focus)
		key(focus, fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace, fyne.KeyA)
		if n != 4 {
			t.Errorf("%s: pressed %d times, want 4", name, n)
		}
		if a, ok := o.(fyne.Accessible); !ok || a.AccessibilityLabel() != "Go" || a.AccessibilityRole() == "" {
			t.Errorf("%s says nothing to a screen reader", name)
		}
	}
}

func TestSwitchedOffIsNotPressed(t *testing.T) {
	n := 0
	b := NewButton(Primary, "Go", func() { n++ })
	stage(t, b)
	b.Disable()
	test.Tap(b)
	b.Enable()
	b.SetBusy(true)
	test.Tap(b)
	if n != 0 || !b.Busy() || !b.Disabled() {
		t.Errorf("pressed %d times", n)
	}
	b.SetBusy(false)
	test.Tap(b)
	if n != 1 || b.Disabled() {
		t.Errorf("pressed %d times", n)
	}
}

func TestEscapeGoesUp(t *testing.T) {
	b := NewLink("", "Go", nil)
	w := stage(t, b)
	up := 0
	w.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) { up++ })
	key(b, fyne.KeyEscape, fyne.KeyLeft)
	e := NewField(OneLine, "Name", "", nil)
	key(e.Entry, fyne.KeyEscape)
	f := NewCodeField()
	key(f, fyne.KeyEscape)
	if up < 3 {
		t.Errorf("Escape went up %d times", up)
	}
}

func TestFieldSubmitsOnEnterAndSaysWhatIsWrong(t *testing.T) {
	n := 0
	f := NewField(Password, "Password", "Show", func() { n++ })
	stage(t, f.Object())
	test.Type(f.Entry, "abc")
	key(f.Entry, fyne.KeyReturn)
	if n != 1 || f.Text() != "abc" {
		t.Errorf("submitted %d times, %q", n, f.Text())
	}
	if f.help.Visible() {
		t.Error("help without words is visible")
	}
	f.Problem("too short")
	if !f.help.Visible() || f.help.Colour != look.Error {
		t.Error("the problem is not said")
	}
	if f.Help(""); f.help.Visible() {
		t.Error("the problem stays")
	}
	f.Lock(true)
	if !f.Entry.Disabled() {
		t.Error("a locked field can be changed")
	}
	f.Lock(false)
	test.Tap(f.show)
	if f.Entry.Password {
		t.Error("the password is not uncovered")
	}
}

func TestSegmentsChoose(t *testing.T) {
	got := ""
	o := NewKit().Segments("x", []Choice{{"", "System"}, {"light", "Light"}, {"dark", "Dark"}}, "light", func(v string) { got = v })
	stage(t, o)
	var chosen []string
	Walk(o, func(o fyne.CanvasObject) {
		if s, ok := o.(*Segment); ok {
			if s.Chosen() {
				chosen = append(chosen, s.Text())
			}
			if s.Text() == "Dark" {
				test.Tap(s)
			}
		}
	})
	if got != "dark" || len(chosen) != 1 || chosen[0] != "Light" {
		t.Errorf("chose %q, shown %q", got, chosen)
	}
}

func TestLadderOpensOneRung(t *testing.T) {
	at := -1
	steps := []Step{{Title: "Wait", Text: "a little"}, {Title: "Look", Text: "in spam", Detail: "Holdfast", Actions: []*Link{NewLink("", "Copy", nil)}}, {Title: "Ask", Text: "support"}}
	o := Ladder(NewKit(), steps, 1, func(i int) { at = i })
	stage(t, o)
	said := texts(o)
	if !strings.Contains(said, "in spam") || strings.Contains(said, "a little") || !strings.Contains(said, "Holdfast") {
		t.Errorf("shown: %s", said)
	}
	Walk(o, func(o fyne.CanvasObject) {
		if r, ok := o.(*Row); ok && r.AccessibilityLabel() == "Ask" {
			test.Tap(r)
		}
	})
	if at != 2 {
		t.Errorf("opened %d", at)
	}
}

func TestStripAndEmptyStateSayTheirWords(t *testing.T) {
	for _, tone := range []Tone{Info, Good, Warn, Bad} {
		o := Strip(tone, "Title", "Text", NewLink("", "Do", nil))
		stage(t, o)
		if said := texts(o); !strings.Contains(said, "Title") || !strings.Contains(said, "Text") || !strings.Contains(said, "Do") {
			t.Errorf("tone %d: %s", tone, said)
		}
	}
	o := Column(look.Gap, Empty("key", "None", "yet"), Loading("Wait"), Fact("Name", "Value"), Head("done", look.Done, "Head"))
	stage(t, o)
	if said := texts(o); !strings.Contains(said, "None") || !strings.Contains(said, "Wait") || TitleOf(o) != "Head" {
		t.Errorf("said %s", said)
	}
}

// texts gives all words of an object, one line each.
func texts(o fyne.CanvasObject) string {
	var out []string
	Walk(o, func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *Paragraph:
			out = append(out, o.Text)
		case *Link:
			out = append(out, o.Text())
		}
	})
	return strings.Join(out, "\n")
}
