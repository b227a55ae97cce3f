//go:build unix

package fingerprint_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

// dirOf unpacks a sample and gives its directory, for damaging it.
func dirOf(t *testing.T, name string) string {
	t.Helper()
	dir := t.TempDir()
	if err := recorded.UnpackVariant(name, "", dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// put replaces a file by what make makes of its path.
func put(t *testing.T, dir, name string, make func(string) error) {
	t.Helper()
	p := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.RemoveAll(p); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := make(p); err != nil {
		t.Fatal(err)
	}
}

func text(s string) func(string) error {
	return func(p string) error { return os.WriteFile(p, []byte(s), 0o644) }
}

func link(to string) func(string) error { return func(p string) error { return os.Symlink(to, p) } }

func pipe(p string) error { return syscall.Mkfifo(p, 0o644) }

func sparse(size int64) func(string) error {
	return func(p string) error {
		f, err := os.Create(p)
		if err != nil {
			return err
		}
		return errors.Join(f.Truncate(size), f.Close())
	}
}

// damages are what a file may turn out to be.
var damages = []struct {
	name string
	make func(string) error
}{
	{"empty", text("")},
	{"zeros", text(strings.Repeat("\x00", 3000))},
	{"bytes", text("\xff\xfe\x80\x1b[2J\u202e\r\n")},
	{"huge", sparse(64 << 30)},
	{"long", text(strings.Repeat("A long line without an end ", 100_000))},
	{"pipe", pipe},
	{"directory", func(p string) error { return os.MkdirAll(filepath.Join(p, "x"), 0o755) }},
	{"circle", func(p string) error { return os.Symlink(filepath.Base(p), p) }},
	{"dangling", link("/nowhere/at/all")},
	{"outside", link("/../../../../../../../../../../etc/passwd")},
	{"device", link("/dev/zero")},
}

// files are all places that the laptop is read from.
var files = []string{
	"etc/machine-id", "usr/lib/os-release", "proc/sys/kernel/osrelease", "proc/cpuinfo", "proc/modules", "proc/self/mountinfo", "proc/cmdline",
	"var/lib/dpkg/status", "run/udev/data/b254:0", "sys/devices/virtual/dmi/id/product_uuid", "sys/devices/virtual/dmi/id/product_serial",
	"sys/devices/virtual/dmi/id/board_serial", "sys/devices/virtual/dmi/id/sys_vendor", "sys/devices/virtual/dmi/id/product_name",
	"sys/devices/virtual/dmi/id/chassis_type", "sys/devices/virtual/dmi/id/bios_version", "sys/module/nvidia/version", "sys/module/nvidia/srcversion",
	"sys/devices/system/memory/block_size_bytes", "sys/devices/pci0000:00/0000:00:02.0/modalias", "sys/class/net/eno1", "sys/block/nvme0n1",
	"sys/devices/pci0000:00/0000:00:1f.6/net/eno1/address", "sys/class/tpm/tpm0", "sys/class/dmi/id", "sys/dev/block/254:0",
	"sys/devices/virtual/block/dm-0/slaves", "sys/bus/pci/devices", "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
}

func TestDamagedComputers(t *testing.T) {
	for _, f := range files {
		dir := dirOf(t, "laptop")
		for _, d := range damages {
			put(t, dir, f, d.make)
			checkComplete(t, d.name+" "+f, read(t, open(t, dir)))
		}
		os.RemoveAll(dir)
	}
}

// TestLinksStayInside: a recorded computer never shows a file of this one.
func TestLinksStayInside(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "machine-id")
	if err := os.WriteFile(outside, []byte("0a1b2c3d4e5f60718293a4b5c6d7e8f9\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{outside, "../../../../../../../../../.." + outside} {
		dir := dirOf(t, "laptop")
		put(t, dir, "etc/machine-id", link(to))
		if c := only(t, read(t, open(t, dir)), "install-id"); c.State != fingerprint.Absent {
			t.Errorf("%s: %s", to, c.State)
		}
	}
}

func TestHundredThousandModules(t *testing.T) {
	var b strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&b, "m%d 1 0 - Live 0x0 (O)\n", i)
	}
	dir := dirOf(t, "laptop")
	put(t, dir, "proc/modules", text(b.String()))
	if c := only(t, read(t, open(t, dir)), "module"); c.State != fingerprint.Unreadable || c.Reason != "too-large" {
		t.Errorf("%s, %s", c.State, c.Reason)
	}
	put(t, dir, "proc/modules", text(b.String()[:20_000]))
	if c := only(t, read(t, open(t, dir)), "module"); c.State != fingerprint.Unreadable || c.Reason != "too-many" {
		t.Errorf("%s, %s", c.State, c.Reason)
	}
}

