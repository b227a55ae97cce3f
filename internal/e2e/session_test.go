package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sessionEnv says that this process runs inside a session of its own.
const sessionEnv = "HOLDFAST_E2E_SESSION"

// unlocked opens a fresh keyring; its daemon keeps standard output open.
const unlocked = `eval "$(printf 'pw' | gnome-keyring-daemon --unlock --components=secrets 2>/dev/null)"`

// inSession runs a test once more inside a bus, a keyring and folders of its
// own. It says true inside, where the test goes on.
func inSession(t *testing.T) bool {
	t.Helper()
	if os.Getenv(sessionEnv) != "" {
		return true
	}
	need(t, "dbus-run-session", "gnome-keyring-daemon", "Xvfb", "openbox", "xdotool", "bash", "gcc")
	home := t.TempDir()
	for _, dir := range []string{"run", "data", ".cache", ".config"} {
		fatal(t, os.Mkdir(filepath.Join(home, dir), 0o700))
	}
	log, err := os.Create(filepath.Join(home, "log"))
	fatal(t, err)
	defer log.Close()
	cmd := exec.Command("dbus-run-session", "--", "bash", "-c",
		unlocked+`; exec "$0" -test.run="^$1\$" -test.v -test.timeout=8m`, os.Args[0], t.Name())
	// The caches of Go stay where they are: this is still the same user's build.
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_RUNTIME_DIR="+filepath.Join(home, "run"),
		"XDG_DATA_HOME="+filepath.Join(home, "data"), "XDG_CONFIG_HOME="+filepath.Join(home, ".config"),
		"LANG=en_US.UTF-8", "LC_ALL=", sessionEnv+"=1", "HOLDFAST_E2E_BIN="+programs(t))
	cmd.Stdout, cmd.Stderr = log, log // a file: a daemon that stays keeps a pipe open
	began := time.Now()
	err = cmd.Run()
	out, _ := os.ReadFile(log.Name())
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s\nin %s", strings.TrimSpace(string(out)), time.Since(began).Round(time.Second))
	return false
}

// programs builds the three programs: the window without the tag that keeps Fyne
// from watching its threads, all with recorded computers.
func programs(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	build := func(cgo, tags string, packages ...string) {
		args := append([]string{"build", "-tags", tags, "-o", dir + string(filepath.Separator)}, packages...)
		cmd := exec.Command("go", args...)
		cmd.Dir = filepath.Join("..", "..")
		cmd.Env = append(os.Environ(), "CGO_ENABLED="+cgo)
		if out, err := cmd.CombinedOutput(); err != nil {
			if cgo == "1" && os.Getenv("HOLDFAST_REQUIRE_ALL") != "1" && strings.Contains(string(out), "fatal error:") {
				t.Skipf("NOT TESTED: the window cannot be built here: %s", out)
			}
			t.Fatalf("%v\n%s", err, out)
		}
	}
	build("0", "recorded", "./cmd/holdfastd", "./cmd/holdfastctl")
	build("1", "gles,gles2,recorded", "./cmd/holdfast")
	return dir
}
