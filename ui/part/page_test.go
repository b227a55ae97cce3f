package part

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/ui/look"
)

func TestTheCardIsNeitherNarrowNorStretched(t *testing.T) {
	p := NewPage()
	w := stage(t, p)
	p.Set([]fyne.CanvasObject{Heading("Title"), Say("Text")}, []fyne.CanvasObject{NewLink("", "Settings", nil)})
	for _, width := range []float32{392, 460, 900} {
		w.Resize(fyne.NewSize(width, 700))
		if got := p.card.Size().Width; got < look.CardMin || got > look.CardMax {
			t.Errorf("at %.0f the card is %.0f wide", width, got)
		}
		left := p.card.Position().X
		if right := width - left - p.card.Size().Width; left-right > 1 || right-left > 1 {
			t.Errorf("at %.0f the card is not in the middle: %.1f and %.1f", width, left, right)
		}
	}
}

func TestWhatHasTheKeyboardIsScrolledIntoSight(t *testing.T) {
	p := NewPage()
	w := stage(t, p)
	w.Resize(fyne.NewSize(460, 400))
	var body []fyne.CanvasObject
	for range 30 {
		body = append(body, NewButton(Plain, "Button", nil))
	}
	p.Set(body, nil)
	last := body[len(body)-1].(*Button)
	w.Canvas().Focus(last)
	if p.scroll.Offset.Y == 0 {
		t.Error("the last button stays below the fold")
	}
	w.Canvas().Focus(body[0].(*Button))
	if p.scroll.Offset.Y > look.Margin+look.Inset {
		t.Errorf("the first button stays above the fold at %.0f", p.scroll.Offset.Y)
	}
	p.Top()
	if p.scroll.Offset.Y != 0 {
		t.Error("the top is not the top")
	}
}

func TestTheCardGrowsWithWhatStandsOnIt(t *testing.T) {
	p := NewPage()
	w := stage(t, p)
	w.Resize(fyne.NewSize(460, 700))
	p.Set([]fyne.CanvasObject{Say("short")}, nil)
	before := p.card.Size().Height
	p.Set([]fyne.CanvasObject{Say("short"), Say("and more"), NewButton(Primary, "Go", nil)}, nil)
	if p.card.Size().Height <= before {
		t.Errorf("the card stays %.0f tall", before)
	}
	if PrimaryOf(p) == nil || len(p.Objects()) != 3 {
		t.Error("the primary button is not found")
	}
	if p.Height(460) <= p.card.Size().Height {
		t.Error("the window's height leaves no margin")
	}
}

func TestKitKeepsWhatHasTheKeyboard(t *testing.T) {
	k := NewKit()
	p := NewPage()
	w := stage(t, p)
	l := k.Link("a", "", "Send again", nil)
	p.Set([]fyne.CanvasObject{l, k.Button("b", Primary, "Go", nil), k.Row("r", "key", "name", "one", "forward", nil)}, nil)
	w.Canvas().Focus(l)
	n := 0
	same := k.Link("a", "", "Send it again", func() { n++ })
	if same != l || l.Text() != "Send it again" || !Holds(p, l) {
		t.Error("the link was made anew")
	}
	key(w.Canvas().Focused(), fyne.KeyReturn)
	if n != 1 {
		t.Error("the link does what it did before")
	}
	row := k.Row("r", "key", "name", "two", "down", nil)
	if row.caption.Text != "two" || row.arrow.name != "down" {
		t.Error("the row says what it said before")
	}
	p.Set(nil, nil)
	if Holds(p, l) {
		t.Error("what is gone is still held")
	}
}

func TestWordsFlowIntoLines(t *testing.T) {
	o := Words(true, NewLink("", "first link", nil), NewLink("", "second link", nil), NewLink("", "third link", nil))
	stage(t, o)
	if HeightOf(o, 120) <= HeightOf(o, 400) {
		t.Error("a narrow line is not broken")
	}
	o.Resize(fyne.NewSize(120, HeightOf(o, 120)))
	if o.Objects[2].Position().Y <= o.Objects[0].Position().Y {
		t.Error("the third link stands beside the first")
	}
}
