package app

import (
	"bytes"
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/chip"
	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
	"github.com/seed-1feef0b2/holdfast/app/keystore/keystoretest"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

// bench is one computer with its profile and keyring, and a peer.
type bench struct {
	t    *testing.T
	peer *peer
	ring *keystoretest.Memory
	dir  string
	src  fingerprint.Source
	disk files.Disk
	chip func(context.Context) (chip.Chip, error)
	// store stands before ring where it is set.
	store keystore.Store

	mu    sync.Mutex
	clock time.Time
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{
		t: t, ring: keystoretest.New(), dir: filepath.Join(t.TempDir(), "profile"), disk: files.OS(),
		clock: time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC),
	}
	b.become("laptop", "")
	b.peer = newPeer(t, b.now)
	return b
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.clock
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clock = b.clock.Add(d)
}

// become makes the computer another recorded one.
func (b *bench) become(name, variant string) {
	b.t.Helper()
	dir := b.t.TempDir()
	if err := recorded.UnpackVariant(name, variant, dir); err != nil {
		b.t.Fatal(err)
	}
	src, err := recorded.Open(dir, "")
	if err != nil {
		b.t.Fatal(err)
	}
	b.src = src
}

func (b *bench) client() *Client {
	b.t.Helper()
	c, err := Open(Config{
		Profile: b.dir, Server: b.peer.http.URL, Source: b.src, Disk: b.disk, Now: b.now, Name: "LAPTOP-7", Chip: b.chip,
		Argon: vault.Params{Time: 1, MemoryKiB: 8, Threads: 1},
		Keystore: func(string) (keystore.Store, error) {
			if b.store != nil {
				return b.store, nil
			}
			return b.ring, nil
		},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(c.Close)
	return c
}

// activated registers, types the code and puts a key.
func (b *bench) activated() *Client {
	b.t.Helper()
	c := b.client()
	ctx := context.Background()
	if _, err := c.Register(ctx, RegisterInput{Email: "k@example.org", Password: "correct horse battery"}); err != nil {
		b.t.Fatal(err)
	}
	st, err := c.Answer(ctx, b.peer.code)
	if err != nil {
		b.t.Fatal(err)
	}
	if st.State != Activated || st.Access != AccessWrite || len(st.Drift) != 0 || len(st.Accepted) != 0 || len(st.Warnings) != 0 {
		b.t.Fatalf("after the code: %+v", st)
	}
	if err := c.PutKey(ctx, "A", []byte("value")); err != nil {
		b.t.Fatal(err)
	}
	return c
}

func (b *bench) holds(c *Client) {
	b.t.Helper()
	v, err := c.GetKey(context.Background(), "A")
	if err != nil || !bytes.Equal(v, []byte("value")) {
		b.t.Errorf("the key: %q, %v", v, err)
	}
}

func want(t *testing.T, err error, is string) {
	t.Helper()
	if api.CodeOf(err) != is {
		t.Errorf("error %v, want %q", err, is)
	}
}
