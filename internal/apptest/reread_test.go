package apptest

import (
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// hiccup is a computer whose readings go wrong until somebody says that it is over.
type hiccup struct{ fingerprint.Source }

// TestAHiccupIsReadAgainBeforeACodeIsAsked: what cannot be read for a moment
// keeps the vault shut for that moment, and nobody is asked anything.
func TestAHiccupIsReadAgainBeforeACodeIsAsked(t *testing.T) {
	s := NewServer(t)
	c := owned(s, "laptop")
	well := c.source
	c.Become("board-closed")
	c.Refuses("A", api.CodeVaultLocked)
	c.Quit()
	now := &hiccup{c.source}
	c.source = now
	var waited []time.Duration
	c.Wait = func(d time.Duration) {
		if waited = append(waited, d); len(waited) == 2 {
			now.Source = well
		}
	}
	if st := c.CheckIn(); st.State != app.Activated || st.Access != app.AccessWrite || st.Challenge != nil {
		t.Fatalf("after the hiccup: %+v", st)
	}
	c.Has("A", "value")
	if len(waited) != 2 || waited[0] <= 0 {
		t.Errorf("waited %v", waited)
	}
}

// TestWhatStaysUnreadIsAskedAfterAFewSeconds: the wait is short, once for each
// use case, and a computer that differs waits for nothing.
func TestWhatStaysUnreadIsAskedAfterAFewSeconds(t *testing.T) {
	s := NewServer(t)
	c := owned(s, "laptop")
	var waited time.Duration
	c.Wait = func(d time.Duration) { waited += d }
	c.Become("board-closed")
	if st := c.CheckIn(); st.State != app.Changed || st.Challenge == nil || st.Challenge.Reason != api.ReasonLocked {
		t.Fatalf("%+v", st)
	}
	if waited < time.Second || waited > 5*time.Second {
		t.Errorf("waited %v", waited)
	}
	other := owned(NewServer(t), "laptop")
	other.Wait = func(d time.Duration) { t.Errorf("another disk waited %v", d) }
	other.Become("disk-swapped")
	if st := other.CheckIn(); st.State != app.Changed {
		t.Fatalf("%+v", st)
	}
}