func TestEndlessDirectory(t *testing.T) {
	dir := dirOf(t, "laptop")
	for i := range 9000 {
		put(t, dir, fmt.Sprintf("sys/class/net/veth%d", i), text(""))
	}
	if c := only(t, read(t, open(t, dir)), "network-card"); c.State != fingerprint.Unreadable {
		t.Errorf("%s, %s", c.State, c.Reason)
	}
}

// TestFilesThatDisappear reads while somebody takes the computer apart.
func TestFilesThatDisappear(t *testing.T) {
	dir := dirOf(t, "laptop")
	src := open(t, dir)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for _, d := range []string{"sys/bus", "sys/class", "sys/block", "proc", "etc", "usr", "sys/devices", "run", "var", "sys"} {
			os.RemoveAll(filepath.Join(dir, d))
		}
	}()
	for range 20 {
		checkComplete(t, "disappearing", read(t, src))
	}
	wg.Wait()
	for _, c := range read(t, src).Components {
		if c.State == fingerprint.Present {
			t.Errorf("%s is read from nothing", c.Kind)
		}
	}
}

func TestReadingAtOnceIsSafe(t *testing.T) {
	src := sample(t, "server", "")
	want := string(read(t, src).Canonical())
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if got := read(t, src); string(got.Canonical()) != want {
				t.Error("readers at the same time see different computers")
			}
		}()
	}
	wg.Wait()
}

// stuck is a computer one of whose files never answers.
type stuck struct {
	fingerprint.Source
	name string
	free chan struct{}
}

func (s stuck) ReadFile(name string, limit int) ([]byte, error) {
	if strings.HasSuffix(name, s.name) {
		<-s.free
	}
	return s.Source.ReadFile(name, limit)
}

func TestBudgetEndsARead(t *testing.T) {
	for file, known := range map[string]string{"machine-id": "", "product_uuid": "install-id", "var/lib/dpkg/status": "boot-disk"} {
		s := stuck{sample(t, "laptop", ""), file, make(chan struct{})}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		if file == "machine-id" {
			ctx = context.Background() // Read's own budget
		}
		start := time.Now()
		got, err := fingerprint.Read(ctx, s)
		if took := time.Since(start); err != nil || !got.Partial || took > 10*time.Second {
			t.Errorf("%s: partial %v after %v, %v", file, got.Partial, took, err)
		}
		checkComplete(t, "stuck "+file, got)
		if known != "" && got.State(known) != fingerprint.Present {
			t.Errorf("%s: %s was lost too", file, known)
		}
		if c := got.Of("package")[0]; c.State != fingerprint.Unreadable || c.Reason != "out-of-time" {
			t.Errorf("%s: packages are %s, %s", file, c.State, c.Reason)
		}
		cancel()
		close(s.free)
	}
}

func TestCancelledBeforeItBegan(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s, err := fingerprint.Read(ctx, sample(t, "vm", ""))
	if err != nil || !s.Partial {
		t.Errorf("partial %v, %v", s.Partial, err)
	}
	checkComplete(t, "cancelled", s)
}

func TestLiveSourceIsBounded(t *testing.T) {
	src, dir := fingerprint.Live(), t.TempDir()
	if src.Platform() != "linux" {
		t.Skip("the live source of files is Linux's")
	}
	put(t, dir, "pipe", pipe)
	put(t, dir, "long", text(strings.Repeat("x", 10_000)))
	put(t, dir, "exact", text(strings.Repeat("x", 4096)))
	put(t, dir, "circle", link("circle"))
	for name, want := range map[string]error{"pipe": fingerprint.ErrNotFile, "long": fingerprint.ErrTooLarge, "exact": nil, "none": fs.ErrNotExist, "circle": fingerprint.ErrLinks} {
		b, err := src.ReadFile(filepath.Join(dir, name), 4096)
		if !errors.Is(err, want) || len(b) > 4096 {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
	}
	if _, err := src.ReadDir(dir, 2); !errors.Is(err, fingerprint.ErrTooLarge) {
		t.Errorf("four names in a list of two: %v", err)
	}
	names, err := src.ReadDir(dir, 10)
	if err != nil || strings.Join(names, " ") != "circle exact long pipe" {
		t.Errorf("%q %v", names, err)
	}
	if _, err := src.Resolve(filepath.Join(dir, "circle")); !errors.Is(err, fingerprint.ErrLinks) {
		t.Errorf("a circle of links: %v", err)
	}
}

// shortly is a context whose time is over soon.
func shortly(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}
