//go:build recorded

package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/term"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/chip"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
	"github.com/seed-1feef0b2/holdfast/internal/cli/demo"
)

// canReplay says that --recorded works in this build.
const canReplay = true

// replay gives a recorded computer in the place of this one.
func replay(dir string) (fingerprint.Source, error) { return recorded.Open(dir, "") }

// replayChip is a software chip behind a socket, in the place of this computer's.
func replayChip(socket string) func(context.Context) (chip.Chip, error) {
	return func(ctx context.Context) (chip.Chip, error) { return chip.Socket(ctx, socket, 0) }
}

// storyCommands is the story: the real programs on recorded computers.
func storyCommands() []command {
	return []command{{name: "demo", flags: []flag{{name: "daemon", value: "PATH"}}, run: story}}
}

// storyDoc is the JSON of the story.
type storyDoc struct {
	Steps int `json:"steps"`
}

func story(ctx context.Context, c *call) (reply, error) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := c.story()
	if err != nil {
		return reply{}, err
	}
	defer os.RemoveAll(s.Dir)
	err = s.Tell(ctx)
	var broken *demo.Broken
	if errors.As(err, &broken) {
		data := text.Data{"Step": broken.Step, "What": c.say.T(broken.Key, broken.Data)}
		return reply{}, told{code: api.CodeInternal, key: "cli.demo.broken", data: data, detail: broken.Output}
	}
	if errors.Is(err, context.Canceled) {
		return reply{}, told{code: api.CodeInternal, key: "cli.demo.stopped", data: text.Data{}}
	}
	return reply{doc: storyDoc{Steps: demo.Steps()}}, err
}

// story makes the telling: the server program lies beside this one unless
// --daemon names it.
func (c *call) story() (demo.Story, error) {
	daemon := c.flags["daemon"]
	if daemon == "" {
		daemon = filepath.Join(filepath.Dir(c.Self), "holdfastd")
		if runtime.GOOS == "windows" {
			daemon += ".exe"
		}
	}
	daemon, err := filepath.Abs(daemon)
	if err != nil {
		return demo.Story{}, fileError(err)
	}
	if info, err := os.Stat(daemon); err != nil || !info.Mode().IsRegular() {
		return demo.Story{}, misuse("cli.demo.no_daemon")
	}
	dir, err := os.MkdirTemp("", "holdfast-demo-")
	if err != nil {
		return demo.Story{}, fileError(err)
	}
	s := demo.Story{Client: c.Self, Daemon: daemon, Dir: dir, Out: c.Stdout, Say: c.say, Env: c.Env}
	if c.flags.is("json") {
		s.Out = io.Discard
	}
	if f, ok := c.Stdout.(*os.File); ok {
		s.Colour = term.IsTerminal(int(f.Fd())) && c.env("NO_COLOR") == "" && c.env("TERM") != "dumb"
	}
	return s, nil
}
