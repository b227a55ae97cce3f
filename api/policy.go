package api

// Policy names.
const (
	Strict   = "strict"
	Balanced = "balanced"
	Managed  = "managed"
)

// Identity groups of the balanced policy.
const (
	GroupDisk         = "disk"
	GroupInstallation = "installation"
	GroupBoard        = "board"
	GroupNetwork      = "network"
)

// Policy is what the server says about which drift is accepted. It travels as
// a compact JWS (EdDSA, typ "holdfast-policy+jwt") in replies.
type Policy struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
	// Groups lists the kinds of each identity group. The group named network
	// counts only where nothing of board is readable.
	Groups map[string][]string `json:"groups"`
	// BindAll is true where every component is bound (strict, managed); else
	// the components of the counted groups are.
	BindAll bool `json:"bind_all"`
	// Required lists, for this platform, the kinds that a snapshot must report.
	Required []string `json:"required"`
	// Flags lists the flags that need a code even inside a change window that does
	// not list them; under balanced flags are only told.
	Flags []string `json:"flags,omitempty"`
	// UnreadableCheckIns and UnreadableSeconds: what was readable counts as changed
	// after so many check-ins and so long without being read, both.
	UnreadableCheckIns int   `json:"unreadable_check_ins,omitempty"`
	UnreadableSeconds  int64 `json:"unreadable_seconds,omitempty"`
}
