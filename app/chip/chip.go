package chip

import (
	"context"
	"crypto/ecdsa"

	"github.com/seed-1feef0b2/holdfast/api"
)

// KindTPM is the Kind of a TPM 2.0; the server is told the same word.
const KindTPM = api.HardwareTPM

// Secret is 32 bytes: what is sealed, or what a blob's use is authorised with. An
// authorisation must be random or derived from something random: wrong ones are
// not counted, so that a lock-out by others never stops us.
type Secret = [32]byte

// Chip is a security chip. Every call ends within the chip's deadline. Errors are
// *api.Error: chip_absent, chip_busy (nothing is lost: ask again), chip_cleared
// (the blob is of another storage key; see Lost), chip_locked_out, chip_failed.
// Its methods may be called from any goroutine; they run one after the other.
type Chip interface {
	// Kind says what it is: KindTPM.
	Kind() string
	// NewKey makes a P-256 signing key that never leaves the chip.
	NewKey(ctx context.Context, auth Secret) (Key, error)
	// LoadKey takes up a key by its blob. The chip is not asked before the first
	// signature; chip_failed where the blob is none of a key.
	LoadKey(ctx context.Context, blob []byte, auth Secret) (Key, error)
	// Seal gives a blob of a secret; Unseal gives the secret back.
	Seal(ctx context.Context, secret, auth Secret) ([]byte, error)
	Unseal(ctx context.Context, blob []byte, auth Secret) (Secret, error)
	// Name is the name of the endorsement key (Part 1, section 16), which stays
	// when a chip is cleared. It tells one chip from another and is not for disks
	// and servers.
	Name(ctx context.Context) ([]byte, error)
	// Close forgets what was kept for the next call.
	Close() error
}

// Key is a signing key in a chip.
type Key interface {
	// Public is the public half.
	Public() *ecdsa.PublicKey
	// Sign signs SHA-256(msg) with ES256: r‖s, 64 bytes. A signature that the
	// public half does not verify is chip_failed and never given out.
	Sign(ctx context.Context, msg []byte) ([]byte, error)
	// Blob is what LoadKey takes.
	Blob() []byte
}

// Lost names what became of a chip whose blobs do not load: chip_cleared where
// the chip that is there is the one that same knows, chip_replaced where it is
// another, else what the chip answers when it is asked for its name.
func Lost(ctx context.Context, c Chip, same func(name []byte) bool) error {
	name, err := c.Name(ctx)
	switch {
	case err != nil:
		return err
	case same(name):
		return api.NewError(api.CodeChipCleared, hintReplace)
	default:
		return api.NewError(api.CodeChipReplaced, hintReplace)
	}
}
