package app

import (
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
)

// every calls f with every combination of facts.
func every(f func(Facts)) int {
	n := 0
	flags := []bool{false, true}
	tolds := []string{"", api.DevicePending, api.DeviceActivated, api.DeviceLimited, api.DeviceFrozen, api.DeviceRevoked}
	for _, enrolled := range flags {
		for _, keys := range flags {
			for _, told := range tolds {
				for _, asked := range flags {
					for _, declined := range flags {
						for _, proof := range []Proof{ProofNone, ProofExpired, ProofValid} {
							for _, back := range flags {
								for _, vault := range []VaultFact{VaultNone, VaultOpen, VaultLocked} {
									f(Facts{enrolled, keys, told, asked, declined, proof, back, vault})
									n++
								}
							}
						}
					}
				}
			}
		}
	}
	return n
}

// table is the whole decision in words, one row a rule, each rule by itself:
// for every combination of facts exactly the first rule that fits gives state
// and access. It is what docs and the window rely on, written the other way
// round from the switch.
var table = []struct {
	rule   string
	fits   func(Facts) bool
	state  State
	access func(Facts) Access
}{
	{"no account here", func(f Facts) bool { return !f.Enrolled }, NotEnrolled, none},
	{"signed out", func(f Facts) bool { return f.Told == api.DeviceRevoked }, Revoked, none},
	{"keyring gone", func(f Facts) bool { return !f.Keys }, Limited, none},
	{"the server's word was lost", func(f Facts) bool { return f.Told == "" }, Limited, none},
	{"chain forked", func(f Facts) bool { return f.Told == api.DeviceFrozen }, Frozen, none},
	{"not now, asked", func(f Facts) bool { return f.Declined && f.Asked }, Limited, none},
	{"not now, first code", func(f Facts) bool { return f.Declined && f.Told == api.DevicePending }, Limited, none},
	{"first code awaited", func(f Facts) bool { return f.Told == api.DevicePending }, Pending, none},
	{"a code is asked for", func(f Facts) bool { return f.Asked }, Changed, none},
	{"no slot opens", func(f Facts) bool { return f.Vault == VaultLocked }, Changed, none},
	{"no certificate", func(f Facts) bool { return f.Proof == ProofNone }, Limited, none},
	{"server says limited", func(f Facts) bool { return f.Told == api.DeviceLimited }, Limited, ifOpen},
	{"certificate ended", func(f Facts) bool { return f.Proof == ProofExpired }, Limited, ifOpen},
	{"clock went back", func(f Facts) bool { return f.ClockBack }, Limited, ifOpen},
	{"nothing to open", func(f Facts) bool { return f.Vault == VaultNone }, Activated, none},
	{"all is well", func(Facts) bool { return true }, Activated, func(Facts) Access { return AccessWrite }},
}

func none(Facts) Access { return AccessNone }

func ifOpen(f Facts) Access {
	if f.Vault == VaultOpen {
		return AccessRead
	}
	return AccessNone
}

func TestStateFollowsTheTable(t *testing.T) {
	used := map[string]int{}
	n := every(func(f Facts) {
		state, access := derive(f)
		for _, row := range table {
			if !row.fits(f) {
				continue
			}
			used[row.rule]++
			if state != row.state || access != row.access(f) {
				t.Fatalf("%+v: %s, %s; the table says %s, %s (%s)", f, state, access, row.state, row.access(f), row.rule)
			}
			break
		}
	})
	for _, row := range table {
		if used[row.rule] == 0 {
			t.Errorf("no combination reaches %q", row.rule)
		}
	}
	t.Logf("%d combinations, %d rules", n, len(table))
}

// What must never be, whatever the facts.
func TestStateInvariants(t *testing.T) {
	every(func(f Facts) {
		state, access := derive(f)
		if access != AccessNone && (!f.Enrolled || !f.Keys || f.Asked || f.Vault != VaultOpen || f.Proof == ProofNone) {
			t.Fatalf("keys are open with %+v", f)
		}
		if access == AccessWrite && (f.Proof != ProofValid || f.ClockBack || state != Activated) {
			t.Fatalf("keys may be changed with %+v", f)
		}
		if f.Declined && f.Asked && (state == Changed || state == Pending) {
			t.Fatalf("asks again after \"not now\": %+v", f)
		}
	})
}
