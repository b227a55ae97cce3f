package ui

import (
	"crypto/sha256"
	"time"

	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/ui/look"
	"github.com/seed-1feef0b2/holdfast/ui/part"
	"github.com/seed-1feef0b2/holdfast/ui/screen"
)

// Config is what a Shell is built from.
type Config struct {
	// Client does the work.
	Client Client
	// Window shows it.
	Window fyne.Window
	// Now is the clock, in the person's time zone.
	Now func() time.Time
	// Dispatch runs a function on the window's goroutine; nil is Fyne's own way.
	Dispatch func(func())
	// Settings are the person's choices as of the start.
	Settings app.Settings
	// Language is the system's language, used where the settings name none.
	Language string
	// Name is this computer's proposed name; Folder is where backups are proposed.
	Name, Folder string
	// Version is the program's; Profile how the command line names this profile
	// ("--profile DIR "), or empty.
	Version, Profile string
	// Open opens an address in the browser.
	Open func(address string)
}

// Shell shows the screen for a view, and is the only place that crosses to the
// window's goroutine. Everything in it is touched on that goroutine alone.
type Shell struct {
	cfg    Config
	runner *Runner

	view    screen.View
	printer *text.Printer
	page    *part.Page
	footKit *part.Kit

	name   screen.Name
	screen screen.Screen
	under  map[screen.Name]screen.Screen // what an aside covers
	before screen.Place                  // where the person was before an aside

	serial    int
	clip      [sha256.Size]byte // of the secret on the clipboard
	copiedAt  time.Time
	checked   time.Time // the last check-in
	refreshed time.Time
	tested    time.Time // the last test message
	quiet     int       // quiet jobs under way
}

// New makes a shell. It shows the first screen and starts nothing.
func New(cfg Config) *Shell {
	if cfg.Dispatch == nil {
		cfg.Dispatch = fyne.Do
	}
	s := &Shell{cfg: cfg, page: part.NewPage(), under: map[screen.Name]screen.Screen{}}
	s.runner = NewRunner(cfg.Client, s.Receive)
	s.view = screen.View{
		Now: cfg.Now(), Since: cfg.Now(), Settings: cfg.Settings, Name: cfg.Name, Folder: cfg.Folder,
		Version: cfg.Version, Profile: cfg.Profile, Work: screen.WorkStart,
	}
	s.speak()
	s.dress()
	c := cfg.Window.Canvas()
	cfg.Window.SetPadded(false)
	cfg.Window.SetContent(s.page)
	c.SetOnTypedKey(s.key)
	c.AddShortcut(&fyne.ShortcutPaste{}, s.paste)
	s.Show()
	return s
}

// Runner is what runs the work; somebody must call its Run.
func (s *Shell) Runner() *Runner { return s.runner }

// Start begins: how does this computer stand?
func (s *Shell) Start() {
	s.runner.do(s.runner.told(screen.WorkStart, false, s.runner.start))
}

// Receive takes what a piece of work came to, from any goroutine.
func (s *Shell) Receive(r Result) { s.cfg.Dispatch(func() { s.apply(r) }) }

// Tick tells the shell that time has passed, from any goroutine.
func (s *Shell) Tick() { s.cfg.Dispatch(s.tick) }

// View is what is shown, for tests and for the window's title.
func (s *Shell) View() screen.View { return s.view }

// Screen is the name of the screen that is shown.
func (s *Shell) Screen() screen.Name { return s.name }

// Page is the window's content.
func (s *Shell) Page() *part.Page { return s.page }

// speak takes up the language of the settings.
func (s *Shell) speak() {
	lang := s.view.Settings.Language
	if lang == "" {
		lang = s.cfg.Language
	}
	s.printer = text.For(lang)
	s.screen, s.name = nil, ""
	s.under = map[screen.Name]screen.Screen{}
	s.footKit = part.NewKit()
}

// dress takes up the appearance of the settings.
func (s *Shell) dress() {
	fyne.CurrentApp().Settings().SetTheme(look.Theme{
		Appearance: s.view.Settings.Appearance, TextSize: look.TextSize(s.view.Settings.TextSize),
	})
}

// Show draws the screen for the view as it is now.
func (s *Shell) Show() {
	s.view.Now = s.cfg.Now()
	name := screen.Route(s.view)
	arrived := name != s.name || s.screen == nil
	if arrived {
		s.come(name)
	}
	s.page.Set(s.screen.Show(s.view), s.foot())
	s.entitle()
	s.focus(arrived)
}

// entitle names the window after its screen, which a screen reader says first.
func (s *Shell) entitle() {
	name, product := part.TitleOf(s.page), s.printer.T("product.name")
	if name == "" {
		name = s.printer.T("ui.home.keys")
	}
	if name != product {
		name += " – " + product
	}
	if s.cfg.Window.Title() != name {
		s.cfg.Window.SetTitle(name)
	}
}

// come makes the screen of a name, or takes it up where an aside covered it.
func (s *Shell) come(name screen.Name) {
	if s.screen != nil && screen.Aside(name) && !screen.Aside(s.name) {
		s.under = map[screen.Name]screen.Screen{s.name: s.screen}
	}
	if covered, ok := s.under[name]; ok {
		s.screen = covered
	} else {
		s.screen = screen.New(name, s.printer, s)
	}
	if !screen.Aside(name) {
		s.under = map[screen.Name]screen.Screen{}
	}
	s.name = name
	s.page.Top()
}

func (s *Shell) foot() []fyne.CanvasObject {
	if !s.copiedAt.IsZero() && s.view.Now.Sub(s.copiedAt) < copiedFor {
		return []fyne.CanvasObject{part.Caption(s.printer.T("ui.copied"))}
	}
	return screen.Foot(s.view, s.printer, s, s.footKit)
}

// focus puts the keyboard where a new screen wants it, and takes it from what
// is no longer there.
func (s *Shell) focus(arrived bool) {
	c := s.cfg.Window.Canvas()
	if arrived {
		if first := s.screen.First(); first != nil {
			c.Focus(first)
		} else {
			c.Unfocus()
		}
		return
	}
	if f := c.Focused(); f != nil && !part.Holds(s.page, f) {
		c.Unfocus()
	}
}

// key gets the keys that nothing on the screen uses.
func (s *Shell) key(e *fyne.KeyEvent) {
	c := s.cfg.Window.Canvas()
	switch e.Name {
	case fyne.KeyEscape:
		if top := c.Overlays().Top(); top != nil {
			top.Hide()
			c.Overlays().Remove(top)
		} else if closer, ok := s.screen.(screen.Closer); ok {
			closer.Close()
		}
	case fyne.KeyReturn, fyne.KeyEnter:
		if b := part.PrimaryOf(s.page); b != nil && c.Focused() == nil {
			b.Tapped(nil)
		}
	}
}

func (s *Shell) paste(sc fyne.Shortcut) {
	p, ok := sc.(*fyne.ShortcutPaste)
	if to, takes := s.screen.(screen.Paster); ok && takes && p.Clipboard != nil {
		to.Paste(p.Clipboard.Content())
	}
}
