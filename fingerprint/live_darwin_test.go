package fingerprint_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/denisbrodbeck/machineid"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// TestLiveMac runs on a Mac only: it reads it and compares the system's
// identifier with a library that many programs use. That library starts ioreg by
// its bare name, so it is asked only where that is the genuine one.
func TestLiveMac(t *testing.T) {
	s := read(t, fingerprint.Live())
	checkComplete(t, "this Mac", s)
	for _, kind := range []string{"install-id", "system-uuid", "system-serial", "os-release", "kernel", "cpu", "memory", "system-model"} {
		if s.State(kind) != fingerprint.Present {
			t.Errorf("%s is %s", kind, s.State(kind))
		}
	}
	if again := read(t, fingerprint.Live()); string(again.Canonical()) != string(s.Canonical()) {
		t.Errorf("two readings differ in: %s", differing(s, again))
	}
	if p, err := exec.LookPath("ioreg"); err != nil || p != "/usr/sbin/ioreg" {
		t.Skipf("SKIPPED the comparison: ioreg is %q (%v)", p, err)
	}
	id, err := machineid.ID()
	if c := only(t, s, "system-uuid"); err != nil || c.Value != strings.ToLower(id) {
		t.Errorf("system-uuid: the library reads another one (%v)", err)
	}
}
