package fingerprint

import "slices"

// How a reader is known to work on a system.
const (
	// Measured: a test reads the kind on a running computer of that system.
	Measured = "measured"
	// RecordedOnly: tests read the kind of recorded computers; nobody has run
	// the reader on a real one for this project.
	RecordedOnly = "recorded"
)

// SourceInfo says for a reviewer where one kind comes from on one system. It is
// data beside the readers; docs/kinds.md is made of it.
type SourceInfo struct {
	Kind string
	// From is where the value is read, as a reviewer would look it up.
	From string
	// Rights is who may read it: "any user", "root", "nobody" for what a system
	// does not have.
	Rights string
	// Evidence is Measured or RecordedOnly.
	Evidence string
	// Tests are names of Go test functions that check the kind's reading. At
	// least one, and each names the kind in its text.
	Tests []string
}

// Sources lists where each kind of Kinds(platform) is read, in that order; nil
// for a system without a reader.
func Sources(platform string) []SourceInfo {
	switch platform {
	case "linux":
		return slices.Clone(linuxSources)
	case "windows":
		return slices.Clone(windowsSources)
	case "darwin":
		return slices.Clone(darwinSources)
	}
	return nil
}
