package apptest

import (
	"context"
	"fmt"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/app/chip"
	"github.com/seed-1feef0b2/holdfast/app/chip/chiptest"
)

func noChip(context.Context) (chip.Chip, error) { return nil, api.NewError(api.CodeChipAbsent) }

// inChip makes a world whose computer has its keys in a chip.
func inChip(w *world) *chiptest.TPM {
	w.t.Helper()
	m := chiptest.Start(w.t)
	w.c.Chip = m.Open
	ready(w)
	w.c.Quit()
	return m
}

func replaceKey(w *world) error {
	if _, err := w.c.Client().ReplaceKey(context.Background()); err != nil {
		return err
	}
	return typeCode(w)
}

// hasReplacedKey goes on where replacing the key was cut short.
func hasReplacedKey(w *world) {
	if st := w.c.Client().Status(context.Background()); st.ChipTrouble != "" {
		if _, err := w.c.Client().ReplaceKey(context.Background()); err != nil {
			w.t.Fatal(err)
		}
	}
	holdsKey(w)
}

// chipComputer is a computer whose keys are in a chip, activated, with a key.
func chipComputer(t *testing.T) (*Computer, *chiptest.TPM) {
	t.Helper()
	m := chiptest.Start(t)
	c := NewComputer(NewServer(t), "laptop", "")
	c.Chip = m.Open
	c.Activate()
	c.Put("A", "value")
	c.Quit()
	return c, m
}

func TestKeysInAChipOpenAfterARestart(t *testing.T) {
	c, m := chipComputer(t)
	m.Restart()
	st := c.CheckIn()
	if st.State != app.Activated || st.Chip != api.HardwareTPM || st.ChipTrouble != "" || !st.Binding.Chip {
		t.Errorf("%+v", st)
	}
	c.Has("A", "value")
	if n := m.Handles(); n != 0 {
		t.Errorf("%d handles are left in the chip", n)
	}
}

// TestALostChipTakesACodeAndGivesTheKeysBack: cleared, replaced and gone, against
// the real server: a code, the old key revoked, 72 hours of hold, a vault with
// another master key, and all of it in the history.
func TestALostChipTakesACodeAndGivesTheKeysBack(t *testing.T) {
	for name, loss := range map[string]struct {
		lose     func(*testing.T, *Computer, *chiptest.TPM)
		code, in string
	}{
		"cleared":  {func(_ *testing.T, _ *Computer, m *chiptest.TPM) { m.Clear() }, api.CodeChipCleared, api.HardwareTPM},
		"replaced": {func(t *testing.T, c *Computer, _ *chiptest.TPM) { c.Chip = chiptest.Start(t).Open }, api.CodeChipReplaced, api.HardwareTPM},
		"gone":     {func(_ *testing.T, c *Computer, _ *chiptest.TPM) { c.Chip = noChip }, api.CodeChipAbsent, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c, m := chipComputer(t)
			old := c.Copy() // the same profile where the old chip is, later
			loss.lose(t, c, m)
			ctx := context.Background()
			st, err := c.Client().CheckIn(ctx)
			if api.CodeOf(err) != loss.code || st.ChipTrouble != loss.code || st.Access != app.AccessNone {
				t.Fatalf("lost: %+v, %v", st, err)
			}
			c.Refuses("A", loss.code)
			if st, err = c.Client().ReplaceKey(ctx); err != nil || st.State != app.Changed || st.Challenge == nil || st.Challenge.Reason != api.ReasonChip {
				t.Fatalf("asked for: %+v, %v", st, err)
			}
			c.Quit() // a relaunch finds the same challenge
			if again := c.CheckIn(); again.Challenge == nil || again.Challenge.Reference != st.Challenge.Reference {
				t.Fatalf("relaunched: %+v", again)
			}
			st = c.TypeCode()
			if st.State != app.Activated || st.Access != app.AccessWrite || st.Chip != loss.in || st.ChipTrouble != "" || st.Rotating {
				t.Fatalf("after the code: %+v", st)
			}
			c.Has("A", "value")
			hold, err := time.Parse(time.RFC3339, st.HoldUntil)
			if err != nil || hold.Sub(c.Server.Clock.Now()).Round(time.Minute) != 72*time.Hour {
				t.Errorf("hold until %q", st.HoldUntil)
			}
			if g := c.Outline().Generation; g != 2 {
				t.Errorf("the vault is of generation %d", g)
			}
			c.Quit()
			if st = c.CheckIn(); st.State != app.Activated || st.Rotating {
				t.Errorf("next launch: %+v", st)
			}
			c.Has("A", "value")
			remembered(t, c)
			if name == "replaced" {
				revoked(t, old)
			}
		})
	}
}

