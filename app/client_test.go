package app

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
)

func TestChangedComputerLocksAndACodeUnlocks(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	b.holds(c)
	c.Close()

	b.become("laptop", "disk-swapped")
	c = b.client()
	ctx := context.Background()
	if st := c.Status(ctx); st.State != Changed || st.Access != AccessNone {
		t.Fatalf("before asking the server: %+v", st)
	}
	st, err := c.CheckIn(ctx)
	if err != nil || st.State != Changed || st.Challenge == nil {
		t.Fatalf("check-in: %+v, %v", st, err)
	}
	if len(st.Drift) == 0 {
		t.Error("nothing says what changed")
	}
	_, err = c.GetKey(ctx, "A")
	want(t, err, api.CodeVaultLocked)

	_, err = c.Answer(ctx, "4HT-M3X-R9")
	want(t, err, api.CodeMistyped)
	if b.peer.tries != 5 {
		t.Error("a mistyped code cost a try")
	}
	st, err = c.Answer(ctx, "AAAAAAAA"+checkOf("AAAAAAAA"))
	want(t, err, api.CodeWrong)
	if st.Challenge.TriesLeft != 4 {
		t.Errorf("tries left %d", st.Challenge.TriesLeft)
	}
	if st, err = c.Answer(ctx, "Your code is "+code.Group(b.peer.code)+". Nobody asks for it."); err != nil || st.State != Activated {
		t.Fatalf("right code: %+v, %v", st, err)
	}
	b.holds(c)
	if st.Binding == nil || st.Binding.Slots != 2 {
		t.Errorf("binding %+v", st.Binding)
	}
	b.become("laptop", "")
	b.holds(b.client()) // back to the earlier configuration: its slot is still there
}

func checkOf(s string) string {
	for _, r := range "0123456789ABCDEFGHJKMNPQRSTVWXYZ" {
		if _, ok := readCode(&api.Challenge{CodeKind: "crockford", CodeLength: 9}, s+string(r)); ok {
			return string(r)
		}
	}
	return ""
}

