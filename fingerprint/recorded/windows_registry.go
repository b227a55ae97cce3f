package recorded

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// Bounds of a registry's text.
const (
	maxRegistryText = 16 << 20
	maxRegistryKeys = 200_000
)

// registryHeader is the first line of what regedit exports, in UTF-8 here.
const registryHeader = "Windows Registry Editor Version 5.00"

// registryRoot is the part of the registry that is recorded.
const registryRoot = `HKEY_LOCAL_MACHINE`

// registry is the recorded part of a registry: folded path to key.
type registry map[string]*registryKey

type registryKey struct {
	name   string // the last part of its path, as it is written
	values map[string]fingerprint.RegistryValue
	// below are the folded paths of the keys right below.
	below map[string]bool
}

// parseRegistry reads an export and lays it over what is there, as regedit's
// import does: [-KEY] removes a key with all that is below, "name"=- a value.
func (r registry) parse(text []byte) error {
	if len(text) > maxRegistryText {
		return fmt.Errorf("recorded registry: %d bytes, at most %d are read", len(text), maxRegistryText)
	}
	lines := strings.Split(strings.TrimPrefix(string(text), "\ufeff"), "\n")
	if strings.TrimSpace(lines[0]) != registryHeader {
		return fmt.Errorf("recorded registry: the first line is not %q", registryHeader)
	}
	var key *registryKey
	for i := 1; i < len(lines); i++ {
		first := i
		line := strings.TrimSpace(lines[i])
		for strings.HasSuffix(line, `\`) && !strings.HasPrefix(line, "[") && i+1 < len(lines) {
			i++
			line = strings.TrimSuffix(line, `\`) + strings.TrimSpace(lines[i])
		}
		var err error
		switch {
		case line == "" || line[0] == ';':
		case line[0] == '[':
			key, err = r.header(line)
		case key == nil:
			err = fmt.Errorf("a value outside of a key")
		default:
			err = key.assign(line)
		}
		if err != nil {
			return fmt.Errorf("recorded registry: line %d: %w", first+1, err)
		}
	}
	return nil
}

// header opens or removes the key of a line in brackets. The values that follow
// a removed key belong to no key.
func (r registry) header(line string) (*registryKey, error) {
	name, ok := strings.CutSuffix(line[1:], "]")
	if !ok {
		return nil, fmt.Errorf("the bracket is not closed")
	}
	name, gone := strings.CutPrefix(name, "-")
	parts := strings.Split(name, `\`)
	if parts[0] != registryRoot || slices.Contains(parts, "") {
		return nil, fmt.Errorf("not a key of %s", registryRoot)
	}
	if gone {
		r.remove(foldPath(strings.Join(parts[1:], `\`)))
		return nil, nil
	}
	return r.open(parts[1:])
}

// open gives a key and makes it and those above it where they are missing.
func (r registry) open(parts []string) (*registryKey, error) {
	if len(parts) > 64 || len(r)+len(parts) > maxRegistryKeys {
		return nil, fmt.Errorf("too deep or too many keys")
	}
	path := ""
	key := r.key(path, "")
	for _, part := range parts {
		above := key
		path = foldPath(strings.TrimPrefix(path+`\`+part, `\`))
		above.below[path] = true
		key = r.key(path, part)
	}
	return key, nil
}

func (r registry) key(path, name string) *registryKey {
	k := r[path]
	if k == nil {
		k = &registryKey{name: name, values: map[string]fingerprint.RegistryValue{}, below: map[string]bool{}}
		r[path] = k
	}
	return k
}

func (r registry) remove(path string) {
	k := r[path]
	if k == nil {
		return
	}
	for p := range k.below {
		r.remove(p)
	}
	delete(r, path)
	above := ""
	if i := strings.LastIndexByte(path, '\\'); i >= 0 {
		above = path[:i]
	}
	if a := r[above]; a != nil {
		delete(a.below, path)
	}
}

// assign reads "name"=value, or @=value for the key's own.
func (k *registryKey) assign(line string) error {
	name, rest := "", ""
	if after, ok := strings.CutPrefix(line, "@"); ok {
		rest = after
	} else {
		var err error
		if name, rest, err = quoted(line); err != nil {
			return err
		}
	}
	rest, ok := strings.CutPrefix(strings.TrimSpace(rest), "=")
	if !ok {
		return fmt.Errorf("no = after the name")
	}
	rest = strings.TrimSpace(rest)
	if rest == "-" {
		delete(k.values, foldPath(name))
		return nil
	}
	v, err := registryValue(rest)
	if err == nil {
		k.values[foldPath(name)] = v
	}
	return err
}

// quoted reads a text in quotes with \\ and \" inside.
func quoted(s string) (text, rest string, err error) {
	if !strings.HasPrefix(s, `"`) {
		return "", "", fmt.Errorf("no name in quotes")
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], nil
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", fmt.Errorf("the quote is not closed")
}

// registryValue reads a text, dword:8 digits, hex: or hex(type): bytes.
func registryValue(s string) (fingerprint.RegistryValue, error) {
	var none fingerprint.RegistryValue
	if strings.HasPrefix(s, `"`) {
		text, rest, err := quoted(s)
		if err == nil && strings.TrimSpace(rest) != "" {
			err = fmt.Errorf("something follows the value")
		}
		if err != nil {
			return none, err
		}
		return fingerprint.RegistryValue{Type: fingerprint.RegistryText, Data: fingerprint.WideText(text)}, nil
	}
	if digits, ok := strings.CutPrefix(s, "dword:"); ok {
		n, err := strconv.ParseUint(digits, 16, 32)
		if err != nil {
			return none, fmt.Errorf("dword: %w", err)
		}
		return fingerprint.RegistryValue{Type: fingerprint.RegistryNumber, Data: binary.LittleEndian.AppendUint32(nil, uint32(n))}, nil
	}
	return hexValue(s)
}

func hexValue(s string) (fingerprint.RegistryValue, error) {
	var none fingerprint.RegistryValue
	head, body, ok := strings.Cut(s, ":")
	kind := uint64(fingerprint.RegistryBinary)
	if digits, typed := strings.CutPrefix(head, "hex("); ok && typed {
		var err error
		if digits, ok = strings.CutSuffix(digits, ")"); ok {
			kind, err = strconv.ParseUint(digits, 16, 32)
			ok = err == nil
		}
	} else if head != "hex" {
		ok = false
	}
	if !ok {
		return none, fmt.Errorf("a value of an unknown form")
	}
	b, err := hex.DecodeString(strings.NewReplacer(",", "", " ", "", "\t", "").Replace(body))
	if err != nil {
		return none, err
	}
	return fingerprint.RegistryValue{Type: uint32(kind), Data: b}, nil
}

// foldPath lowers what Windows takes for equal: ASCII letters.
func foldPath(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'A' && c <= 'Z' {
			return c + 'a' - 'A'
		}
		return c
	}, s)
}
