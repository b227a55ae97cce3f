package fingerprint_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/shirou/gopsutil/v3/common"
	"github.com/shirou/gopsutil/v3/cpu"
	"github.com/shirou/gopsutil/v3/host"
	"github.com/shirou/gopsutil/v3/mem"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

func TestContainers(t *testing.T) {
	const overlay, ext4 = "30 1 0:30 / / rw - overlay overlay rw,upperdir=/x", "30 1 254:0 / / rw - ext4 /dev/vda rw"
	for name, c := range map[string]struct{ files, want string }{
		"docker":                   {"-- .dockerenv --\n" + mounts(overlay), "docker"},
		"docker on a disk driver":  {"-- .dockerenv --\n" + mounts(ext4+"\n40 30 8:1 /var/lib/docker/containers/1/hosts /etc/hosts rw - ext4 /dev/sda1 rw"), "docker"},
		"an image started as a VM": {"-- .dockerenv --\n" + mounts(ext4), ""},
		"podman":                   {"-- run/.containerenv --\n" + mounts(overlay), "podman"},
		"flatpak":                  {"-- .flatpak-info --\n[Application]\n", "flatpak"},
		"snap":                     {mounts("30 1 7:1 / / ro - squashfs /dev/loop1 ro\n31 30 8:1 / /var/lib/snapd/hostfs rw - ext4 /dev/sda1 rw"), "snap"},
		"nspawn":                   {"-- run/systemd/container --\nsystemd-nspawn\n", "systemd-nspawn"},
		"its manager says so":      {"-- run/host/container-manager --\nLXC\n", "lxc"},
		"kubernetes":               {"-- proc/1/cgroup --\n0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-2.scope\n", "kubernetes"},
		"kubernetes, hidden groups": {"-- proc/1/cgroup --\n0::/\n" + mounts("30 1 0:30 / / rw - overlay overlay rw,lowerdir=/a\n"+
			"40 30 8:1 /var/lib/kubelet/pods/1f/etc-hosts /etc/hosts rw - ext4 /dev/sda1 rw"), "kubernetes"},
		"docker without its mark":     {mounts("30 1 0:30 / / rw - overlay overlay rw,upperdir=/var/lib/docker/overlay2/1/diff"), "docker"},
		"containerd by its layers":    {mounts("30 1 0:30 / / rw - overlay overlay rw,upperdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/5/fs"), "containerd"},
		"rootless podman":             {mounts("30 1 0:30 / / rw - overlay overlay rw,upperdir=/home/a/.local/share/containers/storage/overlay/1/diff"), "podman"},
		"lxc without systemd":         {mounts(ext4 + "\n50 30 0:60 /proc/cpuinfo /proc/cpuinfo rw - fuse.lxcfs lxcfs rw"), "lxc"},
		"a host of lxc":               {mounts(ext4 + "\n50 30 0:60 / /var/lib/lxcfs rw - fuse.lxcfs lxcfs rw"), ""},
		"an older lxc":                {"-- proc/1/cgroup --\n5:cpu:/lxc/c1\n", "lxc"},
		"podman by its group":         {"-- proc/1/cgroup --\n0::/user.slice/user-1000.slice/libpod-0a1b.scope\n", "podman"},
		"nspawn by its group":         {"-- proc/1/cgroup --\n0::/machine.slice/machine-deb.scope/payload\n", "systemd-nspawn"},
		"the subsystem of Windows":    {"-- run/systemd/container --\nwsl\n-- proc/sys/kernel/osrelease --\n5.15.153.1-microsoft-standard-WSL2\n" + mounts(ext4), ""},
		"an older docker":             {"-- proc/1/cgroup --\n5:cpu:/docker/0123456789ab\n", "docker"},
		"a computer":                  {"-- proc/1/cgroup --\n0::/init.scope\n" + mounts(ext4), ""},
		"a changed root":              {mounts("31 30 0:5 / /proc rw - proc proc rw"), ""},
		"a host with docker on it":    {"-- proc/1/cgroup --\n0::/init.scope\n" + mounts(ext4+"\n41 30 0:50 / /var/lib/docker/overlay2/1/merged rw - overlay overlay rw"), ""},
		"an image based distribution": {mounts("30 1 0:30 / / ro - overlay composefs ro\n31 30 8:1 / /sysroot rw - xfs /dev/sda1 rw"), ""},
	} {
		if got, in := fingerprint.Container(tree(t, c.files)); got != c.want || in != (c.want != "") {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	for _, name := range recorded.Names() {
		if got, in := fingerprint.Container(sample(t, name, "")); in {
			t.Errorf("%s is taken for %s", name, got)
		}
	}
	src, err := recorded.Open(t.TempDir(), "windows")
	if err != nil {
		t.Fatal(err)
	}
	if got, in := fingerprint.Container(src); in {
		t.Errorf("Windows is taken for %s", got)
	}
}

// TestOthersReadTheSame compares with a library that many programs use, pointed
// at the same recorded computer. Only what it reads from files of the root is
// compared: its kernel version is always the live one, and its platform
// information may start programs where /etc/lsb-release is missing.
func TestOthersReadTheSame(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the library reads Linux's files on Linux only")
	}
	for _, name := range recorded.Names() {
		if sample(t, name, "").Platform() != "linux" {
			continue
		}
		dir := t.TempDir()
		if err := recorded.UnpackVariant(name, "", dir); err != nil {
			t.Fatal(err)
		}
		if err := recorded.Unpack([]byte("-- etc/lsb-release --\n"), dir); err != nil {
			t.Fatal(err)
		}
		ctx := context.WithValue(context.Background(), common.EnvKey, common.EnvMap{
			common.HostProcEnvKey: dir + "/proc", common.HostSysEnvKey: dir + "/sys", common.HostEtcEnvKey: dir + "/etc",
			common.HostVarEnvKey: dir + "/var", common.HostRunEnvKey: dir + "/run", common.HostRootEnvKey: dir,
		})
		ours := read(t, open(t, dir))
		theirs, err := cpu.InfoWithContext(ctx)
		if err != nil || len(theirs) == 0 {
			t.Fatal(err)
		}
		first := theirs[0]
		label := only(t, ours, "cpu").Value
		if want := lower(first.VendorID) + "/" + first.Family + "/" + first.Model + "/"; len(label) < len(want) || label[:len(want)] != want {
			t.Errorf("%s: processor %q, the library says %s", name, label, want)
		}
		platform, _, version, err := host.PlatformInformationWithContext(ctx)
		if got := only(t, ours, "os-release").Value; err != nil || got != platform+" "+version {
			t.Errorf("%s: system %q, the library says %q %q (%v)", name, got, platform, version, err)
		}
		if m, err := mem.VirtualMemoryWithContext(ctx); err == nil && m.Total > 0 {
			if got := only(t, ours, "memory").Label; got != "4 GB" || m.Total > 4<<30 || m.Total < 3<<30 {
				t.Errorf("%s: memory %s, the library says %d", name, got, m.Total)
			}
		}
	}
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 32
		}
	}
	return string(b)
}

// TestSubsystemOfWindowsIsVirtual: both generations are virtual computers.
func TestSubsystemOfWindowsIsVirtual(t *testing.T) {
	for _, kernel := range []string{"5.15.153.1-microsoft-standard-WSL2", "4.4.0-19041-Microsoft"} {
		s := read(t, tree(t, "-- proc/sys/kernel/osrelease --\n"+kernel+"\n-- run/systemd/container --\nwsl\n"))
		if got := only(t, s, "hypervisor"); got.Value != "wsl" {
			t.Errorf("%s: %+v", kernel, got)
		}
	}
}
