package daemon

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

func TestUnsafeSettingsAreRefused(t *testing.T) {
	tlsFiles := TLS{CertFile: "c.pem", KeyFile: "k.pem"}
	relay := SMTP{URL: "smtp://relay.example.org"}
	const origin = "https://keys.example.org"
	for name, c := range map[string]struct {
		s    Settings
		want string
	}{
		"loopback alone":          {Settings{Listen: "127.0.0.1:0"}, ""},
		"loopback, IPv6":          {Settings{Listen: "[::1]:0"}, ""},
		"localhost":               {Settings{Listen: "localhost:0"}, ""},
		"everywhere, bare":        {Settings{Listen: "0.0.0.0:0"}, "tls"},
		"everywhere, no host":     {Settings{Listen: ":0"}, "tls"},
		"a name":                  {Settings{Listen: "keys.example.org:443"}, "tls"},
		"TLS but no relay":        {Settings{Listen: ":443", TLS: tlsFiles, Origin: origin}, "smtp"},
		"TLS, relay, no origin":   {Settings{Listen: ":443", TLS: tlsFiles, SMTP: relay}, "origin-unset"},
		"TLS, relay, origin":      {Settings{Listen: ":443", TLS: tlsFiles, SMTP: relay, Origin: origin}, ""},
		"plain origin":            {Settings{Listen: ":443", TLS: tlsFiles, SMTP: relay, Origin: "http://keys.example.org"}, "origin-plain"},
		"half an origin":          {Settings{Listen: "127.0.0.1:0", Origin: "keys.example.org"}, "origin-form"},
		"half of TLS":             {Settings{Listen: "127.0.0.1:0", TLS: TLS{CertFile: "c"}}, "tls-half"},
		"behind a proxy":          {Settings{Listen: "10.0.0.5:80", BehindProxy: true, SMTP: relay, Origin: origin}, ""},
		"behind a proxy, no mail": {Settings{Listen: "127.0.0.1:80", BehindProxy: true, Origin: origin}, "smtp"},
		"no port":                 {Settings{Listen: "127.0.0.1"}, "listen-form"},
	} {
		err := c.s.check()
		if (c.want == "") != (err == nil) || (c.want != "" && !isRefusal(err, c.want)) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestSettingsFile(t *testing.T) {
	write := func(s string) string {
		path := filepath.Join(t.TempDir(), "holdfastd.json")
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var s Settings
	if err := s.readFile(write(`{"listen":"127.0.0.1:1","smtp":{"url":"smtp://a","from":"h@example.org"},"behind_proxy":true}`)); err != nil {
		t.Fatal(err)
	}
	if s.Listen != "127.0.0.1:1" || s.SMTP.URL != "smtp://a" || !s.BehindProxy {
		t.Errorf("%+v", s)
	}
	for name, c := range map[string]struct{ file, key, names string }{
		"unknown key":   {`{"listn":"x"}`, "config-key", "listn"},
		"nested":        {`{"smtp":{"user":"x"}}`, "config-key", "smtp.user"},
		"other case":    {`{"Listen":"x"}`, "config-key", "Listen"},
		"twice":         {`{"listen":"a","listen":"b"}`, "config-value", "listen"},
		"another type":  {`{"behind_proxy":"yes"}`, "config-value", "behind_proxy"},
		"not an object": {`[]`, "config-value", "?"},
		"not JSON":      {`listen = 1`, "config-value", "?"},
	} {
		err := new(Settings).readFile(write(c.file))
		if !isRefusal(err, c.key) || !strings.Contains(err.Error(), c.names) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := new(Settings).readFile(filepath.Join(t.TempDir(), "none")); !isRefusal(err, "config-read") {
		t.Errorf("no file: %v", err)
	}
	env := map[string]string{"HOLDFAST_SMTP_URL": "smtp://b", "HOLDFAST_DATABASE_URL": "postgres://x"}
	if err := s.readEnv(func(k string) string { return env[k] }); err != nil {
		t.Fatal(err)
	}
	if s.SMTP.URL != "smtp://b" || s.Database != "postgres://x" || s.SMTP.From != "h@example.org" {
		t.Errorf("environment: %+v", s)
	}
}

func TestMasterKey(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := masterKey(dir, rand.Reader, false); !isRefusal(err, "master-missing") {
		t.Errorf("none: %v", err)
	}
	key, made, err := masterKey(dir, rand.Reader, true)
	if err != nil || !made {
		t.Fatal(err, made)
	}
	again, made, err := masterKey(dir, rand.Reader, true)
	if err != nil || made || again != key {
		t.Errorf("the key changed: %v", err)
	}
	path := filepath.Join(dir, MasterFile)
	if runtime.GOOS != "windows" {
		if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v", info.Mode())
		}
		_ = os.Chmod(path, 0o640)
		if _, _, err := masterKey(dir, rand.Reader, true); !isRefusal(err, "master-open") {
			t.Errorf("readable by the group: %v", err)
		}
		_ = os.Chmod(path, 0o600)
	}
	_ = os.WriteFile(path, []byte("short"), 0o600)
	if _, _, err := masterKey(dir, rand.Reader, true); !isRefusal(err, "master-broken") {
		t.Errorf("short: %v", err)
	}
	if raw, _ := os.ReadFile(path); string(raw) != "short" {
		t.Error("a broken key was overwritten")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".master*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestMasterKeyIsMadeOnce(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	keys := make([][masterSize]byte, 16)
	for i := range keys {
		all.Go(func() {
			var err error
			if keys[i], _, err = masterKey(dir, rand.Reader, true); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, k := range keys {
		if k != keys[0] || k == [masterSize]byte{} {
			t.Fatal("two keys were made")
		}
	}
}

// TestAnotherMasterKey: a database is not opened under a key that is not its
// own, and a key made by mistake does not stay.
func TestAnotherMasterKey(t *testing.T) {
	dir := t.TempDir()
	start(t, func(o *Options) { o.Settings.Data = dir }).stop()
	path := filepath.Join(dir, MasterFile)
	right, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	options := Options{Settings: Settings{Listen: "127.0.0.1:0", Data: dir}}
	_ = os.Remove(path)
	if _, err := New(options); !isRefusal(err, "master-other") {
		t.Errorf("lost key: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a new key was left in the right one's place")
	}
	_ = os.WriteFile(path, random(masterSize), 0o600)
	if _, err := New(options); !isRefusal(err, "master-other") {
		t.Errorf("another key: %v", err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error("a key that was there was removed")
	}
	_ = os.WriteFile(path, right, 0o600)
	start(t, func(o *Options) { o.Settings.Data = dir })
}

func TestRefusalsAreWorded(t *testing.T) {
	raw, err := os.ReadFile("../../assets/translations/daemon.en.json")
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]string
	if err := json.Unmarshal(raw, &keys); err != nil {
		t.Fatal(err)
	}
	var code bytes.Buffer
	files, _ := filepath.Glob("*.go")
	for _, f := range files {
		raw, _ := os.ReadFile(f)
		code.Write(raw)
	}
	for key := range keys {
		name, ok := strings.CutPrefix(key, "daemon.refuse.")
		if ok && !strings.Contains(code.String(), `"`+name+`"`) {
			t.Errorf("%s is said nowhere", key)
		}
	}
	for _, lang := range text.Languages {
		var r *Refusal
		if !errors.As(refuse("listen", text.Data{"Listen": "x:1"}), &r) || strings.Contains(r.Say(text.For(lang)), "<") {
			t.Errorf("%s: %s", lang, r.Say(text.For(lang)))
		}
	}
}

// run calls the program as main does.
func run(ctx context.Context, env map[string]string, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = Program{Args: args, Env: func(k string) string { return env[k] }, Stdout: &out, Stderr: &errs}.Main(ctx)
	return code, out.String(), errs.String()
}

func TestCommands(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{nil, 0, "holdfastd serve"},
		{[]string{"help"}, 0, "docs/operate.md"},
		{[]string{"version"}, 0, "holdfastd dev"},
		{[]string{"fly"}, 2, "no command"},
		{[]string{"serve", "--fly"}, 2, "holdfastd help"},
		{[]string{"serve", "--data", dir, "extra"}, 2, "extra"},
		{[]string{"serve", "--data", dir, "--listen", "0.0.0.0:0"}, 2, "HTTPS"},
		{[]string{"serve", "--data", dir, "--config", filepath.Join(dir, "none")}, 2, "cannot be read"},
		{[]string{"policy", "--data", dir, "--account", "1", "strict"}, 2, "12 digits"},
		{[]string{"policy", "--data", dir, "--account", "402593718460", "strict"}, 2, ""},
		{[]string{"restored", "--data", dir}, 2, "master key"},
	} {
		code, stdout, stderr := run(ctx, nil, c.args...)
		if code != c.code || !strings.Contains(stdout+stderr, c.says) {
			t.Errorf("%v: %d %s%s", c.args, code, stdout, stderr)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("refused commands left %v", left)
	}
}
