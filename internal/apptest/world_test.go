package apptest

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
)

const passphrase = "a passphrase for backups"

// world is a server and a person's computer, and what the person knows.
type world struct {
	t      *testing.T
	s      *Server
	c      *Computer
	backup string // path of the backup file
	// codes says that a code may be asked for; forked that the chain may have
	// forked. Elsewhere either would be a defect that the person pays for.
	codes, forked bool
}

func newWorld(t *testing.T) *world {
	t.Helper()
	s := NewServer(t)
	return &world{t: t, s: s, c: NewComputer(s, "laptop", ""), backup: filepath.Join(t.TempDir(), "keys.age")}
}

// again is a copy of a world as it was left, in a test of its own. The server
// of the first must be closed.
func (w *world) again(t *testing.T) *world {
	t.Helper()
	database := filepath.Join(t.TempDir(), "holdfast.db")
	copyFile(t, w.s.database, database)
	clock := NewClock()
	clock.Pass(w.s.Clock.Now().Sub(clock.Now()))
	s := StartServer(t, database, strings.TrimPrefix(w.s.URL, "http://"), clock)
	s.messages = append(s.messages, w.s.messages...)
	c := *w.c
	c.TB, c.Server, c.client = t, s, nil
	c.Profile = filepath.Join(t.TempDir(), "profile")
	if _, err := os.Stat(w.c.Profile); err == nil {
		if err := os.CopyFS(c.Profile, os.DirFS(w.c.Profile)); err != nil {
			t.Fatal(err)
		}
	}
	c.Ring = copyRing(t, w.c.Ring)
	out := &world{t: t, s: s, c: &c, backup: filepath.Join(t.TempDir(), "keys.age"), codes: w.codes, forked: w.forked}
	if _, err := os.Stat(w.backup); err == nil {
		copyFile(t, w.backup, out.backup)
	}
	return out
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

// relaunch is what a person does after a crash: start again.
func (w *world) relaunch(k *killer) {
	k.arm(false)
	w.c.client = nil
	if k.server {
		w.s = w.s.Restart()
		w.c.Server = w.s
	}
}

// activate is what a person does until keys open: register where nothing is
// known, check in, type the code that came.
func (w *world) activate(join func() (app.Status, error)) {
	w.t.Helper()
	ctx := context.Background()
	for range 5 {
		st := w.c.Client().Status(ctx)
		if st.State == app.NotEnrolled {
			if _, err := join(); err != nil {
				w.t.Fatalf("joining: %v", err)
			}
		}
		st, err := w.c.Client().CheckIn(ctx)
		if err != nil {
			w.t.Fatalf("check-in: %v (%+v)", err, st)
		}
		if st.State == app.Activated && st.Access == app.AccessWrite {
			w.whole()
			return
		}
		if st.Challenge == nil {
			w.t.Fatalf("no way on: %+v", st)
		}
		if !w.codes || st.State == app.Frozen && !w.forked {
			w.t.Fatalf("a code is asked for where none is due: %+v", st)
		}
		if st, err = w.c.Client().Answer(ctx, w.s.Code(st.Challenge.Reference)); err != nil {
			w.t.Fatalf("the code: %v (%+v)", err, st)
		}
	}
	w.t.Fatalf("never activated: %+v", w.c.Client().Status(ctx))
}

func (w *world) register() (app.Status, error) {
	return w.c.Client().Register(context.Background(), app.RegisterInput{Email: Email, Password: Password})
}

func (w *world) enrol() (app.Status, error) {
	return w.c.Client().Enrol(context.Background(), app.EnrolInput{Login: Email, Password: Password})
}

// whole checks that nothing was taken for broken and nothing is left over in
// the keyring.
func (w *world) whole() {
	w.t.Helper()
	aside, _ := filepath.Glob(filepath.Join(w.c.Profile, "*.broken-*"))
	if len(aside) != 0 {
		w.t.Errorf("set aside: %v", aside)
	}
	if _, err := w.c.Ring.Get(context.Background(), keystore.DeviceKeyNext); err == nil {
		w.t.Error("a key that takes over is left in the keyring")
	}
}

// either checks that a key is as it was before or after a change.
func (w *world) either(name string, values ...string) {
	w.t.Helper()
	v, err := w.c.Client().GetKey(context.Background(), name)
	for _, want := range values {
		if want == "" && api.CodeOf(err) == api.CodeKeyMissing || err == nil && want != "" && string(v) == want {
			return
		}
	}
	w.t.Errorf("key %s: %q, %v; want one of %q", name, v, err, values)
}
