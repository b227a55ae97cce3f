package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
	"github.com/seed-1feef0b2/holdfast/app/keystore/keystoretest"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

// said is what a call in this process did.
type said struct {
	out, err string
	exit     int
}

// program is a call on a recorded computer with a keyring in memory.
func program(t *testing.T, args ...string) Program {
	t.Helper()
	dir := t.TempDir()
	if err := recorded.UnpackVariant("laptop", "", filepath.Join(dir, "computer")); err != nil {
		t.Fatal(err)
	}
	src, err := recorded.Open(filepath.Join(dir, "computer"), "")
	if err != nil {
		t.Fatal(err)
	}
	ring := keystoretest.New()
	return Program{
		Args: args, Source: src, Location: time.UTC, Stdin: strings.NewReader(""),
		Env:       []string{"LANG=en_GB.UTF-8", "HOLDFAST_SERVER=http://127.0.0.1:1"},
		ConfigDir: func() (string, error) { return filepath.Join(dir, "config"), nil },
		Keystore:  func(keystore.Options) (keystore.Store, error) { return ring, nil },
	}
}

func (p Program) said() said {
	var out, complaint bytes.Buffer
	p.Stdout, p.Stderr = &out, &complaint
	exit := p.Run(context.Background())
	return said{out.String(), complaint.String(), exit}
}

func TestDefaultProfileLiesInTheSettingsFolder(t *testing.T) {
	p := program(t, "status")
	if s := p.said(); s.exit != ExitDone || !strings.Contains(s.out, "no account yet") {
		t.Fatalf("%+v", s)
	}
	dir, _ := p.ConfigDir()
	if _, err := os.Stat(filepath.Join(dir, "Holdfast")); err != nil {
		t.Error(err)
	}
	p.ConfigDir = func() (string, error) { return "", errors.New("no home") }
	if s := p.said(); s.exit != ExitUse || !strings.Contains(s.err, "--profile") {
		t.Errorf("without a settings folder: %+v", s)
	}
}

func TestLanguageComesFromFlagOrEnvironment(t *testing.T) {
	for _, c := range []struct {
		env  []string
		args []string
		want string
	}{
		{nil, nil, "There is no such command."},
		{[]string{"LANG=vi_VN.UTF-8"}, nil, "Không có lệnh như vậy."},
		{[]string{"LANG=vi_VN.UTF-8", "LC_ALL=ru_RU"}, nil, "Такой команды нет."},
		{[]string{"LANG=vi_VN.UTF-8", "LC_MESSAGES=en"}, nil, "There is no such command."},
		{[]string{"LANG=vi_VN.UTF-8"}, []string{"--lang", "ru"}, "Такой команды нет."},
		{[]string{"LANG=C"}, []string{"--lang=VI"}, "Không có lệnh như vậy."},
	} {
		p := program(t, append(c.args, "nonsense")...)
		p.Env = c.env
		if s := p.said(); s.exit != ExitUse || !strings.HasPrefix(s.err, "holdfastctl: "+c.want) {
			t.Errorf("%v %v: %+v", c.env, c.args, s)
		}
	}
}

// TestFlagsStandAnywhere: before the command, behind it, with = or a blank, one
// dash or two; but nothing behind "--" is a flag.
func TestFlagsStandAnywhere(t *testing.T) {
	for _, args := range [][]string{
		{"--json", "run", "a", "--profile", "p", "--", "cmd", "--json"},
		{"run", "-json", "a", "--profile=p", "--", "cmd", "--json"},
		{"run", "a", "--json", "-profile", "p", "--", "cmd", "--json"},
	} {
		c := &call{Program: Program{Args: args}, say: text.For("en")}
		if err := c.parse(); err != nil {
			t.Errorf("%v: %v", args, err)
			continue
		}
		if c.cmd.name != "run" || !c.flags.is("json") || c.flags["profile"] != "p" || strings.Join(c.args, " ") != "a" ||
			strings.Join(c.tail, " ") != "cmd --json" {
			t.Errorf("%v: %+v", args, c)
		}
	}
}

func TestVariableNames(t *testing.T) {
	for key, want := range map[string]string{"api-token": "API_TOKEN", "a.b": "A_B", "X9": "X9"} {
		if got := variableOf(key); got != want || !validVariable(got) {
			t.Errorf("%s: %s", key, got)
		}
	}
	for _, bad := range []string{"", "9A", "A-B", "A B", "Ä", "A=B"} {
		if validVariable(bad) {
			t.Errorf("%q passes", bad)
		}
	}
}

func TestEnvironmentHasEachVariableOnce(t *testing.T) {
	got := append(without([]string{"A=1", "AB=2", "A=3"}, "A"), "A=new")
	if strings.Join(got, " ") != "AB=2 A=new" {
		t.Errorf("%v", got)
	}
}

// TestEveryStateHasWords in every language, with each access that it may have.
func TestEveryStateHasWords(t *testing.T) {
	states := []app.State{app.NotEnrolled, app.Pending, app.Activated, app.Changed, app.Limited, app.Frozen, app.Revoked}
	for _, lang := range text.Languages {
		for _, st := range states {
			for _, access := range []app.Access{app.AccessNone, app.AccessRead, app.AccessWrite} {
				if access == app.AccessRead && st != app.Limited || access == app.AccessWrite && st != app.Activated {
					continue
				}
				var b bytes.Buffer
				c := &call{Program: Program{Location: time.UTC, Now: time.Now}, say: text.For(lang)}
				c.status(&b, everything(st, access))
				if strings.Contains(b.String(), "<") || strings.Count(b.String(), "\n") < 10 {
					t.Errorf("%s %s %s:\n%s", lang, st, access, b.String())
				}
			}
		}
	}
}

