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
	script := fmt.Sprintf("mount -t tmpfs -o size=64k none %q && exec %q -test.run='^TestAFullDisk$' -test.v", dir, os.Args[0])
	cmd := exec.Command("unshare", "-rm", "sh", "-c", script)
	cmd.Env = append(os.Environ(), "HOLDFAST_TEST_FULL="+dir)
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "full and kept") {
		return
	}
	if strings.Contains(string(out), "--- FAIL") || os.Getenv("HOLDFAST_REQUIRE_ALL") == "1" {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Skipf("NOT TESTED: a full disk needs a mount namespace of its own: %v %s", err, out)
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
