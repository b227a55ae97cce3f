package ui

import (
	"context"

	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/ui/screen"
)

// SendBy sends the code once more, by another enrolled way.
func (s *Shell) SendBy(channel string) {
	s.tell(screen.WorkSend, func(ctx context.Context) (app.Status, error) { return s.cfg.Client.SendBy(ctx, channel) })
}

// SetChannel asks that codes go by another way; a code confirms it.
func (s *Shell) SetChannel(channel, password string) {
	s.tell(screen.WorkChannel, func(ctx context.Context) (app.Status, error) { return s.cfg.Client.SetChannel(ctx, channel, password) })
}

// AddPhone enrols a phone; a code that goes to it confirms it.
func (s *Shell) AddPhone(number string, voice bool, password string) {
	s.tell(screen.WorkPhone, func(ctx context.Context) (app.Status, error) {
		return s.cfg.Client.AddPhone(ctx, number, voice, password)
	})
}

// GiveEmail gives the account's address again; a code that goes there confirms it.
func (s *Shell) GiveEmail(email, password string) {
	s.tell(screen.WorkEmail, func(ctx context.Context) (app.Status, error) { return s.cfg.Client.GiveEmail(ctx, email, password) })
}

// RemovePhone takes the phone off the account.
func (s *Shell) RemovePhone(password string) {
	s.begin(screen.WorkNoPhone, secured(screen.WorkNoPhone, func(ctx context.Context) (app.Security, error) {
		return s.cfg.Client.RemovePhone(ctx, password)
	}))
}

// LiftEnrolStop lets new computers join again.
func (s *Shell) LiftEnrolStop() {
	s.begin(screen.WorkLift, secured(screen.WorkLift, s.cfg.Client.LiftEnrolStop))
}

// TestChannel sends a message without a code.
func (s *Shell) TestChannel(channel string) {
	s.begin(screen.WorkTest, func(ctx context.Context) Result {
		_, err := s.cfg.Client.TestChannel(ctx, channel)
		return Result{Work: screen.WorkTest, Err: err}
	})
}

// secured is a job that ends with where codes go.
func secured(w screen.Work, run func(context.Context) (app.Security, error)) job {
	return func(ctx context.Context) Result {
		sec, err := run(ctx)
		out := Result{Work: w, Err: err}
		if err == nil {
			out.Security = &sec
		}
		return out
	}
}
