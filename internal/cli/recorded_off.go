//go:build !recorded

package cli

import (
	"context"

	"github.com/seed-1feef0b2/holdfast/app/chip"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// canReplay says that --recorded works in this build: a released program reads
// the computer that it runs on and nothing else.
const canReplay = false

func replay(string) (fingerprint.Source, error) { return nil, misuse("cli.wrong.recorded") }

// replayChip is none: parsing has refused --tpm.
func replayChip(string) func(context.Context) (chip.Chip, error) { return nil }

// storyCommands are none: the story needs recorded computers.
func storyCommands() []command { return nil }
