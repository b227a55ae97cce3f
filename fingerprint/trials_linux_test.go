package fingerprint_test

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// TestThousandReadsAreIdentical reads this computer a thousand times.
func TestThousandReadsAreIdentical(t *testing.T) {
	n := 1000
	if testing.Short() {
		n = 50
	}
	first := read(t, fingerprint.Live())
	want := first.Canonical()
	var took []time.Duration
	for i := range n {
		s := read(t, fingerprint.Live())
		took = append(took, s.Took)
		if !bytes.Equal(s.Canonical(), want) {
			t.Fatalf("reading %d differs in: %s", i, differing(first, s))
		}
	}
	p50 := median(took)
	t.Logf("%d readings gave the same %d bytes; half of them within %v, 95 of 100 within %v", n, len(want), p50, took[n*95/100])
}

// first gives the first word after a prefix at a line's beginning.
func first(t *testing.T, file, prefix string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			return strings.Trim(strings.TrimLeft(rest, " \t:="), "\"\n")
		}
	}
	return ""
}

// TestLiveKinds reads this computer and compares with what other ways tell.
// What this computer does not have is only seen to be reported.
func TestLiveKinds(t *testing.T) {
	s := read(t, fingerprint.Live())
	checkComplete(t, "this computer", s)
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[string]string{
		"install-id": first(t, "/etc/machine-id", ""),
		"kernel":     unix.ByteSliceToString(name.Release[:]),
		"os-release": first(t, "/etc/os-release", "ID"),
		"cpu":        lower(first(t, "/proc/cpuinfo", "model name")),
	} {
		if c := only(t, s, kind); c.State == fingerprint.Present && !strings.Contains(c.Value, want) {
			t.Errorf("%s is %q, elsewhere %q", kind, c.Value, want)
		}
	}
	if want := strings.Contains(first(t, "/proc/cpuinfo", "flags"), " hypervisor"); want != (s.State("hypervisor") == fingerprint.Present) {
		t.Errorf("hypervisor: the processor says %v", want)
	}
	liveMemory(t, s)
	liveDisks(t, s)
	liveCards(t, s)
	liveLists(t, s)
}

func liveMemory(t *testing.T, s fingerprint.Snapshot) {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		t.Fatal(err)
	}
	total := uint64(info.Totalram) * uint64(info.Unit)
	size, err := strconv.ParseUint(only(t, s, "memory").Value, 10, 64)
	if err != nil || size < total || size > total*3/2 {
		t.Errorf("memory is %d, the kernel has %d left over (%v)", size, total, err)
	}
}

// liveDisks: each disk's number stands in a file about some disk.
func liveDisks(t *testing.T, s fingerprint.Snapshot) {
	var all []byte
	for _, pattern := range []string{"/sys/block/*/serial", "/sys/block/*/wwid", "/sys/block/*/device/*", "/run/udev/data/b*"} {
		files, _ := filepath.Glob(pattern)
		for _, f := range files {
			if b, err := os.ReadFile(f); err == nil {
				all = append(all, b...)
			}
		}
	}
	for _, c := range append(s.Of("boot-disk"), s.Of("disk")...) {
		for _, id := range strings.Split(c.Value, ", ") {
			if c.State == fingerprint.Present && !strings.Contains(lower(string(all)), strings.TrimSuffix(id, " #2")) {
				t.Errorf("%s: nothing in /sys has this number", c.Kind)
			}
		}
	}
}

func liveCards(t *testing.T, s fingerprint.Snapshot) {
	list, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	known := ""
	for _, i := range list {
		known += strings.ReplaceAll(i.HardwareAddr.String(), ":", "") + " "
	}
	for _, c := range s.Of("network-card") {
		if c.State == fingerprint.Present && !strings.Contains(known, c.Value) {
			t.Logf("network-card: an address that no interface uses now")
		}
	}
}

