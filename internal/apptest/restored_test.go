package apptest

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
)

// TestAServerPutBackToBeforeItsKeysIsNotBelieved: a server restored from a backup from
// before a change of its signing keys is, to a computer that followed the change, what
// a thief with an old key would be. Nothing is taken from it, the keys go on opening,
// it is said what is wrong, and the operator and the owner mend it together.
func TestAServerPutBackToBeforeItsKeysIsNotBelieved(t *testing.T) {
	ctx := context.Background()
	c := owned(NewServer(t), "laptop")
	backup := filepath.Join(t.TempDir(), "backup.db")
	c.Server.Close()
	copyFile(t, c.Server.database, backup)
	c.Server = c.Server.under(c.Server.master)
	if err := c.Server.Service.RotateSigning(ctx, true); err != nil {
		t.Fatal(err)
	}
	c.CheckIn()
	before := c.Client().Status(ctx)
	c.Quit()
	c.Server.Close()
	copyFile(t, backup, c.Server.database)
	c.Server = c.Server.under(c.Server.master)
	if err := c.Server.Service.OpenEpoch(ctx); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		st, err := c.Client().CheckIn(ctx)
		if api.CodeOf(err) != api.CodeServerKeys || st.Access != app.AccessWrite || st.NewKeys {
			t.Fatalf("an old key is believed, or the keys are shut: %+v %v", st, err)
		}
		c.Quit()
	}
	st := c.Client().Status(ctx) // nobody was there when a quiet check-in failed
	if !slices.Contains(st.Warnings, "error."+api.CodeServerKeys) || *st.Certificate != *before.Certificate {
		t.Fatalf("%+v", st)
	}
	c.Has("A", "value")
	if err := c.Server.Service.RenewSigning(ctx); err != nil {
		t.Fatal(err)
	}
	if st = c.CheckIn(); !st.NewKeys || st.ContactLost || *st.Certificate != *before.Certificate {
		t.Fatalf("new keys are taken without the owner: %+v", st)
	}
	if _, err := c.Client().GiveEmail(ctx, "eve@example.org", Password); api.CodeOf(err) != api.CodeOtherAddress {
		t.Fatal(err)
	}
	st, err := c.Client().GiveEmail(ctx, Email, Password)
	if err != nil || st.NewKeys || st.Challenge != nil || st.State != app.Activated {
		t.Fatalf("%+v %v", st, err)
	}
	if st = c.CheckIn(); st.NewKeys || len(st.Warnings) != 0 || st.Access != app.AccessWrite {
		t.Errorf("%+v", st)
	}
	if err := c.Server.Service.RotateSigning(ctx, true); err != nil { // and changes go on from there
		t.Fatal(err)
	}
	if st = c.CheckIn(); st.NewKeys || len(st.Warnings) != 0 {
		t.Errorf("%+v", st)
	}
}
