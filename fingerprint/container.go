package fingerprint

import (
	"context"
	"strings"

	"github.com/seed-1feef0b2/holdfast/fingerprint/rules"
)

// Container says whether this program runs in a container, and in which sort.
// There the files about the computer are hidden, shared or made up, so that
// binding keys to them is refused. A changed root directory (chroot) is no
// container, and neither is a virtual computer that was started from a
// container's image. The Windows Subsystem for Linux is a virtual computer, and
// the kind hypervisor names it.
func Container(src Source) (string, bool) {
	r := &reader{ctx: context.Background(), src: src, rules: rules.Default()}
	name := ""
	switch src.Platform() {
	case "linux":
		name = r.container()
	case "windows":
		name = r.windowsContainer()
	}
	return name, name != ""
}

func (r *reader) container() string {
	switch {
	case r.has("/.flatpak-info"):
		return "flatpak"
	case r.inSnap():
		return "snap"
	}
	// Managers that tell say it here (systemd's container interface).
	for _, f := range []string{"/run/host/container-manager", "/run/systemd/container"} {
		if s, err := r.line(f); err == nil && s != "" && fold(s) != "wsl" {
			return fold(s)
		}
	}
	if r.has("/run/.containerenv") && r.borrowedRoot() {
		return "podman"
	}
	if r.has("/.dockerenv") && r.borrowedRoot() {
		return "docker"
	}
	if name := r.cgroupContainer(); name != "" {
		return name
	}
	return r.mountContainer()
}

// mountContainer knows managers by what they mount into a container, which
// shows even where its groups are hidden from it.
func (r *reader) mountContainer() string {
	for _, m := range r.mountTable() {
		from := m.root
		switch {
		case m.point == "/" && m.fs == "overlay":
			from = m.options
		case m.fs == "fuse.lxcfs" && strings.HasPrefix(m.point, "/proc/"):
			return "lxc"
		case m.point != "/etc/hosts" && m.point != "/etc/hostname" && m.point != "/etc/resolv.conf":
			continue
		}
		for _, known := range []struct{ text, name string }{
			{"/kubelet/pods/", "kubernetes"},
			{"/docker/containers/", "docker"},
			{"/docker/overlay2/", "docker"},
			{"/containers/storage/overlay", "podman"},
			{"/overlay-containers/", "podman"},
			{"/io.containerd.", "containerd"},
		} {
			if strings.Contains(from, known.text) {
				return known.name
			}
		}
	}
	return ""
}

// inSnap: a confined snap has the base snap, a read-only image, as its root.
func (r *reader) inSnap() bool {
	m, ok := r.mountAt("/")
	return ok && m.fs == "squashfs" && r.isMount("/var/lib/snapd/hostfs")
}

// borrowedRoot tells a running container from an image of one that was started
// as a computer of its own: a container's root is layered, or the manager has
// put its own files over the names of the network.
func (r *reader) borrowedRoot() bool {
	for _, p := range []string{"/etc/hosts", "/etc/hostname", "/etc/resolv.conf"} {
		if r.isMount(p) {
			return true
		}
	}
	m, ok := r.mountAt("/")
	return ok && (m.fs == "overlay" || m.fs == "aufs" || m.fs == "fuse.fuse-overlayfs" || m.fs == "vfs")
}

// cgroupContainer knows managers by the name of the group that init is in.
func (r *reader) cgroupContainer() string {
	b, err := r.src.ReadFile("/proc/1/cgroup", smallFile)
	if err != nil && len(b) == 0 {
		return ""
	}
	for _, m := range []struct{ text, name string }{
		{"/docker/", "docker"},
		{"/docker-", "docker"},
		{"/kubepods", "kubernetes"},
		{"/libpod-", "podman"},
		{"/lxc/", "lxc"},
		{"/lxc.payload", "lxc"},
		{"/machine.slice/machine-", "systemd-nspawn"},
	} {
		if strings.Contains(string(b), m.text) {
			return m.name
		}
	}
	return ""
}
