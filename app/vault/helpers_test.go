package vault

import (
	"crypto/rand"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// cheap makes Argon2id cost nothing; the standard is used where it matters.
var cheap = Params{Time: 1, MemoryKiB: 8, Threads: 1}

var testNow = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func testConfig(t testing.TB, d files.Disk) Config {
	t.Helper()
	return Config{
		Disk: d, Path: filepath.Join(t.TempDir(), "vault.hf"), Rand: rand.Reader,
		Now: func() time.Time { return testNow }, Argon: cheap,
	}
}

func secret(b byte) Secret {
	var s Secret
	for i := range s {
		s[i] = b ^ byte(i)
	}
	return s
}

var (
	testKeys  = Keys{Ring: secret(1)}
	testShare = Share{Generation: 1, Secret: secret(2)}
)

func balanced() api.Policy {
	return api.Policy{Name: api.Balanced, Groups: map[string][]string{
		api.GroupDisk: {"boot-disk"}, api.GroupInstallation: {"install-id"},
		api.GroupBoard: {"system-uuid", "system-serial", "board-serial"}, api.GroupNetwork: {"network-card"},
	}}
}

func strict() api.Policy { return api.Policy{Name: api.Strict, BindAll: true} }

func has(kind, value string) fingerprint.Component {
	return fingerprint.Component{Class: fingerprint.Hardware, Kind: kind, State: fingerprint.Present, Value: value}
}

func lacks(kind string, st fingerprint.State) fingerprint.Component {
	return fingerprint.Component{Class: fingerprint.Hardware, Kind: kind, State: st}
}

func snapshot(list ...fingerprint.Component) fingerprint.Snapshot {
	return fingerprint.Snapshot{Schema: 1, Platform: "linux", Components: list}
}

// computer is a desktop computer whose board is readable.
func computer() fingerprint.Snapshot {
	return snapshot(has("install-id", "9f1c2c3d4e5f60718293a4b5c6d7e8f9"), has("boot-disk", "s4evnx0m123456"),
		has("system-uuid", "7d3c1e52-9a4b-4c1d-8e2f-00112233aabb"), has("system-serial", "5cd1234xyz"),
		lacks("board-serial", fingerprint.Placeholder), has("network-card", "3c:52:82:aa:bb:cc"),
		has("memory", "16 gib"), has("gpu", "nvidia 1"), lacks("tpm", fingerprint.Absent))
}

// with gives a snapshot whose components of one kind are others.
func with(s fingerprint.Snapshot, kind string, list ...fingerprint.Component) fingerprint.Snapshot {
	out := s
	out.Components = nil
	for _, c := range s.Components {
		if c.Kind != kind {
			out.Components = append(out.Components, c)
		}
	}
	out.Components = append(out.Components, list...)
	return out
}

func bindBalanced(s fingerprint.Snapshot) Binding { return Bind(Kinds(balanced(), s), s) }

func newVault(t testing.TB, cfg Config) *Vault {
	t.Helper()
	v, err := Create(cfg, testKeys, bindBalanced(computer()), testShare)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	if got := api.CodeOf(err); got != code {
		t.Fatalf("error %v has the code %q, want %q", err, got, code)
	}
}
