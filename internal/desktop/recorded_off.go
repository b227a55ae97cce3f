//go:build !recorded

package desktop

import "github.com/seed-1feef0b2/holdfast/fingerprint"

// canReplay says that --recorded works in this build: a released program reads
// the computer that it runs on and nothing else.
const canReplay = false

func source(string) (fingerprint.Source, error) { return fingerprint.Live(), nil }
