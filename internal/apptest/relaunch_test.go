package apptest

import (
	"context"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/server"
)

func TestThirtyRelaunchesInAMinuteSendOneMessage(t *testing.T) {
	s := NewServer(t)
	c := NewComputer(s, "laptop", "")
	c.Activate()
	c.Become("disk-swapped")
	for range 30 {
		c.Quit()
		if st := c.CheckIn(); st.State != app.Changed || st.Challenge == nil {
			t.Fatalf("%+v", st)
		}
		s.Clock.Pass(time.Second)
	}
	if n := s.Count(server.MessageChanged); n != 1 {
		t.Errorf("%d messages", n)
	}
	if st := c.CheckIn(); st.Challenge.NextSend == "" {
		t.Error("nothing says when the next message goes")
	}
	c.TypeCode()
}

// Five wrong codes close one challenge; a new one does not give the tries back:
// after ten in a day this key has to wait.
func TestWrongCodesAreCountedOverRelaunchesAndNewCodes(t *testing.T) {
	s := NewServer(t)
	c := NewComputer(s, "laptop", "")
	c.Activate()
	c.Put("A", "value")
	c.Become("board-swapped")
	ctx := context.Background()
	began, wrong := s.Clock.Now(), 0
	for range 40 {
		c.Quit()
		st := c.CheckIn()
		if st.Challenge == nil {
			t.Fatalf("%+v", st)
		}
		if next, err := time.Parse(time.RFC3339, st.Challenge.NextTry); err == nil && next.After(s.Clock.Now()) {
			if next.Sub(began) > 12*time.Hour {
				break // paused for a day
			}
			s.Clock.Pass(next.Sub(s.Clock.Now()))
		}
		_, err := c.Client().Answer(ctx, code.WithCheck("ZZZZZZZ"+string(code.Crockford[wrong])))
		switch api.CodeOf(err) {
		case api.CodeWrong:
			wrong++
		case api.CodeChallengeLocked, api.CodeTryWait:
			wrong++
			s.Clock.Pass(time.Minute)
		default:
			t.Fatalf("after %d: %v", wrong, err)
		}
	}
	if wrong < 10 || wrong > 12 {
		t.Errorf("%d wrong codes in a day", wrong)
	}
	c.Refuses("A", api.CodeVaultLocked)
}

// "Send again" after too many wrong codes opens another challenge: there is no
// button that only refuses.
func TestSendingAgainAfterTooManyWrongCodesAsksForAnother(t *testing.T) {
	s := NewServer(t)
	c := NewComputer(s, "laptop", "")
	c.Activate()
	c.Become("disk-swapped")
	first := c.CheckIn().Challenge.Reference
	ctx := context.Background()
	for i := range 5 {
		if _, err := c.Client().Answer(ctx, code.WithCheck("ZZZZZZZ"+string(code.Crockford[i]))); api.CodeOf(err) != api.CodeWrong {
			t.Fatalf("try %d: %v", i+1, err)
		}
		s.Clock.Pass(2 * time.Minute)
	}
	st, err := c.Client().SendAgain(ctx)
	if err != nil || st.Challenge == nil || st.Challenge.Reference == first || st.Challenge.State != api.ChallengeOpen {
		t.Fatalf("%v %+v", err, st.Challenge)
	}
	c.TypeCode()
}
