package daemon

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
)

// TestWindowCommands plans, lists and takes back windows beside a running
// server, and the computer that they are for is told.
func TestWindowCommands(t *testing.T) {
	data := t.TempDir()
	r := start(t, func(o *Options) { o.Settings.Data = data; o.Now = time.Now })
	c := newClient(t, r.URL())
	account := c.register("kim@example.org").Account
	c.answer(must[api.DeviceReply](c, "GET", c.path(api.RouteDevice, ""), nil).Challenge.Reference, r.message(t, 1)["code"])
	say := func(want int, args ...string) string {
		t.Helper()
		full := append([]string{"window", args[0], "--data", data}, args[1:]...)
		code, out, errs := run(t.Context(), nil, full...)
		if code != want || (want == 0) != (errs == "") {
			t.Fatalf("%v: %d %s%s", args, code, out, errs)
		}
		return out + errs
	}
	if out := say(0, "list"); !strings.Contains(out, "No change window") {
		t.Error(out)
	}
	out := say(0, "add", "--account", account, "--kinds", "kernel,module", "--flags", "new-driver", "--to", "8h", "--note", "patch night")
	id, _, _ := strings.Cut(out, " ")
	if !strings.Contains(out, "kernel, module, new-driver") || !strings.Contains(out, "(patch night)") {
		t.Error(out)
	}
	if list := say(0, "list", "--account", account); list != out {
		t.Errorf("%q, %q", list, out)
	}
	if got := c.checkIn(); len(got.Windows) != 1 || got.Windows[0].ID != id || got.Windows[0].Note != "patch night" {
		t.Errorf("the computer is told %+v", got.Windows)
	}
	all := say(0, "add", "--all", "--groups", "disk", "--from", "2d", "--to", "30m")
	if !strings.Contains(all, "all managed accounts") || len(c.checkIn().Windows) != 1 {
		t.Errorf("a balanced account has windows for managed ones: %s", all)
	}
	say(0, "remove", id)
	if got := c.checkIn(); len(got.Windows) != 0 {
		t.Errorf("taken back, yet told %+v", got.Windows)
	}
	if out := say(2, "remove", id); !strings.Contains(out, "holdfastd window list") {
		t.Error(out)
	}
	if code, _, errs := run(t.Context(), nil, "policy", "--data", data, "--account", account, "strict"); code != 0 {
		t.Fatal(errs)
	}
	if out := say(2, "add", "--account", account, "--groups", "disk", "--to", "1h"); !strings.Contains(out, "is strict") {
		t.Error(out)
	}
	if err := r.Service().VerifyAudit(context.Background(), ""); err != nil {
		t.Error(err)
	}
}

func TestWindowsThatAreRefused(t *testing.T) {
	data := t.TempDir()
	start(t, func(o *Options) { o.Settings.Data = data })
	nobody := code.AccountWithCheck("40259371846")
	for _, c := range []struct{ args, says string }{
		{"", "add, list or remove"},
		{"open", "add, list or remove"},
		{"remove", "Name one change window"},
		{"remove w1 w2", "Name one change window"},
		{"list --account 12", "12 digits"},
		{"list more", "more"},
		{"add", "--account N, or --all"},
		{"add --all --account " + nobody, "--account N, or --all"},
		{"add --account 1 --groups disk --to 1h", "12 digits"},
		{"add --account " + nobody + " --groups disk --to 1h", "no account"},
		{"add --all --to 1h", "Say what may change"},
		{"add --all --flags new-driver --to 1h", "Say what may change"},
		{"add --all --groups disks --to 1h", "installation"},
		{"add --all --kinds disks --to 1h", "boot-disk"},
		{"add --all --groups disk --flags bad --to 1h", "agent-removed"},
		{"add --all --groups disk", "is no time for --to"},
		{"add --all --groups disk --to tomorrow", "tomorrow"},
		{"add --all --groups disk --to -1h", "is no time"},
		{"add --all --groups disk --from x --to 1h", "--from"},
		{"add --all --groups disk --to 0s", "must end after"},
		{"add --all --groups disk --to 40d", "31 d"},
		{"add --all --groups disk --from 2000-01-01T00:00:00Z --to 1h", "must end after"},
		{"add --all --groups disk --from 900d --to 1h", "366 d"},
		{"add --all --groups disk --to 1h extra", "extra"},
		{"add --all --groups disk --to 1h --note " + strings.Repeat("x", 201), "200"},
	} {
		args := append([]string{"window"}, strings.Fields(c.args)...)
		if len(args) > 1 {
			args = append(args[:2], append([]string{"--data", data}, args[2:]...)...)
		}
		exit, out, errs := run(t.Context(), nil, args...)
		if exit != 2 || !strings.Contains(errs, c.says) || strings.Contains(errs, "<daemon") || out != "" {
			t.Errorf("%q: %d %s%s", c.args, exit, out, errs)
		}
	}
}

func TestPoliciesAndRulesOfTheOperators(t *testing.T) {
	builtIn, err := os.ReadFile("../../assets/policy/balanced.json")
	if err != nil {
		t.Fatal(err)
	}
	newer := strings.Replace(string(builtIn), `"version": 2`, `"version": 7`, 1)
	for name, c := range map[string]struct {
		file, text, want string
	}{
		"newer":           {"balanced.json", newer, ""},
		"not a policy":    {"README.txt", "our own", ""},
		"as new":          {"balanced.json", string(builtIn), "policy-version"},
		"another's name":  {"strict.json", newer, "policy-file"},
		"no such policy":  {"lenient.json", strings.Replace(newer, `"balanced"`, `"lenient"`, 1), "policy-file"},
		"unknown field":   {"balanced.json", strings.Replace(newer, `"groups"`, `"group"`, 1), "policy-file"},
		"unknown kind":    {"balanced.json", strings.Replace(newer, `"boot-disk"`, `"floppy"`, 1), "policy-file"},
		"no disk":         {"balanced.json", strings.Replace(newer, `["boot-disk"]`, `[]`, 1), "policy-file"},
		"never unread":    {"balanced.json", strings.Replace(newer, `"check_ins": 3`, `"check_ins": 300`, 1), "policy-file"},
		"not JSON at all": {"managed.json", "version: 7", "policy-file"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := New(Options{Settings: Settings{Listen: "127.0.0.1:0", Data: t.TempDir(), PolicyDir: dir}})
		if (err == nil) != (c.want == "") || (err != nil && !isRefusal(err, c.want)) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			_ = d.Close()
		}
	}
	if _, err := New(Options{Settings: Settings{Listen: "127.0.0.1:0", Data: t.TempDir(), PolicyDir: "/nowhere"}}); !isRefusal(err, "policy-dir") {
		t.Errorf("no such folder: %v", err)
	}
	for text, want := range map[string]string{`{"version": 3, "texts": ["x"]}`: "", `{}`: "rules-file", `[]`: "rules-file", "": "rules-file"} {
		file := filepath.Join(t.TempDir(), "rules.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := New(Options{Settings: Settings{Listen: "127.0.0.1:0", Data: t.TempDir(), RulesFile: file}})
		if (err == nil) != (want == "") || (err != nil && !isRefusal(err, want)) {
			t.Errorf("rules %q: %v", text, err)
		}
		if err == nil {
			_ = d.Close()
		}
	}
}
