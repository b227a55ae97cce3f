package fingerprint_test

import (
	"slices"
	"testing"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

func drift(t *testing.T, name, variant string) []fingerprint.Change {
	t.Helper()
	return fingerprint.Drift(read(t, sample(t, name, "")).Labels(), read(t, sample(t, name, variant)).Labels())
}

func find(list []fingerprint.Change, kind string) []fingerprint.Change {
	var out []fingerprint.Change
	for _, c := range list {
		if c.Kind == kind {
			out = append(out, c)
		}
	}
	return out
}

func TestDriftNamesVersions(t *testing.T) {
	list := drift(t, "laptop", "driver-update")
	want := fingerprint.Change{
		Class: fingerprint.Driver, Kind: "gpu-driver", Change: fingerprint.Changed,
		Before: "i915, nvidia 550.54.14", After: "i915, nvidia 560.35.03", Weight: 2,
	}
	if got := find(list, "gpu-driver"); len(got) != 1 || got[0] != want {
		t.Errorf("%+v", got)
	}
	if got := find(list, "kernel"); len(got) != 1 || got[0].Before != "6.1.0-18-amd64" || got[0].After != "6.1.0-20-amd64" {
		t.Errorf("%+v", got)
	}
	if got := find(list, "module"); len(got) != 4 || got[0].Change != fingerprint.Changed || got[0].Before != "nvidia 550.54.14" {
		t.Errorf("%+v", got)
	}
}

func TestDriftCountsMembersOnce(t *testing.T) {
	list := drift(t, "laptop", "many-updates")
	if n := len(find(list, "module")); n != 9 {
		t.Errorf("%d drivers, want 9", n)
	}
	if n := len(find(list, "package")); n != 2 {
		t.Errorf("%d applications, want 2", n)
	}
	for _, c := range list {
		if c.Change != fingerprint.Changed {
			t.Errorf("%+v is an update, neither new nor gone", c)
		}
	}
}

func TestDriftIsOrderedByWeight(t *testing.T) {
	l := read(t, sample(t, "laptop", "")).Labels()
	m := read(t, sample(t, "laptop", "memory-added")).Labels()
	if got := fingerprint.Drift(l, m); len(got) != 1 || got[0].Before != "16 GB" || got[0].After != "32 GB" || got[0].Weight != 4 {
		t.Errorf("%+v", got)
	}
	sum := fingerprint.Drift(nil, l)
	if !slices.IsSortedFunc(sum, func(a, b fingerprint.Change) int { return b.Weight - a.Weight }) {
		t.Error("the heaviest does not come first")
	}
	for _, c := range sum {
		if c.Change != fingerprint.Added {
			t.Errorf("%+v", c)
		}
	}
	for _, c := range fingerprint.Drift(l, nil) {
		if c.Change != fingerprint.Removed {
			t.Errorf("%+v", c)
		}
	}
}

// TestUnreadIsNotGone: what could not be read this time is no drift.
func TestUnreadIsNotGone(t *testing.T) {
	before := []fingerprint.Label{{Kind: "kernel", Text: "6.1"}, {Kind: "memory", Text: "16 GB"}, {Kind: "module", Text: "nvidia 1"}}
	after := []fingerprint.Label{{Kind: "kernel"}, {Kind: "memory", Text: "16 GB"}, {Kind: "module"}}
	if got := fingerprint.Drift(before, after); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	if got := fingerprint.Drift(after, before); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestDriftOfTwins(t *testing.T) {
	two := []fingerprint.Label{{Kind: "gpu", Text: "NVIDIA 10de:1f97"}, {Kind: "gpu", Text: "NVIDIA 10de:1f97"}}
	if got := fingerprint.Drift(two, two[:1]); len(got) != 1 || got[0].Change != fingerprint.Removed {
		t.Errorf("%+v", got)
	}
	if got := fingerprint.Drift(two, two); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestWeightsAndKinds(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range fingerprint.Kinds("linux") {
		if seen[k.Kind] || k.Weight < 1 || k.Weight > 12 || k.Class == "" {
			t.Errorf("%+v", k)
		}
		seen[k.Kind] = true
		if fingerprint.Weight(k.Kind) != k.Weight || fingerprint.Identifier(k.Kind) != k.Identifier {
			t.Errorf("%s: the look-ups disagree", k.Kind)
		}
		if k.Group != "" && !k.Identifier {
			t.Errorf("%s is in group %s and identifies nothing", k.Kind, k.Group)
		}
	}
	for _, p := range []string{"windows", "darwin"} {
		if len(fingerprint.Kinds(p)) != len(seen) {
			t.Errorf("%s has other kinds", p)
		}
	}
	if fingerprint.Kinds("plan9") != nil || fingerprint.Weight("x") != 0 || fingerprint.Identifier("x") {
		t.Error("something is known of nothing")
	}
}

func TestScoreOfSamples(t *testing.T) {
	score := map[string]int{}
	for _, name := range []string{"laptop", "desktop", "server", "vm"} {
		score[name] = read(t, sample(t, name, "")).Score()
		if score[name] < 40 {
			t.Errorf("%s scores %d", name, score[name])
		}
	}
	if score["vm"] >= score["server"] || score["desktop"] >= score["laptop"] {
		t.Errorf("knowing less must score less: %v", score)
	}
}
