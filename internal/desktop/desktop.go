package desktop

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/lang"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/internal/version"
	"github.com/seed-1feef0b2/holdfast/ui"
	"github.com/seed-1feef0b2/holdfast/ui/look"
)

// Exit codes, the same as the command line's.
const (
	ExitDone  = 0
	ExitError = 1
	ExitUsage = 2
)

// stopWithin is how long closing waits for the work under way.
const stopWithin = 2 * time.Second

// Program is the window with everything that it reaches for.
type Program struct {
	Args   []string
	Env    func(string) string
	Stdout io.Writer
	Stderr io.Writer
	Now    func() time.Time

	client *app.Client
	shell  *ui.Shell
	window fyne.Window
	cancel context.CancelFunc
	work   sync.WaitGroup
	once   sync.Once
}

// System is the program on this process's streams and clock.
func System(args []string) *Program {
	return &Program{Args: args, Env: os.Getenv, Stdout: os.Stdout, Stderr: os.Stderr, Now: time.Now}
}

// Run shows the window until it is closed and gives the exit code. It must be
// called from the main goroutine.
func (p *Program) Run() int {
	o, err := Parse(p.Args, p.Env, os.UserConfigDir, p.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return ExitDone
	case err != nil:
		return ExitUsage
	case o.Version:
		fmt.Fprintln(p.Stdout, "holdfast", version.Version)
		return ExitDone
	}
	say := text.For(Language(p.Env, lang.SystemLocale().LanguageString()))
	if runtime.GOOS == "linux" && p.Env("DISPLAY") == "" && p.Env("WAYLAND_DISPLAY") == "" {
		complain(p.Stderr, say, "DISPLAY, WAYLAND_DISPLAY")
		return ExitError
	}
	lock, err := alone(o.Profile)
	if err != nil {
		return p.refuse(say, err)
	}
	defer lock.Release()
	if err := p.open(o, say); err != nil {
		return p.refuse(say, err)
	}
	p.start()
	p.window.ShowAndRun()
	p.Close()
	return ExitDone
}

// alone makes sure that a profile has one window.
func alone(profile string) (*files.Lock, error) {
	if err := os.MkdirAll(profile, 0o700); err != nil {
		return nil, api.Wrap(api.CodeFile, err)
	}
	return files.Acquire(context.Background(), filepath.Join(profile, "window.lock"), 0)
}

func (p *Program) refuse(say *text.Printer, err error) int {
	if api.CodeOf(err) == api.CodeProfileBusy {
		fmt.Fprintln(p.Stderr, say.T("ui.start.running"))
		return ExitError
	}
	said := app.Say(say, err, time.Local)
	fmt.Fprintln(p.Stderr, said.Text)
	for _, hint := range said.Hints {
		fmt.Fprintln(p.Stderr, hint)
	}
	return ExitError
}

// open makes client, window and shell; nothing works yet.
func (p *Program) open(o Options, say *text.Printer) error {
	log.SetOutput(&hearing{out: p.Stderr, p: say, end: func() { os.Exit(ExitError) }})
	src, err := source(o.Recorded)
	if err != nil {
		return api.Wrap(api.CodeReadFailed, err)
	}
	host, err := os.Hostname()
	if err != nil {
		host = ""
	}
	named := o.Server
	if named == DefaultServer {
		named = "" // nobody said it: a profile may know another one
	}
	p.client, err = app.Open(app.Config{
		Profile: o.Profile, Server: named, Fallback: DefaultServer, Source: src, Now: p.Now, Language: say.Language(),
		Version: version.Version, Name: host, Log: slog.New(slog.NewTextHandler(p.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Chip: o.chip(),
		Keystore: func(id string) (keystore.Store, error) {
			return keystore.Open(keystore.Options{Profile: id, Dir: o.Profile, PassphraseFile: p.Env(EnvPassphraseFile), Disk: files.OS()})
		},
	})
	if err != nil {
		return err
	}
	a := fyneapp.NewWithID(ID)
	a.SetIcon(look.AppIcon())
	p.window = a.NewWindow("Holdfast")
	p.window.SetMaster()
	p.shell = ui.New(ui.Config{
		Client: p.client, Window: p.window, Now: p.Now, Settings: p.client.Settings(), Language: say.Language(),
		Name: host, Folder: home(), Version: version.Version, Profile: o.commandPrefix(), Open: func(address string) { openURL(a, address) },
	})
	p.window.Resize(fyne.NewSize(look.WindowWidth, look.WindowHeight))
	p.window.CenterOnScreen()
	p.window.SetCloseIntercept(func() {
		p.Close()
		p.window.Close()
	})
	return nil
}

// openURL opens only web addresses: the server names them.
func openURL(a fyne.App, address string) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return
	}
	if err := a.OpenURL(u); err != nil {
		log.Println("opening the browser:", err)
	}
}

// start sets the work and the clock going.
func (p *Program) start() {
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	p.work.Add(2)
	go func() {
		defer p.work.Done()
		p.shell.Runner().Run(ctx)
	}()
	go func() {
		defer p.work.Done()
		p.beat(ctx)
	}()
	p.shell.Start()
}

// beat tells the shell that time passes: soon after the start, when something
// has to be said, and then every second.
func (p *Program) beat(ctx context.Context) {
	soon := time.NewTimer(350 * time.Millisecond)
	defer soon.Stop()
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-soon.C:
		case <-second.C:
		}
		p.shell.Tick()
	}
}

// Close stops the work first, then forgets what is open. It may be called twice.
func (p *Program) Close() {
	p.once.Do(func() {
		if p.cancel != nil {
			p.cancel()
		}
		ended := make(chan struct{})
		go func() {
			p.work.Wait()
			close(ended)
		}()
		select {
		case <-ended:
			p.client.Close()
		case <-time.After(stopWithin):
			// Work that does not end is ended with the program; files are written whole or not at all.
		}
		p.shell.Forget()
	})
}
