package daemon

import (
	"encoding"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed-1feef0b2/holdfast/api/sign"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// DefaultListen is where the server listens when nothing else is said: this
// computer alone.
const DefaultListen = "127.0.0.1:7461"

// Settings are what an operator sets, by file, environment and flags; later
// ones win. The JSON names are those of the settings file.
type Settings struct {
	// Listen is host:port; port 0 takes a free one.
	Listen string `json:"listen"`
	// Origin is the address that computers use, such as
	// https://keys.example.org. Requests are signed for it.
	Origin string `json:"origin"`
	// Data is the folder of the master key and of the built-in database.
	Data string `json:"data"`
	// Database is a postgres:// URL; empty means the built-in one.
	Database string `json:"database"`
	SMTP     SMTP   `json:"smtp"`
	Phone    Phone  `json:"phone"`
	Limits   Limits `json:"limits"`
	TLS      TLS    `json:"tls"`
	Master   Master `json:"master"`
	// BehindProxy says that a proxy in front speaks HTTPS for this server.
	BehindProxy bool `json:"behind_proxy"`
	// TrustedProxies are addresses and networks of such proxies.
	TrustedProxies []string `json:"trusted_proxies"`
	// PolicyDir is a folder of policies, NAME.json, that go in the place of those
	// that are built in; empty for none.
	PolicyDir string `json:"policy_dir"`
	// RulesFile holds placeholder rules for computers whose own are older; empty
	// for none.
	RulesFile string `json:"rules_file"`
	Audit     Audit  `json:"audit"`
	Web       Web    `json:"web"`
	// MigrateAtStart lets a server that starts change the schema of a PostgreSQL
	// database.
	MigrateAtStart bool    `json:"migrate_at_start"`
	Log            Log     `json:"log"`
	Metrics        Metrics `json:"metrics"`
	Traces         Traces  `json:"traces"`
}

// readFile reads a settings file over s. Every key is checked: a misspelt one
// would otherwise leave a default in force that nobody chose.
func (s *Settings) readFile(path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return refuseFor("config-read", err, text.Data{"File": path})
	}
	err = json.Unmarshal(raw, s, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	key := "?"
	var semantic *json.SemanticError
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.As(err, &semantic) && errors.Is(err, json.ErrUnknownName):
		return refuse("config-key", text.Data{"File": path, "Key": dotted(semantic.JSONPointer), "Known": siblings(dotted(semantic.JSONPointer))})
	case errors.As(err, &semantic):
		key = dotted(semantic.JSONPointer)
	case errors.As(err, &syntactic):
		key = dotted(syntactic.JSONPointer)
	}
	return refuse("config-value", text.Data{"File": path, "Key": key})
}

func dotted(p jsontext.Pointer) string {
	s := strings.ReplaceAll(strings.Trim(string(p), "/"), "/", ".")
	if s == "" {
		return "?"
	}
	return s
}

// readEnv reads the environment over s. A value that does not fit is refused.
func (s *Settings) readEnv(env func(string) string) error {
	fields := map[string]reflect.Value{}
	for _, f := range s.settables() {
		fields[f.name] = f.value
	}
	for _, k := range Keys() {
		if k.Variable == "" {
			continue
		}
		if v := env(k.Variable); v != "" && setText(fields[k.Name], v) != nil {
			return refuse("variable", text.Data{"Variable": k.Variable})
		}
	}
	return nil
}

// setText puts a value of the environment into a field.
func setText(field reflect.Value, v string) error {
	if r, ok := field.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return r.UnmarshalText([]byte(v))
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString(v)
		return nil
	case reflect.Bool:
		b, err := strconv.ParseBool(v)
		field.SetBool(b)
		return err
	case reflect.Int:
		n, err := strconv.Atoi(v)
		field.SetInt(int64(n))
		return err
	}
	return errors.New("daemon: no variable can set a " + field.Kind().String())
}

// fill puts defaults where nothing is set.
func (s *Settings) fill() error {
	if s.Listen == "" {
		s.Listen = DefaultListen
	}
	if s.Data == "" {
		base, err := os.UserConfigDir()
		if err != nil {
			return refuse("data-unset", nil)
		}
		s.Data = filepath.Join(base, "holdfastd")
	}
	for _, b := range blocks() {
		if b.fill == nil {
			continue
		}
		if err := b.fill(s); err != nil {
			return err
		}
	}
	return nil
}

// checkAll refuses settings of any block that would be unsafe or cannot work.
func (s *Settings) checkAll() error {
	for _, b := range blocks() {
		if b.check == nil {
			continue
		}
		if err := b.check(s); err != nil {
			return err
		}
	}
	return nil
}

// public says whether others than this computer can reach the server.
func (s *Settings) public() bool {
	return s.BehindProxy || !loopbackListen(s.Listen)
}

func loopbackListen(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && ip.Unmap().IsLoopback())
}

// check refuses settings under which the server would be unsafe, or would
// claim to send what it cannot.
func (s *Settings) check() error {
	if _, _, err := net.SplitHostPort(s.Listen); err != nil {
		return refuse("listen-form", text.Data{"Listen": s.Listen})
	}
	if (s.TLS.CertFile == "") != (s.TLS.KeyFile == "") {
		return refuse("tls-half", nil)
	}
	if s.public() && !s.TLS.on() && !s.BehindProxy {
		return refuse("tls", text.Data{"Listen": s.Listen})
	}
	if s.public() && s.SMTP.URL == "" {
		return refuse("smtp", text.Data{"Listen": s.Listen})
	}
	if s.public() && s.Origin == "" {
		return refuse("origin-unset", text.Data{"Listen": s.Listen})
	}
	if s.Origin == "" {
		return nil
	}
	if _, err := sign.Authority(s.Origin); err != nil {
		return refuse("origin-form", text.Data{"Origin": s.Origin})
	}
	if s.public() && !strings.HasPrefix(s.Origin, "https://") {
		return refuse("origin-plain", text.Data{"Origin": s.Origin})
	}
	return nil
}
