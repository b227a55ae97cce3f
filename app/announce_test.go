package app

import (
	"context"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

func TestAnAnnouncementAsksAndLeavesTheComputerActivated(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	ctx := context.Background()
	st, err := c.Announce(ctx, []string{api.GroupDisk}, 24)
	if err != nil || st.State != Activated || st.Access != AccessWrite || st.Challenge == nil || st.Challenge.Reason != api.ReasonAnnounce {
		t.Fatalf("%+v, %v", st, err)
	}
	b.holds(c)
	if st, err = c.CheckIn(ctx); err != nil || st.State != Activated {
		t.Fatalf("a check-in meanwhile: %+v, %v", st, err)
	}
	if st, err = c.Answer(ctx, b.peer.code); err != nil || st.State != Activated || len(st.Windows) != 1 || st.Challenge != nil {
		t.Fatalf("%+v, %v", st, err)
	}
	if w := st.Windows[0]; w.Origin != api.WindowPerson || w.Groups[0] != api.GroupDisk || w.Kinds == nil {
		t.Errorf("%+v", w)
	}
	b.pass(73 * time.Hour)
	if st := c.Status(ctx); len(st.Windows) != 0 {
		t.Errorf("an ended window is shown: %+v", st.Windows)
	}
}

func TestNotNowToAnAnnouncementChangesNothing(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	ctx := context.Background()
	if _, err := c.Announce(ctx, []string{api.GroupBoard, api.GroupDisk, api.GroupDisk}, 0); err != nil {
		t.Fatal(err)
	}
	st, err := c.NotNow(ctx)
	if err != nil || st.State != Activated || st.Access != AccessWrite {
		t.Errorf("%+v, %v", st, err)
	}
}

func TestAnnouncementsThatAreRefused(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	_, err := b.client().Announce(ctx, []string{api.GroupDisk}, 0)
	want(t, err, api.CodeNotEnrolled)
	c := b.activated()
	for _, groups := range [][]string{nil, {"installation"}, {"disk", "everything"}} {
		_, err := c.Announce(ctx, groups, 0)
		want(t, err, api.CodeInvalidValue)
	}
	for _, hours := range []int{-1, 169} {
		_, err := c.Announce(ctx, []string{api.GroupDisk}, hours)
		want(t, err, api.CodeInvalidValue)
	}
	b.peer.problem = &api.Problem{Status: 409, Code: api.CodeWindowOpen}
	_, err = c.Announce(ctx, []string{api.GroupDisk}, 1)
	want(t, err, api.CodeWindowOpen)
	c.Close()
	b.become("laptop", "disk-swapped") // too late to announce it
	_, err = b.client().Announce(ctx, []string{api.GroupDisk}, 0)
	want(t, err, api.CodeVaultLocked)
}

func TestALostAnswerToAnAnnouncement(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	ctx := context.Background()
	if _, err := c.Announce(ctx, []string{api.GroupDisk}, 0); err != nil {
		t.Fatal(err)
	}
	right := b.peer.code
	b.lost("POST answers", "POST answers", func() error { _, err := c.Answer(ctx, right); return err })
	st, err := b.client().CheckIn(ctx)
	if err != nil || len(st.Windows) != 1 || st.Challenge != nil {
		t.Errorf("%+v, %v", st, err)
	}
}
