package fingerprint_test

import "testing"

// TestLinuxModels reads the kinds that this computer of the tests may not have,
// from the recorded ones.
func TestLinuxModels(t *testing.T) {
	laptop := read(t, sample(t, "laptop", ""))
	for kind, want := range map[string]string{
		"system-model": "dell inc. / latitude 5511 / 09a1",
		"board-model":  "dell inc. / 0n4vm7",
		"chassis-type": "10",
		"firmware":     "dell inc. / 1.21.0 / 05/08/2023",
		"secure-boot":  "on",
		"tpm":          "tpm 2",
		"gpu":          "pci:v000010ded00001f97sv00001028sd000009a1bc03sc02i00 pci:v00008086d00009bc4sv00001028sd000009a1bc03sc00i00",
	} {
		if got := values(laptop, kind); got != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
	if got := values(read(t, sample(t, "server", "")), "tpm"); got == "" {
		t.Error("the server says nothing of a tpm")
	}
	for kind, name := range map[string]string{"memory-module": "desktop", "security-agent": "laptop"} {
		if got := values(read(t, sample(t, name, "")), kind); got == "" {
			t.Errorf("%s: %s is not reported", name, kind)
		}
	}
}
