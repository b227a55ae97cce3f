package app

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/chip"
	"github.com/seed-1feef0b2/holdfast/app/chip/chiptest"
	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
)

// newChipBench is a bench whose computer has a chip, activated, with a key.
func newChipBench(t *testing.T) (*bench, *chiptest.TPM) {
	t.Helper()
	m := chiptest.Start(t)
	return benchWith(t, m), m
}

func benchWith(t *testing.T, m *chiptest.TPM) *bench {
	t.Helper()
	b := newBench(t)
	b.chip = m.Open
	b.activated().Close()
	return b
}

// absent is a computer without a chip.
func absent(context.Context) (chip.Chip, error) { return nil, api.NewError(api.CodeChipAbsent) }

func TestTheChipHoldsKeyAndSecret(t *testing.T) {
	b, m := newChipBench(t)
	if b.peer.hardware != api.HardwareTPM {
		t.Errorf("the server was told %q", b.peer.hardware)
	}
	if raw, err := b.ring.Get(context.Background(), keystore.DeviceKey); err != nil || string(raw) != chipMarker {
		t.Errorf("the keyring's device key: %q, %v", raw, err)
	}
	found, err := m.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	name, err := found.Name(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(b.dir, chipFile))
	if err != nil || bytes.Contains(raw, []byte(hex.EncodeToString(name[2:]))) {
		t.Errorf("the disk names the chip: %v", err)
	}
	m.Restart()
	c := b.client()
	b.holds(c)
	st, err := c.CheckIn(context.Background())
	if err != nil || st.State != Activated || st.Chip != api.HardwareTPM || st.ChipTrouble != "" || st.Binding == nil || !st.Binding.Chip {
		t.Errorf("after a restart: %+v, %v", st, err)
	}
	if n := m.Handles(); n != 0 {
		t.Errorf("%d handles are left in the chip", n)
	}
}

func TestWithoutAChipTheKeyringHoldsTheKey(t *testing.T) {
	for name, open := range map[string]func(context.Context) (chip.Chip, error){
		"none": nil, "absent": absent,
		"failed":     func(context.Context) (chip.Chip, error) { return nil, api.NewError(api.CodeChipFailed) },
		"locked out": func(context.Context) (chip.Chip, error) { return nil, api.NewError(api.CodeChipFailed) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.chip = open
			c := b.activated()
			if st := c.Status(context.Background()); st.Chip != "" || st.Binding.Chip || b.peer.hardware != "" {
				t.Errorf("%+v, %q", st, b.peer.hardware)
			}
			c.Close()
			b.chip = chiptest.Start(t).Open // it appears later: an existing profile stays as it is
			c = b.client()
			b.holds(c)
			if st := c.Status(context.Background()); st.Chip != "" {
				t.Errorf("%+v", st)
			}
		})
	}
}

func TestABusyChipIsWaitedForWhenEnrolling(t *testing.T) {
	b, m := newBench(t), chiptest.Start(t)
	b.chip = func(context.Context) (chip.Chip, error) { return nil, api.NewError(api.CodeChipBusy) }
	_, err := b.client().Register(context.Background(), RegisterInput{Email: "k@example.org", Password: "correct horse battery"})
	want(t, err, api.CodeChipBusy)
	b.chip = m.Open
	b.activated()
	if b.peer.hardware != api.HardwareTPM {
		t.Errorf("the key is in %q", b.peer.hardware)
	}
}

// TestAChipThatIsLostWhileEnrolling: what an interrupted attempt left in a chip
// that is gone is made anew.
func TestAChipThatIsLostWhileEnrolling(t *testing.T) {
	b := newBench(t)
	b.chip = chiptest.Start(t).Open
	in := RegisterInput{Email: "k@example.org", Password: "correct horse battery"}
	b.disk = files.Stepped(func(step, path string) error {
		if step == files.StepCreateTemp && filepath.Base(path) == chainFile {
			return errDead // after the keys, before the request
		}
		return nil
	})
	if _, err := b.client().Register(context.Background(), in); err == nil {
		t.Fatal("not killed")
	}
	before := readChips(t, b).Current
	b.disk, b.chip = files.OS(), chiptest.Start(t).Open
	b.activated()
	if after := readChips(t, b).Current; bytes.Equal(before.Key, after.Key) || b.peer.hardware != api.HardwareTPM {
		t.Errorf("the key of a chip that is gone: %q", b.peer.hardware)
	}
}

