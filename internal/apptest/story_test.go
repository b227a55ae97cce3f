package apptest

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/server"
)

func TestAChangedComputerLocksItsKeysAndACodeUnlocksThem(t *testing.T) {
	s := NewServer(t)
	c := NewComputer(s, "laptop", "")
	if st := c.Register(); st.State != app.Pending || st.Challenge == nil || st.Challenge.Reason != api.ReasonRegister {
		t.Fatalf("after registering: %+v", st)
	}
	c.Refuses("A", api.CodeNotActivated)
	c.TypeCode()
	c.Put("A", "value")
	c.Quit()
	c.Has("A", "value")

	c.Become("driver-update") // balanced: named and accepted
	c.Has("A", "value")
	st := c.CheckIn()
	if st.State != app.Activated || len(st.Accepted) == 0 || st.Challenge != nil {
		t.Errorf("a driver update: %+v", st)
	}

	c.Become("disk-swapped")
	c.Refuses("A", api.CodeVaultLocked)
	st = c.CheckIn()
	if st.State != app.Changed || st.Challenge == nil || st.Challenge.Reason != api.ReasonChanged || len(st.Drift) == 0 {
		t.Fatalf("another disk: %+v", st)
	}
	if ds := st.Challenge.Deliveries; len(ds) == 0 || ds[0].State != api.DeliveryQueued {
		t.Errorf("deliveries %+v", ds)
	}
	wrongThenRight(t, c)
	c.Has("A", "value")

	c.Become("") // back: known
	if st := c.CheckIn(); st.State != app.Activated || st.Challenge != nil {
		t.Errorf("back to an earlier configuration: %+v", st)
	}
	c.Has("A", "value")
}

// wrongThenRight types a wrong code with a right check symbol, a mistyped one,
// and the right one.
func wrongThenRight(t *testing.T, c *Computer) {
	t.Helper()
	ctx := context.Background()
	ref := c.Client().Status(ctx).Challenge.Reference
	st, err := c.Client().Answer(ctx, code.WithCheck("ZZZZZZZZ"))
	if api.CodeOf(err) != api.CodeWrong || st.Challenge.TriesLeft != 4 {
		t.Errorf("a wrong code: %v, %d tries left", err, st.Challenge.TriesLeft)
	}
	right := c.Server.Code(ref)
	slip := "0" + right[1:]
	if right[0] == '0' {
		slip = "1" + right[1:]
	}
	if st, err = c.Client().Answer(ctx, slip); api.CodeOf(err) != api.CodeMistyped || st.Challenge.TriesLeft != 4 {
		t.Errorf("a mistyped code: %v, %d tries left", err, st.Challenge.TriesLeft)
	}
	if st, err = c.Client().Answer(ctx, code.Group(right)); err != nil || st.State != app.Activated {
		t.Fatalf("the right code: %+v, %v", st, err)
	}
	if _, err = c.Client().Answer(ctx, right); api.CodeOf(err) != api.CodeNoChallenge {
		t.Errorf("the code once more: %v", err)
	}
}

func TestStrictAsksForEveryChange(t *testing.T) {
	s := NewServer(t)
	c := NewComputer(s, "laptop", "")
	c.Activate()
	c.Put("A", "value")
	c.Strict()
	if st := c.CheckIn(); st.State != app.Activated || st.Certificate.Policy != api.Strict || len(st.Binding.Kinds) < 15 {
		t.Fatalf("%+v", st)
	}
	c.Become("driver-update")
	c.Refuses("A", api.CodeVaultLocked)
	if st := c.CheckIn(); st.State != app.Changed {
		t.Fatalf("%+v", st)
	}
	c.TypeCode()
	c.Has("A", "value")
}

func TestOneFlappingFirmwareValueIsReleased(t *testing.T) {
	s := NewServer(t)
	c := NewComputer(s, "laptop", "")
	c.Activate()
	c.Put("A", "value")
	c.Become("firmware-flaps")
	c.Refuses("A", api.CodeVaultLocked)
	if st := c.CheckIn(); st.State != app.Activated || st.Challenge != nil {
		t.Fatalf("%+v", st)
	}
	c.Has("A", "value")
}

