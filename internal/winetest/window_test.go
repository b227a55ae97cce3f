//go:build winewindow

package winetest

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/internal/apptest"
)

// TestWindowUnderWine starts the window program that HOLDFAST_WINDOW names on a
// screen of its own, waits until it draws, and keeps a picture in the folder of
// HOLDFAST_PICTURES. It is behind a build tag because building that program
// takes minutes; scripts/windows does both.
func TestWindowUnderWine(t *testing.T) {
	program, pictures := os.Getenv("HOLDFAST_WINDOW"), os.Getenv("HOLDFAST_PICTURES")
	if program == "" || pictures == "" {
		t.Fatal("HOLDFAST_WINDOW and HOLDFAST_PICTURES say what to start and where pictures go; use scripts/windows")
	}
	for _, need := range []string{"Xvfb", "xdotool", "xwd", "convert"} {
		if tool(need) == "" {
			t.Fatalf("%s is not installed", need)
		}
	}
	w := New(t)
	display := screen(t)
	server := apptest.StartDaemonNow(t)
	env := append(w.env, "DISPLAY="+display, "LC_ALL=C.UTF-8", "LANG=en_US.UTF-8", "HOLDFAST_SERVER="+server.URL)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cmd := exec.CommandContext(ctx, w.wine, program, "--profile", Path(filepath.Join(w.Dir(), "profile")))
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Env, cmd.WaitDelay = &said, &said, env, 5*time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	id := window(t, env)
	t.Logf("the window is there after %v", time.Since(start).Round(100*time.Millisecond))
	first, second := filepath.Join(pictures, "window-start.png"), filepath.Join(pictures, "window-tab.png")
	// Drawn is what has colours and stays as it is.
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Second) {
		colours := picture(t, env, first)
		time.Sleep(2 * time.Second)
		picture(t, env, second)
		if colours >= 50 && same(t, env, first, second) {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the window shows %d colours\n%s", colours, said.String())
		}
	}
	// Two steps of Tab frame a link: the picture is another one.
	step(t, env, "xdotool", "mousemove", "--window", id, "230", "60", "click", "1", "key", "--delay", "200", "Tab", "Tab")
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(time.Second) {
		picture(t, env, second)
		if !same(t, env, first, second) {
			break
		}
		if time.Now().After(end) {
			t.Error("the window takes no key")
			break
		}
	}
	cancel()
	_ = cmd.Wait()
	if strings.Contains(said.String(), "panic:") || strings.Contains(said.String(), "Error in Fyne call thread") {
		t.Errorf("the window complained:\n%s", said.String())
	}
}

// screen starts an X server of its own and gives its name.
func screen(t *testing.T) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1280x900x24", "-nolisten", "tcp")
	cmd.ExtraFiles = []*os.File{w}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb: %v", err)
	}
	return ":" + strings.TrimSpace(number)
}

// window waits for the program's window.
func window(t *testing.T, env []string) string {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
		cmd := exec.Command("xdotool", "search", "--onlyvisible", "--name", "Holdfast")
		cmd.Env = env
		if out, err := cmd.Output(); err == nil {
			if f := strings.Fields(string(out)); len(f) > 0 {
				return f[0]
			}
		}
	}
	t.Fatal("no window appeared")
	return ""
}

// picture keeps the screen and says how many colours it has.
func picture(t *testing.T, env []string, file string) int {
	t.Helper()
	step(t, env, "bash", "-c", `set -o pipefail; xwd -root -silent | convert xwd:- "$0"`, file)
	n, err := strconv.Atoi(strings.TrimSpace(step(t, env, "convert", file, "-format", "%k", "info:")))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// same says whether two pictures differ in nothing.
func same(t *testing.T, env []string, one, other string) bool {
	t.Helper()
	return strings.TrimSpace(step(t, env, "convert", one, other, "-compose", "difference", "-composite", "-format", "%k", "info:")) == "1"
}

func step(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}
