package fingerprint_test

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestEveryKindIsReported(t *testing.T) {
	for _, c := range everyComputer() {
		s := read(t, sample(t, c[0], c[1]))
		checkComplete(t, strings.Join(c[:], "/"), s)
	}
}

func TestLiveComputerReportsEveryKind(t *testing.T) {
	s := read(t, fingerprint.Live())
	checkComplete(t, "live", s)
	if s.Platform != runtime.GOOS || s.Took <= 0 {
		t.Errorf("platform %q, took %v", s.Platform, s.Took)
	}
	for _, c := range s.Components {
		if c.State == fingerprint.Failed {
			t.Errorf("%s: %s", c.Kind, c.Reason)
		}
	}
}

func checkComplete(t *testing.T, name string, s fingerprint.Snapshot) {
	t.Helper()
	seen := map[string]bool{}
	same := map[string]bool{}
	for _, c := range s.Components {
		seen[c.Kind] = true
		if (c.State == fingerprint.Present) != (c.Value != "") || (c.State == fingerprint.Present) == (c.Reason != "") {
			t.Errorf("%s: %s is %s with %d bytes of value and reason %q", name, c.Kind, c.State, len(c.Value), c.Reason)
		}
		if fingerprint.Identifier(c.Kind) && c.State == fingerprint.Present && c.Masked == "" {
			t.Errorf("%s: %s has nothing to show to its owner", name, c.Kind)
		}
		id := strings.Join([]string{c.Kind, c.Place, string(c.State), c.Value}, "\x00")
		if same[id] {
			t.Errorf("%s: %s is there twice", name, c.Kind)
		}
		same[id] = true
	}
	for _, k := range fingerprint.Kinds(s.Platform) {
		if !seen[k.Kind] {
			t.Errorf("%s: %s is not reported", name, k.Kind)
		}
		if list := s.Of(k.Kind); !k.Set && len(list) > 1 {
			t.Errorf("%s: %s is there %d times", name, k.Kind, len(list))
		}
	}
}

// TestCanonicalForm keeps the bytes of the samples: a change here is a new
// schema version, or every device in the field changes at once.
func TestCanonicalForm(t *testing.T) {
	for _, name := range recorded.Names() {
		s := read(t, sample(t, name, ""))
		var got bytes.Buffer
		fmt.Fprintf(&got, "sha256 of the canonical form: %x\n", sha256.Sum256(s.Canonical()))
		for _, c := range s.Components {
			fmt.Fprintf(&got, "%s\t%s\t%s\t%s\t%q\t%s\t%s\n", c.Class, c.Kind, c.Place, c.State, c.Value, c.Reason, c.From)
		}
		golden := filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s reads differently than before:\n%s", name, got.String())
		}
	}
}

func TestCanonicalFormIsWhatTheCommentSays(t *testing.T) {
	s := fingerprint.Snapshot{Schema: 1, Platform: "linux", Components: []fingerprint.Component{
		{Class: fingerprint.OS, Kind: "kernel", State: fingerprint.Present, Value: "6.1", Label: "x", Masked: "y"},
		{Class: fingerprint.Hardware, Kind: "tpm", State: fingerprint.Absent, Reason: "not-there"},
	}}
	want := "holdfast-snapshot\x00\x00\x00\x01\x00\x00\x00\x05linux\x00\x00\x00\x02" +
		"\x00\x00\x00\x08hardware\x00\x00\x00\x03tpm\x00\x00\x00\x00\x00\x00\x00\x06absent\x00\x00\x00\x00" +
		"\x00\x00\x00\x02os\x00\x00\x00\x06kernel\x00\x00\x00\x00\x00\x00\x00\x07present\x00\x00\x00\x036.1"
	if got := string(s.Canonical()); got != want {
		t.Errorf("%q", got)
	}
	s.Components[0], s.Components[1] = s.Components[1], s.Components[0]
	s.Took, s.Partial = 7, true
	if got := string(s.Canonical()); got != want {
		t.Error("order of reading or its time is in the bytes")
	}
}

