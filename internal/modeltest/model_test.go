package modeltest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
	"github.com/seed-1feef0b2/holdfast/app/vault"
)

// story is one life of a profile: enrolled, keys saved, the disk swapped, one
// board value flapping, restored from an old copy, signed out.
func story(w *world) {
	w.activateGoal("enrol")
	w.save("first", "1")
	w.computer = with(w.computer, "boot-disk", "a new disk")
	w.activateGoal("a new disk")
	w.save("second", "2")
	w.computer = with(w.computer, "board-serial", "flaps")
	w.activateGoal("a flapping value")
	w.computer = with(w.computer, "memory", "more of it")
	w.activateGoal("more memory")
	w.announcedDisk()
	w.fork()
	w.save("first", "1 again")
	w.computer = with(w.computer, "boot-disk", "boot-disk of this computer")
	w.activateGoal("the old disk again")
	w.readBack()
	w.signOut()
}

// announcedDisk announces another disk, puts it in, and goes on. Where nothing
// fails and the server gives shares without a code, no other code is typed.
func (w *world) announcedDisk() {
	w.t.Helper()
	w.achieve("announce a disk", func(c *client) error {
		if err := w.activate(c); err != nil {
			return err
		}
		return c.announce()
	})
	codes := w.server.codes()
	w.computer = with(w.computer, "boot-disk", "an announced disk")
	w.activateGoal("the announced disk")
	calm := w.faults.kill == nil && w.faults.blip == nil && w.faults.rate == 0
	if calm && w.server.codes() != codes {
		w.t.Fatalf("a code was asked for after the change was announced")
	}
	w.save("announced", "4")
}

// fork puts an older chain back, as a restored backup does, and goes on.
func (w *world) fork() {
	w.t.Helper()
	restore, err := w.copyProfile()
	if err != nil {
		w.t.Fatal(err)
	}
	for range 2 {
		w.activateGoal("check in")
	}
	forks := w.server.forks()
	restore()
	w.activateGoal("a restored backup")
	if w.server.forks() != forks+1 {
		w.t.Fatalf("%d forks, want one more than %d", w.server.forks(), forks)
	}
}

func (w *world) readBack() {
	w.t.Helper()
	for name, want := range w.saved {
		w.achieve("read "+name, func(c *client) error {
			got, err := c.get(name)
			if err == nil && string(got) != want {
				w.t.Fatalf("%s is %q, saved was %q", name, got, want)
			}
			return err
		})
	}
}

func (w *world) signOut() {
	w.t.Helper()
	w.saved, w.tried, w.secret = map[string]string{}, map[string][]string{}, nil // a backup has them
	w.achieve("sign out", func(c *client) error { return c.signOut() })
	if left := w.ring.Names(); len(left) != 0 {
		w.t.Fatalf("left in the keyring: %v", left)
	}
	if _, err := os.Stat((&client{w: w}).path("vault.hf")); err == nil {
		w.t.Fatal("the vault is left")
	}
	w.computer = home()
	w.activateGoal("enrol again")
	w.save("third", "3")
}

// done checks what must hold at the end.
func (w *world) done() {
	w.t.Helper()
	w.readBack()
	if w.server.forks() != 1 {
		w.t.Fatalf("%d forks: an honest computer was taken for a copy", w.server.forks())
	}
	if len(w.server.rows) != 2 {
		w.t.Fatalf("%d devices for two enrolments", len(w.server.rows))
	}
	if _, err := w.ring.Get(w.t.Context(), keystore.DeviceKeyNext); err == nil {
		w.achieve("one more launch", func(*client) error { return nil })
		if _, err := w.ring.Get(w.t.Context(), keystore.DeviceKeyNext); err == nil {
			w.t.Fatal("a spare key is left")
		}
	}
}

func dryRun(t *testing.T) *faults {
	f := &faults{}
	w := newWorld(t, f)
	story(w)
	w.done()
	return f
}

