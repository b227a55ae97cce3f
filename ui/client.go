// Package ui is the window over app: a Shell that shows the screen for a view,
// and a Runner that runs the client's use cases one at a time away from the
// window's goroutine. What belongs here: what a person's action sets going, and
// the one crossing to the window's goroutine. What does not: how a screen looks
// (ui/screen, ui/part, ui/look), the program's start (internal/desktop), and
// everything that app decides.
package ui

import (
	"context"

	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// Client is what the window needs of app.Client.
type Client interface {
	Status(ctx context.Context) app.Status
	Register(ctx context.Context, in app.RegisterInput) (app.Status, error)
	Enrol(ctx context.Context, in app.EnrolInput) (app.Status, error)
	CheckIn(ctx context.Context) (app.Status, error)
	Answer(ctx context.Context, typed string) (app.Status, error)
	SendAgain(ctx context.Context) (app.Status, error)
	SendBy(ctx context.Context, channel string) (app.Status, error)
	Security(ctx context.Context) (app.Security, error)
	SetChannel(ctx context.Context, channel, password string) (app.Status, error)
	AddPhone(ctx context.Context, number string, voice bool, password string) (app.Status, error)
	RemovePhone(ctx context.Context, password string) (app.Security, error)
	TestChannel(ctx context.Context, channel string) (app.Delivery, error)
	LiftEnrolStop(ctx context.Context) (app.Security, error)
	GiveEmail(ctx context.Context, email, password string) (app.Status, error)
	Refresh(ctx context.Context) (app.Status, error)
	NotNow(ctx context.Context) (app.Status, error)
	SignOut(ctx context.Context, in app.SignOutInput) (app.Status, error)
	Fingerprint(ctx context.Context) (fingerprint.Snapshot, error)
	Keys(ctx context.Context) ([]vault.Info, error)
	GetKey(ctx context.Context, name string) ([]byte, error)
	PutKey(ctx context.Context, name string, value []byte) error
	RemoveKey(ctx context.Context, name string) error
	Backup(ctx context.Context, path, passphrase string) error
	Restore(ctx context.Context, path, passphrase string) (int, error)
	Report(ctx context.Context) (string, error)
	SaveSettings(s app.Settings) error
	History(ctx context.Context) ([]app.Event, error)
	Announce(ctx context.Context, groups []string, hours int) (app.Status, error)
	Rotate(ctx context.Context) (app.Status, error)
	ReplaceKey(ctx context.Context) (app.Status, error)
}

var _ Client = (*app.Client)(nil)
