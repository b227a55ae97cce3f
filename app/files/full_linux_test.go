package files

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
)

// TestAFullDisk runs itself in a mount namespace of its own, on a file system
// of 64 KiB that is really full.
func TestAFullDisk(t *testing.T) {
	if dir := os.Getenv("HOLDFAST_TEST_FULL"); dir != "" {
		fillAndReplace(t, dir)
		return
	}
	dir := t.TempDir()
	script := fmt.Sprintf("mount -t tmpfs -o size=64k none %q && HOLDFAST_TEST_FULL=%q %q -test.run='^TestAFullDisk$' -test.v; umount %q",
		dir, dir, os.Args[0], dir)
	var said strings.Builder
	for _, own := range ownNamespace {
		out, err := exec.Command(own[0], append(own[1:], "sh", "-c", script)...).CombinedOutput()
		if strings.Contains(string(out), "full and kept") {
			return
		}
		if strings.Contains(string(out), "--- FAIL") {
			t.Fatalf("%v\n%s", err, out)
		}
		fmt.Fprintf(&said, "%v: %v\n%s", own, err, out)
	}
	if os.Getenv("HOLDFAST_REQUIRE_ALL") == "1" {
		t.Fatal(said.String())
	}
	t.Skipf("NOT TESTED: a full disk needs a mount namespace of its own: %s", said.String())
}

// ownNamespace are the ways to a mount namespace: as any user where the system
// lets users have one, as root also inside a chroot, and through sudo.
var ownNamespace = [][]string{
	{"unshare", "-rm"},
	{"unshare", "-m", "--propagation", "unchanged"},
	{"sudo", "-n", "unshare", "-m"},
}

func fillAndReplace(t *testing.T, dir string) {
	path := filepath.Join(dir, "vault.hf")
	if err := OS().Replace(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	wantCode(t, OS().Replace(path, make([]byte, 1<<20)), api.CodeDiskFull)
	if n := names(t, dir); read(t, path) != "old" || len(n) != 1 {
		t.Fatalf("%q and %v", read(t, path), n)
	}
	if err := OS().Replace(path, []byte("new")); err != nil || read(t, path) != "new" {
		t.Fatal("no way on", err)
	}
	t.Log("full and kept")
}