func TestEqualReadsGiveEqualBytes(t *testing.T) {
	n := 1000
	if testing.Short() {
		n = 50
	}
	src := sample(t, "laptop", "")
	first := read(t, src).Canonical()
	for range n {
		if !bytes.Equal(read(t, src).Canonical(), first) {
			t.Fatal("the same computer gave other bytes")
		}
	}
	live := read(t, fingerprint.Live())
	for range 20 {
		if again := read(t, fingerprint.Live()); !bytes.Equal(again.Canonical(), live.Canonical()) {
			t.Fatal("this computer gave other bytes")
		}
	}
}

// TestVolatilePartsNeverCount: what comes and goes leaves no trace at all.
func TestVolatilePartsNeverCount(t *testing.T) {
	for _, c := range [][2]string{
		{"laptop", "usb-network"},
		{"laptop", "dock"},
		{"laptop", "vpn"},
		{"laptop", "docker-bridge"},
		{"laptop", "usb-stick"},
		{"desktop", "disk-order"},
		{"desktop", "other-filler"},
	} {
		before, after := read(t, sample(t, c[0], "")), read(t, sample(t, c[0], c[1]))
		if !bytes.Equal(before.Canonical(), after.Canonical()) {
			t.Errorf("%s: %s counts: %+v", c[0], c[1], differing(before, after))
		}
	}
}

// TestOnlyTheCauseCounts: each event changes the kinds that it is about.
func TestOnlyTheCauseCounts(t *testing.T) {
	for _, c := range []struct{ name, variant, kinds string }{
		{"laptop", "driver-update", "gpu-driver kernel module package"},
		{"laptop", "many-updates", "gpu-driver module package"},
		{"laptop", "memory-added", "memory memory-module"},
		{"laptop", "firmware-flaps", "board-serial"},
		{"laptop", "firmware-update", "firmware"},
		{"laptop", "disk-swapped", "boot-disk boot-disk-model disk"},
		{"laptop", "reinstalled", "install-id root-fs"},
		{"laptop", "board-swapped", "board-serial network-card system-serial system-uuid"},
		{"laptop", "network-swapped", "network-card"},
		{"laptop", "disk-moved", "board-serial memory-module network-card system-serial system-uuid"},
		{"laptop", "became-virtual", "hypervisor"},
		{"server", "network-swapped", "network-card"},
		{"server", "disk-swapped", "boot-disk disk"},
		{"server", "board-swapped", "network-card"}, // the rest is closed to users
		{"server", "disk-moved", "network-card"},
		{"server", "root-tags", "board-serial memory-module system-serial system-uuid"},
		{"vm", "memory-added", "memory"},
		{"vm", "disk-swapped", "boot-disk disk"},
		{"desktop", "network-swapped", "network-card"},
	} {
		got := differing(read(t, sample(t, c.name, "")), read(t, sample(t, c.name, c.variant)))
		if got != c.kinds {
			t.Errorf("%s, %s: %q differ, want %q", c.name, c.variant, got, c.kinds)
		}
	}
}

// differing lists the kinds that two snapshots do not agree on.
func differing(a, b fingerprint.Snapshot) string {
	var out []string
	for _, k := range fingerprint.Kinds("linux") {
		x := fingerprint.Snapshot{Components: a.Of(k.Kind)}.Canonical()
		y := fingerprint.Snapshot{Components: b.Of(k.Kind)}.Canonical()
		if !bytes.Equal(x, y) {
			out = append(out, k.Kind)
		}
	}
	return strings.Join(sorted(out), " ")
}

func TestUnknownPlatform(t *testing.T) {
	src, err := recorded.Open(t.TempDir(), "plan9")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fingerprint.Read(unhurried(t), src); err == nil {
		t.Error("a platform without a reader was read")
	}
}
