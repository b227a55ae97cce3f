package keystore

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
)

// A scenario runs in a process of its own, on a session bus of its own: the
// D-Bus library keeps one connection per process.
type scenario struct {
	setup string // shell before the test
	empty bool   // a bus that can start no services
	run   func(t *testing.T)
}

const unlocked = `eval "$(printf 'pw' | gnome-keyring-daemon --unlock --components=secrets 2>/dev/null)"`

const scenarioEnv = "HOLDFAST_TEST_KEYRING"

func scenarios() map[string]scenario {
	return map[string]scenario{
		"a real keyring":     {unlocked, false, realKeyring},
		"a locked keyring":   {unlocked, false, lockedKeyring},
		"no keyring yet":     {":", false, noKeyringYet},
		"no service":         {":", true, noService},
		"a hanging service":  {":", true, hangingService},
		"no bus":             {"unset DBUS_SESSION_BUS_ADDRESS", true, noBus},
		"a bus to be made":   {"export DBUS_SESSION_BUS_ADDRESS=autolaunch:", true, noBus},
		"a bus that is gone": {"export DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus", true, noBus},
		"a passphrase file":  {"export DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus", true, passphraseFileInstead},
	}
}

func TestKeyrings(t *testing.T) {
	if name := os.Getenv(scenarioEnv); name != "" {
		scenarios()[name].run(t)
		return
	}
	for _, need := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(need); err != nil {
			if os.Getenv("HOLDFAST_REQUIRE_ALL") == "1" {
				t.Fatal(err)
			}
			t.Skipf("NOT TESTED: the system's keyring, %s is not installed", need)
		}
	}
	for name, s := range scenarios() {
		t.Run(name, func(t *testing.T) { runScenario(t, name, s) })
	}
}

