//go:build recorded

package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
	"github.com/seed-1feef0b2/holdfast/internal/cli"
	"github.com/seed-1feef0b2/holdfast/internal/daemon"
)

var update = flag.Bool("update", false, "rewrite what the scripts compare with")

// TestMain lets scripts call the two programs as processes of their own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"holdfastctl": func() { os.Exit(cli.System(os.Args[1:]).Run(context.Background())) },
		"holdfastd": func() {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			p := daemon.Program{Args: os.Args[1:], Env: os.Getenv, Stdout: os.Stdout, Stderr: os.Stderr}
			os.Exit(p.Main(ctx))
		},
	})
}

// TestScripts runs testdata/*.txtar: the contract of the command line, against
// the real server on recorded computers. Beside testscript's own commands there
// are:
//
//	computer NAME [VARIANT …]  this computer is now this sample with these variants
//	ends CODE COMMAND …        runs a command that must end with this exit code
//	ctl CODE ARGS …            the same with holdfastctl on this computer and profile
//	mail VAR                   waits for the next message with a code
//	policy NAME                the operator sets the account's policy
//	server stop|start          the server, at the same address
//	pass DURATION              the server's clock
//	json PATH VALUE            a value in the last output; with ! not this value
//	jsonenv PATH VAR           takes a value out of the last output
//	slip VAR CODE              the code mistyped: another symbol, the same check symbol
//	other VAR CODE             another code with a right check symbol
//	answering CODE VAR         a server that answers everything with this status
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata", RequireUniqueNames: true, UpdateScripts: *update, Setup: setUp,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"computer": computer, "ends": ends, "ctl": ctl, "mail": mail, "policy": policy, "server": onOff, "pass": pass,
			"json": jsonValue, "jsonenv": jsonEnv, "slip": slip, "other": other, "answering": answering,
		},
	})
}

// setUp gives a script a server, a computer, a profile, a password and a
// passphrase file.
func setUp(env *testscript.Env) error {
	s := &bench{data: filepath.Join(env.WorkDir, ".server"), listen: "127.0.0.1:0"}
	if err := s.start(); err != nil {
		return err
	}
	env.Defer(s.stop)
	env.Values[benchKey{}] = s
	env.Setenv("SERVER", s.url)
	env.Setenv("HOLDFAST_SERVER", s.url)
	env.Setenv("HOLDFAST_KEYSTORE_PASSPHRASE_FILE", filepath.Join(env.WorkDir, "passphrase"))
	env.Setenv("LANG", "en_GB.UTF-8")
	env.Setenv("EMAIL", "kim@example.org")
	rules, err := filepath.Abs("../../fingerprint/rules/rules.json")
	if err != nil {
		return err
	}
	env.Setenv("RULES", rules)
	for name, content := range map[string]string{"password": "seven green herons wading\n", "passphrase": "under the third stone\n"} {
		if err := os.WriteFile(filepath.Join(env.WorkDir, name), []byte(content), 0o600); err != nil {
			return err
		}
	}
	return recorded.UnpackVariant("laptop", "", filepath.Join(env.WorkDir, ".computer"))
}

func computer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: computer NAME [VARIANT …]")
	}
	dir := ts.MkAbs(ts.Getenv("WORK") + "/.computer")
	ts.Check(os.RemoveAll(dir))
	ts.Check(recorded.UnpackVariant(args[0], "", dir))
	for _, v := range args[1:] {
		packed, err := recorded.Sample(args[0] + "." + v)
		ts.Check(err)
		ts.Check(recorded.Unpack(packed, dir))
	}
}

func ends(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: ends CODE COMMAND …")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var ended *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &ended) {
		got = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("ended with %d instead of %d\n%s%s", got, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

func ctl(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: ctl CODE ARGS …")
	}
	work := ts.Getenv("WORK")
	ends(ts, false, append([]string{
		args[0], "holdfastctl", "--profile", work + "/.profile", "--recorded", work + "/.computer",
	}, args[1:]...))
}

func mail(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: mail VAR")
	}
	s := ts.Value(benchKey{}).(*bench)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		codes := s.codes()
		if len(codes) > s.read {
			s.read = len(codes)
			ts.Setenv(args[0], codes[s.read-1])
			return
		}
	}
	ts.Fatalf("no message with a code came")
}

func policy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: policy NAME")
	}
	ctl(ts, false, []string{"0", "--json", "status"})
	account, _ := dig(ts, "account").(string)
	ends(ts, false, []string{"0", "holdfastd", "policy", "--data", ts.Getenv("WORK") + "/.server", "--account", account, args[0]})
}

func onOff(ts *testscript.TestScript, neg bool, args []string) {
	s := ts.Value(benchKey{}).(*bench)
	switch {
	case neg || len(args) != 1:
		ts.Fatalf("usage: server stop|start")
	case args[0] == "stop":
		s.stop()
	default:
		ts.Check(s.start())
	}
}

func pass(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: pass DURATION")
	}
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	ts.Value(benchKey{}).(*bench).pass(d)
}

// dig takes a value out of the JSON of the last output: "challenge.tries_left",
// "keys.0.name"; nil where there is none.
func dig(ts *testscript.TestScript, path string) any {
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &v))
	for _, part := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func jsonValue(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: json PATH VALUE")
	}
	if got := fmt.Sprint(dig(ts, args[0])); (got == args[1]) == neg {
		ts.Fatalf("%s is %q in\n%s", args[0], got, ts.ReadFile("stdout"))
	}
}

func jsonEnv(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: jsonenv PATH VAR")
	}
	ts.Setenv(args[1], fmt.Sprint(dig(ts, args[0])))
}
