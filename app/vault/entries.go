package vault

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Limits of the entries.
const (
	MaxName    = 64       // characters of a key's name
	MaxValue   = 64 << 10 // bytes of one key's value
	MaxEntries = 1024     // keys in one vault
	MaxTotal   = 4 << 20  // bytes of all values
)

// Info is a key without its value. Times are UTC, whole seconds.
type Info struct {
	Name    string
	Created time.Time
	// Used is when it was last read, as of the last save; zero for never.
	Used time.Time
	Size int // bytes
}

// Entry is a key with its value, for backups.
type Entry struct {
	Name    string
	Value   []byte
	Created time.Time
}

type entry struct {
	created, used int64 // Unix seconds; 0 is never
	value         []byte
}

// ValidName says whether a key may have this name: 1 to 64 of A-Z, a-z, 0-9,
// dot, underscore and hyphen.
func ValidName(name string) bool {
	if len(name) == 0 || len(name) > MaxName {
		return false
	}
	for _, c := range []byte(name) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}

// List gives all keys without their values, sorted by name. Errors:
// vault_locked after Close, vault_missing, vault_broken, file.
func (v *Vault) List() ([]Info, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.look(); err != nil {
		return nil, err
	}
	out := make([]Info, 0, len(v.entries))
	for name, e := range v.entries {
		out = append(out, Info{name, moment(e.created), moment(e.used), len(e.value)})
	}
	slices.SortFunc(out, func(a, b Info) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

func moment(unix int64) time.Time {
	if unix == 0 {
		return time.Time{}
	}
	return time.Unix(unix, 0).UTC()
}

// Get gives a copy of a key's value. The time of use is kept in memory and
// goes to the disk with the next change: reading never writes. Errors:
// key_missing, and those of List.
func (v *Vault) Get(name string) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.look(); err != nil {
		return nil, err
	}
	e, ok := v.entries[name]
	if !ok {
		return nil, missing(name)
	}
	e.used = v.cfg.Now().Unix()
	v.entries[name] = e
	return slices.Clone(e.value), nil
}

// Put stores a copy of value under name, over what was there. Errors:
// key_name, too_large, disk_full, and those of List. After an error the old
// value is there, unless the disk failed after the change was made.
func (v *Vault) Put(name string, value []byte) error {
	if !ValidName(name) {
		return api.NewError(api.CodeKeyName)
	}
	if len(value) > MaxValue {
		return api.NewError(api.CodeTooLarge)
	}
	return v.change(func(m map[string]entry) error {
		m[name] = entry{created: v.cfg.Now().Unix(), value: slices.Clone(value)}
		return bounded(m)
	})
}

// PutAll stores several keys in one write: all or none. Errors as Put's.
func (v *Vault) PutAll(list []Entry) error {
	return v.change(func(m map[string]entry) error {
		for _, e := range list {
			if !ValidName(e.Name) {
				return api.NewError(api.CodeKeyName)
			}
			created := e.Created.Unix()
			if e.Created.IsZero() {
				created = v.cfg.Now().Unix()
			}
			m[e.Name] = entry{created: created, value: slices.Clone(e.Value)}
		}
		return bounded(m)
	})
}

// Remove deletes a key. Errors: key_missing, disk_full, and those of List.
func (v *Vault) Remove(name string) error {
	return v.change(func(m map[string]entry) error {
		if _, ok := m[name]; !ok {
			return missing(name)
		}
		delete(m, name)
		return nil
	})
}

// Entries gives all keys with their values, sorted by name. Errors as List's.
func (v *Vault) Entries() ([]Entry, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.look(); err != nil {
		return nil, err
	}
	out := make([]Entry, 0, len(v.entries))
	for _, name := range slices.Sorted(maps.Keys(v.entries)) {
		e := v.entries[name]
		out = append(out, Entry{name, slices.Clone(e.value), moment(e.created)})
	}
	return out, nil
}

// change edits a copy of the entries and saves it.
func (v *Vault) change(edit func(map[string]entry) error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.look(); err != nil {
		return err
	}
	m := maps.Clone(v.entries)
	if err := edit(m); err != nil {
		return err
	}
	return v.save(v.header, m)
}

func missing(name string) error {
	e := api.NewError(api.CodeKeyMissing)
	if ValidName(name) {
		e = e.With("Name", name)
	}
	return e
}

// bounded keeps a vault within its limits.
func bounded(m map[string]entry) error {
	total := 0
	for _, e := range m {
		if len(e.value) > MaxValue {
			return api.NewError(api.CodeTooLarge)
		}
		total += len(e.value)
	}
	if total > MaxTotal || len(m) > MaxEntries {
		return api.NewError(api.CodeTooLarge)
	}
	return nil
}

// encodeEntries writes the contents: a count, then for each key by name its
// name, times and value, every length before its bytes.
func encodeEntries(m map[string]entry) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddUint16(uint16(len(m)))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		e := m[name]
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(name)) })
		b.AddUint64(uint64(e.created))
		b.AddUint64(uint64(e.used))
		b.AddUint32LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(e.value) })
	}
	return b.Bytes()
}

// parseEntries reads contents that were authentic; it is strict all the same.
func parseEntries(plain []byte) (map[string]entry, error) {
	in := cryptobyte.String(plain)
	var n uint16
	if !in.ReadUint16(&n) || int(n) > MaxEntries {
		return nil, broken(errFormat)
	}
	m := make(map[string]entry, n)
	for range n {
		var name, value cryptobyte.String
		var created, used uint64
		var size uint32
		if !in.ReadUint8LengthPrefixed(&name) || !in.ReadUint64(&created) || !in.ReadUint64(&used) ||
			!in.ReadUint32(&size) || size > MaxValue || !in.ReadBytes((*[]byte)(&value), int(size)) || !ValidName(string(name)) {
			return nil, broken(errFormat)
		}
		m[string(name)] = entry{int64(created), int64(used), slices.Clone(value)}
	}
	if !in.Empty() || len(m) != int(n) || bounded(m) != nil {
		return nil, broken(errFormat)
	}
	return m, nil
}
