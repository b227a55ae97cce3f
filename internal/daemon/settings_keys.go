package daemon

import (
	"encoding"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Key is one key of the settings file. docs/settings.md is made of these, and a
// test compares them with the fields of Settings.
type Key struct {
	// Name is the path of JSON names, such as smtp.url; keys of the objects in a
	// list are written phone.sms[].url.
	Name string
	// Meaning says what it is, with its unit and range, in one or a few sentences.
	Meaning string
	// Default says what holds where nothing is set; empty where that is nothing.
	Default string
	// Variable is the environment variable that goes over the file, empty for
	// none. The field must be a text, true or false, a whole number or a Duration.
	Variable string
	// Flag is the flag of the command line that goes over both, empty for none.
	Flag string
}

// block is the settings of one area: its keys, and what is refused at start.
type block struct {
	// title is the heading in docs/settings.md.
	title string
	keys  []Key
	// fill puts defaults where nothing is set; nil for none. It runs before every
	// check.
	fill func(*Settings) error
	// check refuses what would be unsafe or cannot work; nil for none. It reads
	// files where that shows a slip before the server starts, and never the network.
	check func(*Settings) error
}

// blocks are all settings, in the order of docs/settings.md.
//
// To add a block: a file settings_AREA.go with
//
//   - a struct whose exported fields each have a json name (texts, true or false,
//     numbers, Duration, lists of texts, or lists of structs of such), and one field
//     of that struct in Settings;
//   - func areaBlock() block, which gives a Key for every one of its fields;
//   - one line here.
//
// Then go test ./internal/daemon -run Documented -update writes docs/settings.md. A
// secret is never a setting: the key names a file that holds it, and ends in _file.
func blocks() []block {
	return []block{
		coreBlock(),
		smtpBlock(),
		phoneBlock(),
		limitsBlock(),
		tlsBlock(),
		masterBlock(),
		documentsBlock(),
		operationBlock(),
		auditBlock(),
		webBlock(),
	}
}

// Keys are all keys of the settings file, in the order of docs/settings.md.
func Keys() []Key {
	var all []Key
	for _, b := range blocks() {
		all = append(all, b.keys...)
	}
	return all
}

func coreBlock() block {
	return block{title: "The server", check: (*Settings).check, keys: []Key{
		{Name: "listen", Flag: "--listen", Default: "`" + DefaultListen + "`", Meaning: "Address and port. Port 0 takes a free one."},
		{Name: "origin", Variable: "HOLDFAST_ORIGIN", Default: "the address listened on", Meaning: "The address that computers use. Requests are signed for it, so it must be what " +
			"clients have as their server, letter for letter: `http://localhost:7461` is not `http://127.0.0.1:7461`. Must be `https://` for anything but loopback."},
		{Name: "data", Flag: "--data", Default: "`holdfastd` in your settings folder", Meaning: "Folder of the master key and of the built-in database."},
		{Name: "database", Variable: "HOLDFAST_DATABASE_URL", Default: "the built-in database in the data folder", Meaning: "`postgres://…` for PostgreSQL."},
	}}
}

func documentsBlock() block {
	return block{title: "Policies and rules", keys: []Key{
		{Name: "policy_dir", Default: "none", Meaning: "Folder of policies of your own, `strict.json`, `balanced.json`, `managed.json`: see [policies.md](policies.md). " +
			"Each needs a version higher than that of the one it replaces. Read at start."},
		{Name: "rules_file", Default: "none", Meaning: "Placeholder rules (JSON, at most 256 KiB, with a `version`) that computers with older ones are sent, signed. " +
			"Read at start; see [policies.md](policies.md)."},
	}}
}

// Duration is a length of time in the settings, written as Go writes it: 90s, 15m,
// 24h.
type Duration time.Duration

// UnmarshalText reads 90s, 15m or 24h. Errors are those of time.ParseDuration.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = Duration(v)
	return err
}

// MarshalText writes what UnmarshalText reads.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// settable is one field of the settings with its key's name.
type settable struct {
	name  string
	value reflect.Value // not valid inside a list
	typ   reflect.Type
}

// settables lists every field of the settings by the name of its key. Fields of the
// structs of a list have no value.
func (s *Settings) settables() []settable {
	var out []settable
	var walk func(reflect.Type, reflect.Value, string)
	walk = func(typ reflect.Type, v reflect.Value, prefix string) {
		for i := range typ.NumField() {
			f := typ.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			var value reflect.Value
			if v.IsValid() {
				value = v.Field(i)
			}
			switch {
			case f.Type.Kind() == reflect.Struct && !readsText(f.Type):
				walk(f.Type, value, prefix+name+".")
			case f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct && !readsText(f.Type.Elem()):
				walk(f.Type.Elem(), reflect.Value{}, prefix+name+"[].")
			default:
				out = append(out, settable{prefix + name, value, f.Type})
			}
		}
	}
	walk(reflect.TypeFor[Settings](), reflect.ValueOf(s).Elem(), "")
	return out
}

// readsText says whether a type is written as one text in the file.
func readsText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// siblings are the names beside a key that does not exist, so that a slip of the pen
// shows its remedy without the whole list.
func siblings(name string) string {
	prefix := ""
	if i := strings.LastIndex(name, "."); i >= 0 {
		prefix = name[:i+1]
	}
	var near []string
	for _, k := range Keys() {
		rest, ok := strings.CutPrefix(k.Name, prefix)
		if !ok {
			continue
		}
		first, _, more := strings.Cut(rest, ".")
		if n := prefix + strings.TrimSuffix(first, "[]"); !slices.Contains(near, n) && (more || first == rest) {
			near = append(near, n)
		}
	}
	return strings.Join(near, ", ")
}
