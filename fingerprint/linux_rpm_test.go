package fingerprint_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// rpmTool runs RPM's own programs, or skips loudly.
func rpmTool(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("HOLDFAST_REQUIRE_ALL") == "1" {
			t.Fatalf("%s is not installed (Debian: rpm)", name)
		}
		t.Skipf("SKIPPED: %s is not installed (Debian: rpm)", name)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(out)
}

// installRPMs builds a few tiny packages and puts them into a database.
func installRPMs(t *testing.T, dbpath string, n int) {
	t.Helper()
	top := t.TempDir()
	for i := range n {
		spec := filepath.Join(top, fmt.Sprintf("tiny%d.spec", i))
		epoch := ""
		if i%2 == 0 {
			epoch = fmt.Sprintf("Epoch: %d\n", i+1)
		}
		text := fmt.Sprintf("Name: tiny%d\nVersion: 1.%d\nRelease: 3\n%sSummary: x\nLicense: x\nBuildArch: noarch\n%%description\n%s\n%%files\n",
			i, i, epoch, strings.Repeat("A long description. ", 1+400*i))
		if err := os.WriteFile(spec, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		rpmTool(t, "rpmbuild", "-bb", "--define", "_topdir "+top, spec)
	}
	built, err := filepath.Glob(filepath.Join(top, "RPMS/noarch/*.rpm"))
	if err != nil || len(built) != n {
		t.Fatalf("%d packages built, %v", len(built), err)
	}
	rpmTool(t, "rpm", append([]string{"-i", "--justdb", "--nodeps", "--dbpath", dbpath}, built...)...)
}

// TestRPMAgreesWithRPM reads a database that RPM wrote and compares with what
// RPM itself says is in it.
func TestRPMAgreesWithRPM(t *testing.T) {
	root := t.TempDir()
	dbpath := filepath.Join(root, "usr/lib/sysimage/rpm")
	if err := os.MkdirAll(dbpath, 0o755); err != nil {
		t.Fatal(err)
	}
	rpmTool(t, "rpm", "--initdb", "--dbpath", dbpath)
	memo := fingerprint.NewMemo()
	src := open(t, root)
	compare := func(when string) {
		t.Helper()
		want := strings.Split(strings.TrimSpace(rpmTool(t, "rpm", "-qa", "--dbpath", dbpath,
			"--qf", `%{NAME}:%{ARCH} %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\n`)), "\n")
		s, err := fingerprint.ReadWith(unhurried(t), src, fingerprint.Options{Memo: memo})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range s.Of("package") {
			got = append(got, c.Value)
		}
		if !slices.Equal(sorted(got), sorted(want)) {
			t.Errorf("%s: %q, RPM says %q", when, got, want)
		}
	}
	installRPMs(t, dbpath, 6)
	compare("six installed")
	rpmTool(t, "rpm", "-e", "--justdb", "--dbpath", dbpath, "tiny3")
	compare("one removed")
}

func TestRPMSaysWhyNot(t *testing.T) {
	for name, c := range map[string]struct{ files, reason string }{
		"no database":            {"-- var/lib/rpm/rpmdb.sqlite --\nx\n", "rpm-database"},
		"an older form":          {"-- var/lib/rpm/Packages --\nx\n", "rpm-database"},
		"a transaction half way": {"-- var/lib/rpm/rpmdb.sqlite --\nx\n-- var/lib/rpm/rpmdb.sqlite-journal --\nx\n", "changing"},
		"closed":                 {"-- var/lib/rpm/rpmdb.sqlite @closed --\nx\n", "needs-rights"},
		"a folder":               {"-- var/lib/rpm/rpmdb.sqlite/x --\nx\n", "not-a-file"},
	} {
		s := read(t, tree(t, c.files))
		for _, kind := range []string{"package", "security-agent"} {
			if got := only(t, s, kind); got.State != fingerprint.Unreadable || got.Reason != c.reason {
				t.Errorf("%s, %s: %s %s", name, kind, got.State, got.Reason)
			}
		}
	}
}
