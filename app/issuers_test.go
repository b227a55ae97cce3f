package app

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"os"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
)

// change is one change of the peer's issuer keys.
type change struct{ previous, signed string }

func newIssuer(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func pin(k ed25519.PrivateKey) string {
	return base64.RawURLEncoding.EncodeToString(k.Public().(ed25519.PublicKey))
}

// nextKeys makes the next key the current one, as the server does.
func (p *peer) nextKeys() {
	p.t.Helper()
	before, after := p.key, newIssuer(p.t)
	claims := api.IssuersClaims{
		Issuer: p.url(), Audience: api.Audience, IssuedAt: p.now().Unix(),
		Previous: api.IssuerKeys{Current: pin(p.key), Next: pin(p.next)},
		Keys:     api.IssuerKeys{Current: pin(p.next), Next: pin(after)},
	}
	p.key, p.next = p.next, after
	p.changes = append(p.changes, change{issuerID(pin(before)), p.jws(api.IssuersType, claims)})
}

// loseKeys makes keys for which nothing vouches.
func (p *peer) loseKeys() {
	p.t.Helper()
	p.key, p.next = newIssuer(p.t), newIssuer(p.t)
	claims := api.IssuersClaims{
		Issuer: p.url(), Audience: api.Audience, IssuedAt: p.now().Unix(),
		Keys: api.IssuerKeys{Current: pin(p.key), Next: pin(p.next)},
	}
	p.changes = []change{{"", p.jws(api.IssuersType, claims)}}
}

// announced are the changes since the key that the client pins.
func (p *peer) announced() []string {
	var out []string
	for _, c := range p.changes {
		if len(out) > 0 || c.previous == "" && p.pinned != issuerID(pin(p.key)) || c.previous == p.pinned {
			out = append(out, c.signed)
		}
	}
	return out
}

func (p *peer) url() string { return p.claims().Issuer }

// pinnedTo fails unless a client pins the peer's keys and knows its certificate.
func (b *bench) pinnedTo(c *Client) {
	b.t.Helper()
	id, err := c.loadIdentity()
	if err != nil || id.Issuers != (api.IssuerKeys{Current: pin(b.peer.key), Next: pin(b.peer.next)}) {
		b.t.Fatalf("other keys are pinned: %v", err)
	}
	if st := c.Status(context.Background()); st.Certificate == nil || st.Access != AccessWrite {
		b.t.Fatalf("the certificate is not known: %+v", st)
	}
}

func TestRotationsOfTheServersKeysAreWalked(t *testing.T) {
	for _, missed := range []int{1, 2, 5} {
		b := newBench(t)
		c := b.activated()
		for range missed {
			b.peer.nextKeys()
		}
		if st := c.Status(context.Background()); st.Certificate == nil {
			t.Errorf("%d rotations: what was signed before is not known any more", missed)
		}
		if st, err := c.CheckIn(context.Background()); err != nil || st.State != Activated {
			t.Fatalf("%d rotations: %+v %v", missed, st, err)
		}
		b.pinnedTo(c)
		b.pinnedTo(b.client())
		b.peer.nextKeys()
		if _, err := c.CheckIn(context.Background()); err != nil {
			t.Fatal(err)
		}
		b.pinnedTo(c)
	}
}

// TestARotationOfTheServersKeysKilledAtEveryWrite: what is stored is known after a
// kill at any write, and the next check-in goes on.
func TestARotationOfTheServersKeysKilledAtEveryWrite(t *testing.T) {
	step := 5
	if os.Getenv("HOLDFAST_FULL") == "1" {
		step = 1
	}
	for at := 1; ; at += step {
		b := newBench(t)
		c := b.activated()
		b.peer.nextKeys()
		b.peer.nextKeys()
		c.Close()
		n := 0
		b.disk = files.Stepped(func(step, _ string) error {
			if step != files.StepRead {
				n++
			}
			if n >= at {
				return errDead
			}
			return nil
		})
		c = b.client()
		_, err := c.CheckIn(context.Background())
		c.Close()
		b.disk = files.OS()
		c = b.client()
		if st := c.Status(context.Background()); st.Certificate == nil || st.Access != AccessWrite {
			t.Fatalf("killed at write %d: what is stored is not known: %+v", at, st)
		}
		if st, e := c.CheckIn(context.Background()); e != nil || st.State != Activated {
			t.Fatalf("killed at write %d: %+v %v", at, st, e)
		}
		b.pinnedTo(c)
		if err == nil {
			t.Logf("killed %d writes apart until nothing was left to write, fewer than %d", step, at)
			return
		}
	}
}

func TestForgedChangesOfTheServersKeysAreRefused(t *testing.T) {
	eve := newIssuer(t)
	for name, forge := range map[string]func(p *peer, c *api.IssuersClaims) ed25519.PrivateKey{
		"signed by the current key": func(p *peer, _ *api.IssuersClaims) ed25519.PrivateKey { return p.key },
		"signed by a stranger":      func(*peer, *api.IssuersClaims) ed25519.PrivateKey { return eve },
		"another server's": func(p *peer, c *api.IssuersClaims) ed25519.PrivateKey {
			c.Issuer = "https://other.example"
			return p.next
		},
		"for somebody else":      func(p *peer, c *api.IssuersClaims) ed25519.PrivateKey { c.Audience = "x"; return p.next },
		"after other keys":       func(p *peer, c *api.IssuersClaims) ed25519.PrivateKey { c.Previous.Current = pin(eve); return p.next },
		"to another current key": func(p *peer, c *api.IssuersClaims) ed25519.PrivateKey { c.Keys.Current = pin(eve); return p.next },
		"with no next key":       func(p *peer, c *api.IssuersClaims) ed25519.PrivateKey { c.Keys.Next = ""; return p.next },
		"with the same next key": func(p *peer, c *api.IssuersClaims) ed25519.PrivateKey { c.Keys.Next = pin(p.next); return p.next },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			c := b.activated()
			p := b.peer
			claims := api.IssuersClaims{
				Issuer: p.url(), Audience: api.Audience, IssuedAt: p.now().Unix(),
				Previous: api.IssuerKeys{Current: pin(p.key), Next: pin(p.next)}, Keys: api.IssuerKeys{Current: pin(p.next), Next: pin(eve)},
			}
			by, key := forge(p, &claims), p.key
			p.key = by
			p.changes = []change{{issuerID(pin(key)), p.jws(api.IssuersType, claims)}}
			p.key = key
			if _, err := c.CheckIn(context.Background()); err != nil {
				t.Error(err)
			}
			b.pinnedTo(c)
		})
	}
}

func TestKeysForWhichNothingVouchesWaitForTheOwner(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	ctx := context.Background()
	b.peer.loseKeys()
	st, err := c.CheckIn(ctx)
	if err != nil || !st.NewKeys || st.State != Activated || st.Certificate == nil {
		t.Fatalf("%+v %v", st, err)
	}
	if id, _ := c.loadIdentity(); id.Issuers.Current == pin(b.peer.key) {
		t.Fatal("keys for which nothing vouches are pinned")
	}
	if _, err = c.GiveEmail(ctx, "kim@example.org", "right"); err != nil {
		t.Fatal(err)
	}
	if st, err = c.CheckIn(ctx); err != nil || st.NewKeys || st.ContactLost {
		t.Errorf("%+v %v", st, err)
	}
	b.pinnedTo(c)
}
