package fingerprint

import (
	"bufio"
	"bytes"
	"strings"
)

// readInstallID reads the identifier that systemd or D-Bus gave this
// installation.
func readInstallID(r *reader) []Component {
	const kind = "install-id"
	// Where the file is a mount, the image has no identifier of its own and
	// systemd made one for this start only.
	if r.isMount("/etc/machine-id") {
		return []Component{lacking(kind, Placeholder, "changes-at-start")}
	}
	raw, err := r.line("/etc/machine-id")
	if err != nil || raw == "" {
		if other, err2 := r.line("/var/lib/dbus/machine-id"); err2 == nil {
			raw, err = other, nil
		}
	}
	if err != nil {
		return []Component{failed(kind, err)}
	}
	return []Component{r.installID(fold(raw))}
}

func (r *reader) installID(raw string) Component {
	const kind = "install-id"
	u, ok := parseUUID(raw)
	if !ok || len(raw) != 32 {
		return lacking(kind, Placeholder, "not-an-id")
	}
	if reason := r.rules.UUID(u); reason != "" {
		return lacking(kind, Placeholder, reason)
	}
	return identifier(kind, raw, "")
}

// readRelease reads which distribution this is; the name for people may change
// with every update and is no part of the value.
func readRelease(r *reader) []Component {
	const kind = "os-release"
	b, err := r.src.ReadFile("/etc/os-release", smallFile)
	if err != nil {
		b, err = r.src.ReadFile("/usr/lib/os-release", smallFile)
	}
	if err != nil {
		return []Component{failed(kind, err)}
	}
	f := releaseFields(b)
	if f["ID"] == "" {
		return []Component{lacking(kind, Failed, "not-understood")}
	}
	label := f["PRETTY_NAME"]
	if label == "" {
		label = join(" ", f["NAME"], f["VERSION_ID"])
	}
	return []Component{present(kind, fold(join(" ", f["ID"], f["VERSION_ID"])), label)}
}

// releaseFields reads os-release(5): assignments as a shell would read them,
// with the quoting that the format allows.
func releaseFields(b []byte) map[string]string {
	out := map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(b))
	for lines.Scan() {
		key, value, ok := strings.Cut(strings.TrimSpace(lines.Text()), "=")
		if !ok || strings.HasPrefix(key, "#") {
			continue
		}
		out[key] = clean(unquote(value))
	}
	return out
}

func unquote(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		s = s[1 : len(s)-1]
	}
	return strings.NewReplacer(`\"`, `"`, `\$`, `$`, "\\`", "`", `\\`, `\`).Replace(s)
}

func readKernel(r *reader) []Component {
	const kind = "kernel"
	v, err := r.line("/proc/sys/kernel/osrelease")
	if err != nil {
		return []Component{failed(kind, err)}
	}
	if v == "" {
		return []Component{lacking(kind, Failed, "not-understood")}
	}
	return []Component{present(kind, v, v)}
}
