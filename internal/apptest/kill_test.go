package apptest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"filippo.io/age"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
)

// act is one thing that a person does, from a world that was made for it.
type act struct {
	name string
	// before makes the world; run does the thing and may be killed on the way;
	// after is what the person does then, and checks that nothing was lost.
	before func(w *world)
	run    func(w *world) error
	after  func(w *world)
}

// ready is a world with an account whose first computer holds a key.
func ready(w *world) {
	w.c.Activate()
	w.c.Put("A", "value")
}

func holdsKey(w *world) {
	w.activate(nil)
	w.either("A", "value")
}

// rotated is a world whose vault has a new master key, and the server knows it.
func rotated(w *world) {
	holdsKey(w)
	st := w.c.CheckIn()
	if o := w.c.Outline(); st.Rotating || o.Generation < 2 || len(o.Slots) != 1 {
		w.t.Errorf("rotating %v, generation %d, %d slots", st.Rotating, o.Generation, len(o.Slots))
	}
}

func checkIn(w *world) error {
	_, err := w.c.Client().CheckIn(context.Background())
	return err
}

func typeCode(w *world) error {
	st := w.c.Client().Status(context.Background())
	if st.Challenge == nil {
		return fmt.Errorf("no challenge: %s", st.State)
	}
	_, err := w.c.Client().Answer(context.Background(), w.s.Code(st.Challenge.Reference))
	return err
}

// acts are what must survive a kill anywhere.
var acts = []act{
	{"register", func(*world) {}, func(w *world) error {
		_, err := w.register()
		return err
	}, func(w *world) {
		w.activate(w.register)
		w.c.Put("A", "value")
	}},
	{"answer the first code", func(w *world) { w.c.Register() }, typeCode, func(w *world) {
		w.activate(w.register)
		w.c.Put("A", "value")
	}},
	{"enrol a second computer", func(w *world) {
		ready(w)
		w.c = NewComputer(w.s, "desktop", "")
	}, func(w *world) error {
		if _, err := w.enrol(); err != nil {
			return err
		}
		return typeCode(w)
	}, func(w *world) {
		w.activate(w.enrol)
		w.c.Put("A", "value")
	}},
	{"save", ready, func(w *world) error {
		return w.c.Client().PutKey(context.Background(), "B", []byte("new"))
	}, func(w *world) {
		holdsKey(w)
		w.either("B", "", "new")
		w.c.Put("B", "new")
	}},
	{"save over", ready, func(w *world) error {
		return w.c.Client().PutKey(context.Background(), "A", []byte("new"))
	}, func(w *world) {
		w.activate(nil)
		w.either("A", "value", "new")
		w.c.Put("A", "new")
	}},
	{"remove", ready, func(w *world) error { return w.c.Client().RemoveKey(context.Background(), "A") }, func(w *world) {
		w.activate(nil)
		w.either("A", "value", "")
	}},
	{"check in", ready, checkIn, holdsKey},
	{"answer after another disk", func(w *world) {
		ready(w)
		w.c.Become("disk-swapped")
	}, func(w *world) error {
		if err := checkIn(w); err != nil {
			return err
		}
		return typeCode(w)
	}, holdsKey},
	{"rebind without a code", func(w *world) {
		ready(w)
		w.c.Become("firmware-flaps")
	}, checkIn, holdsKey},
	{"rebind to another policy", func(w *world) {
		ready(w)
		w.c.Strict()
	}, checkIn, holdsKey},
	{"fork answered, then rotated", func(w *world) {
		ready(w)
		copied := w.c.Copy()
		w.c.CheckIn()
		copied.CheckIn()
		w.c.CheckIn()
	}, typeCode, rotated},
	{"rotation by wish", ready, func(w *world) error {
		_, err := w.c.Client().Rotate(context.Background())
		return err
	}, func(w *world) {
		holdsKey(w)
		if _, err := w.c.Client().Rotate(context.Background()); err != nil {
			w.t.Errorf("rotating again: %v", err)
		}
		rotated(w)
	}},
	{"announce another disk", ready, func(w *world) error {
		if _, err := w.c.Client().Announce(context.Background(), []string{api.GroupDisk}, 0); err != nil {
			return err
		}
		return typeCode(w)
	}, holdsKey},
	{"prepare an image", ready, func(w *world) error {
		_, err := w.c.Client().PrepareImage(context.Background(), true)
		return err
	}, func(w *world) {
		if _, err := w.c.Client().PrepareImage(context.Background(), true); err != nil {
			w.t.Fatal(err)
		}
		if st := w.c.Client().Status(context.Background()); st.State != app.NotEnrolled || st.ServerURL != w.s.URL {
			w.t.Fatalf("%+v", st)
		}
		w.activate(w.enrol)
		w.c.Put("A", "value")
	}},
	{"replace a key that the chip forgot", func(w *world) {
		inChip(w).Clear()
	}, replaceKey, hasReplacedKey},
	{"replace a key whose chip is gone", func(w *world) {
		inChip(w)
		w.c.Chip = noChip
	}, replaceKey, hasReplacedKey},
	{"sign out", ready, func(w *world) error {
		_, err := w.c.Client().SignOut(context.Background(), app.SignOutInput{ForgetKeys: true})
		return err
	}, func(w *world) {
		if w.c.Client().Status(context.Background()).State != app.NotEnrolled {
			if _, err := w.c.Client().SignOut(context.Background(), app.SignOutInput{ForgetKeys: true}); err != nil {
				w.t.Fatal(err)
			}
		}
		w.activate(w.enrol)
		w.c.Put("A", "value")
	}},
	{"back up", func(w *world) {
		ready(w)
		w.saveBackup()
		w.c.Put("B", "new")
	}, func(w *world) error {
		return w.c.Client().Backup(context.Background(), w.backup, passphrase)
	}, func(w *world) {
		holdsKey(w)
		w.either("B", "new")
		if n, err := w.c.Client().Restore(context.Background(), w.backup, passphrase); err != nil || n < 1 {
			w.t.Errorf("the backup file: %d, %v", n, err)
		}
	}},
	{"restore", func(w *world) {
		ready(w)
		w.saveBackup()
		w.c.Put("A", "later")
	}, (*world).restore, func(w *world) {
		w.activate(nil)
		w.either("A", "later")
		w.either("A-2", "value", "")
		if err := w.restore(); err != nil {
			w.t.Fatal(err)
		}
		w.either("A-2", "value")
	}},
	{"restore after the vault was lost", func(w *world) {
		ready(w)
		w.saveBackup()
		if err := os.Remove(filepath.Join(w.c.Profile, "vault.hf")); err != nil {
			w.t.Fatal(err)
		}
	}, (*world).restore, func(w *world) {
		if err := w.restore(); err != nil {
			w.t.Fatal(err)
		}
		holdsKey(w)
	}},
}

