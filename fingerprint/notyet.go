package fingerprint

import "strconv"

// notYetProbes are the readers of Windows and macOS for now: the installation's
// identifier and the memory where the source can tell, and an honest "not yet"
// for everything else.
var notYetProbes = []probe{readNative, readNotYet}

func readNative(r *reader) []Component {
	n, ok := r.src.(Native)
	if !ok {
		return []Component{notYet("install-id"), notYet("memory")}
	}
	return []Component{nativeInstallID(r, n), nativeMemory(r, n)}
}

func nativeInstallID(r *reader, n Native) Component {
	raw, err := n.InstallID(r.ctx)
	if err != nil {
		return failed("install-id", err)
	}
	u, ok := parseUUID(clean(raw))
	if !ok {
		return lacking("install-id", Placeholder, "not-an-id")
	}
	if reason := r.rules.UUID(u); reason != "" {
		return lacking("install-id", Placeholder, reason)
	}
	return identifier("install-id", u.String(), "")
}

func nativeMemory(r *reader, n Native) Component {
	bytes, err := n.Memory(r.ctx)
	if err != nil {
		return failed("memory", err)
	}
	size := plausibleMemory(bytes, true)
	return present("memory", strconv.FormatUint(size, 10), memoryLabel(size))
}

func readNotYet(r *reader) []Component {
	var out []Component
	for _, k := range Kinds(r.src.Platform()) {
		if k.Kind != "install-id" && k.Kind != "memory" {
			out = append(out, notYet(k.Kind))
		}
	}
	return out
}

func notYet(kind string) Component { return lacking(kind, Unreadable, "not-yet") }
