package ui

import (
	"context"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/ui/screen"
)

// apply takes what a piece of work came to into the view, and shows it.
func (s *Shell) apply(r Result) {
	if r.Quiet {
		s.quiet--
	} else if r.Work == s.view.Work {
		s.view.Work = screen.Idle
	}
	before := s.view.Status.State
	s.view.Asked = s.view.Asked || asks[r.Work]
	if r.Status != nil {
		s.view.Status = *r.Status
		s.view.Ready = true
		if r.KeysRead {
			s.view.Keys = r.Keys
		} else if r.Status.Access == app.AccessNone {
			s.view.Keys = nil
		}
	}
	s.fail(r)
	if r.History != nil {
		s.view.History = r.History // what this computer remembers is there even where the server is not
	}
	if r.Err == nil {
		s.succeed(r, before)
	}
	if r.Work == screen.WorkStart {
		s.started()
	}
	s.Show()
}

// asks are the pieces of work that ask the server.
var asks = map[screen.Work]bool{
	screen.WorkRegister: true, screen.WorkEnrol: true, screen.WorkAnswer: true, screen.WorkSend: true,
	screen.WorkCheck: true, screen.WorkRefresh: true, screen.WorkSignOut: true,
	screen.WorkAnnounce: true, screen.WorkRotate: true, screen.WorkReplace: true,
	screen.WorkSecurity: true, screen.WorkChannel: true, screen.WorkPhone: true, screen.WorkNoPhone: true,
	screen.WorkTest: true, screen.WorkLift: true, screen.WorkEmail: true,
}

// fail remembers a failure that somebody waits for. Later screens say of the
// server's absence what is to be said.
func (s *Shell) fail(r Result) {
	if r.Err == nil || r.Quiet && r.Work != screen.WorkSettings {
		return
	}
	if r.Work == screen.WorkStart && s.view.Ready && api.CodeOf(r.Err) == api.CodeServerAway {
		return
	}
	s.serial++
	s.view.Failed = &screen.Failure{Work: r.Work, Err: r.Err, Value: r.Value, Serial: s.serial}
}

// succeed goes on from what was done.
func (s *Shell) succeed(r Result, before app.State) {
	switch r.Work {
	case screen.WorkAnswer:
		if r.Reason == api.ReasonEmail && r.Status != nil && r.Status.State != app.Activated {
			s.answered(r.Reason) // the computer's own code comes next
		}
		if r.Status != nil && r.Status.State == app.Activated {
			s.view.Fresh, s.view.Place, s.view.Failed = before != app.Activated, screen.AtHome, nil
			if before == app.Activated {
				s.answered(r.Reason)
			}
		}
	case screen.WorkRegister, screen.WorkEnrol, screen.WorkNotNow:
		s.view.Place = screen.AtHome
	case screen.WorkAnnounce, screen.WorkPhone, screen.WorkChannel, screen.WorkEmail:
		s.view.Place = screen.AtCode
		if r.Work == screen.WorkEmail && r.Status != nil && r.Status.Challenge == nil { // the server knows it
			s.arrive("ui.notice.keys", r)
		}
	case screen.WorkSecurity:
		s.view.Security = r.Security
	case screen.WorkNoPhone:
		s.secure("ui.notice.no_phone", r)
	case screen.WorkLift:
		s.secure("ui.notice.lifted", r)
	case screen.WorkTest:
		s.tested = s.cfg.Now()
		s.view.Notice = &screen.Notice{Key: "ui.notice.test"}
	case screen.WorkReplace:
		s.view.Place = screen.AtHome
	case screen.WorkRotate:
		s.arrive("ui.notice.rotated", r)
	case screen.WorkSignOut:
		s.view.Place, s.view.Keys, s.view.Fresh = screen.AtHome, nil, false
	case screen.WorkPut:
		s.arrive("ui.notice.put", r)
	case screen.WorkRemove:
		s.arrive("ui.notice.removed", r)
	case screen.WorkBackup:
		s.arrive("ui.notice.backup", r)
	case screen.WorkRestore:
		s.arrive("ui.notice.restored", r)
	case screen.WorkCopy:
		s.hold(r.Name, r.Secret)
	case screen.WorkRead:
		s.view.Snapshot = r.Snapshot
	case screen.WorkReport:
		s.view.Report = r.Report
	}
}

