package modeltest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
	"github.com/seed-1feef0b2/holdfast/app/keystore/keystoretest"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// errBlip is a failure that the program survives.
var errBlip = errors.New("this step failed")

// faults decides which steps fail. A kill also fails all that follow until the
// program is started again.
type faults struct {
	count int
	kill  map[int]bool
	blip  map[int]bool
	rate  float64 // of random failures, half of them kills
	rand  *rand.Rand
	left  int // how many random failures may still happen
	dead  bool
	steps []string
}

func (f *faults) hook(step, name string) error {
	if f.dead {
		return files.ErrKilled
	}
	f.count++
	f.steps = append(f.steps, step+" "+filepath.Base(name))
	kill, blip := f.kill[f.count], f.blip[f.count]
	if f.left > 0 && f.rand != nil && f.rand.Float64() < f.rate {
		f.left--
		kill = f.rand.IntN(2) == 0
		blip = !kill
	}
	if kill {
		f.dead = true
		return files.ErrKilled
	}
	if blip {
		return errBlip
	}
	return nil
}

// world is everything outside the program, and what must hold of it.
type world struct {
	t        testing.TB
	dir      string
	ring     *keystoretest.Memory
	server   *server
	faults   *faults
	computer fingerprint.Snapshot
	policy   api.Policy
	program  *client

	mistake string // that the program makes, see mistakes

	saved   map[string]string   // acknowledged keys
	tried   map[string][]string // values whose saving was not acknowledged
	secret  []byte              // the keyring's secret, once something depends on it
	thieves []fingerprint.Snapshot
}

func newWorld(t testing.TB, f *faults) *world {
	w := &world{
		t: t, dir: fastDir(t), ring: keystoretest.New(), faults: f, computer: home(), saved: map[string]string{},
		tried: map[string][]string{},
	}
	w.policy = api.Policy{Name: api.Balanced, Groups: map[string][]string{
		api.GroupDisk:         {"boot-disk"},
		api.GroupInstallation: {"install-id"}, api.GroupBoard: {"system-uuid", "system-serial", "board-serial"},
	}}
	w.server = &server{rows: map[string]device{}, byKey: map[string]string{}, old: map[string]bool{}, hook: f.hook, freeMax: 3}
	w.thieves = []fingerprint.Snapshot{
		with(home(), "boot-disk", "thief"), with(home(), "install-id", "thief"),
		with(with(home(), "system-uuid", "thief"), "system-serial", "thief"),
	}
	return w
}

