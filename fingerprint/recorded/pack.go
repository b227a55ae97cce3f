package recorded

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/txtar"
)

// The marks of the packed form.
const (
	markLink   = "link"
	markHex    = "hex"
	markBare   = "bare"
	markClosed = "closed"
	markBoth   = "hex,closed"
	markLoose  = "loose"
	markDir    = "dir"
	markGone   = "gone"
)

// entry is one file of the packed form, decoded.
type entry struct {
	name string // slash path without a leading slash
	mark string
	data []byte
}

// Unpack makes the directory of a recorded computer from its packed form, and
// on a directory that is already one lays the packed form over it. Nothing is
// ever written outside dir.
func Unpack(packed []byte, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	m, err := readManifest(dir)
	if err != nil {
		return err
	}
	files := txtar.Parse(packed).Files
	if m.Platform == "" {
		m.Platform = platformOf(files)
	}
	for _, f := range files {
		e, err := decode(f)
		if err != nil {
			return err
		}
		m.Closed = slices.DeleteFunc(m.Closed, func(p string) bool { return p == e.name })
		m.Loose = slices.DeleteFunc(m.Loose, func(p string) bool { return p == e.name })
		switch e.mark {
		case markClosed, markBoth:
			m.Closed = append(m.Closed, e.name)
		case markLoose:
			m.Loose = append(m.Loose, e.name)
		}
		if err := place(root, e); err != nil {
			return fmt.Errorf("recorded computer: %s: %w", e.name, err)
		}
	}
	slices.Sort(m.Closed)
	slices.Sort(m.Loose)
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, ManifestName), append(b, '\n'), 0o644)
}

// platformOf tells a computer's system by what only it has.
func platformOf(files []txtar.File) string {
	for _, f := range files {
		switch name, _, _ := strings.Cut(f.Name, " @"); {
		case "/"+name == sysctlFile:
			return "darwin"
		case name == "registry.reg":
			return "windows"
		}
	}
	return "linux"
}

// decode reads an entry's name and mark, and its content as the mark says.
func decode(f txtar.File) (entry, error) {
	name, mark, _ := strings.Cut(f.Name, " @")
	plain, err := unescapeName(name)
	if err != nil {
		return entry{}, fmt.Errorf("recorded computer: name %q: %w", f.Name, err)
	}
	if !filepath.IsLocal(filepath.FromSlash(plain)) || path.Clean(plain) != plain || plain == ManifestName {
		return entry{}, fmt.Errorf("recorded computer: name %q leads astray", f.Name)
	}
	e := entry{name: plain, mark: mark, data: f.Data}
	switch mark {
	case "", markClosed, markLoose, markDir, markGone:
	case markLink:
		e.data = []byte(strings.TrimSuffix(string(f.Data), "\n"))
	case markBare:
		e.data = []byte(strings.TrimSuffix(string(f.Data), "\n"))
	case markHex, markBoth:
		e.data, err = hex.DecodeString(strings.Join(strings.Fields(string(f.Data)), ""))
	default:
		err = fmt.Errorf("unknown mark @%s", mark)
	}
	if err != nil {
		return entry{}, fmt.Errorf("recorded computer: %s: %w", f.Name, err)
	}
	return e, nil
}

func place(root *os.Root, e entry) error {
	name := filepath.FromSlash(e.name)
	if e.mark == markGone {
		return root.RemoveAll(name)
	}
	if e.mark == markDir {
		return root.MkdirAll(name, 0o755)
	}
	if dir := filepath.Dir(name); dir != "." {
		if err := root.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	// A link that is in the way is replaced, not followed.
	if err := root.RemoveAll(name); err != nil {
		return err
	}
	if e.mark == markLink {
		return root.Symlink(string(e.data), name)
	}
	return root.WriteFile(name, e.data, 0o644)
}

// escapeName writes a path so that txtar, module archives and every checkout
// can hold it.
func escapeName(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if c <= ' ' || c == ':' || c == '%' || c == '@' || c == '\\' || c >= 0x7f {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func unescapeName(name string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] != '%' {
			b.WriteByte(name[i])
			continue
		}
		if i+3 > len(name) {
			return "", fmt.Errorf("a lone percent sign")
		}
		c, err := strconv.ParseUint(name[i+1:i+3], 16, 8)
		if err != nil || c == 0 {
			return "", fmt.Errorf("a wrong percent code")
		}
		b.WriteByte(byte(c))
		i += 2
	}
	return b.String(), nil
}