// runScenario runs this test again under a bus of its own and with folders of
// its own, and checks that it left no bus or keyring behind.
func runScenario(t *testing.T, name string, s scenario) {
	home := t.TempDir()
	args := []string{"--", "bash", "-c", s.setup + `; exec "$0" -test.run='^TestKeyrings$' -test.v`, os.Args[0]}
	if s.empty {
		conf := filepath.Join(home, "bus.conf")
		if err := os.WriteFile(conf, []byte(emptyBus), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append([]string{"--config-file=" + conf}, args...)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "dbus-run-session", args...)
	run := filepath.Join(home, "run")
	for _, d := range []string{run, filepath.Join(home, "data")} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_RUNTIME_DIR="+run, "XDG_DATA_HOME="+filepath.Join(home, "data"),
		"DISPLAY=", "WAYLAND_DISPLAY=", scenarioEnv+"="+name)
	log, err := os.Create(filepath.Join(home, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log // a file: a daemon that stays keeps a pipe open
	err = cmd.Run()
	out, _ := os.ReadFile(log.Name())
	if err != nil || !strings.Contains(string(out), "--- PASS: TestKeyrings") {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", strings.TrimSpace(string(out)))
	if left := processesIn(home); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// processesIn names the processes whose HOME is ours, after a moment to end.
func processesIn(home string) []string {
	var out []string
	for range 50 {
		out = nil
		envs, _ := filepath.Glob("/proc/[0-9]*/environ")
		for _, e := range envs {
			env, err := os.ReadFile(e)
			if err == nil && slices.Contains(strings.Split(string(env), "\x00"), "HOME="+home) {
				name, _ := os.ReadFile(filepath.Join(filepath.Dir(e), "comm"))
				out = append(out, strings.TrimSpace(string(name)))
			}
		}
		if len(out) == 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return out
}

// emptyBus is a session bus that knows no services to start.
const emptyBus = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`

func openSystem(t *testing.T, deadline time.Duration) Store {
	t.Helper()
	s, err := Open(Options{Profile: "test-profile", Disk: files.OS(), Deadline: deadline})
	if err != nil || s.Kind() != KindSecretService {
		t.Fatal(s, err)
	}
	return s
}

// within checks an error's code and that it came in time.
func within(t *testing.T, limit time.Duration, code string, f func() error) {
	t.Helper()
	begin := time.Now()
	err := f()
	took := time.Since(begin)
	t.Logf("%v after %v", err, took.Round(time.Millisecond))
	if api.CodeOf(err) != code {
		t.Fatalf("%v, want %s", err, code)
	}
	if took > limit {
		t.Fatalf("%v is too long", took)
	}
}

func realKeyring(t *testing.T) {
	s := openSystem(t, 0)
	ctx := t.Context()
	if _, err := s.Get(ctx, Ring); !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
	binary := []byte{0, 255, 10, 13, 0}
	for _, v := range [][]byte{binary, make([]byte, MaxValue), []byte("x")} {
		if err := SetVerified(ctx, s, Ring, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Set(ctx, DeviceKey, []byte("other")); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(ctx, Ring); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(ctx, Ring); err != nil {
		t.Fatal("deleting twice", err)
	}
	if _, err := s.Get(ctx, Ring); !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
	other, err := Open(Options{Profile: "another"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Get(ctx, DeviceKey); !errors.Is(err, ErrNotFound) {
		t.Fatal("another profile sees it", err)
	}
	if got, err := s.Get(ctx, DeviceKey); err != nil || string(got) != "other" {
		t.Fatal(got, err)
	}
}

func lockedKeyring(t *testing.T) {
	s := openSystem(t, 0)
	if err := SetVerified(t.Context(), s, Ring, []byte("secret")); err != nil {
		t.Fatal(err)
	}
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	defer bus.Close()
	call := bus.Object("org.freedesktop.secrets", "/org/freedesktop/secrets").
		Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{"/org/freedesktop/secrets/collection/login"})
	if call.Err != nil {
		t.Fatal(call.Err)
	}
	ctx := t.Context()
	within(t, time.Second, api.CodeKeyringLocked, func() error { _, err := s.Get(ctx, Ring); return err })
	within(t, time.Second, api.CodeKeyringLocked, func() error { return s.Set(ctx, Ring, []byte("new")) })
	within(t, time.Second, api.CodeKeyringLocked, func() error { return s.Delete(ctx, Ring) })
}

// noKeyringYet: the bus starts a service that has no keyring, as on a fresh
// account. What it is called may differ; it is said in time, and not "not found".
func noKeyringYet(t *testing.T) {
	s := openSystem(t, 0)
	begin := time.Now()
	_, err := s.Get(t.Context(), Ring)
	took := time.Since(begin)
	t.Logf("%v after %v", err, took)
	code := api.CodeOf(err)
	if took > 4*time.Second || code != api.CodeKeyringAbsent && code != api.CodeKeyringLocked && code != api.CodeKeyringTimeout {
		t.Fatal(err)
	}
}

func noService(t *testing.T) {
	s := openSystem(t, 0)
	within(t, time.Second, api.CodeKeyringAbsent, func() error { _, err := s.Get(t.Context(), Ring); return err })
	within(t, time.Second, api.CodeKeyringAbsent, func() error { return s.Set(t.Context(), Ring, []byte("x")) })
}

func noBus(t *testing.T) {
	s := openSystem(t, 0)
	within(t, time.Second, api.CodeKeyringAbsent, func() error { _, err := s.Get(t.Context(), Ring); return err })
	within(t, time.Second, api.CodeKeyringAbsent, func() error { return s.Set(t.Context(), Ring, []byte("x")) })
	within(t, time.Second, api.CodeKeyringAbsent, func() error { return s.Delete(t.Context(), Ring) })
	if addr := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); strings.HasPrefix(addr, "unix:abstract") {
		t.Fatal("a bus was started:", addr)
	}
}

// hangingService: a peer that takes the keyring's name and never answers.
func hangingService(t *testing.T) {
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	defer bus.Close()
	if _, err := bus.RequestName("org.freedesktop.secrets", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	bus.Eavesdrop(make(chan *dbus.Message, 100)) // messages are taken, and nothing handles them
	const deadline = 300 * time.Millisecond
	s := openSystem(t, deadline)
	get := func() error { _, err := s.Get(t.Context(), Ring); return err }
	within(t, deadline+time.Second, api.CodeKeyringTimeout, get)
	within(t, deadline/2, api.CodeKeyringTimeout, get) // the first still hangs: at once
	if d := s.(*bounded); len(d.busy) != 1 || !d.stuck {
		t.Fatal("more than one call is under way")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	within(t, deadline/2, api.CodeKeyringTimeout, func() error { return s.Delete(ended, Ring) })
}

func passphraseFileInstead(t *testing.T) {
	dir := t.TempDir()
	pass := filepath.Join(dir, "pass")
	if err := os.WriteFile(pass, []byte("correct horse\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(Options{Profile: "p", Dir: dir, PassphraseFile: pass, Disk: files.OS()})
	if err != nil || s.Kind() != KindPassphraseFile {
		t.Fatal(err)
	}
	if err := SetVerified(t.Context(), s, Ring, []byte("x")); err != nil {
		t.Fatal(err)
	}
}
