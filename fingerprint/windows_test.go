package fingerprint_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

// TestWindowsVolatilePartsNeverCount: what comes and goes, the order of lists
// and the language of the system leave no trace at all.
func TestWindowsVolatilePartsNeverCount(t *testing.T) {
	for _, c := range [][2]string{
		{"windows-laptop", "dock"},
		{"windows-laptop", "undocked-traces"},
		{"windows-laptop", "usb-network"},
		{"windows-laptop", "usb-stick"},
		{"windows-laptop", "vpn"},
		{"windows-laptop", "adapter-disabled"},
		{"windows-laptop", "hypervisor-enabled"},
		{"windows-laptop", "other-order"},
		{"windows-laptop", "in-german"},
		{"windows-laptop", "in-vietnamese"},
		{"windows-desktop", "disk-order"},
		{"windows-desktop", "other-filler"},
	} {
		before, after := read(t, sample(t, c[0], "")), read(t, sample(t, c[0], c[1]))
		if !bytes.Equal(before.Canonical(), after.Canonical()) {
			t.Errorf("%s: %s counts: %s", c[0], c[1], differing(before, after))
		}
		if d := fingerprint.Drift(before.Labels(), after.Labels()); len(d) > 0 {
			t.Errorf("%s: %s shows: %+v", c[0], c[1], d)
		}
	}
}

// TestWindowsOnlyTheCauseCounts: each event changes the kinds that it is about.
func TestWindowsOnlyTheCauseCounts(t *testing.T) {
	for _, c := range []struct{ name, variant, kinds string }{
		{"windows-laptop", "driver-update", "gpu-driver module"},
		{"windows-laptop", "many-updates", "gpu-driver kernel module package"},
		{"windows-laptop", "feature-update", "kernel os-release"},
		{"windows-laptop", "memory-added", "memory memory-module"},
		{"windows-laptop", "firmware-flaps", "board-serial"},
		{"windows-laptop", "firmware-update", "firmware"},
		{"windows-laptop", "disk-swapped", "boot-disk boot-disk-model disk"},
		{"windows-laptop", "reinstalled", "install-id root-fs"},
		{"windows-laptop", "board-swapped", "board-serial network-card system-serial system-uuid"},
		{"windows-laptop", "disk-moved", "board-serial memory-module network-card system-serial system-uuid"},
		{"windows-laptop", "network-swapped", "network-card pci"},
		{"windows-laptop", "agent-removed", "module security-agent"},
		{"windows-desktop", "disk-swapped", "boot-disk disk"},
		{"windows-desktop", "reinstalled", "install-id root-fs"},
		{"windows-desktop", "network-swapped", "network-card pci"},
		{"windows-desktop", "memory-added", "memory"},
		{"windows-desktop", "disk-moved", "disk network-card"},
		{"windows-vm", "memory-added", "memory"},
		{"windows-vm", "disk-swapped", "boot-disk disk"},
		{"windows-vm", "driver-update", "kernel"},
		{"windows-vm", "copied", "system-uuid"},
		{"windows-vm", "migrated", "cpu"},
	} {
		got := differing(read(t, sample(t, c.name, "")), read(t, sample(t, c.name, c.variant)))
		if got != c.kinds {
			t.Errorf("%s, %s: %q differ, want %q", c.name, c.variant, got, c.kinds)
		}
	}
}