func (w *world) saveBackup() {
	w.t.Helper()
	if err := w.c.Client().Backup(context.Background(), w.backup, passphrase); err != nil {
		w.t.Fatal(err)
	}
	cheapen(w.t, w.backup)
}

// cheapen seals a backup again at a low cost, so that opening it a hundred
// times does not take a hundred seconds.
func cheapen(t *testing.T, path string) {
	t.Helper()
	id, err := age.NewScryptIdentity(passphrase)
	must(t, err)
	to, err := age.NewScryptRecipient(passphrase)
	must(t, err)
	to.SetWorkFactor(6)
	sealed, err := os.ReadFile(path)
	must(t, err)
	plain, err := age.Decrypt(bytes.NewReader(sealed), id)
	must(t, err)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	must(t, err)
	_, err = io.Copy(w, plain)
	must(t, err)
	must(t, w.Close())
	must(t, os.WriteFile(path, out.Bytes(), 0o600))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) restore() error {
	_, err := w.c.Client().Restore(context.Background(), w.backup, passphrase)
	return err
}

// from makes the world of an act once, to be copied for every kill.
func (a act) from(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	a.before(w)
	w.forked = a.name == "fork answered, then rotated"
	w.codes = !slices.Contains([]string{
		"save", "save over", "remove", "check in", "rebind without a code", "rebind to another policy",
		"back up", "restore", "restore after the vault was lost", "rotation by wish", "announce another disk",
	}, a.name)
	w.s.Messages()
	w.c.Quit()
	w.s.Close()
	return w
}

// under runs the act in a copy of its world, with a killer.
func (a act) under(t *testing.T, w *world, k *killer) (*world, error) {
	t.Helper()
	w = w.again(t)
	ring := w.c.Ring
	k.hold(w.c)
	k.arm(true)
	err := a.run(w)
	w.relaunch(k)
	w.c.Ring = ring
	return w, err
}

// TestKillAtEveryWrite kills the client at every write to a file or the
// keyring, and the server before and after every commit, and then goes on as
// the person would.
func TestKillAtEveryWrite(t *testing.T) {
	points, survived := 0, 0
	for _, a := range acts {
		t.Run(a.name, func(t *testing.T) {
			template := a.from(t)
			dry := &killer{}
			if w, err := a.under(t, template, dry); err != nil {
				t.Fatalf("not killed at all: %v", err)
			} else {
				a.after(w)
				w.s.Close()
			}
			for _, at := range sample(len(dry.seen)) {
				points++
				ok := t.Run(fmt.Sprintf("%d %s", at, dry.seen[at-1]), func(t *testing.T) {
					k := &killer{at: at}
					w, _ := a.under(t, template, k)
					if !k.client && !k.server {
						t.Fatalf("nothing was killed; passed %v", k.seen)
					}
					a.after(w)
				})
				if ok {
					survived++
				}
			}
		})
	}
	t.Logf("killed at every write: %d of %d survive", survived, points)
	fmt.Printf("killed at every write: %d of %d survive\n", survived, points)
}

// TestLoseEveryAnswer loses each of the server's answers, once, and once more
// with every retry of the request.
func TestLoseEveryAnswer(t *testing.T) {
	points, survived := 0, 0
	for _, a := range acts {
		t.Run(a.name, func(t *testing.T) {
			template := a.from(t)
			dry := &killer{}
			w, err := a.under(t, template, dry)
			if err != nil {
				t.Fatal(err)
			}
			w.s.Close()
			for _, at := range sample(len(dry.answers)) {
				for _, stubborn := range []bool{false, true} {
					points++
					if t.Run(fmt.Sprintf("%d %s stubborn %v", at, dry.answers[at-1], stubborn), func(t *testing.T) {
						w, _ := a.under(t, template, &killer{lost: at, stubborn: stubborn})
						a.after(w)
					}) {
						survived++
					}
				}
			}
		})
	}
	fmt.Printf("each answer lost: %d of %d survive\n", survived, points)
}

// sample gives the points 1 to n, or every seventh in short mode.
func sample(n int) []int {
	var out []int
	for i := 1; i <= n; i++ {
		if !testing.Short() || i%7 == 1 {
			out = append(out, i)
		}
	}
	return slices.Clip(out)
}
