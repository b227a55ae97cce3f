package apptest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/server"
)

// owned is a computer of an account, with a key in its vault.
func owned(s *Server, sample string) *Computer {
	c := NewComputer(s, sample, "")
	c.Activate()
	c.Put("A", "value")
	return c
}

// wins types the code on the first of two that forked; the other one is out.
func wins(t *testing.T, winner, loser *Computer) {
	t.Helper()
	old := winner.Outline().Generation
	if st := winner.CheckIn(); st.State != app.Frozen || st.Challenge == nil || st.Challenge.Reason != api.ReasonFork {
		t.Fatalf("the winner before its code: %+v", st)
	}
	if winner.Server.Count(server.NoticeFork) == 0 {
		t.Error("the owner was not told")
	}
	winner.Refuses("A", api.CodeNotActivated)
	if st := winner.TypeCode(); st.State != app.Activated || st.Rotating {
		t.Fatalf("after the code: %+v", st)
	}
	winner.Has("A", "value")
	if o := winner.Outline(); o.Generation != old+1 || len(o.Slots) != 1 {
		t.Errorf("the vault after the code: %+v", o)
	}
	if st := winner.CheckIn(); st.State != app.Activated {
		t.Errorf("the winner's next check-in: %+v", st)
	}
	st, err := loser.Client().CheckIn(context.Background())
	if api.CodeOf(err) != api.CodeRevoked || st.State != app.Revoked {
		t.Errorf("the loser: %+v, %v", st, err)
	}
	loser.Refuses("A", api.CodeNotActivated)
	list, err := winner.Client().History(context.Background())
	if err != nil || !told(list, api.EventForked) || !told(list, api.EventRotated) || !told(list, api.EventKeyChanged) {
		t.Errorf("the winner's history: %+v, %v", list, err)
	}
}

func told(list []app.Event, event string) bool {
	for _, e := range list {
		if e.Event == event {
			return true
		}
	}
	return false
}

func TestClonesThatTakeTurns(t *testing.T) {
	s := NewServer(t)
	first := owned(s, "laptop")
	second := first.Copy()
	if st := first.CheckIn(); st.State != app.Activated {
		t.Fatalf("%+v", st)
	}
	if st := second.CheckIn(); st.State != app.Frozen {
		t.Fatalf("the copy: %+v", st)
	}
	second.Refuses("A", api.CodeNotActivated)
	wins(t, first, second)
}

func TestTheCopyMayTakeTheFirstTurnAndTheOwnersCodeDecides(t *testing.T) {
	s := NewServer(t)
	first := owned(s, "laptop")
	second := first.Copy()
	if st := second.CheckIn(); st.State != app.Activated { // until both were heard, nobody can know
		t.Fatalf("%+v", st)
	}
	if st := first.CheckIn(); st.State != app.Frozen {
		t.Fatalf("%+v", st)
	}
	wins(t, first, second)
}

func TestClonesThatRace(t *testing.T) {
	s := NewServer(t)
	first := owned(s, "laptop")
	second := first.Copy()
	var wait sync.WaitGroup
	states := make([]app.Status, 2)
	for i, c := range []*Computer{first, second} {
		client := c.Client()
		wait.Add(1)
		go func() {
			defer wait.Done()
			states[i], _ = client.CheckIn(context.Background())
		}()
	}
	wait.Wait()
	frozen := 0
	for _, st := range states {
		if st.State == app.Frozen {
			frozen++
		}
	}
	if frozen == 0 || frozen == 2 && states[0].State != app.Frozen {
		t.Fatalf("%s and %s", states[0].State, states[1].State)
	}
	wins(t, first, second)
}

func TestARestoredBackupOfTheProfile(t *testing.T) {
	s := NewServer(t)
	c := owned(s, "laptop")
	old := c.Copy()
	c.CheckIn()
	c.CheckIn()
	c.Quit() // the computer is gone; an older copy of its profile is put back on it
	if st := old.CheckIn(); st.State != app.Frozen || st.Challenge == nil || st.Challenge.Reason != api.ReasonFork {
		t.Fatalf("%+v", st)
	}
	if st := old.TypeCode(); st.State != app.Activated || st.Rotating {
		t.Fatalf("%+v", st)
	}
	old.Has("A", "value")
	if o := old.Outline(); o.Generation != 2 {
		t.Errorf("%+v", o)
	}
}

func TestAClonedVirtualMachine(t *testing.T) {
	s := NewServer(t)
	first := owned(s, "vm")
	second := first.Copy()
	first.CheckIn()
	if st := second.CheckIn(); st.State != app.Frozen {
		t.Fatalf("the clone: %+v", st)
	}
	wins(t, first, second)
}

// TestACopyFromBeforeARotation has all that a thief may have copied beforehand:
// profile and keyring. On another computer none of it opens the file as it is now,
// and the server gives it no share.
func TestACopyFromBeforeARotation(t *testing.T) {
	s := NewServer(t)
	c := owned(s, "laptop")
	thief := c.Copy()
	thief.Turn("desktop", "")
	if st, err := c.Client().Rotate(context.Background()); err != nil || st.Rotating {
		t.Fatalf("%+v, %v", st, err)
	}
	c.Put("A", "replaced")
	file, err := os.ReadFile(filepath.Join(c.Profile, "vault.hf"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(thief.Profile, "vault.hf"), file, 0o600))
	now, err := fingerprint.Read(context.Background(), thief.source)
	must(t, err)
	if _, err := vault.Open(thief.vaultConfig(), vault.Keys{Ring: thief.ringKey()}, now); api.CodeOf(err) != api.CodeVaultLocked {
		t.Errorf("the new file on another computer: %v", err)
	}
	st := thief.CheckIn()
	if st.State == app.Activated || st.Access != app.AccessNone {
		t.Fatalf("the copy got in: %+v", st)
	}
	thief.Refuses("A", api.CodeNotActivated)
	c.CheckIn() // the copy was heard: a code decides
	c.TypeCode()
	c.Has("A", "replaced")
	if _, err := thief.Client().CheckIn(context.Background()); api.CodeOf(err) != api.CodeRevoked {
		t.Errorf("the copy afterwards: %v", err)
	}
	thief.Refuses("A", api.CodeNotActivated)
}
