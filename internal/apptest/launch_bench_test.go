package apptest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"
)

// BenchmarkLaunchToOpenVault starts the real holdfastctl as a process until it
// has printed a key: two Argon2id at the standard cost (the passphrase file's
// and the vault's), this computer read, the vault opened. "x-argon2id" is the
// ratio to the two Argon2id alone, "x-start" to a launch that only prints its
// usage, both in the same run.
func BenchmarkLaunchToOpenVault(b *testing.B) {
	ctl := launchPad(b)
	var whole, bare, start time.Duration
	for b.Loop() { // by turns, so that all meet the same noise
		begin := time.Now()
		for range 2 {
			argon2.IDKey([]byte("values"), make([]byte, 32), 3, 64<<10, 1, 32)
		}
		alone := time.Now()
		_, _ = exec.Command(ctl.Path, "help").Output() // its exit code is not what is measured
		started := time.Now()
		if got := ctl.run(b, "", "vault", "get", "token"); got != "s3cret" {
			b.Fatalf("%q", got)
		}
		whole, bare, start = whole+time.Since(started), bare+alone.Sub(begin), start+started.Sub(alone)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(whole.Milliseconds())/float64(b.N), "ms/launch")
	b.ReportMetric(float64(whole)/float64(bare), "x-argon2id")
	b.ReportMetric(float64(whole)/float64(start), "x-start")
}

// pad is a built holdfastctl with an activated profile.
type pad struct {
	Path, Profile, Server string
	env                   []string
}

func launchPad(b *testing.B) *pad {
	b.Helper()
	dir := b.TempDir()
	p := &pad{Path: filepath.Join(dir, "holdfastctl"), Profile: filepath.Join(dir, "profile"), Server: runDaemon(b, time.Now)}
	build := exec.Command("go", "build", "-o", p.Path, "../../cmd/holdfastctl")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("mellow tundra kettle voyage 9"), 0o600); err != nil {
		b.Fatal(err)
	}
	p.env = append(os.Environ(), "HOLDFAST_KEYSTORE_PASSPHRASE_FILE="+secret)
	_, _ = p.call("", "register", "--email", "kim@example.org", "--password-file", secret) // ends 13: a code is asked for
	var status struct{ Challenge struct{ Reference string } }
	if err := json.Unmarshal([]byte(p.run(b, "", "status", "--json")), &status); err != nil {
		b.Fatal(err)
	}
	d := &Daemon{TB: b, URL: p.Server}
	p.run(b, "", "code", d.Code(status.Challenge.Reference))
	p.run(b, "s3cret", "vault", "put", "token")
	return p
}

func (p *pad) run(b *testing.B, stdin string, args ...string) string {
	b.Helper()
	out, err := p.call(stdin, args...)
	if err != nil {
		b.Fatalf("%v: %v\n%s", args, err, out)
	}
	return out
}

func (p *pad) call(stdin string, args ...string) (string, error) {
	cmd := exec.Command(p.Path, append([]string{"--profile", p.Profile, "--server", p.Server}, args...)...)
	cmd.Env, cmd.Stdin = p.env, strings.NewReader(stdin)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	if err != nil {
		return said.String(), err
	}
	return out.String(), nil
}
