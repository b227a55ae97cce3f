package fingerprint

import (
	"testing"

	"github.com/seed-1feef0b2/holdfast/fingerprint/rules"
	"github.com/seed-1feef0b2/holdfast/fingerprint/smbios"
)

// FromTable is what all systems' readers make of a firmware table.
func FromTable(table []byte) []Component {
	r := &reader{rules: rules.Default()}
	return r.fromSMBIOS(smbios.Parse(table))
}

func TestTableWithoutAnything(t *testing.T) {
	for _, c := range FromTable([]byte{127, 4, 0, 0, 0, 0}) {
		if c.State != Absent || c.Reason != "not-there" {
			t.Errorf("a table without %s: %s, %s", c.Kind, c.State, c.Reason)
		}
	}
	for _, c := range FromTable(nil) {
		if c.State != Unreadable || c.Reason != "broken-table" {
			t.Errorf("no table, %s: %s, %s", c.Kind, c.State, c.Reason)
		}
	}
}