// TestWindowsKinds keeps the value of every kind of three computers; the golden
// files keep the bytes.
func TestWindowsKinds(t *testing.T) {
	for name, kinds := range map[string]map[string]string{
		"windows-laptop": {
			"install-id":      "3f7a91c4-0b52-4d86-ae13-9c40f2d7b685",
			"system-uuid":     "8a1f5ecc-2d1b-11b2-a85c-e4b97c3d06fa",
			"system-serial":   "pf3k7qxw",
			"board-serial":    "l1hf2780a4k",
			"boot-disk":       "002538b111b27c4e",
			"boot-disk-model": "samsung mzvlb512hbjq-000l7",
			"disk":            "002538b111b27c4e",
			"network-card":    "8c1645a97be2|dc2148f03a6c",
			"hypervisor":      "absent: physical",
			"root-fs":         "6ab4-f0c3 4d9b6c1e-70f2-4c35-9f18-b3e2a5d07c46",
			"system-model":    "lenovo / 20w1s5k100 / lenovo_mt_20w1_bu_think_fm_thinkpad t14s gen 2i",
			"board-model":     "lenovo / 20w1s5k100",
			"chassis-type":    "10",
			"firmware":        "lenovo / n34et62w (1.62 ) / 03/14/2024",
			"os-release":      "windows professional 23h2 22631",
			"kernel":          "22631.3296",
			"cpu":             "genuineintel/intel64 family 6 model 140 stepping 1/11th gen intel(r) core(tm) i7-1165g7 @ 2.80ghz",
			"memory":          "17179869184",
			"memory-module":   "samsung / m471a1k43db1-cwe / 40c7e2a1|samsung / m471a1k43db1-cwe / 40c7e2b9",
			"secure-boot":     "on",
			"tpm":             "tpm 2",
			"gpu":             "ven_10de&dev_1f97&subsys_508017aa&rev_a1|ven_8086&dev_9a49&subsys_508017aa&rev_01",
			"gpu-driver":      "igfxn 31.0.101.4502, nvlddmkm 31.0.15.5123",
			"module":          "csagent 7.11.18110.0|e1dexpress 12.19.2.57|igfxn 31.0.101.4502|netwtw10 22.220.0.4|npcap 5.1.79.1008|nvlddmkm 31.0.15.5123",
			"security-agent":  "crowdstrike-falcon|microsoft-defender",
		},
		"windows-desktop": {
			"system-uuid":     "placeholder: placeholder",
			"system-serial":   "placeholder: placeholder",
			"board-serial":    "placeholder: placeholder",
			"boot-disk":       "600508b1001c4d7f9a3e52c6b0814f2d",
			"boot-disk-model": "amd-raid array 1",
			"disk":            "600508b1001c4d7f9a3e52c6b0814f2d|wd-wx52a81k7j0x",
			"network-card":    "b42e99d10c47",
			"memory-module":   "placeholder: placeholder",
			"secure-boot":     "off",
			"tpm":             "absent: not-there",
			"os-release":      "windows core 22h2 19045",
			"module":          "nvlddmkm 32.0.15.6094|oldtool|rcbottom 9.3.2.241|rt640x64 10.63.1014.2022",
			"security-agent":  "absent: not-there",
			"package":         "steam 2.10.91.91 / valve corporation|steam:x86 2.10.91.91 / valve corporation|vlc-media-player 3.0.20 / videolan",
		},
		"windows-vm": {
			"hypervisor":      "hyper-v",
			"boot-disk":       "60022480d41b9c6e2f7a8350e1c94b7d",
			"boot-disk-model": "msft virtual disk",
			"network-card":    "placeholder: placeholder",
			"pci":             "absent: not-there",
			"gpu":             "absent: not-there",
			"gpu-driver":      "absent: not-there",
			"module":          "absent: not-there",
			"memory":          "4294967296",
			"os-release":      "windows serverstandard 21h2 20348",
		},
	} {
		s := read(t, sample(t, name, ""))
		for kind, want := range kinds {
			if got := shown(s, kind); got != want {
				t.Errorf("%s: %s is\n%s, want\n%s", name, kind, got, want)
			}
		}
	}
}

// shown gives the values of a kind, or its state and reason.
func shown(s fingerprint.Snapshot, kind string) string {
	var out []string
	for _, c := range s.Of(kind) {
		if c.State == fingerprint.Present {
			out = append(out, c.Value)
		} else {
			out = append(out, fmt.Sprintf("%s: %s", c.State, c.Reason))
		}
	}
	return strings.Join(out, "|")
}

// TestWindowsBrokenFirmwareTable: what a table with a broken end tells is told.
func TestWindowsBrokenFirmwareTable(t *testing.T) {
	s := read(t, sample(t, "windows-desktop", "truncated-table"))
	whole := read(t, sample(t, "windows-desktop", ""))
	for _, kind := range []string{"firmware", "system-model", "board-model", "chassis-type", "system-uuid", "cpu", "memory"} {
		if got, want := shown(s, kind), shown(whole, kind); got != want {
			t.Errorf("%s: %s, want %s", kind, got, want)
		}
	}
}

// TestEmptyWindowsComputer: a source that answers nothing is no failure.
func TestEmptyWindowsComputer(t *testing.T) {
	src, err := recorded.Open(t.TempDir(), "windows")
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]fingerprint.Snapshot{"empty": read(t, src), "without calls": read(t, bare{src})} {
		checkComplete(t, name, s)
		for _, c := range s.Components {
			if c.State == fingerprint.Present || c.State == fingerprint.Failed {
				t.Errorf("%s: %s is %s (%s)", name, c.Kind, c.State, c.Reason)
			}
		}
	}
}

// bare hides what a source offers beside files.
type bare struct{ fingerprint.Source }