// fastDir is a folder in memory where there is one: nothing here is about
// power cuts, and there are many lives to run.
func fastDir(t testing.TB) string {
	dir, err := os.MkdirTemp("/dev/shm", "holdfast-model-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func home() fingerprint.Snapshot {
	s := fingerprint.Snapshot{Schema: 1, Platform: "linux"}
	for _, k := range []string{"boot-disk", "install-id", "system-uuid", "system-serial", "board-serial", "memory"} {
		s.Components = append(s.Components, fingerprint.Component{
			Class: fingerprint.Hardware, Kind: k,
			State: fingerprint.Present, Value: k + " of this computer",
		})
	}
	return s
}

func with(s fingerprint.Snapshot, kind, value string) fingerprint.Snapshot {
	out := s
	out.Components = append([]fingerprint.Component(nil), s.Components...)
	for i := range out.Components {
		if out.Components[i].Kind == kind {
			out.Components[i].Value = value
		}
	}
	return out
}

// start begins the program anew, as a person does after a crash or an error.
func (w *world) start() *client {
	w.faults.dead = false
	w.program = &client{w: w, disk: files.Stepped(w.faults.hook), keys: keystore.Stepped(w.ring, w.faults.hook)}
	return w.program
}

// attempts is how often a person tries before it counts as a dead end.
const attempts = 12

// achieve tries until it works, with a fresh program each time; a dead end is a
// failure. After every attempt all invariants hold.
func (w *world) achieve(goal string, f func(c *client) error) {
	w.t.Helper()
	var errs []error
	for range attempts {
		c := w.start()
		err := c.launch()
		if err == nil {
			err = f(c)
		}
		w.check(goal)
		if err == nil {
			return
		}
		errs = append(errs, err)
	}
	w.t.Fatalf("dead end at %s: %v\nsteps %v", goal, errs, w.faults.steps[max(0, len(w.faults.steps)-40):])
}

// activate goes on until the server says activated and the vault is open, as a
// person who types each code that comes.
func (w *world) activate(c *client) error {
	if err := c.register(); err != nil {
		return err
	}
	for range 4 {
		if err := c.checkIn(); err != nil {
			return err
		}
		if c.state.Told == activated && c.vault != nil {
			return nil
		}
		if d := w.server.rows[c.state.Device]; d.code != "" {
			if err := c.answer(d.code); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("told %s, vault %v", c.state.Told, c.vault != nil)
}

func (w *world) activateGoal(goal string) { w.achieve(goal, w.activate) }

// save puts a key; only an acknowledged one counts as saved.
func (w *world) save(name, value string) {
	w.achieve("save "+name, func(c *client) error {
		w.tried[name] = append(w.tried[name], value)
		if err := c.put(name, value); err != nil {
			return err
		}
		w.saved[name] = value
		delete(w.tried, name)
		return nil
	})
}

// check looks from outside, with stores that do not fail, at what must hold.
func (w *world) check(goal string) {
	w.t.Helper()
	w.checkRing(goal)
	w.checkReleases(goal)
	w.checkThieves(goal)
	w.checkKeys(goal)
}

// checkRing: once a key was saved the keyring's secret never changes.
func (w *world) checkRing(goal string) {
	w.t.Helper()
	if len(w.saved) == 0 {
		return
	}
	now, err := w.ring.Get(context.Background(), keystore.Ring)
	if err != nil {
		w.t.Fatalf("%s: the keyring's secret: %v", goal, err)
	}
	if w.secret == nil {
		w.secret = now
	}
	if string(w.secret) != string(now) {
		w.t.Fatalf("%s: another keyring secret was made silently", goal)
	}
}

// checkReleases: every release followed a code, or was one of the few without,
// and no two keys lead to one device.
func (w *world) checkReleases(goal string) {
	w.t.Helper()
	for id, d := range w.server.rows {
		if d.released != d.consumed+d.unproven || d.unproven > w.server.freeMax {
			w.t.Fatalf("%s: %d releases for %d codes and %d known computers", goal, d.released, d.consumed, d.unproven)
		}
		keys := 0
		for _, to := range w.server.byKey {
			if to == id {
				keys++
			}
		}
		if keys != 1 {
			w.t.Fatalf("%s: %d keys for one device", goal, keys)
		}
	}
}

// checkThieves: with the keyring's secret and the file, no computer opens the
// vault that was never activated.
func (w *world) checkThieves(goal string) {
	w.t.Helper()
	ring, err := w.ring.Get(context.Background(), keystore.Ring)
	if err != nil {
		return
	}
	c := client{w: w, disk: files.OS()}
	for _, s := range w.thieves {
		if _, err := vault.Open(c.config(), vault.Keys{Ring: vault.Secret(ring)}, s); err == nil {
			w.t.Fatalf("%s: a computer that was never activated opens the vault", goal)
		}
	}
}

// checkKeys: with the server's share, which its owner can always have, every
// saved key is there, or the value that was being saved over it.
func (w *world) checkKeys(goal string) {
	w.t.Helper()
	if len(w.saved) == 0 {
		return
	}
	ring, err := w.ring.Get(context.Background(), keystore.Ring)
	if err != nil {
		w.t.Fatal(goal, err)
	}
	for _, d := range w.server.rows {
		if d.share == nil || d.state == revoked {
			continue
		}
		c := client{w: w, disk: files.OS()}
		v, err := vault.OpenWithShare(c.config(), vault.Keys{Ring: vault.Secret(ring)}, *d.share)
		if err != nil {
			w.t.Fatalf("%s: the share does not open the vault: %v", goal, err)
		}
		for name, want := range w.saved {
			got, err := v.Get(name)
			if err != nil || string(got) != want && !contains(w.tried[name], string(got)) {
				w.t.Fatalf("%s: %s is %q, %v; saved was %q", goal, name, got, err, want)
			}
		}
	}
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// copyProfile is what a thief or a backup program does: files and keyring.
func (w *world) copyProfile() (func(), error) {
	kept := map[string][]byte{}
	names, err := os.ReadDir(w.dir)
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		data, err := os.ReadFile(filepath.Join(w.dir, n.Name()))
		if err != nil {
			return nil, err
		}
		kept[n.Name()] = data
	}
	return func() {
		for name, data := range kept {
			if name == "chain.json" { // the chain is what tells a copy
				if err := os.WriteFile(filepath.Join(w.dir, name), data, 0o600); err != nil {
					w.t.Fatal(err)
				}
			}
		}
	}, nil
}
