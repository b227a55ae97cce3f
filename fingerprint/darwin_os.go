package fingerprint

// macInstallID reads the identifier of the data volume, which is made when the
// Mac is erased and installed anew, and which updates and a reinstallation that
// keeps the files leave alone.
func macInstallID(r *reader) []Component {
	const kind = "install-id"
	volume, err := r.dataDevice()
	if err != nil {
		return []Component{macFailed(kind, err)}
	}
	return []Component{r.volumeID(kind, volume)}
}

// volumeID makes a component of a volume's identifier.
func (r *reader) volumeID(kind, volume string) Component {
	list, err := r.ioreg(ioDisks)
	if err != nil {
		return macFailed(kind, err)
	}
	e, ok := find(list, func(e ioEntry) bool { return e.text("BSD Name") == volume })
	if !ok {
		return lacking(kind, Unreadable, "no-device")
	}
	u, ok := parseUUID(e.text("UUID"))
	if !ok {
		return lacking(kind, Placeholder, "not-an-id")
	}
	if reason := r.rules.UUID(u); reason != "" {
		return lacking(kind, Placeholder, reason)
	}
	return identifier(kind, u.String(), "")
}

// macRootFS reads the identifier of the volume that the system itself is on; a
// system update makes a new snapshot on it and not a new volume.
func macRootFS(r *reader) []Component {
	const kind = "root-fs"
	dev, err := r.mountedFrom("/")
	if err != nil {
		return []Component{macFailed(kind, err)}
	}
	volume := volumeName(dev)
	c := r.volumeID(kind, volume)
	if data, err := r.dataDevice(); err == nil && data == volume {
		c.From = "install-id"
	}
	if c.State == Present {
		c.Label = "apfs"
	}
	return []Component{c}
}

const systemVersion = "/System/Library/CoreServices/SystemVersion.plist"

// macRelease reads which macOS this is.
func macRelease(r *reader) []Component {
	const kind = "os-release"
	b, err := r.src.ReadFile(systemVersion, plistLimit)
	if err != nil {
		return []Component{macFailed(kind, err)}
	}
	var v struct {
		Name    string `plist:"ProductName"`
		Version string `plist:"ProductVersion"`
		Build   string `plist:"ProductBuildVersion"`
	}
	if err := decodePlist(b, &v); err != nil || clean(v.Version) == "" {
		return []Component{lacking(kind, Failed, "not-understood")}
	}
	name := join(" ", clean(v.Name), clean(v.Version))
	label := name
	if build := clean(v.Build); build != "" {
		label += " (" + build + ")"
	}
	return []Component{present(kind, fold(name), label)}
}

// macKernel reads the build of the running system.
func macKernel(r *reader) []Component {
	const kind = "kernel"
	v, err := r.sysctl("kern.osversion")
	if err != nil {
		return []Component{macFailed(kind, err)}
	}
	if v == "" {
		return []Component{lacking(kind, Failed, "not-understood")}
	}
	return []Component{present(kind, fold(v), v)}
}
