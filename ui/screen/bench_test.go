package screen

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/ui/look"
	"github.com/seed-1feef0b2/holdfast/ui/part"
)

func TestMain(m *testing.M) {
	os.Setenv("LANG", "en_US.UTF-8")
	os.Exit(m.Run())
}

// now is the moment of these tests.
var now = time.Date(2026, 11, 22, 14, 12, 18, 0, time.FixedZone("CET", 3600))

// spy writes down what a screen asks for.
type spy struct {
	show  func()
	calls []string
}

func (s *spy) call(words ...string)             { s.calls = append(s.calls, strings.Join(words, " ")) }
func (s *spy) Go(p Place, subject string)       { s.call("go", string(p), subject) }
func (s *spy) Copy(text string)                 { s.call("copy", text) }
func (s *spy) Open(address string)              { s.call("open", address) }
func (s *spy) Show()                            { s.show() }
func (s *spy) Register(in app.RegisterInput)    { s.call("register", in.Email, in.Password, in.Name) }
func (s *spy) Enrol(in app.EnrolInput)          { s.call("enrol", in.Login, in.Password, in.Name) }
func (s *spy) Answer(code string)               { s.call("answer", code) }
func (s *spy) SendAgain()                       { s.call("send") }
func (s *spy) NotNow()                          { s.call("not-now") }
func (s *spy) PutKey(name string, value []byte) { s.call("put", name, string(value)) }
func (s *spy) CopyKey(name string)              { s.call("copy-key", name) }
func (s *spy) RemoveKey(name string)            { s.call("remove", name) }
func (s *spy) Backup(path, pass string)         { s.call("backup", path, pass) }
func (s *spy) Restore(path, pass string)        { s.call("restore", path, pass) }
func (s *spy) Check()                           { s.call("check") }
func (s *spy) GoOn()                            { s.call("go-on") }
func (s *spy) SaveSettings(set app.Settings) {
	s.call("settings", set.Language+"/"+set.Appearance+"/"+set.TextSize)
}

func (s *spy) Announce(groups []string, hours int) {
	s.call("announce", strings.Join(groups, "+"), strconv.Itoa(hours))
}
func (s *spy) Rotate()     { s.call("rotate") }
func (s *spy) ReplaceKey() { s.call("replace-key") }

func (s *spy) SendBy(channel string)               { s.call("send-by", channel) }
func (s *spy) SetChannel(channel, p string)        { s.call("channel", channel, p) }
func (s *spy) RemovePhone(password string)         { s.call("no-phone", password) }
func (s *spy) TestChannel(channel string)          { s.call("test", channel) }
func (s *spy) LiftEnrolStop()                      { s.call("lift") }
func (s *spy) GiveEmail(email, passw string)       { s.call("email", email, passw) }
func (s *spy) AddPhone(n string, v bool, p string) { s.call("phone", n, strconv.FormatBool(v), p) }

func (s *spy) SignOut(forget bool) {
	if forget {
		s.call("sign-out", "forget")
	} else {
		s.call("sign-out")
	}
}

// bench is a screen on a page, driven by a test.
type bench struct {
	*spy
	t    *testing.T
	page *part.Page
	win  fyne.Window
	scr  Screen
	view View
}

func onBench(t *testing.T, v View) *bench {
	t.Helper()
	fyne.CurrentApp().Settings().SetTheme(look.Theme{Appearance: "light"})
	b := &bench{spy: &spy{}, t: t, page: part.NewPage(), view: v}
	if b.view.Now.IsZero() {
		b.view.Now = now
	}
	b.win = test.NewTempWindow(t, b.page)
	b.win.SetPadded(false)
	b.win.Resize(fyne.NewSize(look.WindowWidth, look.WindowHeight))
	kit := part.NewKit()
	b.scr = New(Route(b.view), text.For("en"), b.spy)
	b.spy.show = func() { b.page.Set(b.scr.Show(b.view), Foot(b.view, text.For("en"), b.spy, kit)) }
	b.spy.show()
	if f := b.scr.First(); f != nil {
		b.win.Canvas().Focus(f)
	}
	return b
}

// to shows another view.
func (b *bench) to(change func(*View)) {
	change(&b.view)
	b.show()
}

// words are all words on the page.
func (b *bench) words() string {
	var out []string
	part.Walk(b.page, func(o fyne.CanvasObject) {
		if a, ok := o.(fyne.Accessible); ok {
			if _, box := o.(*fyne.Container); !box {
				out = append(out, a.AccessibilityLabel())
			}
		}
	})
	return strings.Join(out, "\n")
}

// says wants words on the page.
func (b *bench) says(words ...string) {
	b.t.Helper()
	said := b.words()
	for _, w := range words {
		if !strings.Contains(said, w) {
			b.t.Errorf("the screen does not say %q:\n%s", w, said)
		}
	}
}

// hides wants words not to be on the page.
func (b *bench) hides(words ...string) {
	b.t.Helper()
	said := b.words()
	for _, w := range words {
		if strings.Contains(said, w) {
			b.t.Errorf("the screen says %q:\n%s", w, said)
		}
	}
}

// find is what can be pressed under a name, or nil.
func (b *bench) find(name string) fyne.Tappable {
	var out fyne.Tappable
	part.Walk(b.page, func(o fyne.CanvasObject) {
		tap, ok := o.(fyne.Tappable)
		a, speaks := o.(fyne.Accessible)
		if _, entry := o.(*part.Entry); ok && speaks && !entry && a.AccessibilityLabel() == name && out == nil {
			out = tap
		}
	})
	return out
}

// press presses what carries a name.
func (b *bench) press(name string) {
	b.t.Helper()
	o := b.find(name)
	if o == nil {
		b.t.Fatalf("nothing is called %q:\n%s", name, b.words())
	}
	test.Tap(o)
}

// off wants something to be switched off, on to be pressable.
func (b *bench) off(name string, want bool) {
	b.t.Helper()
	o, ok := b.find(name).(fyne.Disableable)
	if !ok || o.Disabled() != want {
		b.t.Errorf("%q is off: %v, want %v", name, !want, want)
	}
}

// fill types into the entry with a label.
func (b *bench) fill(label, text string) {
	b.t.Helper()
	done := false
	part.Walk(b.page, func(o fyne.CanvasObject) {
		if e, ok := o.(*part.Entry); ok && e.AccessibilityLabel() == label && !done {
			done = true
			e.SetText("")
			test.Type(e, text)
		}
	})
	if !done {
		b.t.Fatalf("no field is called %q", label)
	}
}

// asked wants the calls since the last time.
func (b *bench) asked(want ...string) {
	b.t.Helper()
	if !slices.Equal(b.calls, want) {
		b.t.Errorf("asked for %q, want %q", b.calls, want)
	}
	b.calls = nil
}

// key types a key into what has the keyboard.
func (b *bench) key(names ...fyne.KeyName) {
	b.t.Helper()
	for _, n := range names {
		f := b.win.Canvas().Focused()
		if f == nil {
			b.t.Fatal("nothing has the keyboard")
		}
		f.TypedKey(&fyne.KeyEvent{Name: n})
	}
}
