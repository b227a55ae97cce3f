package ui

import (
	"context"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/ui/look"
	"github.com/seed-1feef0b2/holdfast/ui/screen"
	"github.com/seed-1feef0b2/holdfast/ui/story"
)

func TestMain(m *testing.M) {
	os.Setenv("LANG", "en_US.UTF-8")
	os.Exit(m.Run())
}

// fake is a client that answers from canned states and writes down its calls.
type fake struct {
	mu    sync.Mutex
	calls []string
	now   app.Status
	err   error
	keys  []vault.Info
	saved app.Settings
	// failing is why the last message failed.
	failing string
}

func (f *fake) call(words ...string) (app.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, strings.Join(words, " "))
	return f.now, f.err
}

// said gives the calls and forgets them.
func (f *fake) said() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := strings.Join(f.calls, "; ")
	f.calls = nil
	return out
}

// becomes sets what the client answers from now on.
func (f *fake) becomes(v screen.View, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now, f.keys, f.err = v.Status, v.Keys, err
}

func (f *fake) Status(context.Context) app.Status {
	st, _ := f.call("status")
	return st
}

func (f *fake) Register(_ context.Context, in app.RegisterInput) (app.Status, error) {
	return f.call("register", in.Email)
}

func (f *fake) Enrol(_ context.Context, in app.EnrolInput) (app.Status, error) {
	return f.call("enrol", in.Login)
}
func (f *fake) CheckIn(context.Context) (app.Status, error) { return f.call("check-in") }
func (f *fake) Answer(_ context.Context, c string) (app.Status, error) {
	return f.call("answer", c)
}
func (f *fake) SendAgain(context.Context) (app.Status, error) { return f.call("send") }
func (f *fake) Refresh(context.Context) (app.Status, error)   { return f.call("refresh") }
func (f *fake) NotNow(context.Context) (app.Status, error)    { return f.call("not-now") }

func (f *fake) SignOut(_ context.Context, in app.SignOutInput) (app.Status, error) {
	return f.call("sign-out")
}

func (f *fake) Fingerprint(context.Context) (fingerprint.Snapshot, error) {
	_, err := f.call("fingerprint")
	return *story.Snapshot(), err
}

func (f *fake) Keys(context.Context) ([]vault.Info, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.keys, nil
}

func (f *fake) GetKey(_ context.Context, name string) ([]byte, error) {
	_, err := f.call("get", name)
	return []byte("s3cret"), err
}

func (f *fake) PutKey(_ context.Context, name string, value []byte) error {
	_, err := f.call("put", name, string(value))
	return err
}

func (f *fake) RemoveKey(_ context.Context, name string) error {
	_, err := f.call("remove", name)
	return err
}

func (f *fake) Backup(_ context.Context, path, pass string) error {
	_, err := f.call("backup", path, pass)
	return err
}

func (f *fake) Restore(_ context.Context, path, pass string) (int, error) {
	_, err := f.call("restore", path, pass)
	return 3, err
}

func (f *fake) Report(context.Context) (string, error) {
	_, err := f.call("report")
	return "state: activated", err
}

func (f *fake) SaveSettings(s app.Settings) error {
	f.saved = s
	_, err := f.call("settings", s.Language+"/"+s.Appearance)
	return err
}

func (f *fake) History(context.Context) ([]app.Event, error) {
	_, err := f.call("history")
	return story.History(), err
}

func (f *fake) Announce(_ context.Context, groups []string, hours int) (app.Status, error) {
	return f.call("announce", strings.Join(groups, "+"), strconv.Itoa(hours))
}

func (f *fake) Rotate(context.Context) (app.Status, error)     { return f.call("rotate") }
func (f *fake) ReplaceKey(context.Context) (app.Status, error) { return f.call("replace-key") }

func (f *fake) SendBy(_ context.Context, by string) (app.Status, error) { return f.call("send-by", by) }

func (f *fake) SetChannel(_ context.Context, c, _ string) (app.Status, error) {
	return f.call("channel", c)
}

func (f *fake) AddPhone(_ context.Context, n string, _ bool, _ string) (app.Status, error) {
	return f.call("phone", n)
}

func (f *fake) GiveEmail(_ context.Context, e, _ string) (app.Status, error) {
	return f.call("email", e)
}

func (f *fake) Security(context.Context) (app.Security, error) { return f.secured("security") }

func (f *fake) RemovePhone(context.Context, string) (app.Security, error) {
	return f.secured("no-phone")
}

func (f *fake) LiftEnrolStop(context.Context) (app.Security, error) { return f.secured("lift") }

func (f *fake) TestChannel(_ context.Context, c string) (app.Delivery, error) {
	_, err := f.call("test", c)
	return app.Delivery{}, err
}

func (f *fake) secured(what string) (app.Security, error) {
	_, err := f.call(what)
	return app.Security{Channel: "email", Ways: []app.Way{{Channel: "email", Destination: "k•••@e•••.org", Failing: f.failing}}}, err
}

// rig is a shell over a fake, whose work is done when the test says so.
type rig struct {
	t     *testing.T
	shell *Shell
	fake  *fake
	win   fyne.Window
	clock time.Time
	url   string
}

func newRig(t *testing.T, v screen.View) *rig {
	t.Helper()
	r := &rig{t: t, fake: &fake{}, clock: story.Now}
	r.fake.becomes(v, nil)
	test.NewTempApp(t)
	r.win = test.NewTempWindow(t, nil)
	r.shell = New(Config{
		Client: r.fake, Window: r.win, Now: func() time.Time { return r.clock }, Dispatch: func(f func()) { f() },
		Language: "en", Name: "LAPTOP-7", Folder: "/home/kim", Version: "0.1.0", Open: func(u string) { r.url = u },
	})
	r.win.Resize(fyne.NewSize(look.WindowWidth, look.WindowHeight))
	return r
}

// started is a rig whose first status has come.
func started(t *testing.T, v screen.View) *rig {
	t.Helper()
	r := newRig(t, v)
	r.shell.Start()
	r.work()
	r.fake.said()
	return r
}

// work does all the work that is queued.
func (r *rig) work() {
	for {
		select {
		case j := <-r.shell.runner.jobs:
			r.shell.Receive(j(r.t.Context()))
		default:
			return
		}
	}
}

// later lets time pass.
func (r *rig) later(d time.Duration) {
	r.clock = r.clock.Add(d)
	r.shell.Tick()
}

func (r *rig) at(want screen.Name) {
	r.t.Helper()
	if got := r.shell.Screen(); got != want {
		r.t.Fatalf("the screen is %s, want %s", got, want)
	}
}

func (r *rig) did(want string) {
	r.t.Helper()
	if got := r.fake.said(); got != want {
		r.t.Errorf("the client was asked %q, want %q", got, want)
	}
}

func (r *rig) says(word string) bool {
	return strings.Contains(strings.Join(story.Words(r.shell.Page()), "\n"), word)
}

// types types with the keyboard into whatever has it.
func (r *rig) types(s string) {
	r.t.Helper()
	f := r.win.Canvas().Focused()
	if f == nil {
		r.t.Fatal("nothing has the keyboard")
	}
	for _, c := range s {
		f.TypedRune(c)
	}
}

func (r *rig) key(names ...fyne.KeyName) {
	for _, n := range names {
		c := r.win.Canvas()
		switch {
		case n == fyne.KeyTab:
			c.FocusNext()
		case c.Focused() != nil:
			c.Focused().TypedKey(&fyne.KeyEvent{Name: n})
		default:
			c.OnTypedKey()(&fyne.KeyEvent{Name: n})
		}
	}
}

var errAway = api.NewError(api.CodeServerAway)
