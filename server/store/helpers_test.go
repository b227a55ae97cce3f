package store_test

import (
	"fmt"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

var epochStart = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// snapshot has n packages and a component in every other state.
func snapshot(n int) api.Snapshot {
	s := api.Snapshot{Schema: api.SchemaVersion, Platform: "linux", Components: []api.Component{
		{Class: "hardware", Kind: "tpm", State: api.StateAbsent},
		{Class: "hardware", Kind: "system-serial", State: api.StatePlaceholder},
		{Class: "hardware", Kind: "system-uuid", State: api.StateUnreadable},
		{Class: "hardware", Kind: "memory", Place: "slot 1", State: api.StatePresent, Digest: fmt.Sprintf("%032x", 7)},
	}}
	for i := range n {
		s.Components = append(s.Components, api.Component{Class: "sysapp", Kind: "package", State: api.StatePresent, Digest: fmt.Sprintf("%032x", i)})
	}
	return s
}
