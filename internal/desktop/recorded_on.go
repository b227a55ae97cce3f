//go:build recorded

package desktop

import (
	"context"

	"github.com/seed-1feef0b2/holdfast/app/chip"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

// canReplay says that --recorded works in this build.
const canReplay = true

// source is the computer that is read.
func source(dir string) (fingerprint.Source, error) {
	if dir == "" {
		return fingerprint.Live(), nil
	}
	return recorded.Open(dir, "")
}

// chip is the chip that holds keys; nil keeps them in the keyring. A recorded
// computer has none but the one that is named.
func (o Options) chip() func(context.Context) (chip.Chip, error) {
	switch {
	case o.NoChip, o.TPM == "" && o.Recorded != "":
		return nil
	case o.TPM != "":
		return func(ctx context.Context) (chip.Chip, error) { return chip.Socket(ctx, o.TPM, 0) }
	}
	return chip.System
}
