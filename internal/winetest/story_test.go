package winetest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/internal/apptest"
)

// desk is a person with holdfastctl.exe and a profile.
type desk struct {
	t       *testing.T
	wine    *Wine
	program string
	profile string
	server  *apptest.Daemon
}

// ctl runs the command line, wants its exit code, and gives what --json gave.
func (d *desk) ctl(want int, stdin string, args ...string) report {
	d.t.Helper()
	all := append([]string{"--json", "--lang", "en", "--profile", Path(d.profile), "--server", d.server.URL}, args...)
	r := d.wine.Run(d.t, nil, stdin, d.program, all...)
	if r.Code != want {
		d.t.Fatalf("%v: exit %d, want %d\n%s%s", args, r.Code, want, r.Stdout, r.Stderr)
	}
	d.t.Logf("%v: %v", args[0], r.Took.Round(time.Millisecond))
	var out report
	if r.Stdout != "" {
		if err := json.Unmarshal([]byte(r.Stdout), &out); err != nil {
			d.t.Fatalf("%v: %v\n%s", args, err, r.Stdout)
		}
	}
	return out
}

// report is what this story reads of --json.
type report struct {
	State     string
	Keystore  string
	Value     string
	Challenge *struct{ Reference, Reason string }
	Drift     []struct{ Kind, Change string }
}

// code answers the open challenge with what the server's outbox shows.
func (d *desk) code(want int) report {
	d.t.Helper()
	st := d.ctl(0, "", "status")
	if st.Challenge == nil {
		d.t.Fatalf("no challenge: %+v", st)
	}
	return d.ctl(want, "", "code", d.server.Code(st.Challenge.Reference))
}

// storyUnderWine goes the whole way with the Windows program against the real
// server on Linux: register, activate, keep a key, change the computer, be
// locked out, confirm with a code, have the key again.
func storyUnderWine(t *testing.T, w *Wine) {
	d := &desk{t: t, wine: w, program: w.Build(t, "./cmd/holdfastctl"), profile: filepath.Join(w.Dir(), "profile"), server: apptest.StartDaemonNow(t)}
	password := filepath.Join(w.Dir(), "password")
	if err := os.WriteFile(password, []byte(apptest.Password+"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.Import(t, guid("3f7a91c4-0b52-4d86-ae13-9c40f2d7b685"))

	d.ctl(13, "", "register", "--email", apptest.Email, "--password-file", Path(password), "--name", "WINE-1")
	if st := d.code(0); st.State != "activated" {
		t.Fatalf("after the code: %+v", st)
	}
	if st := d.ctl(0, "", "check"); st.State != "activated" || st.Keystore != "credential-manager" {
		t.Fatalf("check: %+v", st)
	}
	d.ctl(0, "a secret value\n", "vault", "put", "token")
	d.has("token", "a secret value")

	w.Import(t, guid("c81e04d7-92b3-4f6a-8d05-61b7e93a2f4c"))
	d.ctl(14, "", "vault", "get", "token")
	st := d.ctl(14, "", "check")
	if st.State != "changed" || len(st.Drift) == 0 || st.Drift[0].Kind != "install-id" {
		t.Fatalf("changed: %+v", st)
	}
	d.ctl(14, "", "vault", "get", "token")
	if st := d.code(0); st.State != "activated" {
		t.Fatalf("after the second code: %+v", st)
	}
	d.has("token", "a secret value")
}

// has gets a key by its bytes on standard output.
func (d *desk) has(name, value string) {
	d.t.Helper()
	r := d.wine.Run(d.t, nil, "", d.program, "--profile", Path(d.profile), "vault", "get", name)
	if r.Code != 0 || r.Stdout != value && r.Stdout != value+"\n" {
		d.t.Fatalf("vault get: exit %d, %d bytes\n%s", r.Code, len(r.Stdout), r.Stderr)
	}
}

// guid is a registry text that gives the installation another id.
func guid(id string) string {
	return "Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Cryptography]\n\"MachineGuid\"=\"" + id + "\"\n"
}
