package fingerprint

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// mountLimit bounds the list of mounts in bytes; a computer with more has its
// root among the first.
const mountLimit = 1 << 20

// mount is one line of /proc/self/mountinfo (proc_pid_mountinfo(5)).
type mount struct {
	device  string // major:minor
	root    string // path of the mounted part inside its file system
	point   string
	fs      string
	source  string
	options string // the file system's own
}

// mountTable reads the mounts once.
func (r *reader) mountTable() []mount {
	if r.mounts == nil {
		b, _ := r.src.ReadFile("/proc/self/mountinfo", mountLimit)
		r.mounts = parseMounts(b)
	}
	return r.mounts
}

func parseMounts(b []byte) []mount {
	out := []mount{}
	for line := range bytes.Lines(b) {
		f := strings.Fields(string(line))
		dash := slices.Index(f, "-")
		if dash < 6 || len(f) < dash+3 {
			continue
		}
		m := mount{device: f[2], root: unescape(f[3]), point: unescape(f[4]), fs: f[dash+1], source: unescape(f[dash+2])}
		if len(f) > dash+3 {
			m.options = unescape(f[dash+3])
		}
		out = append(out, m)
	}
	return out
}

// unescape undoes the kernel's octal for blanks and backslashes.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}

// mountAt gives what is mounted at a point; of several, the last lies on top.
func (r *reader) mountAt(point string) (mount, bool) {
	list := r.mountTable()
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].point == point {
			return list[i], true
		}
	}
	return mount{}, false
}

func (r *reader) isMount(point string) bool {
	_, ok := r.mountAt(point)
	return ok
}

// mountOf gives the mount that holds a path.
func (r *reader) mountOf(p string) (mount, bool) {
	for {
		if m, ok := r.mountAt(p); ok {
			return m, true
		}
		if p == "/" || p == "." || p == "" {
			return mount{}, false
		}
		p = path.Dir(p)
	}
}

// rootMount gives the mount that really holds the installation, and the reason
// where there is none that lies on a disk.
func (r *reader) rootMount() (mount, string) {
	m, ok := r.mountAt("/")
	if !ok {
		return m, "no-root-mount" // a changed root directory
	}
	if m.fs != "overlay" {
		return m, rootReason(m.fs)
	}
	// An image with a layer on top (live systems, image-based distributions):
	// what holds the layer, or where such systems keep the disk, is the root.
	for _, p := range append(overlayDirs(m.options), "/sysroot", "/var", "/home") {
		if u, ok := r.mountOf(p); ok && u.fs != "overlay" && rootReason(u.fs) == "" {
			return u, ""
		}
	}
	return m, "layered-root"
}

// rootReason says why a file system does not lie on a disk of this computer.
func rootReason(fs string) string {
	switch fs {
	case "tmpfs", "ramfs", "rootfs":
		return "root-in-memory"
	case "nfs", "nfs4", "cifs", "9p", "virtiofs", "ceph":
		return "root-on-network"
	case "zfs":
		return "root-on-pool"
	}
	return ""
}

func overlayDirs(options string) []string {
	var out []string
	for _, o := range strings.Split(options, ",") {
		for _, key := range []string{"upperdir=", "lowerdir="} {
			if v, ok := strings.CutPrefix(o, key); ok {
				dirs := strings.Split(v, ":")
				out = append(out, dirs[len(dirs)-1])
			}
		}
	}
	return out
}

// rootBlocks gives the sysfs directories of the block devices that a mount
// lies on, as sysfs resolves them.
func (r *reader) rootBlocks(m mount) []string {
	if !strings.HasPrefix(m.device, "0:") {
		if p, err := r.src.Resolve("/sys/dev/block/" + m.device); err == nil {
			return []string{p}
		}
	}
	// btrfs and bcachefs have no device number of their own, but name devices.
	var out []string
	for _, source := range strings.Split(m.source, ":") {
		p, ok := r.blockNamed(path.Base(source))
		if !ok {
			continue
		}
		members := r.btrfsMembers(path.Base(p))
		if m.fs != "btrfs" || len(members) == 0 {
			out = append(out, p)
		}
		out = append(out, members...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// maxDevices bounds every list of devices; a host of containers has thousands
// of interfaces that are not cards.
const maxDevices = 8192

// blockNamed finds a block device by its kernel name or its mapper name.
func (r *reader) blockNamed(name string) (string, bool) {
	if p, err := r.src.Resolve("/sys/class/block/" + name); err == nil {
		return p, true
	}
	all, _ := r.src.ReadDir("/sys/class/block", maxDevices)
	for _, n := range all {
		if !strings.HasPrefix(n, "dm-") {
			continue
		}
		if mapped, err := r.line("/sys/class/block/" + n + "/dm/name"); err == nil && mapped == name {
			p, err := r.src.Resolve("/sys/class/block/" + n)
			return p, err == nil
		}
	}
	return "", false
}

// btrfsMembers gives all devices of the file system that one device is in.
func (r *reader) btrfsMembers(name string) []string {
	var out []string
	for _, dev := range r.btrfsDevices(name) {
		if p, err := r.src.Resolve("/sys/class/block/" + dev); err == nil {
			out = append(out, p)
		}
	}
	return out
}

func (r *reader) btrfsDevices(name string) []string {
	id := r.btrfsID(name)
	if id == "" {
		return nil
	}
	devs, _ := r.src.ReadDir("/sys/fs/btrfs/"+id+"/devices", maxDevices)
	return devs
}

// btrfsID gives the id of the btrfs file system that a device is in, or "".
func (r *reader) btrfsID(name string) string {
	ids, _ := r.src.ReadDir("/sys/fs/btrfs", maxDevices)
	for _, id := range ids {
		if _, ok := parseUUID(id); ok && r.has("/sys/fs/btrfs/"+id+"/devices/"+name) {
			return id
		}
	}
	return ""
}

// readRootFS reads the id of the file system that the installation lies on.
func readRootFS(r *reader) []Component {
	const kind = "root-fs"
	m, reason := r.rootMount()
	if reason != "" {
		return []Component{lacking(kind, Unreadable, reason)}
	}
	blocks := r.rootBlocks(m)
	if len(blocks) == 0 {
		return []Component{lacking(kind, Unreadable, "no-device")}
	}
	id := ""
	if m.fs == "btrfs" {
		id = r.btrfsID(path.Base(blocks[0]))
	}
	if id == "" {
		id = r.udev(blocks[0])["ID_FS_UUID"]
	}
	if id == "" {
		id = r.rootOfCommandLine()
	}
	if id == "" {
		return []Component{lacking(kind, Unreadable, "not-told")}
	}
	return []Component{identifier(kind, fold(id), m.fs)}
}

// rootOfCommandLine gives the file system id that the kernel was started with.
func (r *reader) rootOfCommandLine() string {
	b, err := r.src.ReadFile("/proc/cmdline", smallFile)
	if err != nil {
		return ""
	}
	for _, f := range strings.Fields(string(b)) {
		if id, ok := strings.CutPrefix(f, "root=UUID="); ok {
			return clean(id)
		}
	}
	return ""
}