func TestLostAnswers(t *testing.T) {
	for _, route := range []string{"POST accounts", "POST answers", "POST check-ins"} {
		t.Run(route, func(t *testing.T) {
			b := newBench(t)
			ctx := context.Background()
			c := b.client()
			in := RegisterInput{Email: "k@example.org", Password: "correct horse battery"}
			// Every retry inside the client loses its answer too.
			b.lost(route, "POST accounts", func() error { _, err := c.Register(ctx, in); return err })
			if st := c.Status(ctx); st.State == NotEnrolled {
				c = b.client()
				if _, err := c.Register(ctx, in); err != nil {
					t.Fatal(err)
				}
			}
			right := b.peer.code
			b.lost(route, "POST answers", func() error { _, err := c.Answer(ctx, right); return err })
			c = b.client()
			b.lost(route, "POST check-ins", func() error { _, err := c.CheckIn(ctx); return err })
			st, err := c.CheckIn(ctx)
			if err != nil || st.State != Activated || st.Access != AccessWrite {
				t.Fatalf("%+v, %v", st, err)
			}
			if err := c.PutKey(ctx, "A", []byte("value")); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// lost runs f; where route is the one to lose, every answer of it is lost.
func (b *bench) lost(route, this string, f func() error) {
	b.t.Helper()
	if route != this {
		if err := f(); err != nil {
			b.t.Fatalf("%s: %v", this, err)
		}
		return
	}
	lose := func(route string) {
		b.peer.mu.Lock()
		defer b.peer.mu.Unlock()
		b.peer.lose = route
	}
	lose(route)
	err := f()
	lose("")
	if err == nil && this != "POST answers" {
		b.t.Errorf("%s: no error although its answer was lost", this)
	}
}

func TestForkAsksForANewKey(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	ctx := context.Background()
	b.peer.current = strings.Repeat("0", 32) // a copy of this computer checked in
	b.peer.lastPair = [2]string{}
	st, err := c.CheckIn(ctx)
	if err != nil || st.State != Frozen || st.Challenge == nil || st.Challenge.Reason != api.ReasonFork {
		t.Fatalf("%+v, %v", st, err)
	}
	_, err = c.GetKey(ctx, "A")
	want(t, err, api.CodeNotActivated)
	old := b.peer.device
	if st, err = c.Answer(ctx, b.peer.code); err != nil || st.State != Activated {
		t.Fatalf("%+v, %v", st, err)
	}
	if b.peer.device == old {
		t.Error("the device key is the old one")
	}
	b.holds(c)
	if names := b.ring.Names(); len(names) != 2 {
		t.Errorf("the keyring holds %v", names)
	}
	if st, err = c.CheckIn(ctx); err != nil || st.State != Activated {
		t.Fatalf("next check-in: %+v, %v", st, err)
	}
}

func TestForkAnswerLost(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	ctx := context.Background()
	b.peer.current, b.peer.lastPair = strings.Repeat("0", 32), [2]string{}
	if _, err := c.CheckIn(ctx); err != nil {
		t.Fatal(err)
	}
	right := b.peer.code
	b.lost("POST answers", "POST answers", func() error { _, err := c.Answer(ctx, right); return err })
	c = b.client()
	st, err := c.CheckIn(ctx)
	if err != nil || st.State != Activated {
		t.Fatalf("%+v, %v", st, err)
	}
	b.holds(c)
}

func TestServerAway(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	b.peer.http.Close()
	ctx := context.Background()
	st, err := c.CheckIn(ctx)
	want(t, err, api.CodeServerAway)
	if st.Server != ServerAway || st.State != Activated {
		t.Errorf("%+v", st)
	}
	b.holds(c)
	b.pass(31 * 24 * time.Hour)
	b.holds(c)
	want(t, c.PutKey(ctx, "B", []byte("x")), api.CodeVaultReadOnly)
	if st := c.Status(ctx); st.State != Limited || st.Access != AccessRead {
		t.Errorf("after the certificate's end: %+v", st)
	}
	b.pass(-32 * 24 * time.Hour)
	if st := c.Status(ctx); st.State != Limited || len(st.Warnings) == 0 || st.Warnings[0] != warnClock {
		t.Errorf("with an earlier clock: %+v", st)
	}
}

func TestBrokenFilesAreSetAside(t *testing.T) {
	for _, name := range []string{stateFile, chainFile, labelsFile, settingsFile, vaultFile, identityFile} {
		for how, raw := range map[string]string{"broken": "{\"sche", "older": `{"schema":0}`, "empty": ""} {
			t.Run(name+" "+how, func(t *testing.T) {
				b := newBench(t)
				b.activated().Close()
				if err := os.WriteFile(filepath.Join(b.dir, name), []byte(raw), 0o600); err != nil {
					t.Fatal(err)
				}
				c := b.client()
				_ = c.Settings()
				st := c.Status(context.Background())
				_, _ = c.CheckIn(context.Background())
				after := c.Status(context.Background())
				if len(st.Warnings) == 0 && name != chainFile && name != settingsFile && name != labelsFile {
					t.Errorf("nothing is said: %+v", st)
				}
				aside, _ := filepath.Glob(filepath.Join(b.dir, name+".broken-*"))
				if len(aside) != 1 {
					t.Fatalf("set aside: %v (%+v)", aside, after)
				}
				if name == stateFile && after.State != Activated {
					t.Errorf("the way on: %+v", after)
				}
			})
		}
	}
}

func TestNewerFilesAreLeftAlone(t *testing.T) {
	b := newBench(t)
	b.activated().Close()
	ctx := context.Background()
	for _, name := range []string{identityFile, stateFile, chainFile} {
		path := filepath.Join(b.dir, name)
		was, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		newer := []byte(`{"schema":99,"other":1}`)
		if err := os.WriteFile(path, newer, 0o600); err != nil {
			t.Fatal(err)
		}
		c := b.client()
		_, err = c.CheckIn(ctx)
		want(t, err, api.CodeStateNewer)
		if is, _ := os.ReadFile(path); !bytes.Equal(is, newer) {
			t.Errorf("%s was overwritten", name)
		}
		if err := os.WriteFile(path, was, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.holds(b.client())
}

func TestKeyringTrouble(t *testing.T) {
	b := newBench(t)
	b.activated().Close()
	ctx := context.Background()
	b.ring.Fail(api.NewError(api.CodeKeyringLocked))
	c := b.client()
	if st := c.Status(ctx); st.State != Limited || st.Warnings[0] != "error.keyring_locked" {
		t.Errorf("%+v", st)
	}
	_, err := c.GetKey(ctx, "A")
	want(t, err, api.CodeKeyringLocked)
	b.ring.Fail(nil)
	b.holds(c)
	c.Close()
	for _, n := range b.ring.Names() {
		_ = b.ring.Delete(ctx, n)
	}
	_, err = c.CheckIn(ctx)
	want(t, err, api.CodeKeyringLost)
	if len(b.ring.Names()) != 0 {
		t.Error("a new key was made silently")
	}
	_, err = c.SignOut(ctx, SignOutInput{})
	want(t, err, api.CodeBackupNeeded)
	if st, err := c.SignOut(ctx, SignOutInput{ForgetKeys: true}); err != nil || st.State != NotEnrolled {
		t.Errorf("%+v, %v", st, err)
	}
}

func TestBackupRestoreSignOut(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	ctx := context.Background()
	_, err := c.SignOut(ctx, SignOutInput{})
	want(t, err, api.CodeBackupNeeded)
	file := filepath.Join(t.TempDir(), "keys.age")
	if err := c.Backup(ctx, file, "a long passphrase"); err != nil {
		t.Fatal(err)
	}
	_, err = c.Restore(ctx, file, "another one")
	want(t, err, api.CodePassphrase)
	if err := os.Remove(filepath.Join(b.dir, vaultFile)); err != nil {
		t.Fatal(err)
	}
	_, err = c.GetKey(ctx, "A")
	want(t, err, api.CodeVaultMissing)
	if _, err := c.CheckIn(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(b.dir, vaultFile)); !errors.Is(err, os.ErrNotExist) {
		t.Error("a lost vault was made anew silently")
	}
	if n, err := c.Restore(ctx, file, "a long passphrase"); err != nil || n != 1 {
		t.Fatalf("%d, %v", n, err)
	}
	b.holds(c)
	if err := c.Backup(ctx, filepath.Join(t.TempDir(), "again.age"), "a long passphrase"); err != nil {
		t.Fatal(err)
	}
	if st, err := c.SignOut(ctx, SignOutInput{}); err != nil || st.State != NotEnrolled {
		t.Fatalf("%+v, %v", st, err)
	}
	if len(b.ring.Names()) != 0 {
		t.Error("keys stay in the keyring")
	}
}

func TestServerRefusals(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	ctx := context.Background()
	b.peer.problem = &api.Problem{Status: 403, Code: api.CodeRevoked}
	st, err := c.CheckIn(ctx)
	want(t, err, api.CodeRevoked)
	if st.State != Revoked {
		t.Errorf("%+v", st)
	}
	_, err = c.GetKey(ctx, "A")
	want(t, err, api.CodeNotActivated)
}

func TestForgedReplies(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	ctx := context.Background()
	other := newPeer(t, b.now)
	other.device = b.peer.device
	for name, tamper := range map[string]func(*api.DeviceReply){
		"other issuer key": func(r *api.DeviceReply) { r.Certificate = other.jws(api.CertificateType, b.peer.claims()) },
		"policy as certificate": func(r *api.DeviceReply) {
			r.Certificate = b.peer.jws(api.PolicyType, b.peer.claims())
		},
		"other device": func(r *api.DeviceReply) {
			claims := b.peer.claims()
			claims.Device = "dev2"
			r.Certificate = b.peer.jws(api.CertificateType, claims)
		},
		"other key": func(r *api.DeviceReply) {
			claims := b.peer.claims()
			claims.Confirmation.Thumbprint = "x"
			r.Certificate = b.peer.jws(api.CertificateType, claims)
		},
		"other audience": func(r *api.DeviceReply) {
			claims := b.peer.claims()
			claims.Audience = "x"
			r.Certificate = b.peer.jws(api.CertificateType, claims)
		},
		"policy by another": func(r *api.DeviceReply) { r.Policy = other.jws(api.PolicyType, b.peer.policy) },
	} {
		b.peer.tamper = tamper
		_, err := c.CheckIn(ctx)
		if is := api.CodeOf(err); is != api.CodeServerReply && is != api.CodePolicyInvalid && is != api.CodeServerKeys {
			t.Errorf("%s: %v", name, err)
		}
	}
	b.peer.tamper = nil
	b.holds(c)
}

func TestNotNowIsLimitedAndTheCodeStillWorks(t *testing.T) {
	b := newBench(t)
	b.activated().Close()
	b.become("laptop", "board-swapped")
	c := b.client()
	ctx := context.Background()
	if _, err := c.CheckIn(ctx); err != nil {
		t.Fatal(err)
	}
	st, err := c.NotNow(ctx)
	if err != nil || st.State != Limited || st.Challenge == nil {
		t.Fatalf("%+v, %v", st, err)
	}
	if st, err = c.Answer(ctx, b.peer.code); err != nil || st.State != Activated {
		t.Fatalf("%+v, %v", st, err)
	}
	b.holds(c)
}

func TestStrictBindsEverything(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	ctx := context.Background()
	b.peer.policy.Name, b.peer.policy.BindAll = api.Strict, true
	st, err := c.CheckIn(ctx)
	if err != nil || st.State != Activated || st.Binding.Slots != 1 || len(st.Binding.Kinds) < 15 {
		t.Fatalf("%+v, %v", st, err)
	}
	c.Close()
	b.become("laptop", "driver-update")
	if st := b.client().Status(ctx); st.State != Changed {
		t.Errorf("a driver update under strict: %+v", st)
	}
}

func TestManyAtOnce(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	ctx := context.Background()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 3 {
				if _, err := c.CheckIn(ctx); err != nil {
					t.Error(err)
				}
				if _, err := c.GetKey(ctx, "A"); err != nil {
					t.Error(err)
				}
				_ = c.Status(ctx)
			}
		})
	}
	wg.Wait()
}