func liveLists(t *testing.T, s fingerprint.Snapshot) {
	if devices, err := os.ReadDir("/sys/bus/pci/devices"); err == nil && len(devices) > 0 {
		if n := len(s.Of("pci")); n == 0 || n > len(devices) {
			t.Errorf("pci: %d of %d devices", n, len(devices))
		}
	}
	out, err := exec.Command("/usr/bin/dpkg-query", "-W", "-f=${db:Status-Status}\n").Output()
	if err != nil {
		t.Logf("SKIPPED the packages: no dpkg here (%v)", err)
		return
	}
	if got, want := len(s.Of("package")), countInstalled(out); got != want {
		t.Errorf("package: %d, dpkg says %d", got, want)
	}
}

func countInstalled(out []byte) int {
	n := 0
	for line := range strings.Lines(string(out)) {
		if line == "installed\n" {
			n++
		}
	}
	return n
}

// insideNamespace tells this test's own program that it was started in a network
// of its own.
const insideNamespace = "HOLDFAST_TEST_IN_NAMESPACE"

// TestNetworkNamespaces starts this test again in a private network with a
// private /sys, where it makes what VPNs, containers and virtual machines make.
// TestVolatileParts reads the same from recorded computers wherever it runs.
func TestNetworkNamespaces(t *testing.T) {
	if os.Getenv(insideNamespace) != "" {
		changeTheNetwork(t)
		return
	}
	for _, tool := range []string{"/usr/bin/unshare", "/bin/mount"} {
		if _, err := os.Stat(tool); err != nil {
			loudSkip(t, err.Error())
		}
	}
	out, err := inNamespace(t, "private")
	if bytes.Contains(out, []byte("propagation")) {
		// Inside a chroot the root is no mount, so it cannot be made private.
		out, err = inNamespace(t, "unchanged")
	}
	t.Logf("%s", out)
	if err != nil && !bytes.Contains(out, []byte("=== RUN")) {
		loudSkip(t, "the kernel refuses a private network: "+string(out))
	}
	if err != nil {
		t.Error(err)
	}
}

// inNamespace runs this test's own program in a private network with a /sys of
// its own.
func inNamespace(t *testing.T, propagation string) ([]byte, error) {
	script := `mount -t sysfs sysfs /sys || exit; "$0" -test.run='^TestNetworkNamespaces$' -test.v; rc=$?; umount /sys; exit $rc`
	cmd := exec.CommandContext(t.Context(), "/usr/bin/unshare", "-n", "-m", "--propagation", propagation, "/bin/sh", "-c", script, os.Args[0])
	cmd.Env = append(os.Environ(), insideNamespace+"=1")
	return cmd.CombinedOutput()
}

// loudSkip skips, or fails where everything must run.
func loudSkip(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("HOLDFAST_REQUIRE_ALL") != "" {
		t.Fatalf("SKIPPED but required: %s", why)
	}
	t.Skipf("SKIPPED: %s", why)
}

func changeTheNetwork(t *testing.T) {
	before := read(t, fingerprint.Live())
	want := before.Canonical()
	done := 0
	for _, step := range []string{
		"link set lo up",
		"link add veth0 type veth peer name veth1",
		"link set veth0 up",
		"link add docker0 type bridge",
		"link set veth1 master docker0",
		"link set docker0 up",
		"link add br-lan type bridge",
		"tuntap add tun0 mode tun",
		"tuntap add tap0 mode tap",
		"link add wg0 type wireguard",
		"link add dummy0 type dummy",
		"link add macvlan0 link veth0 type macvlan",
		"link add link veth0 name vlan5 type vlan id 5",
		"link set veth0 address 3c:58:c2:4e:91:a8",
		"addr add 10.9.8.7/24 dev docker0",
		"link set veth0 down",
		"link set veth0 up",
		"link set tap0 name eth0",
		"link del veth0",
	} {
		out, err := exec.Command("/usr/sbin/ip", strings.Fields(step)...).CombinedOutput()
		if err != nil {
			t.Logf("NOT DONE HERE: ip %s: %s", step, bytes.TrimSpace(out))
			continue
		}
		done++
		after := read(t, fingerprint.Live())
		if !bytes.Equal(after.Canonical(), want) {
			t.Errorf("ip %s counts: %s", step, differing(before, after))
		}
	}
	if done < 8 {
		t.Errorf("only %d steps could be done", done)
	}
	t.Logf("%d changes of the network, nothing of it counts; network-card is %s", done, before.State("network-card"))
}
