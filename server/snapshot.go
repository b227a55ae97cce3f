package server

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Bounds of a snapshot.
const (
	maxComponents = 20_000
	maxPlace      = 128 // bytes
	maxKind       = 40  // bytes
	digestHex     = 32  // hex digits
	maxRules      = 1_000_000
)

var (
	classes = []string{classOS, classFirmware, classHardware, classDriver, classApps}
	states  = []string{api.StatePresent, api.StateAbsent, api.StatePlaceholder, api.StateUnreadable, api.StateError}
)

// checkSnapshot refuses a snapshot that this server cannot judge and gives it
// back in canonical order. Errors are schema_unknown, invalid_value and
// snapshot_incomplete; none repeats what was sent.
func checkSnapshot(s api.Snapshot) (api.Snapshot, error) {
	if s.Schema != api.SchemaVersion {
		return s, api.NewError(api.CodeSchemaUnknown)
	}
	required := kindNames
	if !slices.Contains(platforms, s.Platform) || len(s.Components) > maxComponents || s.Rules < 0 || s.Rules > maxRules {
		return s, invalid("snapshot")
	}
	seen := make(map[string]bool, len(required))
	var last api.Component
	for _, c := range s.Components {
		// Most components are members of a long set, alike but for the digest.
		alike := c.Kind == last.Kind && c.Class == last.Class && c.Place == last.Place && c.State == last.State && c.From == last.From
		if !alike && !validHead(c) || !validDigest(c) {
			return s, invalid("snapshot")
		}
		if !alike {
			seen[c.Kind], last = true, c
		}
	}
	for _, k := range required {
		if !seen[k] {
			return s, api.NewError(api.CodeSnapshotPartial).With("Kind", k)
		}
	}
	if !slices.IsSortedFunc(s.Components, compareComponents) {
		s.Components = slices.Clone(s.Components)
		sortComponents(s.Components)
	}
	return s, nil
}

func validHead(c api.Component) bool {
	if !contains(classes, c.Class) || !contains(states, c.State) || !validKind(c.Kind) || !validPlace(c.Place) {
		return false
	}
	if c.From != "" && !validKind(c.From) {
		return false
	}
	f, ok := kinds[c.Kind]
	return !ok || f.class == c.Class
}

func validDigest(c api.Component) bool {
	if c.State != api.StatePresent {
		return c.Digest == ""
	}
	return len(c.Digest) == digestHex && lowerHex(c.Digest)
}

func validKind(s string) bool {
	return s != "" && len(s) <= maxKind && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

func validPlace(s string) bool {
	if len(s) > maxPlace {
		return false
	}
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

func lowerHex(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func sortComponents(list []api.Component) { slices.SortFunc(list, compareComponents) }

func compareComponents(a, b api.Component) int {
	if a.Class == b.Class && a.Kind == b.Kind && a.Place == b.Place { // the long sets
		return cmp.Or(cmp.Compare(a.Digest, b.Digest), cmp.Compare(a.State, b.State))
	}
	return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Place, b.Place))
}

// ConfigurationDigest is SHA-256 over a snapshot's components in canonical
// order, one line each (class, kind, place, state and digest, separated by tabs),
// as 64 hex digits. Certificates carry it.
func ConfigurationDigest(s api.Snapshot) string {
	sum := configurationSum(s)
	return hex.EncodeToString(sum[:])
}

func configurationSum(s api.Snapshot) [32]byte {
	buf := make([]byte, 0, 64*len(s.Components)+32)
	buf = append(buf, byte(s.Schema))
	buf = append(append(buf, s.Platform...), '\n')
	for _, c := range s.Components {
		buf = append(append(buf, c.Class...), '\t')
		buf = append(append(buf, c.Kind...), '\t')
		buf = append(append(buf, c.Place...), '\t')
		buf = append(append(buf, c.State...), '\t')
		buf = append(append(buf, c.Digest...), '\n')
	}
	return sha256.Sum256(buf)
}

// invalid refuses a field by its name, never by its value.
func invalid(field string) error {
	return api.NewError(api.CodeInvalidValue).With("Field", field)
}
