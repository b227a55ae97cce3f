package server

import (
	"encoding/hex"
	"testing"
)

// TestAuditHashesStayAsTheyAre: rows that were written before there were facts
// keep their hash, and facts are one more part of it. The values were computed
// by another program from the rule in auditHash's comment.
func TestAuditHashesStayAsTheyAre(t *testing.T) {
	row := AuditRow{
		Account: "100000000001", Seq: 7, At: 1772442000, Actor: actorDevice, Device: "d1", Event: "device.activated",
		Result: "register", Detail: "boot-disk changed", IP: []byte{9}, Prev: []byte{1, 2},
	}
	for facts, want := range map[string]string{
		"":                  "c4d0706d3c64eca78e5a86c2b2254c0e4e1b35322f8469655444e2ac9f55f5b8",
		`{"reason":"fork"}`: "a39f811b44f64850bd01de853c67ffeb9daae8b21a1b8b3c7c9c3c21c341d9b5",
	} {
		row.Facts = facts
		if got := hex.EncodeToString(auditHash(row)); got != want {
			t.Errorf("facts %q: %s", facts, got)
		}
	}
}

// TestAChipsKeyStandsInForTheBoard: what assurance makes of a key that hardware
// holds.
func TestAChipsKeyStandsInForTheBoard(t *testing.T) {
	bare := Laptop().With("system-uuid", "?").With("system-serial", "?").With("board-serial", "?")
	few := Computer{"install-id": {"i"}, "boot-disk": {"d"}}
	for name, c := range map[string]struct {
		computer Computer
		hardware string
		want     string
	}{
		"no board":                     {bare, "", "low"},
		"no board, a chip":             {bare, "tpm-2.0", "high"},
		"little":                       {few, "", "low"},
		"little, a chip":               {few, "tpm-2.0", "high"}, // 10 + 12 + 18
		"less than that":               {Computer{"install-id": {"i"}, "network-card": {"n"}}, "tpm-2.0", "low"},
		"all of it":                    {Laptop(), "", "high"},
		"a virtual computer, no board": {bare.With("hypervisor", "kvm"), "", "low"},
	} {
		if got := Assurance(c.computer.Snapshot(), c.hardware); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
