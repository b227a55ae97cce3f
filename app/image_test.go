package app

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
)

// TestAnImageOfAProfileThatLostItsIdentity: with both copies of the identity
// broken, what is left names the account and the computer all the same.
func TestAnImageOfAProfileThatLostItsIdentity(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	b.activated().Close()
	for _, name := range []string{identityFile, identityCopy} {
		if err := os.WriteFile(filepath.Join(b.dir, name), []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := b.client()
	_, err := c.PrepareImage(ctx, true)
	want(t, err, api.CodeStateBroken) // said once, and set aside
	_, err = c.PrepareImage(ctx, false)
	want(t, err, api.CodeImageKeys)
	done, err := c.PrepareImage(ctx, true)
	if err != nil || done.SignedOut {
		t.Fatalf("%+v, %v", done, err)
	}
	left, err := os.ReadDir(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		if f.Name() != settingsFile && f.Name() != serverFile && f.Name() != lockFile {
			t.Errorf("left in the image: %s", f.Name())
		}
	}
	if done, err = c.PrepareImage(ctx, false); err != nil || !done.SignedOut {
		t.Errorf("once more: %+v, %v", done, err)
	}
}
