package gallery

import (
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/ui/look"
	"github.com/seed-1feef0b2/holdfast/ui/part"
	"github.com/seed-1feef0b2/holdfast/ui/screen"
	"github.com/seed-1feef0b2/holdfast/ui/story"
)

// idle does nothing, for screens that are only looked at.
type idle struct{ show func() }

func (idle) Go(screen.Place, string)    {}
func (idle) Copy(string)                {}
func (idle) Open(string)                {}
func (i idle) Show()                    { i.show() }
func (idle) Register(app.RegisterInput) {}
func (idle) Enrol(app.EnrolInput)       {}
func (idle) Answer(string)              {}
func (idle) SendAgain()                 {}
func (idle) NotNow()                    {}
func (idle) PutKey(string, []byte)      {}
func (idle) CopyKey(string)             {}
func (idle) RemoveKey(string)           {}
func (idle) Backup(string, string)      {}
func (idle) Restore(string, string)     {}
func (idle) Check()                     {}
func (idle) GoOn()                      {}
func (idle) SignOut(bool)               {}
func (idle) SaveSettings(app.Settings)  {}
func (idle) Announce([]string, int)     {}
func (idle) Rotate()                    {}
func (idle) ReplaceKey()                {}

func (idle) SendBy(string)                 {}
func (idle) SetChannel(string, string)     {}
func (idle) AddPhone(string, bool, string) {}
func (idle) RemovePhone(string)            {}
func (idle) TestChannel(string)            {}
func (idle) LiftEnrolStop()                {}
func (idle) GiveEmail(string, string)      {}

// stage shows a story in a window and returns the window's page.
func stage(w fyne.Window, s story.Story, lang string) *part.Page {
	p := text.For(lang)
	page := part.NewPage()
	var scr screen.Screen
	kit := part.NewKit()
	do := idle{}
	do.show = func() { page.Set(scr.Show(s.View), screen.Foot(s.View, p, idle{}, kit)) }
	scr = screen.New(screen.Route(s.View), p, do)
	v := s.View
	// What is typed was typed before it was refused or sent.
	s.View.Failed, s.View.Work = nil, screen.Idle
	do.show()
	if s.Act != nil {
		s.Act(scr)
	}
	s.View = v
	w.SetPadded(false)
	w.SetContent(page)
	do.show()
	if f := scr.First(); f != nil {
		w.Canvas().Focus(f)
	}
	return page
}

// TestGallery writes the pictures where HOLDFAST_GALLERY says.
func TestGallery(t *testing.T) {
	out := os.Getenv("HOLDFAST_GALLERY")
	if out == "" {
		t.Skip("set HOLDFAST_GALLERY to a folder to get the pictures")
	}
	for _, lang := range text.Languages {
		for _, variant := range []string{"light", "dark"} {
			t.Run(lang+"-"+variant, func(t *testing.T) { draws(t, out, lang, variant) })
		}
	}
}

func draws(t *testing.T, out, lang, variant string) {
	dir := filepath.Join(out, lang+"-"+variant)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var all []image.Image
	for _, s := range story.All() {
		shot := picture(t, s, lang, variant)
		all = append(all, shot)
		save(t, filepath.Join(dir, s.Name+".png"), shot)
	}
	save(t, filepath.Join(out, fmt.Sprintf("sheet-%s-%s.png", lang, variant)), sheet(all))
}

func picture(t *testing.T, s story.Story, lang, variant string) image.Image {
	t.Helper()
	fyne.CurrentApp().Settings().SetTheme(look.Theme{Appearance: variant})
	w := test.NewWindow(nil)
	defer w.Close()
	page := stage(w, s, lang)
	// As tall as the screen needs, so that nothing hides below the fold.
	w.Resize(fyne.NewSize(look.WindowWidth, fyne.Max(look.WindowHeight, page.Height(look.WindowWidth))))
	return w.Canvas().Capture()
}

// columns is how many pictures stand beside each other on a sheet.
const columns = 8

// sheet puts all pictures on one, each at half its size.
func sheet(all []image.Image) image.Image {
	w, h := int(look.WindowWidth)/2, int(look.WindowHeight)/2
	const gap = 8
	rows := (len(all) + columns - 1) / columns
	out := image.NewRGBA(image.Rect(0, 0, columns*(w+gap), rows*(h+gap)))
	for i, img := range all {
		small := half(img, w, h)
		x, y := (i%columns)*(w+gap), (i/columns)*(h+gap)
		draw.Draw(out, image.Rect(x, y, x+w, y+h), small, image.Point{}, draw.Src)
	}
	return out
}

// half takes the mean of each square of four points.
func half(img image.Image, w, h int) image.Image {
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			var r, g, b uint32
			for _, p := range []image.Point{{X: 0, Y: 0}, {X: 1, Y: 0}, {X: 0, Y: 1}, {X: 1, Y: 1}} {
				cr, cg, cb, _ := img.At(2*x+p.X, 2*y+p.Y).RGBA()
				r, g, b = r+cr>>8, g+cg>>8, b+cb>>8
			}
			i := out.PixOffset(x, y)
			out.Pix[i], out.Pix[i+1], out.Pix[i+2], out.Pix[i+3] = uint8(r/4), uint8(g/4), uint8(b/4), 255
		}
	}
	return out
}

func save(t *testing.T, path string, img image.Image) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
