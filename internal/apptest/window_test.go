package apptest

import (
	"context"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/server"
)

func TestAnAnnouncedDiskNeedsNoOtherCode(t *testing.T) {
	s := NewServer(t)
	ctx := context.Background()
	c := owned(s, "laptop")
	st, err := c.Client().Announce(ctx, []string{api.GroupDisk}, 24)
	if err != nil || st.State != app.Activated || st.Challenge == nil || st.Challenge.Reason != api.ReasonAnnounce {
		t.Fatalf("%+v, %v", st, err)
	}
	c.Has("A", "value")
	// Looking, checking in and starting again do not forget what was asked for.
	if st, err = c.Client().Refresh(ctx); err != nil || st.Challenge == nil || st.State != app.Activated {
		t.Fatalf("after a look: %+v, %v", st, err)
	}
	c.Quit()
	if st = c.CheckIn(); st.Challenge == nil || st.Challenge.Reason != api.ReasonAnnounce || st.State != app.Activated {
		t.Fatalf("after a check-in: %+v", st)
	}
	if st = c.TypeCode(); st.State != app.Activated || len(st.Windows) != 1 || st.Windows[0].Origin != api.WindowPerson {
		t.Fatalf("%+v", st)
	}
	if _, err := c.Client().Announce(ctx, []string{api.GroupDisk}, 24); api.CodeOf(err) != api.CodeWindowOpen {
		t.Errorf("announced twice: %v", err)
	}
	c.Become("disk-swapped")
	c.Refuses("A", api.CodeVaultLocked)
	if st = c.CheckIn(); st.State != app.Activated || st.Challenge != nil || st.Access != app.AccessWrite {
		t.Fatalf("the announced disk: %+v", st)
	}
	c.Has("A", "value")
	c.Quit()
	c.Has("A", "value")
	list, err := c.Client().History(ctx)
	if err != nil || !told(list, api.EventAnnounced) || !told(list, api.EventAccepted) {
		t.Errorf("%+v, %v", list, err)
	}
	c.Become("board-swapped") // the window was for one change
	if st = c.CheckIn(); st.State != app.Changed {
		t.Errorf("a second change: %+v", st)
	}
}

func TestWhatWasNotAnnouncedNeedsACode(t *testing.T) {
	s := NewServer(t)
	c := owned(s, "laptop")
	if _, err := c.Client().Announce(context.Background(), []string{api.GroupDisk}, 1); err != nil {
		t.Fatal(err)
	}
	c.TypeCode()
	c.Become("board-swapped")
	if st := c.CheckIn(); st.State != app.Changed || st.Challenge == nil {
		t.Errorf("another board: %+v", st)
	}
	c.Become("disk-swapped")
	s.Clock.Pass(2 * time.Hour)
	if st := c.CheckIn(); st.State != app.Changed {
		t.Errorf("after the hour: %+v", st)
	}
}

func TestManagedUpdatesInsideAWindowOfTheOrganisation(t *testing.T) {
	s := NewServer(t)
	c := owned(s, "laptop")
	c.Policy(api.Managed)
	if st := c.CheckIn(); st.State != app.Activated || st.Certificate.Policy != api.Managed || len(st.Binding.Kinds) < 15 {
		t.Fatalf("%+v", st)
	}
	now := s.Clock.Now()
	if _, err := s.Service.PlanWindow(context.Background(), server.NewWindow{
		Kinds: []string{"gpu-driver", "module", "package", "kernel", "os-release", "firmware"}, Flags: []string{api.FlagNewDriver},
		From: now, To: now.Add(2 * time.Hour), Note: "Patch day",
	}); err != nil {
		t.Fatal(err)
	}
	c.Become("driver-update")
	c.Refuses("A", api.CodeVaultLocked)
	st := c.CheckIn()
	if st.State != app.Activated || st.Challenge != nil || st.Access != app.AccessWrite {
		t.Fatalf("inside the window: %+v", st)
	}
	if len(st.Windows) != 1 || st.Windows[0].Origin != api.WindowIT || st.Windows[0].Note != "Patch day" {
		t.Errorf("%+v", st.Windows)
	}
	c.Has("A", "value")
	c.Become("memory-added") // no window lists it
	if st = c.CheckIn(); st.State != app.Changed {
		t.Errorf("not listed: %+v", st)
	}
	c.TypeCode()
	s.Clock.Pass(3 * time.Hour)
	c.Become("firmware-update")
	if st = c.CheckIn(); st.State != app.Changed {
		t.Errorf("after the window: %+v", st)
	}
}

func TestTheHistoryOfAComputer(t *testing.T) {
	s := NewServer(t)
	ctx := context.Background()
	c := owned(s, "laptop")
	s.Clock.Pass(time.Hour)
	c.Become("driver-update")
	c.CheckIn()
	s.Clock.Pass(time.Hour)
	c.Become("disk-swapped")
	c.CheckIn()
	s.Clock.Pass(time.Minute)
	c.TypeCode()
	list, err := c.Client().History(ctx)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for i, e := range list {
		seen[e.Event+" "+e.Reason]++
		if i > 0 && e.At > list[i-1].At {
			t.Errorf("%s is newer than the one before", e.At)
		}
	}
	for _, want := range []string{"activated register", "activated changed", "asked changed", "accepted "} {
		if seen[want] != 1 {
			t.Errorf("%q stands there %d times: %+v", want, seen[want], list)
		}
	}
	named := 0
	for _, e := range list {
		for _, d := range e.Drift {
			if d.Before != "" && d.After != "" {
				named++
			}
		}
	}
	if named == 0 {
		t.Errorf("nothing says before and after: %+v", list)
	}
	s.Close()
	own, err := c.Client().History(ctx)
	if api.CodeOf(err) != api.CodeServerAway || len(own) != 3 {
		t.Errorf("without the server: %+v, %v", own, err)
	}
}