// everything is a status with every part filled.
func everything(st app.State, access app.Access) app.Status {
	ch := &app.Challenge{
		Reference: "K7Q", State: api.ChallengeOpen, Reason: "changed", Destination: "k•••@e•••.org", TriesLeft: 3,
		Expires: "2026-11-22T15:00:00Z", NextSend: "2026-11-22T14:05:00Z", NextTry: "2026-11-22T14:01:00Z", Outbox: "http://127.0.0.1/outbox",
	}
	for _, s := range []string{api.DeliveryQueued, api.DeliveryHandedOver, api.DeliveryPutOff, api.DeliveryRefused, api.DeliveryBounced, "else"} {
		ch.Deliveries = append(ch.Deliveries, app.Delivery{State: s, At: "2026-11-22T14:00:00Z", Detail: "451 4.7.1", NextTry: "soon"})
	}
	return app.Status{
		State: st, Access: access, Server: app.ServerAway, ServerURL: "http://127.0.0.1:1", Account: "513845104700", Device: "Kim",
		Challenge: ch, Certificate: &app.Certificate{Expires: "2026-12-22T15:00:00Z", Policy: api.Strict}, Keystore: "keychain",
		Binding: &app.Binding{Policy: api.Balanced, Kinds: []string{"boot-disk", "unheard-of"}}, HoldUntil: "2026-11-25T15:00:00Z",
		Drift: []app.Drift{{Kind: "memory", Change: "changed", Before: "16 GB", After: "32 GB"}, {Kind: "boot-disk", Change: "changed"}},
	}
}

func TestAClosedChallengeAsksForNothing(t *testing.T) {
	var b bytes.Buffer
	c := &call{Program: Program{Location: time.UTC, Now: time.Now}, say: text.For("en")}
	c.challenge(&b, &app.Challenge{Reference: "K7Q", State: api.ChallengeLocked})
	if b.String() != "The code of K7Q can no longer be used.\n" {
		t.Errorf("%q", b.String())
	}
}

func TestTimesAreToldInThisZone(t *testing.T) {
	zone := time.FixedZone("", 7*3600)
	c := &call{Program: Program{Location: zone, Now: func() time.Time { return time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC) }}}
	for in, want := range map[string]string{
		"2026-11-22T15:00:00Z": "22:00", "2026-11-22T18:00:00Z": "2026-11-23 01:00", "": "", "soon": "soon",
	} {
		if got := c.when(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}

func TestExitCodesOfErrors(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, ExitDone},
		{errors.New("anything"), ExitUnexpected},
		{misuse("cli.wrong.args"), ExitUse},
		{api.NewError(api.CodeDiskFull), ExitUnexpected},
		{api.NewError(api.CodeVaultLocked), ExitChanged},
		{api.Wrap(api.CodePolicyInvalid, io.EOF), ExitPolicy},
		{api.NewError(api.CodeNeedsAdmin), ExitAdmin},
		{errors.Join(nil, api.NewError(api.CodeServerAway)), ExitAway},
	} {
		if got := exitOf(c.err); got != c.want {
			t.Errorf("%v: %d", c.err, got)
		}
	}
}

// full is a standard output on a full disk.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space") }

func TestAFullDiskBehindARedirectionIsNoSuccess(t *testing.T) {
	for _, args := range [][]string{{"fingerprint"}, {"--json", "fingerprint"}, {"help"}} {
		var complaint bytes.Buffer
		p := program(t, args...)
		p.Stdout, p.Stderr = full{}, &complaint
		if exit := p.Run(context.Background()); exit != ExitUnexpected {
			t.Errorf("%v ends %d", args, exit)
		}
	}
}

func TestAnErrorOfStatusIsPartOfIt(t *testing.T) {
	p := program(t, "--json", "status")
	dir, _ := p.ConfigDir()
	if err := os.MkdirAll(filepath.Join(dir, "Holdfast"), 0o700); err != nil {
		t.Fatal(err)
	}
	newer := []byte(`{"schema": 99}`)
	if err := os.WriteFile(filepath.Join(dir, "Holdfast", "identity.json"), newer, 0o600); err != nil {
		t.Fatal(err)
	}
	s := p.said()
	if s.exit != ExitDone || !strings.Contains(s.out, `"code": "state_newer"`) || !strings.Contains(s.err, "newer version") {
		t.Errorf("%+v", s)
	}
}

func TestSecretsComeByFileOrStream(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(file, []byte("first line\r\nsecond\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &call{Program: Program{Stdin: strings.NewReader("typed\n")}, flags: values{"a": file, "b": "-", "d": os.DevNull, "e": "/no/such"}}
	for flag, want := range map[string]string{"a": "first line", "b": "typed"} {
		if got, err := c.password(flag, "", false); err != nil || got != want {
			t.Errorf("%s: %q, %v", flag, got, err)
		}
	}
	for flag, code := range map[string]string{"c": api.CodeUsage, "d": api.CodeUsage, "e": api.CodeFile} {
		if _, err := c.password(flag, "", false); api.CodeOf(err) != code {
			t.Errorf("%s: %v", flag, err)
		}
	}
	c.Stdin = io.LimitReader(zeros{}, maxInput+1)
	if _, err := c.input("-"); api.CodeOf(err) != api.CodeTooLarge {
		t.Errorf("a stream without end: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
