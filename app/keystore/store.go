package keystore

import (
	"context"
	"crypto/subtle"
	"errors"
	"io"
	"path/filepath"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
)

// Service is the name under which items are kept in the system's keyring.
const Service = "org.holdfast.Holdfast"

// The items of a profile.
const (
	Ring          = "ring"            // 32 bytes: the keyring's share of the vault's keys
	DeviceKey     = "device-key"      // the device's private key
	DeviceKeyNext = "device-key-next" // only while the answer to a fork is under way
)

// MaxValue is the longest secret in bytes; Windows and macOS refuse more than
// about 2,500 with the encoding.
const MaxValue = 1024

// DefaultDeadline bounds a call where Options names none.
const DefaultDeadline = 3 * time.Second

// Kinds of stores.
const (
	KindSecretService     = "secret-service"
	KindKeychain          = "keychain"
	KindCredentialManager = "credential-manager"
	KindPassphraseFile    = "passphrase-file"
)

// ErrNotFound says that the store is open and holds no item of that name.
var ErrNotFound = errors.New("keystore: no such item")

// Store keeps secrets by name. Errors are ErrNotFound (Get alone) or
// *api.Error: keyring_locked, keyring_absent, keyring_timeout, keyring_lost
// (an item is there and is not ours to read); for the passphrase file also
// passphrase_wrong, state_broken, state_newer, disk_full, file. After an error
// of Set or Delete the item may hold the old value or the new one.
type Store interface {
	Get(ctx context.Context, name string) ([]byte, error)
	// Set stores v, 1 to MaxValue bytes, over what was there.
	Set(ctx context.Context, name string, v []byte) error
	// Delete removes an item; a missing one is no error.
	Delete(ctx context.Context, name string) error
	// Kind is one of the Kind constants.
	Kind() string
}

// Options say which store to open.
type Options struct {
	// Profile is the profile's id; profiles do not see each other's items.
	Profile string
	// Dir is where the passphrase file's store lies, as keystore.hf.
	Dir string
	// PassphraseFile holds the passphrase in its first line. Where it is set,
	// the system's keyring is never touched.
	PassphraseFile string
	Disk           files.Disk
	// Rand is the source of salts and nonces; nil is the system's.
	Rand io.Reader
	// Deadline bounds every call; 0 is DefaultDeadline.
	Deadline time.Duration
}

// Open opens the store that the options name. It talks to no keyring yet.
// Errors: keyring_absent where the passphrase file cannot be read,
// passphrase_wrong where it is empty.
func Open(o Options) (Store, error) {
	if o.Profile == "" {
		return nil, errors.New("keystore: no profile")
	}
	if o.Deadline <= 0 {
		o.Deadline = DefaultDeadline
	}
	if o.PassphraseFile == "" {
		return newBounded(systemRing{profile: o.Profile}, o.Deadline), nil
	}
	pass, err := readPassphrase(o.Disk, o.PassphraseFile)
	if err != nil {
		return nil, err
	}
	return newFileStore(o, filepath.Join(o.Dir, FileName), pass), nil
}

// SetVerified stores v and reads it back, so that a keyring that loses what it
// acknowledged (a dismissed prompt, say) is found out before anything depends
// on it. A difference is keyring_lost.
func SetVerified(ctx context.Context, s Store, name string, v []byte) error {
	if err := s.Set(ctx, name, v); err != nil {
		return err
	}
	got, err := s.Get(ctx, name)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if err != nil || subtle.ConstantTimeCompare(got, v) != 1 {
		return api.Wrap(api.CodeKeyringLost, errors.New("keystore: what was written was not read back"))
	}
	return nil
}

// checkValue keeps to what every system's keyring takes.
func checkValue(v []byte) error {
	if len(v) == 0 || len(v) > MaxValue {
		return errors.New("keystore: a secret has 1 to 1024 bytes")
	}
	return nil
}
