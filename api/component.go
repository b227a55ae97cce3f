package api

// SchemaVersion is the version of the snapshot's canonical form. A server
// refuses a snapshot of a schema that it does not know.
const SchemaVersion = 1

// Component states.
const (
	StatePresent     = "present"
	StateAbsent      = "absent"
	StatePlaceholder = "placeholder"
	StateUnreadable  = "unreadable"
	StateError       = "error"
)

// Component is one thing that a fingerprint read, as the server sees it: never
// a raw value, only a keyed digest.
type Component struct {
	// Class is one of os, firmware, hardware, driver, sysapp.
	Class string `json:"class"`
	// Kind names what it is: install-id, boot-disk, system-uuid, module …
	Kind string `json:"kind"`
	// Place tells apart components of one kind that have a fixed place; empty
	// for members of a set.
	Place string `json:"place,omitempty"`
	// State is one of the State constants.
	State string `json:"state"`
	// Digest is the first 128 bits of HMAC-SHA-256 under the device's digest
	// key, 32 lower-case hex digits. Only where State is present.
	Digest string `json:"digest,omitempty"`
	// From is the kind that the maker computed this value from (a system UUID
	// that embeds the service tag); the two count as one. A kind, never a value.
	From string `json:"from,omitempty"`
}

// Snapshot is all components of a computer at one moment, in canonical order
// (class, kind, place, digest).
type Snapshot struct {
	Schema     int         `json:"schema"`
	Platform   string      `json:"platform"` // linux, windows, darwin
	Components []Component `json:"components"`
	// Rules is the version of the placeholder rules that it was read under. A
	// value that newer rules call a placeholder did not change.
	Rules int `json:"rules,omitempty"`
}

// Kinds whose members raise flags by appearing or going.
const (
	KindModule        = "module"
	KindPackage       = "package"
	KindSecurityAgent = "security-agent"
)

// Flags are what a policy may single out in a drift beside its kinds.
const (
	FlagNewDriver    = "new-driver"    // a kernel driver of a third party that was not there before
	FlagAppsReplaced = "apps-replaced" // under half of the applications stayed, and the system's release did not change
	FlagAgentRemoved = "agent-removed" // a security agent is gone
)

// Kinds of change.
const (
	Changed        = "changed"
	Added          = "added"
	Removed        = "removed"
	NoLongerRead   = "unreadable"
	BecameReadable = "readable"
)

// Change names a kind that differs from the nearest known configuration. It
// carries no value: a locked device is told kinds only.
type Change struct {
	Class  string `json:"class"`
	Kind   string `json:"kind"`
	Change string `json:"change"`
	// Count is how many members of a set changed this way; 1 elsewhere.
	Count int `json:"count"`
}