// answered says what a code did that was not about activation.
func (s *Shell) answered(reason string) {
	key := "ui.notice.announced"
	switch reason {
	case api.ReasonPhone, api.ReasonChannel, api.ReasonEmail:
		key = "ui.notice." + reason
	}
	s.view.Notice = &screen.Notice{Key: key}
	if reason == api.ReasonPhone { // the next step is to choose it
		s.Go(screen.AtSecurity, "")
		s.view.Notice = &screen.Notice{Key: key}
	}
}

// secure shows where codes go after a change, with a sentence about it. The
// screen is made anew, so that the password does not stay in it.
func (s *Shell) secure(key string, r Result) {
	s.view.Security, s.view.Notice = r.Security, &screen.Notice{Key: key}
	s.screen, s.name = nil, ""
}

// arrive leads home with a sentence about what was done.
func (s *Shell) arrive(key string, r Result) {
	s.view.Place, s.view.Subject = screen.AtHome, ""
	s.view.Notice = &screen.Notice{Key: key, Name: r.Name, Count: r.Count}
}

// started goes on from the first status: an open computer is checked in quietly.
func (s *Shell) started() {
	if s.view.Status.State == app.Activated {
		s.quietly(screen.WorkCheck, s.cfg.Client.CheckIn)
	}
	s.checked = s.cfg.Now()
	s.refreshed = s.checked
}

// quietly does something that nobody asked for.
func (s *Shell) quietly(w screen.Work, run func(ctx context.Context) (app.Status, error)) {
	if s.runner.do(s.runner.told(w, true, run)) {
		s.quiet++
	}
}

// tick does what is due and draws what changes with time.
func (s *Shell) tick() {
	now := s.cfg.Now()
	if s.view.Copied != "" && !now.Before(s.view.CopiedUntil) {
		s.Forget()
		defer func() { s.view.CopiedUntil = time.Time{} }()
	}
	if s.view.Ready && s.view.Work == screen.Idle && s.quiet == 0 {
		s.due()
	}
	show := s.moves()
	if !s.copiedAt.IsZero() && now.Sub(s.copiedAt) >= copiedFor {
		s.copiedAt, show = time.Time{}, true
	}
	if show {
		s.Show()
	}
}

// due asks the server again: about an open code every few seconds, about this
// computer every hour.
func (s *Shell) due() {
	now, st := s.cfg.Now(), s.view.Status
	switch {
	case st.State == app.NotEnrolled || st.State == app.Revoked:
	case now.Sub(s.checked) >= checkEvery:
		s.checked = now
		s.quietly(screen.WorkCheck, s.cfg.Client.CheckIn)
	case s.name == screen.Security && now.Sub(s.tested) < testedFor && now.Sub(s.refreshed) >= refreshEvery:
		s.refreshed = now
		if s.runner.do(s.again(secured(screen.WorkSecurity, s.cfg.Client.Security))) {
			s.quiet++
		}
	case st.Challenge != nil && watched(s.name) && now.Sub(s.refreshed) >= refreshAfter(st.Challenge):
		s.refreshed = now
		s.quietly(screen.WorkRefresh, s.cfg.Client.Refresh)
	}
}

// again is a job that nobody asked for.
func (s *Shell) again(j job) job {
	return func(ctx context.Context) Result {
		r := j(ctx)
		r.Quiet = true
		return r
	}
}

// refreshAfter is short while a message has not gone out, so that the screen
// soon says that it has.
func refreshAfter(ch *app.Challenge) time.Duration {
	if n := len(ch.Deliveries); n == 0 || ch.Deliveries[n-1].State == api.DeliveryQueued {
		return refreshSoon
	}
	return refreshEvery
}

func watched(n screen.Name) bool { return n == screen.Code || n == screen.Changed }

// moves says whether what is shown changes with time.
func (s *Shell) moves() bool {
	return watched(s.name) || s.name == screen.Starting || s.name == screen.Home && !s.view.CopiedUntil.IsZero()
}
