package story

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	"golang.org/x/image/font/sfnt"

	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/ui/look"
	"github.com/seed-1feef0b2/holdfast/ui/part"
	"github.com/seed-1feef0b2/holdfast/ui/screen"
)

// mute does nothing but draw again.
type mute struct{ show func() }

func (mute) Go(screen.Place, string)    {}
func (mute) Copy(string)                {}
func (mute) Open(string)                {}
func (m mute) Show()                    { m.show() }
func (mute) Register(app.RegisterInput) {}
func (mute) Enrol(app.EnrolInput)       {}
func (mute) Answer(string)              {}
func (mute) SendAgain()                 {}
func (mute) NotNow()                    {}
func (mute) PutKey(string, []byte)      {}
func (mute) CopyKey(string)             {}
func (mute) RemoveKey(string)           {}
func (mute) Backup(string, string)      {}
func (mute) Restore(string, string)     {}
func (mute) Check()                     {}
func (mute) GoOn()                      {}
func (mute) SignOut(bool)               {}
func (mute) SaveSettings(app.Settings)  {}
func (mute) Announce([]string, int)     {}
func (mute) Rotate()                    {}
func (mute) ReplaceKey()                {}

func (mute) SendBy(string)                 {}
func (mute) SetChannel(string, string)     {}
func (mute) AddPhone(string, bool, string) {}
func (mute) RemovePhone(string)            {}
func (mute) TestChannel(string)            {}
func (mute) LiftEnrolStop()                {}
func (mute) GiveEmail(string, string)      {}

// shown puts a story on a page of the default window.
func shown(t *testing.T, s Story, lang string, size look.TextSize) *part.Page {
	t.Helper()
	fyne.CurrentApp().Settings().SetTheme(look.Theme{Appearance: "light", TextSize: size})
	p, page := text.For(lang), part.NewPage()
	var scr screen.Screen
	do := mute{}
	do.show = func() { page.Set(scr.Show(s.View), screen.Foot(s.View, p, mute{}, part.NewKit())) }
	scr = screen.New(screen.Route(s.View), p, do)
	if s.Act != nil {
		v := s.View
		s.View.Failed, s.View.Work = nil, screen.Idle
		do.show()
		s.Act(scr)
		s.View = v
	}
	w := test.NewTempWindow(t, page)
	w.SetPadded(false)
	do.show()
	w.Resize(fyne.NewSize(look.WindowWidth, look.WindowHeight))
	return page
}

// TestEveryScreen looks at every screen in every state and language: nothing is
// cut off or overlaps, every sentence is said, in letters that the font has,
// and one button at most asks to be pressed.
func TestEveryScreen(t *testing.T) {
	fonts := fontsOf(t)
	seen := map[screen.Name]bool{}
	for _, lang := range text.Languages {
		for _, s := range All() {
			seen[screen.Route(s.View)] = true
			// Each in a test of its own, so that its window is closed before the next opens.
			t.Run(lang+" "+s.Name, func(t *testing.T) {
				page := shown(t, s, lang, look.Normal)
				inside(t, t.Name(), page, fyne.NewPos(0, 0), look.WindowWidth)
				apart(t, t.Name(), page)
				oneBlueButton(t, t.Name(), page)
				for _, said := range Words(page) {
					isSaid(t, t.Name(), said)
					hasLetters(t, t.Name(), fonts, said)
				}
			})
		}
	}
	for _, n := range screen.Names {
		if !seen[n] {
			t.Errorf("no story shows the screen %s", n)
		}
	}
}

// TestNothingIsCutOffInLargerText measures the longest language once more.
func TestNothingIsCutOffInLargerText(t *testing.T) {
	for _, s := range All() {
		t.Run(s.Name, func(t *testing.T) {
			inside(t, t.Name(), shown(t, s, "ru", look.Larger), fyne.NewPos(0, 0), look.WindowWidth)
		})
	}
}

// inside walks what is drawn; right is the right edge of the nearest object
// that bounds its words.
func inside(t *testing.T, where string, o fyne.CanvasObject, at fyne.Position, right float32) {
	t.Helper()
	if !o.Visible() {
		return
	}
	at = at.Add(o.Position())
	switch o := o.(type) {
	case *canvas.Text:
		if end := at.X + o.MinSize().Width; end > right+1 || at.X < -1 {
			t.Errorf("%s: %q ends at %.0f, beyond %.0f", where, o.Text, end, right)
		}
	case *fyne.Container:
		for _, c := range o.Objects {
			inside(t, where, c, at, right)
		}
	case *container.Scroll:
		inside(t, where, o.Content, at, right)
	case *part.Entry, *widget.Activity:
	case fyne.Widget:
		right = fyne.Min(right, at.X+o.Size().Width)
		for _, c := range test.WidgetRenderer(o).Objects() {
			inside(t, where, c, at, right)
		}
	}
}

// apart: what stands under each other on a card keeps apart.
func apart(t *testing.T, where string, page *part.Page) {
	t.Helper()
	y := float32(0)
	for _, o := range page.Objects() {
		if o.Position().Y < y-0.5 {
			t.Errorf("%s: something begins at %.0f, above %.0f", where, o.Position().Y, y)
		}
		y = o.Position().Y + o.Size().Height
		if h := part.HeightOf(o, o.Size().Width); h > o.Size().Height+0.5 {
			t.Errorf("%s: something needs %.0f and has %.0f", where, h, o.Size().Height)
		}
	}
}

// isSaid: no screen shows a key or an unfilled field.
func isSaid(t *testing.T, where, said string) {
	t.Helper()
	if strings.Contains(said, "<no value>") || strings.HasPrefix(said, "<") && strings.HasSuffix(said, ">") && strings.Contains(said, ".") {
		t.Errorf("%s says %q", where, said)
	}
}

func oneBlueButton(t *testing.T, where string, page *part.Page) {
	t.Helper()
	blue := 0
	part.Walk(page, func(o fyne.CanvasObject) {
		if b, ok := o.(*part.Button); ok && b.Kind() == part.Primary {
			blue++
		}
	})
	if blue > 1 {
		t.Errorf("%s has %d primary buttons", where, blue)
	}
}

func fontsOf(t *testing.T) []*sfnt.Font {
	t.Helper()
	var out []*sfnt.Font
	for _, res := range []fyne.Resource{theme.DefaultTextFont(), theme.DefaultTextBoldFont()} {
		f, err := sfnt.Parse(res.Content())
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	return out
}

// hasLetters: a letter that the font lacks would show as a box. The arrow is
// drawn apart, in Fyne's font of symbols.
func hasLetters(t *testing.T, where string, fonts []*sfnt.Font, said string) {
	t.Helper()
	for _, r := range said {
		for _, f := range fonts {
			if i, err := f.GlyphIndex(nil, r); r > ' ' && r != '→' && (err != nil || i == 0) {
				t.Errorf("%s: the font has no %q, in %q", where, r, said)
			}
		}
	}
}
