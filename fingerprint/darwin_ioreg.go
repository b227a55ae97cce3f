package fingerprint

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// ioEntry is one entry of the I/O registry with what lies under it.
type ioEntry struct {
	props map[string]any
	under []ioEntry
}

// maxEntries bounds the entries of one part of the registry.
const maxEntries = 20_000

// parseRegistry reads what ioreg -a archives: an array of entries, or one entry
// where it starts at the root. Nothing at all means that nothing matched.
func parseRegistry(b []byte) ([]ioEntry, error) {
	if len(bytes.TrimSpace(b)) == 0 {
		return nil, nil
	}
	var v any
	if err := decodePlist(b, &v); err != nil {
		return nil, err
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	left := maxEntries
	return ioEntries(list, &left)
}

func ioEntries(list []any, left *int) ([]ioEntry, error) {
	var out []ioEntry
	for _, v := range list {
		props, ok := v.(map[string]any)
		if *left--; !ok || *left < 0 {
			return nil, errPropertyList
		}
		e := ioEntry{props: props}
		if children, ok := props["IORegistryEntryChildren"].([]any); ok {
			under, err := ioEntries(children, left)
			if err != nil {
				return nil, err
			}
			e.under = under
		}
		out = append(out, e)
	}
	return out, nil
}

// any says whether an entry, or one under it, is as asked.
func (e ioEntry) any(is func(ioEntry) bool) bool {
	if is(e) {
		return true
	}
	for _, u := range e.under {
		if u.any(is) {
			return true
		}
	}
	return false
}

// find gives the first entry that is as asked, in the order of the registry.
func find(list []ioEntry, is func(ioEntry) bool) (ioEntry, bool) {
	for _, e := range list {
		if is(e) {
			return e, true
		}
		if u, ok := find(e.under, is); ok {
			return u, true
		}
	}
	return ioEntry{}, false
}

// named gives the first entry of a name, which says where it is in the device
// tree.
func named(list []ioEntry, name string) (ioEntry, bool) {
	return find(list, func(e ioEntry) bool { return e.text("IORegistryEntryName") == name })
}

// text gives a property that is a text, or bytes that hold one up to a NUL.
func (e ioEntry) text(key string) string {
	switch v := e.props[key].(type) {
	case string:
		return clean(v)
	case []byte:
		return clean(string(v))
	}
	return ""
}

// number gives a property that is a number, or up to eight bytes that hold one,
// little-endian as the device tree's are.
func (e ioEntry) number(key string) (uint64, bool) {
	switch v := e.props[key].(type) {
	case uint64:
		return v, true
	case int64:
		return uint64(v), true
	case []byte:
		if len(v) == 0 || len(v) > 8 {
			return 0, false
		}
		var b [8]byte
		copy(b[:], v)
		return binary.LittleEndian.Uint64(b[:]), true
	}
	return 0, false
}

// bytes gives a property that is bytes.
func (e ioEntry) bytes(key string) []byte {
	b, _ := e.props[key].([]byte)
	return b
}

// yes says whether a property is true.
func (e ioEntry) yes(key string) bool {
	switch v := e.props[key].(type) {
	case bool:
		return v
	case uint64:
		return v != 0
	}
	return false
}

// inner gives a dictionary among the properties as an entry of its own.
func (e ioEntry) inner(key string) ioEntry {
	m, _ := e.props[key].(map[string]any)
	return ioEntry{props: m}
}

// macFailed turns an error of a Mac's source into a component.
func macFailed(kind string, err error) Component {
	if errors.Is(err, errPropertyList) {
		return lacking(kind, Failed, "not-understood")
	}
	return failed(kind, err)
}
