package part

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/ui/look"
)

func TestTheThreadEndsWithItsLastKnot(t *testing.T) {
	long := Say("Something happened that takes more than one line to tell, in a narrow window at least.")
	c := Thread(Knot{"done", look.Done, long}, Knot{"swap", look.Muted, Say("Another")})
	stage(t, c)
	first, second := c.Objects[0].(*fyne.Container), c.Objects[1].(*fyne.Container)
	if !first.Objects[0].Visible() || second.Objects[0].Visible() {
		t.Error("the line does not go from the first knot to the last")
	}
	line := first.Objects[0]
	if bottom := line.Position().Y + line.Size().Height; bottom > first.Size().Height || bottom < first.Size().Height-look.Block {
		t.Errorf("the line ends at %.0f of %.0f", bottom, first.Size().Height)
	}
	if HeightOf(first, 120) <= HeightOf(first, 360) {
		t.Error("a narrow knot is not taller")
	}
	if second.Position().Y != first.Size().Height {
		t.Error("the knots do not meet")
	}
}

func TestColumnsAreAsHighAsTheirCounts(t *testing.T) {
	c := NewColumns("said", []Span{{0, false}, {5, true}, {10, false}})
	w := stage(t, c)
	w.Resize(fyne.NewSize(look.CardMin, 60))
	r := c.CreateRenderer().(*columnsRenderer)
	r.Layout(fyne.NewSize(300, 60))
	if r.bars[0].Size().Height >= r.bars[1].Size().Height || r.bars[1].Size().Height >= r.bars[2].Size().Height {
		t.Error("more is not higher")
	}
	for i, m := range r.marks {
		if m.Visible() != (i == 1) {
			t.Errorf("mark %d is wrong", i)
		}
		if m.Position().Y < 0 || r.bars[i].Position().Y+r.bars[i].Size().Height > 60 {
			t.Errorf("column %d leaves the picture", i)
		}
	}
	if c.AccessibilityLabel() != "said" {
		t.Error("the picture says nothing")
	}
	(&columnsRenderer{c: NewColumns("", nil)}).Layout(fyne.NewSize(10, 10))
}
