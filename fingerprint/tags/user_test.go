//go:build linux

package tags_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
	"github.com/seed-1feef0b2/holdfast/fingerprint/tags"
)

// asNobody names the environment variable that makes this test program read a
// computer and say what it sees.
const asNobody = "HOLDFAST_TEST_READ"

func TestMain(m *testing.M) {
	if dir := os.Getenv(asNobody); dir != "" {
		src, err := recorded.Open(dir, "")
		if err != nil {
			panic(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		s, err := fingerprint.Read(ctx, src)
		if err != nil {
			panic(err)
		}
		for _, c := range s.Components {
			if strings.HasPrefix(c.Kind, "system-") || c.Kind == "board-serial" || c.Kind == "memory-module" {
				fmt.Println(c.Kind, c.State, c.Reason)
			}
		}
		fmt.Printf("%x\n", sha256.Sum256(s.Canonical()))
		return
	}
	os.Exit(m.Run())
}

// required skips loudly, or fails where everything must run.
func required(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("HOLDFAST_REQUIRE_ALL") == "1" {
		t.Fatal(why)
	}
	t.Skip("SKIPPED: " + why)
}

// TestRootWritesAndNobodyReads: root's file rights close the firmware, root
// writes the tags, and a process of another user reads the same computer as
// root does.
func TestRootWritesAndNobodyReads(t *testing.T) {
	if os.Geteuid() != 0 {
		required(t, "only root can leave tags for somebody else")
	}
	src, dir := computer(t, "server", "")
	for _, f := range []string{"sys/firmware/dmi/tables/DMI", "sys/devices/virtual/dmi/id/product_uuid", "sys/devices/virtual/dmi/id/product_serial", "sys/devices/virtual/dmi/id/board_serial"} {
		if err := os.Chmod(filepath.Join(dir, f), 0o400); err != nil {
			t.Fatal(err)
		}
	}
	// The directories of a test are its user's alone; a computer's are not.
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(filepath.Dir(dir), "reader")
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, self, 0o755); err != nil {
		t.Fatal(err)
	}
	nobody := func() string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), program)
		cmd.Env = []string{asNobody + "=" + dir}
		cmd.Dir = "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	if out := nobody(); strings.Count(out, "unreadable needs-rights") != 4 {
		t.Errorf("without tags a user sees\n%s", out)
	}
	c := within(src, dir, 7)
	if _, err := tags.Write(unhurried(t), c); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("%x", sha256.Sum256(read(t, src, false).Canonical()))
	if out := nobody(); !strings.Contains(out, want) || strings.Contains(out, "unreadable") {
		t.Errorf("with tags a user sees\n%swant %s", out, want)
	}
	if _, err := os.ReadFile(filepath.Join(c.State, tags.KeyName)); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(c.State); err != nil || info.Mode().Perm() != fs.FileMode(0o700) {
		t.Errorf("the key's folder: %v, %v", info.Mode(), err)
	}
}

// TestTheUnitIsSound asks systemd what it thinks of the unit file.
func TestTheUnitIsSound(t *testing.T) {
	unit := filepath.Join("..", "..", "packaging", "linux", "holdfast-tags.service")
	text, err := os.ReadFile(unit)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"Type=oneshot", "ExecStart=/usr/bin/holdfastctl write-tags", "RuntimeDirectory=" + filepath.Base(tags.RunDir), "RuntimeDirectoryMode=0755",
		"RuntimeDirectoryPreserve=yes", "StateDirectory=" + filepath.Base(tags.StateDir), "StateDirectoryMode=0700", "CapabilityBoundingSet=", "ProtectSystem=strict",
	} {
		if !bytes.Contains(text, []byte("\n"+line+"\n")) {
			t.Errorf("the unit lacks %s", line)
		}
	}
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		required(t, "systemd-analyze is not installed (Debian: systemd)")
	}
	// The program need not be installed here: any other stands in for it.
	copied := filepath.Join(t.TempDir(), filepath.Base(unit))
	text = bytes.Replace(text, []byte("/usr/bin/holdfastctl"), []byte("/bin/true"), 1)
	if err := os.WriteFile(copied, text, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "systemd-analyze", "verify", copied).CombinedOutput()
	if err != nil || len(bytes.TrimSpace(out)) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
	out, err = exec.CommandContext(t.Context(), "systemd-analyze", "security", "--offline=true", "--threshold=15", copied).CombinedOutput()
	if err != nil {
		t.Errorf("the unit is too open: %v\n%s", err, out[max(0, len(out)-300):])
	}
}
