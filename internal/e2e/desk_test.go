package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience is how long a window, a message or a program may take on a busy machine.
const patience = 60 * time.Second

// desk is a display with a window manager, in a session with a keyring.
type desk struct {
	t       *testing.T
	display string
	env     []string
	shots   string // where pictures go; empty for none
}

// need skips loudly where a program is missing; with HOLDFAST_REQUIRE_ALL=1 it fails.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			if os.Getenv("HOLDFAST_REQUIRE_ALL") == "1" {
				t.Fatalf("%s is missing", p)
			}
			t.Skipf("NOT TESTED: the window on a real display, %s is not installed", p)
		}
	}
}

// newDesk starts a display and a window manager.
func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, shots: os.Getenv("HOLDFAST_SHOTS")}
	r, w, err := os.Pipe()
	fatal(t, err)
	x := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "700x820x24", "-nolisten", "tcp", "-noreset")
	x.ExtraFiles = []*os.File{w}
	start(t, x)
	w.Close()
	number := make([]byte, 16)
	n, err := r.Read(number)
	fatal(t, err)
	d.display = ":" + strings.TrimSpace(string(number[:n]))
	d.env = append(os.Environ(), "DISPLAY="+d.display, "WAYLAND_DISPLAY=", "FYNE_THEME=light", "LIBGL_ALWAYS_SOFTWARE=1")
	wm := exec.Command("openbox")
	wm.Env = d.env
	start(t, wm)
	return d
}

// start runs a program until the test ends.
func start(t *testing.T, cmd *exec.Cmd) *bytes.Buffer {
	t.Helper()
	var said bytes.Buffer
	if cmd.Stderr == nil {
		cmd.Stderr = &said
	}
	fatal(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return &said
}

// xdo calls xdotool, which wants a locale of its own.
func (d *desk) xdo(args ...string) (string, error) {
	cmd := exec.Command("xdotool", args...)
	cmd.Env = append(append([]string{}, d.env...), "LC_ALL=C.UTF-8")
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

// title is the name of the window that is shown; empty where there is none.
func (d *desk) title() string {
	ids, err := d.xdo("search", "--onlyvisible", "--name", "Holdfast")
	if err != nil || ids == "" {
		return ""
	}
	name, err := d.xdo("getwindowname", strings.Fields(ids)[0])
	if err != nil {
		return ""
	}
	return name
}

// wait waits for a screen by the name that the window carries.
func (d *desk) wait(screen string) {
	d.t.Helper()
	until(d.t, "the screen "+screen, func() error {
		if got := d.title(); !strings.HasPrefix(got, screen) {
			return fmt.Errorf("the window is called %q", got)
		}
		return nil
	})
	d.shot(screen)
}

// gone waits until there is no window.
func (d *desk) gone() {
	d.t.Helper()
	until(d.t, "the window's end", func() error {
		if got := d.title(); got != "" {
			return fmt.Errorf("there is still %q", got)
		}
		return nil
	})
}

func (d *desk) keys(names ...string) {
	d.t.Helper()
	for _, k := range names {
		_, err := d.xdo("key", "--clearmodifiers", k)
		fatal(d.t, err)
	}
}

func (d *desk) types(text string) {
	d.t.Helper()
	_, err := d.xdo("type", "--delay", "25", text)
	fatal(d.t, err)
}

// shot writes a picture of the display where HOLDFAST_SHOTS names a folder.
func (d *desk) shot(name string) {
	if d.shots == "" {
		return
	}
	if err := os.MkdirAll(d.shots, 0o755); err != nil {
		d.t.Fatal(err)
	}
	time.Sleep(400 * time.Millisecond) // what was typed is drawn in the next frame
	file := filepath.Join(d.shots, strings.ReplaceAll(strings.ToLower(name), " ", "-")+".png")
	cmd := exec.Command("import", "-window", "root", file)
	cmd.Env = d.env
	if out, err := cmd.CombinedOutput(); err != nil {
		d.t.Logf("no picture of %s: %v %s", name, err, out)
	}
}

// until tries until something is so.
func until(t *testing.T, what string, try func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if err = try(); err == nil {
			return
		}
	}
	t.Fatalf("%s did not come: %v", what, err)
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// freePort is an address that nobody listens on now.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	fatal(t, err)
	defer l.Close()
	return l.Addr().String()
}

// sh runs a program to its end and gives what it wrote and its exit code.
func sh(env []string, name string, args ...string) (stdout, stderr string, code int) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	var out, said bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = env, &out, &said
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return out.String(), said.String(), exit.ExitCode()
	case err != nil:
		return out.String(), err.Error(), -1
	}
	return out.String(), said.String(), 0
}
