//go:build !recorded

package desktop

import (
	"context"

	"github.com/seed-1feef0b2/holdfast/app/chip"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// canReplay says that --recorded works in this build: a released program reads
// the computer that it runs on and nothing else.
const canReplay = false

func source(string) (fingerprint.Source, error) { return fingerprint.Live(), nil }

// chip is the chip that holds keys; nil keeps them in the keyring.
func (o Options) chip() func(context.Context) (chip.Chip, error) {
	if o.NoChip {
		return nil
	}
	return chip.System
}
