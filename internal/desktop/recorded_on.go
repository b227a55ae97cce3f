//go:build recorded

package desktop

import (
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