// TestBusy: while somebody else has the chip, nothing opens and nothing is lost.
func TestBusy(t *testing.T) {
	b, m := newChipBench(t)
	hold, err := net.Dial("unix", m.Socket)
	if err != nil {
		t.Fatal(err)
	}
	b.chip = func(ctx context.Context) (chip.Chip, error) { return chip.Socket(ctx, m.Socket, 200*time.Millisecond) }
	c, ctx := b.client(), context.Background()
	st := c.Status(ctx)
	if st.State != Limited || st.Access != AccessNone || st.ChipTrouble != api.CodeChipBusy ||
		!slices.Contains(st.Warnings, "error."+api.CodeChipBusy) {
		t.Errorf("%+v", st)
	}
	before := len(b.peer.seen)
	_, err = c.GetKey(ctx, "A")
	want(t, err, api.CodeChipBusy)
	_, err = c.CheckIn(ctx)
	want(t, err, api.CodeChipBusy)
	_, err = c.ReplaceKey(ctx)
	want(t, err, api.CodeChipBusy)
	if len(b.peer.seen) != before {
		t.Errorf("the server was asked: %v", b.peer.seen[before:])
	}
	if err := hold.Close(); err != nil {
		t.Fatal(err)
	}
	if st, err = c.CheckIn(ctx); err != nil || st.State != Activated || st.ChipTrouble != "" {
		t.Errorf("free again: %+v, %v", st, err)
	}
	b.holds(c)
}

// losses are the ways in which a chip is lost, and where the new key then is.
var losses = map[string]struct {
	lose     func(t *testing.T, b *bench, m *chiptest.TPM)
	code, in string
}{
	"cleared": {func(_ *testing.T, _ *bench, m *chiptest.TPM) { m.Clear() }, api.CodeChipCleared, api.HardwareTPM},
	"replaced": {func(t *testing.T, b *bench, _ *chiptest.TPM) {
		b.chip = chiptest.Start(t).Open
	}, api.CodeChipReplaced, api.HardwareTPM},
	"absent": {func(_ *testing.T, b *bench, _ *chiptest.TPM) { b.chip = absent }, api.CodeChipAbsent, ""},
	"file lost": {func(t *testing.T, b *bench, _ *chiptest.TPM) {
		if err := os.Remove(filepath.Join(b.dir, chipFile)); err != nil {
			t.Fatal(err)
		}
	}, api.CodeChipCleared, api.HardwareTPM},
	"file broken": {func(t *testing.T, b *bench, _ *chiptest.TPM) {
		if err := os.WriteFile(filepath.Join(b.dir, chipFile), []byte(`{"schema":1,"current":{"kind":7}}`), 0o600); err != nil {
			t.Fatal(err)
		}
	}, api.CodeChipCleared, api.HardwareTPM},
	"blob broken": {func(t *testing.T, b *bench, _ *chiptest.TPM) {
		rec := readChips(t, b)
		rec.Current.Key = []byte("no blob")
		writeChips(t, b, rec)
	}, api.CodeChipFailed, api.HardwareTPM},
}

func readChips(t *testing.T, b *bench) chips {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(b.dir, chipFile))
	var rec chips
	if err == nil {
		err = json.Unmarshal(raw, &rec)
	}
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

