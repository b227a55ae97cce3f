package apptest

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
)

// waiting is a computer with a key and a backup of it that waits for a code while its
// server loses the master key, and with it the address and the share.
func waiting(t *testing.T) (*Computer, string) {
	t.Helper()
	c := owned(NewServer(t), "laptop")
	backup := filepath.Join(t.TempDir(), "keys.age")
	if err := c.Client().Backup(context.Background(), backup, passphrase); err != nil {
		t.Fatal(err)
	}
	c.Become("disk-swapped")
	if st := c.CheckIn(); st.State != app.Changed || st.Challenge == nil {
		t.Fatalf("%+v", st)
	}
	c.Quit()
	c.Server = c.Server.LoseMaster()
	return c, backup
}

// asks fails unless a code is asked for a reason, and nothing else is open.
func asks(t *testing.T, st app.Status, err error, lost bool, reason string) {
	t.Helper()
	if err != nil || st.State != app.Changed || st.ContactLost != lost || st.Challenge == nil || st.Challenge.Reason != reason {
		t.Fatalf("want a code for %s, lost %v: %+v, %v", reason, lost, st, err)
	}
}

// TestAComputerThatWaitsGivesTheLostAddress: the way back from a lost master key, on
// the only computer of an account, while that is locked: the address, its code, this
// computer's own code, and the backup.
func TestAComputerThatWaitsGivesTheLostAddress(t *testing.T) {
	ctx := context.Background()
	c, backup := waiting(t)
	st, err := c.Client().Refresh(ctx)
	if err != nil || !st.Unreachable() {
		t.Fatalf("%+v %v", st, err)
	}
	st, err = c.Client().CheckIn(ctx)
	asks(t, st, err, true, api.ReasonChanged)
	if _, err = c.Client().GiveEmail(ctx, Email, "not the password"); api.CodeOf(err) != api.CodeStepUp {
		t.Fatal(err)
	}
	st, err = c.Client().GiveEmail(ctx, Email, Password)
	asks(t, st, err, true, api.ReasonEmail)
	st, err = c.Client().CheckIn(ctx) // as the window does each hour: it takes nothing away
	asks(t, st, err, true, api.ReasonEmail)
	st, err = c.Client().Answer(ctx, c.Server.Code(st.Challenge.Reference))
	asks(t, st, err, false, api.ReasonChanged)
	if st, err = c.Client().Answer(ctx, c.Server.Code(st.Challenge.Reference)); err != nil || st.State != app.Activated || st.Access != app.AccessNone {
		t.Fatalf("%+v %v", st, err)
	}
	c.lostFor(t)
	n, err := c.Client().Restore(ctx, backup, passphrase)
	if err != nil || n == 0 {
		t.Fatal(n, err)
	}
	c.Has("A", "value")
	c.Quit()
	c.Has("A", "value")
	if st = c.CheckIn(); st.State != app.Activated || st.Access != app.AccessWrite || len(st.Warnings) != 0 {
		t.Errorf("%+v", st)
	}
	if old, _ := filepath.Glob(filepath.Join(c.Profile, "*.broken-*")); len(old) != 1 {
		t.Errorf("the file that nothing opened is not kept: %v", old)
	}
}

// lostFor checks that nothing is asked for any more, and that it is said what brings
// the keys back.
func (c *Computer) lostFor(t *testing.T) {
	t.Helper()
	c.Refuses("A", api.CodeVaultLost)
	for range 2 {
		st := c.CheckIn()
		if st.State != app.Activated || st.Challenge != nil || !slices.Contains(st.Warnings, "error."+api.CodeVaultLost) {
			t.Fatalf("%+v", st)
		}
	}
}

// TestTheVaultThatNoShareOpensOpensOnItsComputer: nothing was overwritten, so the old
// disk brings the keys back without a backup, and the vault gets a share that fits.
func TestTheVaultThatNoShareOpensOpensOnItsComputer(t *testing.T) {
	ctx := context.Background()
	c, _ := waiting(t)
	if _, err := c.Client().GiveEmail(ctx, Email, Password); err != nil {
		t.Fatal(err)
	}
	c.TypeCode()
	c.TypeCode()
	c.lostFor(t)
	c.Become("")
	st := c.CheckIn()
	if st.State == app.Changed && st.Challenge != nil {
		st = c.TypeCode() // the disk that was swapped back is another change
	}
	if st.State != app.Activated || st.Access != app.AccessWrite || len(st.Warnings) != 0 {
		t.Fatalf("%+v", st)
	}
	c.Has("A", "value")
	c.Become("disk-swapped")
	if st = c.CheckIn(); st.State == app.Changed {
		st = c.TypeCode()
	}
	if st.State != app.Activated || st.Access != app.AccessWrite {
		t.Errorf("the share that came since does not open it: %+v", st)
	}
	c.Has("A", "value")
}

// TestALostAnswerAboutTheAddressIsFoundDone: the code was taken and nobody heard it.
func TestALostAnswerAboutTheAddressIsFoundDone(t *testing.T) {
	ctx := context.Background()
	c, _ := waiting(t)
	st, err := c.Client().GiveEmail(ctx, Email, Password)
	asks(t, st, err, true, api.ReasonEmail)
	code := c.Server.Code(st.Challenge.Reference)
	c.Server.Traps.Lose(func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/answers") })
	if _, err = c.Client().Answer(ctx, code); err == nil {
		t.Fatal("an answer came")
	}
	c.Server.Traps.Lose(nil)
	st, err = c.Client().Answer(ctx, code)
	asks(t, st, err, false, api.ReasonChanged)
}

// TestOnlyOnceActivatedComputersGiveTheAddress: one that waits for its first code may
// not, and is told where it can be done.
func TestOnlyOnceActivatedComputersGiveTheAddress(t *testing.T) {
	ctx := context.Background()
	c := owned(NewServer(t), "laptop")
	other := NewComputer(c.Server, "desktop", "")
	other.Enrol()
	c.Quit()
	other.Quit()
	c.Server = c.Server.LoseMaster()
	other.Server = c.Server
	st, err := other.Client().CheckIn(ctx)
	if err != nil || st.State != app.Pending || !st.ContactLost {
		t.Fatalf("%+v %v", st, err)
	}
	if _, err = other.Client().GiveEmail(ctx, Email, Password); api.CodeOf(err) != api.CodeNotActivated {
		t.Fatal(err)
	}
	if _, err = c.Client().GiveEmail(ctx, Email, Password); err != nil {
		t.Fatal(err)
	}
	c.TypeCode()
	if st = other.CheckIn(); st.ContactLost {
		t.Errorf("%+v", st)
	}
	other.TypeCode()
}
