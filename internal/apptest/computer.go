package apptest

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/app/chip"
	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
	"github.com/seed-1feef0b2/holdfast/app/keystore/keystoretest"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

// What the person of these tests types.
const (
	Email    = "kim@example.org"
	Password = "seven green herons wading"
)

// Computer is a recorded computer with a profile and a keyring of its own.
type Computer struct {
	TB      testing.TB
	Server  *Server
	Name    string
	Profile string
	Ring    keystore.Store
	// Disk may be replaced by one that is killed.
	Disk files.Disk
	// Chip opens the computer's security chip; nil is a computer without one.
	Chip func(context.Context) (chip.Chip, error)
	// Transport carries the client's requests; nil is the usual one.
	Transport http.RoundTripper
	// Wait is called where the client waits before it reads again; nil is nothing.
	Wait func(time.Duration)

	sample string
	source fingerprint.Source
	client *app.Client
}

// NewComputer is a recorded computer that no account knows.
func NewComputer(s *Server, sample, variant string) *Computer {
	s.TB.Helper()
	c := &Computer{
		TB: s.TB, Server: s, Name: "LAPTOP-7", Profile: filepath.Join(s.TB.TempDir(), "profile"),
		Ring: keystoretest.New(), Disk: files.OS(), sample: sample,
	}
	c.Become(variant)
	return c
}

// Become changes the computer into a variant of its sample. A client that is
// open reads the new one from its next launch on.
func (c *Computer) Become(variant string) { c.Turn(c.sample, variant) }

// Turn changes the computer into another one altogether.
func (c *Computer) Turn(sample, variant string) {
	c.TB.Helper()
	dir := c.TB.TempDir()
	if err := recorded.UnpackVariant(sample, variant, dir); err != nil {
		c.TB.Fatal(err)
	}
	src, err := recorded.Open(dir, "")
	if err != nil {
		c.TB.Fatal(err)
	}
	c.source = src
	c.Quit()
}

// Client is the running client; it launches one where none runs.
func (c *Computer) Client() *app.Client {
	c.TB.Helper()
	if c.client != nil {
		return c.client
	}
	client, err := app.Open(app.Config{
		Profile: c.Profile, Server: c.Server.URL, Source: c.source, Disk: c.Disk, Now: c.Server.Clock.Now, Name: c.Name, Transport: c.Transport, Chip: c.Chip,
		Wait: func(_ context.Context, d time.Duration) error {
			if c.Wait != nil {
				c.Wait(d)
			}
			return nil
		},
		Argon:    vault.Params{Time: 1, MemoryKiB: 8, Threads: 1},
		Keystore: func(string) (keystore.Store, error) { return c.Ring, nil },
	})
	if err != nil {
		c.TB.Fatal(err)
	}
	c.client = client
	return client
}

// Quit ends the client, so that the next use is a relaunch.
func (c *Computer) Quit() {
	if c.client != nil {
		c.client.Close()
		c.client = nil
	}
}

// Copy is the same computer a second time: profile and keyring copied.
func (c *Computer) Copy() *Computer {
	c.TB.Helper()
	out := *c
	out.client = nil
	out.Profile = filepath.Join(c.TB.TempDir(), "profile")
	if err := os.CopyFS(out.Profile, os.DirFS(c.Profile)); err != nil {
		c.TB.Fatal(err)
	}
	out.Ring = copyRing(c.TB, c.Ring)
	return &out
}

func copyRing(tb testing.TB, from keystore.Store) keystore.Store {
	tb.Helper()
	to := keystoretest.New()
	for _, name := range []string{keystore.Ring, keystore.DeviceKey, keystore.DeviceKeyNext} {
		v, err := from.Get(context.Background(), name)
		if err != nil {
			continue
		}
		if err := to.Set(context.Background(), name, v); err != nil {
			tb.Fatal(err)
		}
	}
	return to
}

// Register makes the account, with this computer as its first.
func (c *Computer) Register() app.Status {
	c.TB.Helper()
	st, err := c.Client().Register(context.Background(), app.RegisterInput{Email: Email, Password: Password})
	if err != nil {
		c.TB.Fatal(err)
	}
	return st
}

// Enrol adds this computer to the account.
func (c *Computer) Enrol() app.Status {
	c.TB.Helper()
	st, err := c.Client().Enrol(context.Background(), app.EnrolInput{Login: Email, Password: Password})
	if err != nil {
		c.TB.Fatal(err)
	}
	return st
}

// TypeCode answers the open challenge with the code that was sent.
func (c *Computer) TypeCode() app.Status {
	c.TB.Helper()
	st := c.Client().Status(context.Background())
	if st.Challenge == nil {
		c.TB.Fatalf("no challenge: %+v", st)
	}
	st, err := c.Client().Answer(context.Background(), c.Server.Code(st.Challenge.Reference))
	if err != nil {
		c.TB.Fatal(err)
	}
	return st
}

// Activate registers and types the code.
func (c *Computer) Activate() {
	c.TB.Helper()
	c.Register()
	if st := c.TypeCode(); st.State != app.Activated || st.Access != app.AccessWrite || st.ContactLost {
		c.TB.Fatalf("after the code: %+v", st)
	}
}

// CheckIn reports this computer.
func (c *Computer) CheckIn() app.Status {
	c.TB.Helper()
	st, err := c.Client().CheckIn(context.Background())
	if err != nil {
		c.TB.Fatal(err)
	}
	return st
}

// Put puts a key.
func (c *Computer) Put(name, value string) {
	c.TB.Helper()
	if err := c.Client().PutKey(context.Background(), name, []byte(value)); err != nil {
		c.TB.Fatal(err)
	}
}

// Has checks that a key is there with its value.
func (c *Computer) Has(name, value string) {
	c.TB.Helper()
	v, err := c.Client().GetKey(context.Background(), name)
	if err != nil || string(v) != value {
		c.TB.Errorf("key %s: %q, %v", name, v, err)
	}
}

// Refuses checks that a key cannot be had, for the reason of a code.
func (c *Computer) Refuses(name, code string) {
	c.TB.Helper()
	v, err := c.Client().GetKey(context.Background(), name)
	if api.CodeOf(err) != code {
		c.TB.Errorf("key %s: %q, %v; want %s", name, v, err, code)
	}
}

// Outline is what the vault's file tells without being opened.
func (c *Computer) Outline() vault.Outline {
	c.TB.Helper()
	o, err := vault.Look(c.vaultConfig(), c.ringKey())
	if err != nil {
		c.TB.Fatal(err)
	}
	return o
}

func (c *Computer) vaultConfig() vault.Config {
	return vault.Config{
		Disk: files.OS(), Path: filepath.Join(c.Profile, "vault.hf"), Argon: vault.Params{Time: 1, MemoryKiB: 8, Threads: 1},
	}
}

func (c *Computer) ringKey() vault.Secret {
	c.TB.Helper()
	raw, err := c.Ring.Get(context.Background(), keystore.Ring)
	if err != nil {
		c.TB.Fatal(err)
	}
	return vault.Secret(raw)
}

// Policy puts the account under a policy.
func (c *Computer) Policy(name string) {
	c.TB.Helper()
	st := c.Client().Status(context.Background())
	if err := c.Server.Service.SetPolicy(context.Background(), st.Account, name); err != nil {
		c.TB.Fatal(err)
	}
}

// Strict puts the account under the strict policy.
func (c *Computer) Strict() {
	c.TB.Helper()
	c.Policy(api.Strict)
}
