package cli

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/app/chip"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/internal/version"
)

// Settings from the environment.
const (
	// EnvServer is the server's address where --server does not name one.
	EnvServer = "HOLDFAST_SERVER"
	// EnvPassphraseFile names the file whose first line protects the keys of a
	// machine without a person. With it set the keyring is never touched.
	EnvPassphraseFile = "HOLDFAST_KEYSTORE_PASSPHRASE_FILE"
)

// DefaultServer is the address that holdfastd listens on where nobody says
// otherwise.
const DefaultServer = "http://127.0.0.1:7461"

// profileFolder is the default profile's name in the folder for settings.
const profileFolder = "Holdfast"

// profile is the profile's folder.
func (c *call) profile() (string, error) {
	if dir, ok := c.flags["profile"]; ok {
		if dir == "" {
			return "", misuseOf("cli.wrong.needed", "profile")
		}
		return filepath.Abs(dir)
	}
	dir, err := c.ConfigDir()
	if err != nil {
		return "", misuse("cli.wrong.no_profile")
	}
	return filepath.Join(dir, profileFolder), nil
}

// server is the address that was named for a profile that is not enrolled yet,
// empty where none was; an enrolled one, and one that was prepared, has its own.
func (c *call) server() string {
	for _, address := range []string{c.flags["server"], c.env(EnvServer)} {
		if address != "" {
			return address
		}
	}
	return ""
}

// computer is the computer that is read: this one, or a recorded one.
func (c *call) computer() (fingerprint.Source, error) {
	dir, ok := c.flags["recorded"]
	if !ok {
		return c.Source, nil
	}
	source, err := replay(dir)
	return source, fileError(err)
}

// chip is the chip that holds keys: this computer's, unless --no-chip keeps them
// in the keyring. A recorded computer has none but the one that --tpm names.
func (c *call) chip() func(context.Context) (chip.Chip, error) {
	switch {
	case c.flags.is("no-chip"):
		return nil
	case c.flags.is("tpm"):
		return replayChip(c.flags["tpm"])
	case c.flags.is("recorded"):
		return nil
	}
	return c.Chip
}

// client opens the profile.
func (c *call) client() (*app.Client, error) {
	profile, err := c.profile()
	if err != nil {
		return nil, err
	}
	source, err := c.computer()
	if err != nil {
		return nil, err
	}
	name := ""
	if c.Hostname != nil {
		name, _ = c.Hostname() // without one the client has a plain word
	}
	return app.Open(app.Config{
		Profile: profile, Server: c.server(), Fallback: DefaultServer, Source: source, Disk: c.Disk, Now: c.Now, Rand: c.Rand,
		Transport: c.Transport, Language: c.say.Language(), Version: version.Version, Name: name,
		Chip: c.chip(),
		Keystore: func(id string) (keystore.Store, error) {
			return c.Keystore(keystore.Options{
				Profile: id, Dir: profile, PassphraseFile: c.env(EnvPassphraseFile), Disk: c.Disk, Rand: c.Rand,
			})
		},
	})
}

// fileError gives an error of a file its code; an error that has one keeps it.
func fileError(err error) error {
	var e *api.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return api.Wrap(api.CodeFile, err)
}
