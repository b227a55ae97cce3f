//go:build recorded

package cli

import (
	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

// canReplay says that --recorded works in this build.
const canReplay = true

// replay gives a recorded computer in the place of this one.
func replay(dir string) (fingerprint.Source, error) { return recorded.Open(dir, "") }

func storyCommands() []command { return nil }
