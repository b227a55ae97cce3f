package desktop

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// ID is the program's id, the same as in FyneApp.toml.
const ID = "org.holdfast.Holdfast"

// Settings from the environment.
const (
	// EnvServer is the server's address where --server does not name one.
	EnvServer = "HOLDFAST_SERVER"
	// EnvPassphraseFile names the passphrase file of a machine without a keyring.
	EnvPassphraseFile = "HOLDFAST_KEYSTORE_PASSPHRASE_FILE"
)

// DefaultServer is the address that holdfastd listens on where nobody says
// otherwise.
const DefaultServer = "http://127.0.0.1:7461"

// Options are what the program is started with.
type Options struct {
	// Profile is the profile's folder; Named says that the person named it.
	Profile string
	Named   bool
	// Server is the address for a profile that is not enrolled yet.
	Server string
	// Recorded is a recorded computer's folder, only in a build for tests.
	Recorded string
	// NoChip keeps new keys in the keyring; TPM is the socket of a software chip,
	// only in a build for tests.
	NoChip bool
	TPM    string
	// Version asks for the version and nothing else.
	Version bool
}

// errUsage says that the arguments were wrong and that this has been said.
var errUsage = errors.New("usage")

// Parse reads arguments and environment. What is wrong goes to stderr; the error
// then says no more.
func Parse(args []string, env func(string) string, configDir func() (string, error), stderr io.Writer) (Options, error) {
	var o Options
	set := flag.NewFlagSet("holdfast", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.StringVar(&o.Profile, "profile", "", "the folder of the profile")
	set.StringVar(&o.Server, "server", "", "the server's address, for a profile that has none yet")
	set.BoolVar(&o.Version, "version", false, "print the version")
	set.BoolVar(&o.NoChip, "no-chip", false, "keep keys out of this computer's security chip")
	if canReplay {
		set.StringVar(&o.Recorded, "recorded", "", "a recorded computer in the place of this one")
		set.StringVar(&o.TPM, "tpm", "", "the socket of a software TPM in the place of this computer's chip")
	}
	if err := set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, errUsage
	}
	if set.NArg() > 0 {
		fmt.Fprintf(stderr, "holdfast: %q?\n", set.Arg(0))
		set.Usage()
		return o, errUsage
	}
	o.Named = o.Profile != ""
	if o.Profile == "" && !o.Version {
		dir, err := configDir()
		if err != nil {
			return o, err
		}
		o.Profile = filepath.Join(dir, "Holdfast")
	}
	if o.Named {
		if abs, err := filepath.Abs(o.Profile); err == nil {
			o.Profile = abs
		}
	}
	for _, server := range []string{env(EnvServer), DefaultServer} {
		if o.Server == "" {
			o.Server = server
		}
	}
	return o, nil
}

// Language is the language of the system: the first of LC_ALL, LC_MESSAGES and
// LANG that is set, or what the system itself says.
func Language(env func(string) string, system string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := env(name); v != "" && v != "C" && v != "POSIX" && !strings.HasPrefix(v, "C.") {
			return text.Match(v)
		}
	}
	return text.Match(system)
}

// commandPrefix is how the command line names the same profile, with a space at
// the end; empty for the default one.
func (o Options) commandPrefix() string {
	if !o.Named {
		return ""
	}
	return "--profile " + quote(o.Profile) + " "
}

// quote makes one word of a path for a shell.
func quote(path string) string {
	if strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-") == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// home is the person's own folder, where backups are proposed.
func home() string {
	dir, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return dir
}