func TestACopiedProfileIsFrozenAndTheOwnerTold(t *testing.T) {
	s := NewServer(t)
	first := NewComputer(s, "laptop", "")
	first.Activate()
	first.Put("A", "value")
	second := first.Copy()
	if st := first.CheckIn(); st.State != app.Activated {
		t.Fatalf("%+v", st)
	}
	if st := second.CheckIn(); st.State != app.Frozen || st.Challenge == nil || st.Challenge.Reason != api.ReasonFork {
		t.Fatalf("the copy: %+v", st)
	}
	if s.Count(server.NoticeFork) == 0 {
		t.Error("the owner was not told")
	}
	second.Refuses("A", api.CodeNotActivated)
	if st := first.CheckIn(); st.State != app.Frozen {
		t.Fatalf("the first: %+v", st)
	}
	first.TypeCode()
	first.Has("A", "value")
	if st := first.CheckIn(); st.State != app.Activated {
		t.Errorf("with a new key: %+v", st)
	}
	st, err := second.Client().CheckIn(context.Background())
	if api.CodeOf(err) != api.CodeRevoked || st.State != app.Revoked {
		t.Errorf("the copy afterwards: %+v, %v", st, err)
	}
	first.Quit()
	first.Has("A", "value")
}

func TestBackupOnOneComputerRestoreOnAnother(t *testing.T) {
	s := NewServer(t)
	ctx := context.Background()
	first := NewComputer(s, "laptop", "")
	first.Activate()
	first.Put("A", "value")
	first.Put("B", "other")
	file := filepath.Join(t.TempDir(), "keys.age")
	if err := first.Client().Backup(ctx, file, "a long passphrase"); err != nil {
		t.Fatal(err)
	}
	first.Quit() // lost: nothing of it is used any more

	second := NewComputer(s, "desktop", "")
	second.Name = "DESKTOP-1"
	if st := second.Enrol(); st.State != app.Pending || st.Challenge.Reason != api.ReasonEnrol {
		t.Fatalf("%+v", st)
	}
	second.TypeCode()
	second.Put("B", "its own")
	if n, err := second.Client().Restore(ctx, file, "a long passphrase"); err != nil || n != 2 {
		t.Fatalf("%d, %v", n, err)
	}
	second.Has("A", "value")
	second.Has("B", "its own")
	second.Has("B-2", "other")
}

func TestSignOutAndComeBack(t *testing.T) {
	s := NewServer(t)
	ctx := context.Background()
	c := NewComputer(s, "laptop", "")
	c.Activate()
	c.Put("A", "value")
	if _, err := c.Client().SignOut(ctx, app.SignOutInput{}); api.CodeOf(err) != api.CodeBackupNeeded {
		t.Errorf("%v", err)
	}
	if st, err := c.Client().SignOut(ctx, app.SignOutInput{ForgetKeys: true}); err != nil || st.State != app.NotEnrolled {
		t.Fatalf("%+v, %v", st, err)
	}
	c.Enrol()
	if st := c.TypeCode(); st.State != app.Activated {
		t.Fatalf("%+v", st)
	}
	c.Put("A", "again")
	c.Has("A", "again")
}

func TestBrokenProfilesHaveAWayOn(t *testing.T) {
	for _, name := range []string{"state.json", "chain.json", "labels.hf", "identity.json"} {
		t.Run(name, func(t *testing.T) {
			s := NewServer(t)
			c := NewComputer(s, "laptop", "")
			c.Activate()
			c.Put("A", "value")
			c.Quit()
			if err := c.Disk.Replace(filepath.Join(c.Profile, name), []byte("{")); err != nil {
				t.Fatal(err)
			}
			if st := c.CheckIn(); st.State == app.Frozen { // a lost chain is a fork, and a code is the way on
				c.TypeCode()
			}
			c.Has("A", "value")
			if st := c.CheckIn(); st.State != app.Activated {
				t.Errorf("%+v", st)
			}
		})
	}
}

func TestOutdatedCertificateReadsUntilTheNextCheckIn(t *testing.T) {
	s := NewServer(t)
	c := NewComputer(s, "laptop", "")
	c.Activate()
	c.Put("A", "value")
	s.Clock.Pass(31 * 24 * time.Hour)
	c.Has("A", "value")
	if err := c.Client().PutKey(context.Background(), "B", []byte("x")); api.CodeOf(err) != api.CodeVaultReadOnly {
		t.Errorf("%v", err)
	}
	if st := c.CheckIn(); st.State != app.Activated {
		t.Fatalf("%+v", st)
	}
	c.Put("B", "x")
}

func TestNotNow(t *testing.T) {
	s := NewServer(t)
	c := NewComputer(s, "laptop", "")
	c.Activate()
	c.Put("A", "value")
	c.Become("board-swapped")
	c.CheckIn()
	if st, err := c.Client().NotNow(context.Background()); err != nil || st.State != app.Limited {
		t.Fatalf("%+v, %v", st, err)
	}
	c.Quit()
	if st := c.CheckIn(); st.State != app.Limited || st.Challenge == nil {
		t.Errorf("after a relaunch: %+v", st)
	}
	c.TypeCode()
	c.Has("A", "value")
}
