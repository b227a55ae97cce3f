package apptest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/app/keystore/keystoretest"
)

// clones are five computers of one image. Their hardware is alike, as that of a
// delivery is; each has a keyring of its own with what the image's held.
func clones(image *Computer) []*Computer {
	var out []*Computer
	for i := range 5 {
		c := image.Copy()
		c.Name = fmt.Sprintf("CLONE-%d", i+1)
		out = append(out, c)
	}
	return out
}

func TestClonesOfAPreparedImageAreThemselves(t *testing.T) {
	s := NewServer(t)
	ctx := context.Background()
	image := owned(s, "desktop")
	must(t, image.Client().SaveSettings(app.Settings{Language: "vi"}))
	if _, err := image.Client().PrepareImage(ctx, false); api.CodeOf(err) != api.CodeImageKeys {
		t.Fatalf("keys without a backup: %v", err)
	}
	image.Has("A", "value")
	done, err := image.Client().PrepareImage(ctx, true)
	if err != nil || !done.SignedOut {
		t.Fatalf("%+v, %v", done, err)
	}
	if done, err = image.Client().PrepareImage(ctx, false); err != nil || !done.SignedOut {
		t.Fatalf("once more: %+v, %v", done, err)
	}
	left, err := os.ReadDir(image.Profile)
	must(t, err)
	for _, f := range left {
		if n := f.Name(); n != "settings.json" && n != "server.json" && n != "lock" {
			t.Errorf("left in the image: %s", n)
		}
	}
	if n := len(image.Ring.(*keystoretest.Memory).Names()); n != 0 {
		t.Errorf("%d items left in the keyring", n)
	}
	for i, c := range clones(image) {
		if st := c.Client().Status(ctx); st.State != app.NotEnrolled || st.ServerURL != s.URL || c.Client().Settings().Language != "vi" {
			t.Fatalf("clone %d: %+v", i, st)
		}
		c.Enrol()
		if st := c.TypeCode(); st.State != app.Activated {
			t.Fatalf("clone %d: %+v", i, st)
		}
		c.Put("A", c.Name)
		if st := c.CheckIn(); st.State != app.Activated {
			t.Errorf("clone %d: %+v", i, st)
		}
		c.Has("A", c.Name)
		s.Clock.Pass(25 * time.Hour) // an account gets only so many codes a day
	}
}

func TestClonesOfAnImageThatWasNotPrepared(t *testing.T) {
	s := NewServer(t)
	image := owned(s, "desktop")
	image.Quit()
	frozen := 0
	for i, c := range clones(image) {
		st := c.CheckIn()
		if i == 0 {
			if st.State != app.Activated { // the only one so far
				t.Errorf("the first: %+v", st)
			}
			continue
		}
		if st.State == app.Frozen && st.Challenge != nil && st.Challenge.Reason == api.ReasonFork {
			frozen++
		}
		c.Refuses("A", api.CodeNotActivated)
	}
	if frozen != 4 {
		t.Errorf("%d of 4 were told", frozen)
	}
}

func TestAnImageIsPreparedWithoutTheServer(t *testing.T) {
	s := NewServer(t)
	image := owned(s, "desktop")
	s.Close()
	done, err := image.Client().PrepareImage(context.Background(), true)
	if err != nil || done.SignedOut {
		t.Fatalf("%+v, %v", done, err)
	}
	if st := image.Client().Status(context.Background()); st.State != app.NotEnrolled {
		t.Errorf("%+v", st)
	}
}

func TestAVaultThatWasSetAsideCountsAsKeys(t *testing.T) {
	s := NewServer(t)
	image := NewComputer(s, "desktop", "")
	image.Activate()
	aside := filepath.Join(image.Profile, "vault.hf.broken-1")
	must(t, os.WriteFile(aside, []byte(strings.Repeat("x", 100)), 0o600))
	if _, err := image.Client().PrepareImage(context.Background(), false); api.CodeOf(err) != api.CodeImageKeys {
		t.Errorf("%v", err)
	}
	if _, err := image.Client().PrepareImage(context.Background(), true); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(aside); err == nil {
		t.Error("it is still there")
	}
}
