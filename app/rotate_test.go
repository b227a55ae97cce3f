package app

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
	"github.com/seed-1feef0b2/holdfast/app/vault"
)

// outline tells generation and slots of the vault's file.
func (b *bench) outline() vault.Outline {
	b.t.Helper()
	raw, err := b.ring.Get(context.Background(), keystore.Ring)
	if err != nil {
		b.t.Fatal(err)
	}
	o, err := vault.Look(vault.Config{
		Disk: b.disk, Path: filepath.Join(b.dir, vaultFile), Argon: vault.Params{Time: 1, MemoryKiB: 8, Threads: 1},
	}, vault.Secret(raw))
	if err != nil {
		b.t.Fatal(err)
	}
	return o
}

func TestRotationAtTheOwnersWish(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	st, err := c.Rotate(context.Background())
	if err != nil || st.State != Activated || st.Rotating {
		t.Fatalf("%+v, %v", st, err)
	}
	if o := b.outline(); o.Generation != 2 || len(o.Slots) != 1 {
		t.Errorf("%+v", o)
	}
	if b.peer.generation != 2 || b.peer.pending != 0 {
		t.Errorf("the server keeps generation %d, pending %d", b.peer.generation, b.peer.pending)
	}
	if want := []string{"POST rotations", "POST check-ins", "POST check-ins"}; !slices.Equal(b.peer.seen[len(b.peer.seen)-3:], want) {
		t.Errorf("asked %v", b.peer.seen)
	}
	b.holds(c)
	c.Close()
	b.holds(b.client())
}

func TestRotationThatTheServerWants(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	b.peer.pending = 2
	st, err := c.CheckIn(context.Background())
	if err != nil || st.Rotating || b.peer.generation != 2 || b.outline().Generation != 2 {
		t.Fatalf("%+v, %v; generation %d", st, err, b.peer.generation)
	}
	b.holds(c)
	// A locked vault gets both shares in one reply.
	c.Close()
	b.peer.pending = 3
	b.become("laptop", "disk-swapped")
	c = b.client()
	if _, err := c.CheckIn(context.Background()); err != nil {
		t.Fatal(err)
	}
	if st, err = c.Answer(context.Background(), b.peer.code); err != nil || st.State != Activated || st.Rotating {
		t.Fatalf("%+v, %v", st, err)
	}
	if o := b.outline(); o.Generation != 3 || len(o.Slots) != 1 {
		t.Errorf("%+v", o)
	}
	b.holds(c)
}

func TestAnAnsweredForkRotates(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	ctx := context.Background()
	b.peer.current, b.peer.lastPair = strings.Repeat("0", 32), [2]string{}
	if _, err := c.CheckIn(ctx); err != nil {
		t.Fatal(err)
	}
	st, err := c.Answer(ctx, b.peer.code)
	if err != nil || st.State != Activated || st.Rotating || b.outline().Generation != 2 || b.peer.generation != 2 {
		t.Fatalf("%+v, %v", st, err)
	}
	b.holds(c)
}

func TestAnOldCopyOfTheFileIsWorthNothingAfterARotation(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	path := filepath.Join(b.dir, vaultFile)
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Rotate(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := c.PutKey(context.Background(), "A", []byte("replaced")); err != nil {
		t.Fatal(err)
	}
	raw, _ := b.ring.Get(context.Background(), keystore.Ring)
	cfg := vault.Config{Disk: b.disk, Path: path, Argon: vault.Params{Time: 1, MemoryKiB: 8, Threads: 1}}
	keys := vault.Keys{Ring: vault.Secret(raw)}
	if _, err := vault.OpenWithShare(cfg, keys, vault.Share{Generation: 1, Secret: shareOf(1)}); api.CodeOf(err) != api.CodeVaultLocked {
		t.Errorf("the old share: %v", err)
	}
	if _, err := vault.OpenWithShare(cfg, keys, vault.Share{Generation: 2, Secret: shareOf(1)}); api.CodeOf(err) != api.CodeVaultLocked {
		t.Errorf("the old share under the new number: %v", err)
	}
	// Put back, the old file holds the old value and no other.
	c.Close()
	if err := os.WriteFile(path, old, 0o600); err != nil {
		t.Fatal(err)
	}
	b.holds(b.client())
}

func TestRotationNeedsOpenKeysAndTheServer(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	_, err := b.client().Rotate(ctx)
	want(t, err, api.CodeNotEnrolled)
	c := b.activated()
	c.Close()
	b.become("laptop", "disk-swapped")
	_, err = b.client().Rotate(ctx)
	want(t, err, api.CodeVaultLocked)
	b.become("laptop", "")
	c = b.client()
	b.peer.http.Close()
	st, err := c.Rotate(ctx)
	want(t, err, api.CodeServerAway)
	if st.State != Activated || b.outline().Generation != 1 {
		t.Errorf("%+v", st)
	}
	b.holds(c)
}

func TestRotationsLostAnswers(t *testing.T) {
	for _, route := range []string{"POST rotations", "POST check-ins"} {
		t.Run(route, func(t *testing.T) {
			b := newBench(t)
			c := b.activated()
			ctx := context.Background()
			b.lost(route, route, func() error { _, err := c.Rotate(ctx); return err })
			b.holds(c)
			c.Close()
			c = b.client()
			st, err := c.CheckIn(ctx)
			if err != nil || st.Rotating || b.peer.generation != 2 || b.peer.pending != 0 {
				t.Fatalf("%+v, %v; generation %d, pending %d", st, err, b.peer.generation, b.peer.pending)
			}
			b.holds(c)
		})
	}
}
