package fingerprint_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

// TestVolatileParts is the recorded twin of the trials on running computers:
// what comes and goes changes no byte, on any system.
func TestVolatileParts(t *testing.T) {
	n := 0
	for _, c := range everyComputer() {
		switch c[1] {
		case "dock", "vpn", "usb-network", "usb-stick", "docker-bridge", "suspend-resume", "private-wifi-address":
		default:
			continue
		}
		n++
		before, after := read(t, sample(t, c[0], "")), read(t, sample(t, c[0], c[1]))
		if !bytes.Equal(before.Canonical(), after.Canonical()) {
			t.Errorf("%s: %s counts: %s", c[0], c[1], differing(before, after))
		}
		if d := fingerprint.Drift(before.Labels(), after.Labels()); len(d) > 0 {
			t.Errorf("%s: %s drifts: %+v", c[0], c[1], d)
		}
	}
	if n < 11 {
		t.Errorf("only %d recorded trials", n)
	}
	t.Logf("%d recorded trials drift by nothing", n)
}

// TestVirtualAndContained shows how virtual computers and containers are
// treated: a virtual one counts without processor and memory, in a container
// nothing is bound (the program says so with the error "container").
func TestVirtualAndContained(t *testing.T) {
	for _, c := range []struct{ name, hypervisor string }{
		{"laptop", ""},
		{"laptop.became-virtual", "unnamed"},
		{"desktop", ""},
		{"server", ""},
		{"vm", "kvm"},
		{"windows-laptop", ""},
		{"windows-desktop", ""},
		{"windows-vm", "hyper-v"},
		{"mac-laptop", ""},
		{"mac-desktop", ""},
		{"mac-vm", "apple"},
	} {
		name, variant, _ := strings.Cut(c.name, ".")
		src := sample(t, name, variant)
		s := read(t, src)
		if got := only(t, s, "hypervisor").Value; got != c.hypervisor {
			t.Errorf("%s: hypervisor %q, want %q", c.name, got, c.hypervisor)
		}
		if in, yes := fingerprint.Container(src); yes {
			t.Errorf("%s is taken for a container: %s", c.name, in)
		}
		without := s
		without.Components = nil
		for _, x := range s.Components {
			if x.Kind != "cpu" && x.Kind != "memory" {
				without.Components = append(without.Components, x)
			}
		}
		counted := s.Score() != without.Score()
		if counted != (c.hypervisor == "") {
			t.Errorf("%s: processor and memory count: %v", c.name, counted)
		}
	}
	for _, c := range []struct{ name, files, want string }{
		{"Docker", "-- .dockerenv --\n" + mounts("30 1 0:30 / / rw - overlay overlay rw,upperdir=/x"), "docker"},
		{"Podman", "-- run/.containerenv --\n" + mounts("30 1 0:30 / / rw - overlay overlay rw"), "podman"},
		{"Flatpak", "-- .flatpak-info --\n[Application]\n", "flatpak"},
		{"Snap", mounts("30 1 7:1 / / ro - squashfs /dev/loop1 ro\n31 30 8:1 / /var/lib/snapd/hostfs rw - ext4 /dev/sda1 rw"), "snap"},
	} {
		if got, in := fingerprint.Container(tree(t, c.files)); !in || got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// hostileTree makes a computer of everything that one should not meet at once.
func hostileTree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := recorded.UnpackVariant("laptop", "", dir); err != nil {
		t.Fatal(err)
	}
	var modules, packages strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&modules, "m%d 1 0 - Live 0x0 (O)\n", i)
		fmt.Fprintf(&packages, "Package: p%d\nStatus: install ok installed\nArchitecture: all\nVersion: %d\n\n", i, i)
	}
	write := func(name, text string) {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.RemoveAll(p); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("proc/modules", modules.String())
	write("var/lib/dpkg/status", packages.String())
	write("etc/os-release", "ID=\xff\xfe\xc0\x80\n")
	write("proc/cpuinfo", "model name : "+strings.Repeat("\xf0\x28\x8c\x28", 100_000))
	huge := filepath.Join(dir, "sys/devices/virtual/dmi/id/product_name")
	if err := os.Truncate(huge, 64<<30); err != nil {
		t.Logf("SKIPPED the huge file: %v", err)
	}
	for i := range 100_000 {
		if f, err := os.Create(filepath.Join(dir, "sys/class/net", fmt.Sprintf("veth%d", i))); err == nil {
			f.Close()
		}
	}
	circle := filepath.Join(dir, "sys/bus/pci/devices/circle")
	if err := os.Symlink("circle", circle); err != nil {
		t.Logf("SKIPPED the circle: %v", err)
	}
	return dir
}

// TestHostileTree reads such a computer, while somebody changes it, under the
// reader's own budget. The budget is kept by a clock that no load of the
// test's machine stretches by more than the factor below; the time is printed.
func TestHostileTree(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: it makes 100,000 files")
	}
	const factor = 20
	dir := hostileTree(t)
	src := open(t, dir)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		p := filepath.Join(dir, "etc/machine-id")
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				os.WriteFile(p, []byte(fmt.Sprintf("%032x\n", i*7919)), 0o644)
				time.Sleep(time.Millisecond)
			}
		}
	})
	start := time.Now()
	s, err := fingerprint.Read(context.Background(), src)
	took := time.Since(start)
	close(stop)
	wg.Wait()
	if err != nil || took > factor*fingerprint.Budget {
		t.Errorf("%v after %v", err, took)
	}
	checkComplete(t, "hostile", s)
	for kind, reasons := range map[string]string{
		"module": "too-large too-many out-of-time", "package": "too-large too-many out-of-time", "network-card": "too-large out-of-time",
	} {
		c := s.Of(kind)[0]
		if c.State != fingerprint.Unreadable || !strings.Contains(reasons, c.Reason) {
			t.Errorf("%s is %s, %s", kind, c.State, c.Reason)
		}
		if c.Reason == "out-of-time" && !s.Partial {
			t.Errorf("%s ran out of time and the result does not say so", kind)
		}
	}
	t.Logf("a hostile computer was read in %v of %v; partial: %v", took, fingerprint.Budget, s.Partial)
}

// TestBudgetOnAHostileTree: with a tenth of the time the result is partial, says
// so, and comes at once.
func TestBudgetOnAHostileTree(t *testing.T) {
	src := slow{sample(t, "laptop", ""), 20 * time.Millisecond}
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Millisecond)
	defer cancel()
	start := time.Now()
	s, err := fingerprint.Read(ctx, src)
	took := time.Since(start)
	if err != nil || !s.Partial || took > 5*time.Second {
		t.Errorf("partial %v after %v, %v", s.Partial, took, err)
	}
	checkComplete(t, "slow", s)
	if c := s.Of("package")[0]; c.Reason != "out-of-time" {
		t.Errorf("packages: %s", c.Reason)
	}
	t.Logf("a slow computer was left after %v", took)
}

// slow is a computer whose every file takes a while.
type slow struct {
	fingerprint.Source
	wait time.Duration
}

func (s slow) ReadFile(name string, limit int) ([]byte, error) {
	time.Sleep(s.wait)
	return s.Source.ReadFile(name, limit)
}
