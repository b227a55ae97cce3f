package cli

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/app/chip"
	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// Program is one call of holdfastctl with everything that it reaches for. The
// zero value of an optional field takes what the field's comment says.
type Program struct {
	// Args are the arguments without the program's name.
	Args []string
	// Stdin, Stdout and Stderr are the three streams.
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Env is the environment, each entry NAME=value, the last of a name counts.
	Env []string
	// ConfigDir gives the folder that holds the default profile.
	ConfigDir func() (string, error)
	// Hostname gives this computer's default name in messages; optional.
	Hostname func() (string, error)
	// Source is the computer that is read.
	Source fingerprint.Source
	// Chip opens the security chip that holds keys; nil keeps them in the keyring.
	Chip func(context.Context) (chip.Chip, error)
	// Keystore opens a keyring; nil is keystore.Open.
	Keystore func(keystore.Options) (keystore.Store, error)
	// Disk writes the profile's files; nil is the operating system's.
	Disk files.Disk
	// Now, Rand and Location are the clock, the randomness and the time zone;
	// nil is the system's.
	Now      func() time.Time
	Rand     io.Reader
	Location *time.Location
	// Wait waits, unless the context ends first, which is its error; nil waits by the
	// system's timer.
	Wait func(context.Context, time.Duration) error
	// Transport carries requests; nil is one with the system's proxy.
	Transport http.RoundTripper
	// Exec replaces this process by another program and returns only with an
	// error. Where it is nil, "run" starts a child and waits for it.
	Exec func(path string, argv, env []string) error
	// Root is the folder that stands for the computer's own root where the files
	// of its system are looked after; empty is the root itself.
	Root string
	// Admin says that this process has administrator rights; nil asks the system.
	Admin func() bool
	// Self is the path of this program, for the story; empty where unknown.
	Self string
}

// System is the program on the streams, files and clock of this process.
func System(args []string) Program {
	self, err := os.Executable()
	if err != nil {
		self = ""
	}
	return Program{
		Args: args, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Env: os.Environ(),
		ConfigDir: os.UserConfigDir, Hostname: os.Hostname, Source: fingerprint.Live(), Chip: chip.System, Keystore: keystore.Open,
		Disk: files.OS(), Now: time.Now, Rand: rand.Reader, Location: time.Local, Exec: replacer(), Self: self,
	}
}

// withDefaults fills what is optional.
func (p Program) withDefaults() Program {
	if p.Keystore == nil {
		p.Keystore = keystore.Open
	}
	if p.Disk == nil {
		p.Disk = files.OS()
	}
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.Rand == nil {
		p.Rand = rand.Reader
	}
	if p.Wait == nil {
		p.Wait = wait
	}
	if p.Location == nil {
		p.Location = time.Local
	}
	if p.Admin == nil {
		p.Admin = func() bool { return os.Geteuid() == 0 }
	}
	if p.ConfigDir == nil {
		p.ConfigDir = os.UserConfigDir
	}
	return p
}

// wait waits by the system's timer.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// env gives the value of an environment variable, empty where it is not set.
func (p Program) env(name string) string {
	value := ""
	for _, entry := range p.Env {
		if n, v, ok := strings.Cut(entry, "="); ok && n == name {
			value = v
		}
	}
	return value
}

// locale is the language that the environment asks for, in the order of POSIX.
func (p Program) locale() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := p.env(name); v != "" {
			return v
		}
	}
	return ""
}

// Run does what the arguments say and gives the exit code; see the Exit
// constants. With "run" it gives the started program's, or never returns.
func (p Program) Run(ctx context.Context) int {
	p = p.withDefaults()
	c := &call{Program: p, say: text.For(p.locale())}
	if err := c.parse(); err != nil {
		return c.wrongUse(err)
	}
	if c.flags.is("help") || c.cmd == nil {
		return c.help()
	}
	r, err := c.cmd.run(ctx, c)
	return c.finish(r, err)
}