// remembered checks that the history tells of the key and of the rotation.
func remembered(t *testing.T, c *Computer) {
	t.Helper()
	events, err := c.Client().History(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{api.EventAsked, api.EventKeyChanged, api.EventRotated} {
		if !slices.ContainsFunc(events, func(e app.Event) bool { return e.Event == want }) {
			t.Errorf("the history does not tell %q: %+v", want, events)
		}
	}
}

// revoked checks that the old chip's key is worth nothing any more.
func revoked(t *testing.T, old *Computer) {
	t.Helper()
	st, err := old.Client().CheckIn(context.Background())
	if api.CodeOf(err) != api.CodeRevoked || st.State != app.Revoked {
		t.Errorf("the old key: %+v, %v", st, err)
	}
}

// TestADiskInAnotherComputerCannotSign: profile, keyring and even the computer's
// values are the same; only the chip is not.
func TestADiskInAnotherComputerCannotSign(t *testing.T) {
	c, _ := chipComputer(t)
	moved := c.Copy()
	moved.Chip = chiptest.Start(t).Open
	_, err := moved.Client().CheckIn(context.Background())
	if api.CodeOf(err) != api.CodeChipReplaced {
		t.Errorf("%v", err)
	}
	moved.Refuses("A", api.CodeChipReplaced)
	// The computer itself goes on: nothing forked, as nothing was sent.
	if st := c.CheckIn(); st.State != app.Activated {
		t.Errorf("%+v", st)
	}
	c.Has("A", "value")
}

// TestABusyChipLosesNothing: said, and over when the chip is free.
func TestABusyChipLosesNothing(t *testing.T) {
	c, m := chipComputer(t)
	hold, err := net.Dial("unix", m.Socket)
	if err != nil {
		t.Fatal(err)
	}
	c.Chip = func(ctx context.Context) (chip.Chip, error) { return chip.Socket(ctx, m.Socket, 200*time.Millisecond) }
	st, err := c.Client().CheckIn(context.Background())
	if api.CodeOf(err) != api.CodeChipBusy || st.ChipTrouble != api.CodeChipBusy {
		t.Errorf("%+v, %v", st, err)
	}
	c.Refuses("A", api.CodeChipBusy)
	if err := hold.Close(); err != nil {
		t.Fatal(err)
	}
	if st := c.CheckIn(); st.State != app.Activated {
		t.Errorf("%+v", st)
	}
	c.Has("A", "value")
}

// TestAClaimNeedsTheKeyring: who has the profile and the values, but another
// keyring's secret, asks in vain.
func TestAClaimNeedsTheKeyring(t *testing.T) {
	c, m := chipComputer(t)
	m.Clear()
	if err := c.Ring.Set(context.Background(), "ring", make([]byte, 32)); err != nil {
		t.Fatal(err)
	}
	_, err := c.Client().ReplaceKey(context.Background())
	if api.CodeOf(err) != api.CodeClaim {
		t.Errorf("%v", err)
	}
	if n := c.Server.Count("chip"); n != 0 {
		t.Errorf("%d messages", n)
	}
}

// BenchmarkLaunchWithChip measures what a chip adds to a launch to the open vault
// and to a check-in, on swtpm, beside the bare keyring's key.
func BenchmarkLaunchWithChip(b *testing.B) {
	for _, with := range []bool{false, true} {
		b.Run(fmt.Sprintf("chip %v", with), func(b *testing.B) {
			c := NewComputer(NewServer(b), "laptop", "")
			if with {
				c.Chip = chiptest.Start(b).Open
			}
			c.Activate()
			c.Put("A", "value")
			b.Run("launch", func(b *testing.B) {
				for b.Loop() {
					c.Quit()
					c.Has("A", "value")
				}
			})
			b.Run("check-in", func(b *testing.B) {
				for b.Loop() {
					c.CheckIn()
				}
			})
		})
	}
}