// TestEverySingleFailure kills, and fails, each step of the story once.
func TestEverySingleFailure(t *testing.T) {
	t.Parallel()
	n := dryRun(t).count
	t.Logf("%d steps", n)
	if n < 300 {
		t.Fatal("too few to mean anything")
	}
	stride := 1
	if testing.Short() {
		stride = 7
	}
	for at := 1; at <= n; at += stride {
		for _, f := range []*faults{{kill: map[int]bool{at: true}}, {blip: map[int]bool{at: true}}} {
			ok := t.Run(fmt.Sprintf("%d/kill=%v", at, f.kill != nil), func(t *testing.T) {
				w := newWorld(t, f)
				story(w)
				w.done()
			})
			if !ok {
				t.Fatalf("at step %d: %s", at, f.steps[min(at, len(f.steps))-1])
			}
		}
	}
}

// TestFailuresInPairs fails two steps that lie close together: the repair of a
// failure fails too.
func TestFailuresInPairs(t *testing.T) {
	t.Parallel()
	n := dryRun(t).count
	stride := 7
	if testing.Short() {
		stride = 61
	}
	r := rand.New(rand.NewPCG(3, 4))
	for at := 1; at <= n; at += stride {
		near := at + 1 + r.IntN(40)
		f := &faults{kill: map[int]bool{at: true}, blip: map[int]bool{near: true}}
		if r.IntN(2) == 0 {
			f.kill, f.blip = map[int]bool{at: true, near: true}, nil
		}
		if !t.Run(fmt.Sprintf("%d and %d", at, near), func(t *testing.T) {
			w := newWorld(t, f)
			story(w)
			w.done()
		}) {
			t.FailNow()
		}
	}
}

// TestRandomFailures fails steps at random, several in one life. The seed is
// printed; HOLDFAST_MODEL_SEED runs one again.
func TestRandomFailures(t *testing.T) {
	t.Parallel()
	runs := uint64(150)
	if testing.Short() {
		runs = 20
	}
	first := uint64(1)
	if s := os.Getenv("HOLDFAST_MODEL_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		first, runs = n, 1
	}
	for seed := first; seed < first+runs; seed++ {
		f := &faults{rate: 0.02, rand: rand.New(rand.NewPCG(seed, 0)), left: 9}
		if !t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			w := newWorld(t, f)
			w.server.freeMax = int(seed % 4) // also with no release without a code
			story(w)
			w.done()
		}) {
			t.FailNow()
		}
	}
}

// TestALostKeyringIsSaid: no new secret is made silently.
func TestALostKeyringIsSaid(t *testing.T) {
	w := newWorld(t, &faults{})
	w.activateGoal("enrol")
	w.save("first", "1")
	if err := w.ring.Delete(t.Context(), keystore.Ring); err != nil {
		t.Fatal(err)
	}
	c := w.start()
	if err := c.launch(); api.CodeOf(err) != api.CodeKeyringLost {
		t.Fatal(err)
	}
	if _, err := w.ring.Get(t.Context(), keystore.Ring); err == nil {
		t.Fatal("a new one was made")
	}
}

// TestAThiefWithEverythingButTheCode: files and keyring on another computer
// get nothing from the server, and nothing opens.
func TestAThiefWithEverythingButTheCode(t *testing.T) {
	w := newWorld(t, &faults{})
	w.activateGoal("enrol")
	w.save("first", "1")
	owner := w.computer
	for _, s := range w.thieves {
		w.computer = s
		c := w.start()
		if err := c.launch(); err != nil {
			t.Fatal(err)
		}
		if err := c.checkIn(); err != nil {
			t.Fatal(err)
		}
		if c.vault != nil || c.state.Told == activated {
			t.Fatalf("told %s, open %v", c.state.Told, c.vault != nil)
		}
		if err := c.answer("wrong"); err == nil {
			t.Fatal("a wrong code was taken")
		}
		if _, err := c.get("first"); api.CodeOf(err) != api.CodeVaultLocked {
			t.Fatal(err)
		}
		if _, err := vault.OpenWithShare(c.config(), vault.Keys{Ring: c.ring}, vault.Share{Generation: 1}); err == nil {
			t.Fatal("opened")
		}
	}
	w.computer = owner
	w.activateGoal("the owner again")
	w.readBack()
}
