package daemon

import (
	"bufio"
	"bytes"
	"context"
	"debug/elf"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestTheUnitIsSound asks systemd what it thinks of the unit file, and holds it against
// the program: its arguments, its folder, its exit codes.
func TestTheUnitIsSound(t *testing.T) {
	unit, err := os.ReadFile("../../packaging/linux/holdfastd.service")
	if err != nil {
		t.Fatal(err)
	}
	analyze := need(t, "systemd-analyze")
	// The program need not be installed here: any other stands in for it.
	copied := filepath.Join(t.TempDir(), "holdfastd.service")
	if err := os.WriteFile(copied, bytes.Replace(unit, []byte("/usr/bin/holdfastd"), []byte("/bin/true"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), analyze, "verify", copied).CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), analyze, "security", "--offline=true", "--threshold=15", copied).CombinedOutput()
	if err != nil {
		t.Errorf("the unit is more open than 1.5 of 10: %v\n%s", err, out[max(0, len(out)-300):])
	}
	args := strings.Fields(regexp.MustCompile(`(?m)^ExecStart=/usr/bin/holdfastd (.*)$`).FindStringSubmatch(string(unit))[1])
	code, _, errs := run(t.Context(), nil, args...)
	if code != exitUsage || !strings.Contains(errs, "/etc/holdfastd.json") || !strings.Contains(string(unit), "RestartPreventExitStatus=2\n") {
		t.Errorf("the unit's own command: %d %s", code, errs)
	}
}

// copies are the COPY lines of the container file, source → target.
var copies = regexp.MustCompile(`(?m)^COPY (?:--\S+ )*(\S+) (\S+)$`)

// TestTheContainerFileRuns lays out by hand what an engine would, and runs what the
// file says, with nothing else on the root: no shell, no library, no /proc, no /dev.
func TestTheContainerFileRuns(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: containers are Linux's")
	}
	unshare := need(t, "unshare")
	raw, err := os.ReadFile("../../packaging/Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	file := string(raw)
	context, root := t.TempDir(), t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "bash", "../../scripts/image", context).CombinedOutput(); err != nil {
		t.Fatalf("scripts/image: %v\n%s", err, out)
	}
	if !strings.Contains(file, "\nFROM scratch\n") || !strings.Contains(file, "\nUSER 65532:65532\n") {
		t.Error("the image is more than it need be")
	}
	list := copies.FindAllStringSubmatch(file, -1)
	if len(list) < 4 {
		t.Fatalf("%d COPY lines", len(list))
	}
	for _, c := range list {
		to := filepath.Join(root, c[2])
		if out, err := exec.CommandContext(t.Context(), "install", "-d", filepath.Dir(to)).CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, out)
		}
		if out, err := exec.CommandContext(t.Context(), "cp", "-r", filepath.Join(context, c[1]), to).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v %s", c[0], err, out)
		}
	}
	program, err := elf.Open(filepath.Join(root, "holdfastd"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = program.Close() }()
	if libs, err := program.ImportedLibraries(); err != nil || len(libs) > 0 {
		t.Errorf("the program is not static: %v %v", libs, err)
	}
	answersIn(t, unshare, root)
}

// answersIn starts the program on a root of its own and asks whether it is ready.
func answersIn(t *testing.T, unshare, root string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	words := []string{"--root=" + root, "--wd=/", "/holdfastd", "serve", "--listen", "127.0.0.1:0", "--data", "/var/lib/holdfastd"}
	if os.Geteuid() != 0 { // who is root needs no namespace for a root of its own, and inside a chroot gets none
		words = append([]string{"--user", "--map-root-user"}, words...)
	}
	cmd := exec.CommandContext(ctx, unshare, words...)
	cmd.Env = []string{}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	url := strings.TrimSpace(strings.TrimPrefix(line, "Holdfast server: "))
	if !strings.HasPrefix(url, "http://") {
		t.Fatalf("it printed %q\n%s", line, errs.String())
	}
	res, err := http.Get(url + "/readyz")
	if err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	defer func() { _ = res.Body.Close() }()
	if body, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}