func writeChips(t *testing.T, b *bench, rec chips) {
	t.Helper()
	raw, err := json.Marshal(rec)
	if err == nil {
		err = os.WriteFile(filepath.Join(b.dir, chipFile), raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestALostChipIsReplacedByClaimAndCode(t *testing.T) {
	for name, loss := range losses {
		t.Run(name, func(t *testing.T) {
			b, m := newChipBench(t)
			loss.lose(t, b, m)
			old := b.peer.device
			c, ctx := b.client(), context.Background()
			st := c.Status(ctx)
			if st.State != Limited || st.Access != AccessNone || st.ChipTrouble != loss.code {
				t.Fatalf("lost: %+v", st)
			}
			_, err := c.CheckIn(ctx)
			want(t, err, loss.code)
			st, err = c.ReplaceKey(ctx)
			if err != nil || st.State != Changed || st.Challenge == nil || st.Challenge.Reason != api.ReasonChip || st.ChipTrouble != loss.code {
				t.Fatalf("asked for: %+v, %v", st, err)
			}
			if b.peer.device != old {
				t.Fatal("the key changed without a code")
			}
			c.Close()
			c = b.client() // a relaunch finds its challenge
			if st, err = c.CheckIn(ctx); err != nil || st.Challenge == nil || st.State != Changed {
				t.Fatalf("relaunched: %+v, %v", st, err)
			}
			if st, err = c.Refresh(ctx); err != nil || st.Challenge == nil {
				t.Fatalf("refreshed: %+v, %v", st, err)
			}
			if _, err = c.SendAgain(ctx); err != nil {
				t.Fatal(err)
			}
			if st, err = c.Answer(ctx, b.peer.code); err != nil || st.State != Activated || st.ChipTrouble != "" || st.Chip != loss.in {
				t.Fatalf("answered: %+v, %v", st, err)
			}
			b.holds(c)
			if b.peer.device == old || b.peer.hardware != loss.in {
				t.Errorf("the key is in %q", b.peer.hardware)
			}
			c.Close()
			c = b.client()
			b.holds(c)
			if st, err = c.CheckIn(ctx); err != nil || st.State != Activated || len(st.Warnings) > 1 {
				t.Errorf("next check-in: %+v, %v", st, err)
			}
			b.tidy(t, loss.in)
		})
	}
}

// tidy checks that nothing is left of a key that took another one's place.
func (b *bench) tidy(t *testing.T, kind string) {
	t.Helper()
	if names := b.ring.Names(); len(names) != 2 {
		t.Errorf("the keyring holds %v", names)
	}
	_, err := os.Stat(filepath.Join(b.dir, chipFile))
	if kind == "" {
		if !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the chip's file is still there: %v", err)
		}
		return
	}
	if rec := readChips(t, b); rec.Current == nil || rec.Next != nil {
		t.Errorf("the chip's file: %+v", rec)
	}
}

// TestTheOldChipComesBack: until the code was typed nothing is given up.
func TestTheOldChipComesBack(t *testing.T) {
	b, _ := newChipBench(t)
	own := b.chip
	b.chip = absent
	c, ctx := b.client(), context.Background()
	if st, err := c.ReplaceKey(ctx); err != nil || st.Challenge == nil {
		t.Fatalf("%+v, %v", st, err)
	}
	c.Close()
	b.chip, b.peer.challenge = own, nil // the server lets the request fall when it hears the key
	c = b.client()
	if st, err := c.CheckIn(ctx); err != nil || st.State != Activated || st.Chip != api.HardwareTPM || st.ChipTrouble != "" {
		t.Fatalf("%+v, %v", st, err)
	}
	b.holds(c)
	if b.peer.asking != nil {
		t.Error("the request still stands")
	}
	if st, err := c.ReplaceKey(ctx); err != nil || st.Challenge != nil {
		t.Errorf("nothing is lost, and yet: %+v, %v", st, err)
	}
}

// TestAMovedDiskCannotSign: the same profile and the same keyring at another chip
// send nothing that the old key signed.
func TestAMovedDiskCannotSign(t *testing.T) {
	b, _ := newChipBench(t)
	b.chip = chiptest.Start(t).Open
	c, ctx := b.client(), context.Background()
	before := len(b.peer.seen)
	for _, ask := range []func() error{
		func() error { _, err := c.CheckIn(ctx); return err },
		func() error { _, err := c.Rotate(ctx); return err },
		func() error { _, err := c.GetKey(ctx, "A"); return err },
		func() error { return c.PutKey(ctx, "B", []byte("x")) },
	} {
		want(t, ask(), api.CodeChipReplaced)
	}
	if got := b.peer.seen[before:]; len(got) != 0 {
		t.Errorf("the server heard %v", got)
	}
	k, err := c.secrets(ctx, &identity{Profile: "p"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.own.signer.Sign([]byte("message")); err == nil {
		t.Error("the key signs at another chip")
	}
}

func TestAForkMakesTheNewKeyInTheChip(t *testing.T) {
	b, _ := newChipBench(t)
	old := b.peer.device
	before := readChips(t, b).Current
	b.peer.current, b.peer.lastPair = strings.Repeat("0", 32), [2]string{}
	c, ctx := b.client(), context.Background()
	if st, err := c.CheckIn(ctx); err != nil || st.State != Frozen {
		t.Fatalf("%+v, %v", st, err)
	}
	if st, err := c.Answer(ctx, b.peer.code); err != nil || st.State != Activated {
		t.Fatalf("%+v, %v", st, err)
	}
	b.holds(c)
	after := readChips(t, b).Current
	if b.peer.device == old || b.peer.hardware != api.HardwareTPM || bytes.Equal(before.Key, after.Key) || !bytes.Equal(before.Secret, after.Secret) {
		t.Errorf("hardware %q, key new %v", b.peer.hardware, !bytes.Equal(before.Key, after.Key))
	}
	b.tidy(t, api.HardwareTPM)
}

var errDead = errors.New("killed here by a test")

// TestReplaceKeyKilledAtEveryWrite kills the client at every write to a file or
// the keyring between losing the chip and having the keys back.
func TestReplaceKeyKilledAtEveryWrite(t *testing.T) {
	for _, name := range []string{"cleared", "absent"} {
		t.Run(name, func(t *testing.T) {
			m, step := chiptest.Start(t), 1
			if testing.Short() {
				step = 7
			}
			for at := 1; ; at += step {
				if !replaceKilled(t, m, name, at) {
					t.Logf("after fewer than %d writes all is done", at)
					return
				}
			}
		})
	}
}

// replaceKilled loses the chip, kills at a write, goes on as the person would and
// says whether there was that many writes.
func replaceKilled(t *testing.T, m *chiptest.TPM, name string, at int) bool {
	t.Helper()
	b := benchWith(t, m)
	losses[name].lose(t, b, m)
	ring, n := b.ring, 0
	kill := func(step string) error {
		if step == files.StepRead || step == keystore.StepGet {
			if n >= at {
				return errDead
			}
			return nil
		}
		if n++; n >= at {
			return errDead
		}
		return nil
	}
	b.disk = files.Stepped(func(step, _ string) error { return kill(step) })
	b.store = keystore.Stepped(ring, func(step, _ string) error { return kill(step) })
	ctx := context.Background()
	c := b.client()
	_, err := c.ReplaceKey(ctx)
	if err == nil {
		_, err = c.Answer(ctx, b.peer.code)
	}
	killed := n >= at
	if !killed && err != nil {
		t.Fatalf("not killed: %v", err)
	}
	c.Close()
	b.disk, b.store = files.OS(), nil
	c = b.client()
	st := c.Status(ctx)
	if st.ChipTrouble != "" {
		if st, err = c.ReplaceKey(ctx); err != nil {
			t.Fatalf("killed at %d, asking again: %v", at, err)
		}
	} else if st, err = c.CheckIn(ctx); err != nil {
		t.Fatalf("killed at %d, checking in: %v", at, err)
	}
	if st.State != Activated {
		if st, err = c.Answer(ctx, b.peer.code); err != nil || st.State != Activated {
			t.Fatalf("killed at %d, the code: %+v, %v", at, st, err)
		}
	}
	b.holds(c)
	b.tidy(t, losses[name].in)
	c.Close()
	c = b.client()
	b.holds(c)
	if st, err = c.CheckIn(ctx); err != nil || st.State != Activated {
		t.Errorf("killed at %d, next check-in: %+v, %v", at, st, err)
	}
	return killed
}
