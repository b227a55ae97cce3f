package ui

import (
	"context"
	"crypto/sha256"
	"time"

	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/ui/screen"
)

// How often the shell does something by itself, and how long things last.
const (
	refreshEvery = 4 * time.Second
	refreshSoon  = time.Second // while a message waits to be sent
	checkEvery   = time.Hour
	testedFor    = 2 * time.Minute  // what became of a test message is looked for
	secretFor    = 30 * time.Second // a key's value stays on the clipboard
	copiedFor    = 2 * time.Second  // "Copied" is shown
)

var _ screen.Actions = (*Shell)(nil)

// begin sets a person's action going, unless one is under way.
func (s *Shell) begin(w screen.Work, j job) {
	if s.view.Work != screen.Idle || !s.runner.do(j) {
		return
	}
	s.view.Work, s.view.Failed, s.view.Notice = w, nil, nil
	s.Show()
}

func (s *Shell) tell(w screen.Work, run func(ctx context.Context) (app.Status, error)) {
	s.begin(w, s.runner.told(w, false, run))
}

// Register begins an account.
func (s *Shell) Register(in app.RegisterInput) {
	s.tell(screen.WorkRegister, func(ctx context.Context) (app.Status, error) { return s.cfg.Client.Register(ctx, in) })
}

// Enrol adds this computer to an account.
func (s *Shell) Enrol(in app.EnrolInput) {
	s.tell(screen.WorkEnrol, func(ctx context.Context) (app.Status, error) { return s.cfg.Client.Enrol(ctx, in) })
}

// Answer answers the open challenge.
func (s *Shell) Answer(code string) {
	inner := s.runner.told(screen.WorkAnswer, false, func(ctx context.Context) (app.Status, error) { return s.cfg.Client.Answer(ctx, code) })
	reason := ""
	if ch := s.view.Status.Challenge; ch != nil {
		reason = ch.Reason
	}
	s.begin(screen.WorkAnswer, func(ctx context.Context) Result {
		r := inner(ctx)
		r.Value, r.Reason = code, reason
		return r
	})
}

// SendAgain sends the code once more.
func (s *Shell) SendAgain() { s.tell(screen.WorkSend, s.cfg.Client.SendAgain) }

// NotNow goes on with limited rights.
func (s *Shell) NotNow() { s.tell(screen.WorkNotNow, s.cfg.Client.NotNow) }

// Check checks this computer in; before the first status it starts once more.
func (s *Shell) Check() {
	if !s.view.Ready {
		s.view.Since = s.cfg.Now()
		s.tell(screen.WorkStart, s.runner.start)
		return
	}
	s.checked = s.cfg.Now()
	s.tell(screen.WorkCheck, s.cfg.Client.CheckIn)
}

// GoOn leaves the screen that says that it is done.
func (s *Shell) GoOn() {
	s.view.Fresh = false
	s.Go(screen.AtHome, "")
}

// SignOut takes this computer off the account.
func (s *Shell) SignOut(forgetKeys bool) {
	s.tell(screen.WorkSignOut, func(ctx context.Context) (app.Status, error) {
		return s.cfg.Client.SignOut(ctx, app.SignOutInput{ForgetKeys: forgetKeys})
	})
}

// Announce says beforehand which parts are going to change; a code confirms it.
func (s *Shell) Announce(groups []string, hours int) {
	s.tell(screen.WorkAnnounce, func(ctx context.Context) (app.Status, error) { return s.cfg.Client.Announce(ctx, groups, hours) })
}

// Rotate gives the vault a new master key.
func (s *Shell) Rotate() { s.tell(screen.WorkRotate, s.cfg.Client.Rotate) }

// ReplaceKey asks for a new device key after the chip's was lost.
func (s *Shell) ReplaceKey() { s.tell(screen.WorkReplace, s.cfg.Client.ReplaceKey) }

// PutKey keeps a key.
func (s *Shell) PutKey(name string, value []byte) {
	s.begin(screen.WorkPut, s.runner.changed(screen.WorkPut, func(ctx context.Context, out *Result) error {
		out.Name = name
		return s.cfg.Client.PutKey(ctx, name, value)
	}))
}

// RemoveKey removes a key.
func (s *Shell) RemoveKey(name string) {
	s.begin(screen.WorkRemove, s.runner.changed(screen.WorkRemove, func(ctx context.Context, out *Result) error {
		out.Name = name
		return s.cfg.Client.RemoveKey(ctx, name)
	}))
}

