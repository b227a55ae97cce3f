package winetest

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

// fromRegistry are the kinds that come from the registry alone: with the same
// registry the live reader and the recorded one must give the same. The
// processor is not among them: Wine writes its key anew at each start.
var fromRegistry = []string{"install-id", "os-release", "kernel", "secure-boot", "package", "security-agent"}

// unheard are the kinds that Wine cannot answer, or answers with nothing.
var unheard = []string{"boot-disk", "boot-disk-model", "disk", "root-fs", "network-card", "memory-module", "gpu", "gpu-driver", "tpm"}

// readerUnderWine reads a prefix that got a recorded computer's registry.
func readerUnderWine(t *testing.T, w *Wine) {
	dir := t.TempDir()
	if err := recorded.UnpackVariant("windows-laptop", "in-vietnamese", dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"registry.reg", "registry.d/in-vietnamese.reg"} {
		b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		w.Import(t, string(b))
	}
	src, err := recorded.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	want, err := fingerprint.Read(ctx, src)
	if err != nil {
		t.Fatal(err)
	}
	program := w.BuildTest(t, "./fingerprint")
	file := filepath.Join(w.Dir(), "snapshot.json")
	r := passed(t, w, []string{"HOLDFAST_SNAPSHOT=" + Path(file)}, program, "^TestLive")
	t.Logf("the tests of the live reader took %v", r.Took)
	got := snapshot(t, file)
	for _, kind := range fromRegistry {
		if kind == "package" {
			ours(t, values(got, kind), values(want, kind))
			continue
		}
		if g, w := values(got, kind), values(want, kind); !slices.Equal(g, w) {
			t.Errorf("%s under Wine is %q, recorded %q", kind, g, w)
		}
	}
	names := strings.Join(values(got, "module"), " ")
	for _, driver := range []string{"nvlddmkm", "npcap", "csagent", "e1dexpress"} {
		if !contains(names, driver) {
			t.Errorf("driver %s is not among %s", driver, names)
		}
	}
	for _, driver := range []string{"afd", "ntfs", "acpi", "spooler", "csfalconservice"} {
		if contains(" "+names+" ", " "+driver+" ") {
			t.Errorf("%s is taken for a foreign driver", driver)
		}
	}
	for _, kind := range []string{"cpu", "memory", "system-uuid"} {
		if c := got.Of(kind)[0]; c.State == fingerprint.Failed || kind != "system-uuid" && c.State != fingerprint.Present {
			t.Errorf("%s is %s, %s", kind, c.State, c.Reason)
		}
	}
	for _, kind := range unheard {
		for _, c := range got.Of(kind) {
			t.Logf("%s: %s %s", kind, c.State, c.Reason)
		}
	}
}

// ours: Wine lists programs of its own beside the imported ones.
func ours(t *testing.T, got, want []string) {
	t.Helper()
	for _, p := range want {
		if !slices.Contains(got, p) {
			t.Errorf("program %q is missing among %q", p, got)
		}
	}
}

func values(s fingerprint.Snapshot, kind string) []string {
	var out []string
	for _, c := range s.Of(kind) {
		out = append(out, c.Value)
	}
	return out
}

// snapshot reads what the live reader wrote, and wants it complete: what Wine
// cannot give has a state and a reason.
func snapshot(t *testing.T, file string) fingerprint.Snapshot {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var s fingerprint.Snapshot
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	for _, k := range fingerprint.Kinds("windows") {
		if len(s.Of(k.Kind)) == 0 {
			t.Errorf("%s is not reported", k.Kind)
		}
		for _, c := range s.Of(k.Kind) {
			if c.State == fingerprint.Failed || c.State != fingerprint.Present && c.Reason == "" {
				t.Errorf("%s is %s, %q", k.Kind, c.State, c.Reason)
			}
		}
	}
	return s
}
