package desktop

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

func noEnv(string) string          { return "" }
func configDir() (string, error)   { return "/home/kim/.config", nil }
func noConfigDir() (string, error) { return "", errors.New("no home") }
func env(m map[string]string) func(string) string {
	return func(name string) string { return m[name] }
}

func TestParseTakesFlagsThenEnvironmentThenDefaults(t *testing.T) {
	o, err := Parse(nil, noEnv, configDir, io.Discard)
	if err != nil || o.Profile != filepath.Join("/home/kim/.config", "Holdfast") || o.Server != DefaultServer || o.Named {
		t.Errorf("defaults: %+v, %v", o, err)
	}
	o, err = Parse([]string{"--profile", "/tmp/p", "--server", "https://holdfast.example"}, env(map[string]string{EnvServer: "x"}), configDir, io.Discard)
	if err != nil || o.Profile != "/tmp/p" || o.Server != "https://holdfast.example" || !o.Named {
		t.Errorf("flags: %+v, %v", o, err)
	}
	if o, _ = Parse(nil, env(map[string]string{EnvServer: "https://a.example"}), configDir, io.Discard); o.Server != "https://a.example" {
		t.Errorf("environment: %+v", o)
	}
	if _, err = Parse(nil, noEnv, noConfigDir, io.Discard); err == nil {
		t.Error("no folder for settings is no error")
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for _, args := range [][]string{{"--nothing"}, {"word"}} {
		var said bytes.Buffer
		if _, err := Parse(args, noEnv, configDir, &said); err == nil || said.Len() == 0 {
			t.Errorf("%v: %v, said %q", args, err, said.String())
		}
	}
	if _, err := Parse([]string{"-h"}, noEnv, configDir, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("help: %v", err)
	}
}

func TestLanguageFollowsTheEnvironment(t *testing.T) {
	for _, c := range []struct {
		env    map[string]string
		system string
		want   string
	}{
		{map[string]string{"LANG": "vi_VN.UTF-8"}, "en-US", "vi"},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_ALL": "ru_RU.UTF-8"}, "en-US", "ru"},
		{map[string]string{"LANG": "C.UTF-8"}, "ru-RU", "ru"},
		{map[string]string{"LANG": "de_DE.UTF-8"}, "de-DE", "en"},
	} {
		if got := Language(env(c.env), c.system); got != c.want {
			t.Errorf("%v on %s: %s, want %s", c.env, c.system, got, c.want)
		}
	}
}

func TestNoOpenGLIsSaidInPlainWords(t *testing.T) {
	var out bytes.Buffer
	ended := 0
	h := &hearing{out: &out, p: text.For("en"), end: func() { ended++ }}
	if _, err := h.Write([]byte("Fyne error:  window creation error\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Write([]byte("Fyne error:  window creation error\n")); err != nil {
		t.Fatal(err)
	}
	if ended != 1 {
		t.Errorf("the program ended %d times", ended)
	}
	if n := strings.Count(out.String(), "holdfastctl"); n != 1 {
		t.Errorf("the way without a window is named %d times:\n%s", n, out.String())
	}
}

func TestWithoutADisplayTheCommandLineIsNamed(t *testing.T) {
	var out bytes.Buffer
	p := &Program{Args: []string{"--profile", t.TempDir()}, Env: noEnv, Stdout: io.Discard, Stderr: &out}
	if code := p.Run(); code != ExitError || !strings.Contains(out.String(), "holdfastctl") {
		t.Errorf("code %d: %s", code, out.String())
	}
}

func TestVersionAndUsage(t *testing.T) {
	var out bytes.Buffer
	if code := (&Program{Args: []string{"--version"}, Env: noEnv, Stdout: &out, Stderr: io.Discard}).Run(); code != ExitDone || !strings.Contains(out.String(), "holdfast") {
		t.Errorf("code %d: %s", code, out.String())
	}
	if code := (&Program{Args: []string{"--nothing"}, Env: noEnv, Stdout: io.Discard, Stderr: io.Discard}).Run(); code != ExitUsage {
		t.Errorf("code %d", code)
	}
}

func TestAProfileHasOneWindow(t *testing.T) {
	dir := t.TempDir()
	lock, err := alone(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := &Program{Args: []string{"--profile", dir}, Env: env(map[string]string{"DISPLAY": ":99"}), Stdout: io.Discard, Stderr: &out}
	if code := p.Run(); code != ExitError || !strings.Contains(out.String(), "open already") {
		t.Errorf("a second window: code %d: %s", code, out.String())
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
}

func TestTheCommandLineNamesTheSameProfile(t *testing.T) {
	if got := (Options{Profile: "/tmp/p", Named: true}).commandPrefix(); got != "--profile /tmp/p " {
		t.Errorf("got %q", got)
	}
	if got := (Options{Profile: "/tmp/kim's p", Named: true}).commandPrefix(); got != `--profile '/tmp/kim'\''s p' ` {
		t.Errorf("got %q", got)
	}
	if got := (Options{Profile: "/x"}).commandPrefix(); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestTheIDIsThatOfFyneApp(t *testing.T) {
	raw, err := os.ReadFile("../../FyneApp.toml")
	if err != nil {
		t.Fatal(err)
	}
	if m := regexp.MustCompile(`(?m)^ID = "(.*)"$`).FindSubmatch(raw); m == nil || string(m[1]) != ID {
		t.Errorf("FyneApp.toml has another id than %s", ID)
	}
	if m := regexp.MustCompile(`(?m)^Icon = "(.*)"$`).FindSubmatch(raw); m == nil {
		t.Error("FyneApp.toml names no icon")
	} else if _, err := os.Stat(filepath.Join("../..", string(m[1]))); err != nil {
		t.Error(err)
	}
}