// CopyKey puts a key's value on the clipboard for half a minute.
func (s *Shell) CopyKey(name string) {
	s.begin(screen.WorkCopy, s.runner.changed(screen.WorkCopy, func(ctx context.Context, out *Result) error {
		value, err := s.cfg.Client.GetKey(ctx, name)
		out.Name, out.Secret = name, value
		return err
	}))
}

// Backup writes the keys into a file under a passphrase.
func (s *Shell) Backup(path, passphrase string) {
	s.begin(screen.WorkBackup, s.runner.changed(screen.WorkBackup, func(ctx context.Context, out *Result) error {
		out.Name = path
		return s.cfg.Client.Backup(ctx, path, passphrase)
	}))
}

// Restore brings keys back from a file.
func (s *Shell) Restore(path, passphrase string) {
	s.begin(screen.WorkRestore, s.runner.changed(screen.WorkRestore, func(ctx context.Context, out *Result) error {
		n, err := s.cfg.Client.Restore(ctx, path, passphrase)
		out.Count = n
		return err
	}))
}

// SaveSettings takes up the settings at once and keeps them.
func (s *Shell) SaveSettings(set app.Settings) {
	spoke := s.view.Settings.Language
	s.view.Settings = set
	s.view.Failed = nil
	s.dress()
	if set.Language != spoke {
		s.speak()
	}
	s.runner.do(func(context.Context) Result {
		return Result{Work: screen.WorkSettings, Quiet: true, Err: s.cfg.Client.SaveSettings(set)}
	})
	s.Show()
}

// Go goes to a place. Leaving an aside leads back to where the person was.
func (s *Shell) Go(place screen.Place, subject string) {
	from := s.view.Place
	was := screen.Aside(screen.Route(s.view))
	s.view.Place, s.view.Subject = place, subject
	s.view.Failed, s.view.Notice = s.keepAnswer(), nil
	now := screen.Aside(screen.Route(s.view))
	switch {
	case now && !was:
		s.before = from
	case was && place == screen.AtHome:
		s.view.Place, s.before = s.before, screen.AtHome
	}
	s.ask(place)
	s.Show()
}

// keepAnswer keeps what was said of a code while an aside covers its screen, and
// what kept the program from starting.
func (s *Shell) keepAnswer() *screen.Failure {
	return s.view.FailedAt(screen.WorkAnswer, screen.WorkStart)
}

// ask begins what a place shows.
func (s *Shell) ask(place screen.Place) {
	switch place {
	case screen.AtRead:
		s.view.Snapshot = nil
		s.runner.do(func(ctx context.Context) Result {
			snap, err := s.cfg.Client.Fingerprint(ctx)
			out := Result{Work: screen.WorkRead, Err: err}
			if err == nil || len(snap.Components) > 0 {
				out.Snapshot, out.Err = &fingerprint.Snapshot{}, nil
				*out.Snapshot = snap
			}
			return out
		})
	case screen.AtHistory:
		s.view.History = nil
		s.runner.do(func(ctx context.Context) Result {
			events, err := s.cfg.Client.History(ctx)
			if err == nil && events == nil {
				events = []app.Event{} // nothing happened yet, which is not the same as unread
			}
			return Result{Work: screen.WorkHistory, Err: err, History: events}
		})
	case screen.AtSecurity:
		s.view.Security = nil
		s.runner.do(secured(screen.WorkSecurity, s.cfg.Client.Security))
	case screen.AtReport:
		s.view.Report = ""
		s.runner.do(func(ctx context.Context) Result {
			said, err := s.cfg.Client.Report(ctx)
			return Result{Work: screen.WorkReport, Err: err, Report: said}
		})
	}
}

// Copy puts a text on the clipboard and says so.
func (s *Shell) Copy(text string) {
	fyne.CurrentApp().Clipboard().SetContent(text)
	s.copiedAt = s.cfg.Now()
	s.Show()
}

// Open opens an address in the browser.
func (s *Shell) Open(address string) {
	if s.cfg.Open != nil {
		s.cfg.Open(address)
	}
}

// hold puts a secret on the clipboard until its time is over.
func (s *Shell) hold(name string, secret []byte) {
	s.clip = sha256.Sum256(secret)
	fyne.CurrentApp().Clipboard().SetContent(string(secret))
	clear(secret)
	s.view.Copied, s.view.CopiedUntil = name, s.cfg.Now().Add(secretFor)
}

// Forget takes a secret off the clipboard, if it is still there. The desktop
// calls it when the window closes.
func (s *Shell) Forget() {
	if s.view.Copied == "" {
		return
	}
	s.view.Copied = ""
	board := fyne.CurrentApp().Clipboard()
	if sha256.Sum256([]byte(board.Content())) == s.clip {
		board.SetContent("")
	}
}
