package winetest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// Debian packages that have what is run here.
const packages = "wine wine64 gcc-mingw-w64-x86-64"

const (
	compiler = "x86_64-w64-mingw32-gcc"
	// bootTime bounds making a prefix, runTime one program, buildTime one
	// build; each takes a fraction of it on a computer with nothing else to do.
	bootTime  = 5 * time.Minute
	runTime   = 2 * time.Minute
	buildTime = 5 * time.Minute
)

// Wine is a Wine prefix, a Windows computer that nothing was done to yet.
type Wine struct {
	wine   string
	server string
	dir    string // of prefix, programs and the rest
	env    []string
}

// tool gives the first of several programs that is there.
func tool(names ...string) string {
	for _, n := range names {
		if p, err := exec.LookPath(n); err == nil {
			return p
		}
	}
	return ""
}

// New makes a prefix in a temporary folder; it ends with the test. Without
// Wine or the compiler the test is skipped, or fails where HOLDFAST_REQUIRE_ALL
// is 1.
func New(tb testing.TB) *Wine {
	tb.Helper()
	w := &Wine{
		// Debian's own wrapper complains about 32-bit programs at every start.
		wine:   tool("/usr/lib/wine/wine64", "wine64", "wine"),
		server: tool("/usr/lib/wine/wineserver64", "wineserver"),
	}
	need(tb, w.wine, w.server, tool(compiler))
	// Not TempDir: Wine's server may write for a moment after it was ended.
	dir, err := os.MkdirTemp("", "holdfast-wine-")
	if err != nil {
		tb.Fatal(err)
	}
	w.dir = dir
	w.env = append(clean(os.Environ()),
		"WINEPREFIX="+filepath.Join(dir, "prefix"), "WINEARCH=win64", "WINEDEBUG=-all", "WINESERVER="+w.server,
		// No Mono, no browser, no menu entries in the home of who runs this.
		"WINEDLLOVERRIDES=mscoree=;mshtml=;winemenubuilder.exe=", "HOME="+dir, "XDG_RUNTIME_DIR="+dir)
	tb.Cleanup(func() { w.end(tb) })
	w.boot(tb)
	return w
}

// need skips loudly where a tool was not found, and fails where
// HOLDFAST_REQUIRE_ALL is 1.
func need(tb testing.TB, tools ...string) {
	tb.Helper()
	if !slices.Contains(tools, "") {
		return
	}
	const text = "the Windows programs: Wine or MinGW is not installed (Debian: " + packages + ")"
	if os.Getenv("HOLDFAST_REQUIRE_ALL") == "1" {
		tb.Fatal("NOT TESTED, and HOLDFAST_REQUIRE_ALL=1: " + text)
	}
	tb.Skip("NOT TESTED: " + text)
}

// clean leaves out what would lead Wine or the programs elsewhere.
func clean(env []string) []string {
	var out []string
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, "WINE") && !strings.HasPrefix(name, "HOLDFAST_") && !strings.HasPrefix(name, "XDG_") && name != "HOME" && name != "DISPLAY" {
			out = append(out, e)
		}
	}
	return out
}

// boot makes the prefix and puts the missing library into it.
func (w *Wine) boot(tb testing.TB) {
	tb.Helper()
	if r := w.run(tb, bootTime, nil, "", w.wine, "wineboot.exe", "-i"); r.Code != 0 {
		tb.Fatalf("wineboot: %d\n%s", r.Code, r.Stderr)
	}
	system := filepath.Join(w.dir, "prefix", "drive_c", "windows", "system32")
	library := filepath.Join(system, "bcryptprimitives.dll")
	if r := w.run(tb, buildTime, nil, "", compiler, "-O2", "-s", "-shared", "-o", library, filepath.Join("testdata", "processprng.c"), "-ladvapi32"); r.Code != 0 {
		tb.Fatalf("%s: %s", compiler, r.Stderr)
	}
}

// end stops the programs of this prefix, and of no other.
func (w *Wine) end(tb testing.TB) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, arg := range []string{"-k", "-w"} {
		cmd := exec.CommandContext(ctx, w.server, arg)
		cmd.Env = w.env
		_ = cmd.Run() // nothing runs: nothing to stop
	}
	if err := os.RemoveAll(w.dir); err != nil {
		tb.Error(err)
	}
}

// Dir is a folder for files of a test, outside of the prefix.
func (w *Wine) Dir() string { return w.dir }

// Path is a Linux path as the Windows programs see it.
func Path(p string) string { return `Z:` + strings.ReplaceAll(p, "/", `\`) }

// Result is how a program ended.
type Result struct {
	Code           int
	Stdout, Stderr string
	Took           time.Duration
}

// Run runs a Windows program with additional environment and standard input.
func (w *Wine) Run(tb testing.TB, env []string, stdin, program string, args ...string) Result {
	tb.Helper()
	return w.run(tb, runTime, env, stdin, w.wine, append([]string{program}, args...)...)
}

func (w *Wine) run(tb testing.TB, limit time.Duration, env []string, stdin, name string, args ...string) Result {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	cmd.Env = append(append([]string(nil), w.env...), env...)
	// A program that Wine left behind may keep the pipes open.
	cmd.WaitDelay = 5 * time.Second
	start := time.Now()
	err := cmd.Run()
	r := Result{Stdout: plain(stdout.String()), Stderr: plain(stderr.String()), Took: time.Since(start)}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && ctx.Err() == nil:
		r.Code = exit.ExitCode()
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		tb.Fatalf("%s %v: %v\n%s", name, args, err, r.Stderr)
	}
	return r
}

func plain(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// Import puts a registry text, as regedit exports it but in UTF-8, into the
// prefix. On disk it has regedit's own form, UTF-16 with a mark.
func (w *Wine) Import(tb testing.TB, text string) {
	tb.Helper()
	name := filepath.Join(w.dir, "import.reg")
	wide := fingerprint.WideText("\ufeff" + strings.ReplaceAll(text, "\n", "\r\n"))
	if err := os.WriteFile(name, wide[:len(wide)-2], 0o600); err != nil {
		tb.Fatal(err)
	}
	if r := w.Run(tb, nil, "", "regedit.exe", "/S", Path(name)); r.Code != 0 {
		tb.Fatalf("regedit: %d %s", r.Code, r.Stderr)
	}
}

// Build cross-builds a program of this module, pure Go; further arguments go
// to go build. It gives the program's path here.
func (w *Wine) Build(tb testing.TB, pkg string, args ...string) string {
	tb.Helper()
	return w.compile(tb, append([]string{"build"}, args...), pkg, filepath.Base(pkg)+".exe")
}

// BuildTest cross-builds a package's tests.
func (w *Wine) BuildTest(tb testing.TB, pkg string) string {
	tb.Helper()
	return w.compile(tb, []string{"test", "-c"}, pkg, filepath.Base(pkg)+".test.exe")
}

func (w *Wine) compile(tb testing.TB, args []string, pkg, name string) string {
	tb.Helper()
	out := filepath.Join(w.dir, name)
	ctx, cancel := context.WithTimeout(context.Background(), buildTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", append(args, "-o", out, pkg)...)
	cmd.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	cmd.Dir = filepath.Join("..", "..")
	if b, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("go %v %s: %v\n%s", args, pkg, err, b)
	}
	return out
}
