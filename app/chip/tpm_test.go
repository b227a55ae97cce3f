package chip_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-tpm/tpm2/transport"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
	"github.com/seed-1feef0b2/holdfast/app/chip"
	"github.com/seed-1feef0b2/holdfast/app/chip/chiptest"
)

var (
	auth   = chip.Secret{1, 2, 3, 31: 0} // a zero at the end: chips cut those off
	secret = chip.Secret{9, 8, 7}
)

func open(t testing.TB, m *chiptest.TPM) chip.Chip {
	t.Helper()
	c, err := m.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// made is a key and a sealed secret, as a profile keeps them.
type made struct{ key, secret, name []byte }

func enrol(t testing.TB, c chip.Chip) made {
	t.Helper()
	ctx := context.Background()
	k, err := c.NewKey(ctx, auth)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := c.Seal(ctx, secret, auth)
	if err != nil {
		t.Fatal(err)
	}
	name, err := c.Name(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return made{k.Blob(), sealed, name}
}

// works checks that key and secret are there.
func works(t testing.TB, c chip.Chip, b made) {
	t.Helper()
	ctx := context.Background()
	got, err := c.Unseal(ctx, b.secret, auth)
	if err != nil || got != secret {
		t.Fatalf("unseal: %v, right %v", err, got == secret)
	}
	k, err := c.LoadKey(ctx, b.key, auth)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // the second comes from what was kept of the first
		sig, err := k.Sign(ctx, []byte("message"))
		if err != nil || !sign.VerifyMessage(k.Public(), []byte("message"), sig) {
			t.Fatalf("signature: %v", err)
		}
	}
}

// fails checks the code of unsealing and of signing.
func fails(t testing.TB, c chip.Chip, b made, a chip.Secret, code string) error {
	t.Helper()
	ctx := context.Background()
	_, err := c.Unseal(ctx, b.secret, a)
	if api.CodeOf(err) != code {
		t.Errorf("unseal: %v, want %s", err, code)
	}
	k, e := c.LoadKey(ctx, b.key, a)
	if e == nil {
		_, e = k.Sign(ctx, []byte("message"))
	}
	if api.CodeOf(e) != code {
		t.Errorf("sign: %v, want %s", e, code)
	}
	return err
}

func TestSignAndSeal(t *testing.T) {
	t.Parallel()
	m := chiptest.Start(t)
	c := open(t, m)
	b := enrol(t, c)
	works(t, c, b)
	if c.Kind() != api.HardwareTPM {
		t.Errorf("kind %s", c.Kind())
	}
	if bytes.Contains(b.secret, secret[:8]) {
		t.Error("the secret lies in its blob")
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	works(t, open(t, m), b)
}

// TestEveryAuthorisationWorks: with zero bytes at the start, inside and at the end.
func TestEveryAuthorisationWorks(t *testing.T) {
	t.Parallel()
	c, ctx := open(t, chiptest.Start(t)), context.Background()
	for _, zero := range []int{0, 1, 15, 30, 31} {
		a := chip.Secret(bytes.Repeat([]byte{0xa5}, len(chip.Secret{})))
		a[zero] = 0
		k, err := c.NewKey(ctx, a)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Sign(ctx, []byte("message")); err != nil {
			t.Errorf("a zero at %d: %v", zero, err)
		}
		b, err := c.Seal(ctx, secret, a)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.Unseal(ctx, b, a); err != nil || got != secret {
			t.Errorf("a zero at %d: %v", zero, err)
		}
	}
}

func TestTheKeyNeverLeavesAndSignsOnly(t *testing.T) {
	t.Parallel()
	m := chiptest.Start(t)
	c := open(t, m)
	a := chip.PublicArea(enrol(t, c).key).ObjectAttributes
	if !a.FixedTPM || !a.FixedParent || !a.SensitiveDataOrigin || !a.NoDA || !a.SignEncrypt || a.Decrypt || a.Restricted {
		t.Errorf("attributes %+v", a)
	}
}

func TestAnotherAuthorisationOpensNothingAndLocksNobodyOut(t *testing.T) {
	t.Parallel()
	m := chiptest.Start(t)
	c := open(t, m)
	b := enrol(t, c)
	for range 40 { // more than any lock-out allows
		fails(t, c, b, chip.Secret{7}, api.CodeChipFailed)
	}
	works(t, c, b)
}

func TestRestart(t *testing.T) {
	t.Parallel()
	m := chiptest.Start(t)
	c := open(t, m)
	b := enrol(t, c)
	k, err := c.LoadKey(context.Background(), b.key, auth)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Sign(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	m.Restart()
	works(t, c, b) // what this program kept is void now, and is made anew
	if _, err := k.Sign(context.Background(), nil); err != nil {
		t.Error(err)
	}
	works(t, open(t, m), b)
}

func TestCleared(t *testing.T) {
	t.Parallel()
	m := chiptest.Start(t)
	c := open(t, m)
	b := enrol(t, c)
	m.Clear()
	for _, c := range []chip.Chip{c, open(t, m)} {
		fails(t, c, b, auth, api.CodeChipCleared)
		err := chip.Lost(context.Background(), c, func(name []byte) bool { return bytes.Equal(name, b.name) })
		if api.CodeOf(err) != api.CodeChipCleared {
			t.Errorf("%v", err)
		}
	}
	works(t, c, enrol(t, c)) // the chip itself is as good as before
}

func TestReplaced(t *testing.T) {
	t.Parallel()
	b := enrol(t, open(t, chiptest.Start(t)))
	other := open(t, chiptest.Start(t))
	fails(t, other, b, auth, api.CodeChipCleared)
	err := chip.Lost(context.Background(), other, func(name []byte) bool { return bytes.Equal(name, b.name) })
	if api.CodeOf(err) != api.CodeChipReplaced {
		t.Errorf("%v", err)
	}
}

// TestTheChipItselfRefusesForeignBlobs: the note of the storage key in a blob only
// saves asking; with a false note the chip says the same.
func TestTheChipItselfRefusesForeignBlobs(t *testing.T) {
	t.Parallel()
	m := chiptest.Start(t)
	first, other := open(t, m), open(t, chiptest.Start(t))
	b, own := enrol(t, first), enrol(t, other)
	b.key, b.secret = chip.WithParent(b.key, other), chip.WithParent(b.secret, other)
	fails(t, other, b, auth, api.CodeChipCleared)
	works(t, other, own)
}

func TestLockedOut(t *testing.T) {
	t.Parallel()
	m := chiptest.Start(t)
	c := open(t, m)
	b := enrol(t, c)
	// An object of somebody's that counts wrong tries.
	theirs, err := chip.Guarded(c, auth)
	if err != nil {
		t.Fatal(err)
	}
	for range 40 {
		if _, err = c.Unseal(context.Background(), theirs, chip.Secret{7}); api.CodeOf(err) == api.CodeChipLockedOut {
			break
		}
	}
	if api.CodeOf(err) != api.CodeChipLockedOut {
		t.Fatalf("wrong tries do not lock out: %v", err)
	}
	if _, err = c.Unseal(context.Background(), theirs, auth); api.CodeOf(err) != api.CodeChipLockedOut {
		t.Errorf("the right one during the lock-out: %v", err)
	}
	works(t, c, b) // ours counts none
}

func TestNothingStaysInTheChip(t *testing.T) {
	t.Parallel()
	m := chiptest.Start(t)
	c := open(t, m)
	b := enrol(t, c)
	other := enrol(t, open(t, chiptest.Start(t)))
	ctx := context.Background()
	for i := range 200 {
		switch i % 8 {
		case 0:
			fails(t, c, other, auth, api.CodeChipCleared)
		case 1:
			fails(t, c, b, chip.Secret{7}, api.CodeChipFailed)
		case 2:
			if _, err := c.Name(ctx); err != nil {
				t.Fatal(err)
			}
		case 3:
			c = open(t, m) // nothing kept
		default:
			works(t, c, b)
		}
	}
	if n := m.Handles(); n != 0 {
		t.Errorf("%d objects and sessions are left in the chip", n)
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	m := chiptest.Start(t)
	c := open(t, m)
	b := enrol(t, c)
	k, err := c.LoadKey(context.Background(), b.key, auth)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 10 {
				msg := []byte{byte(i)}
				sig, err := k.Sign(context.Background(), msg)
				if err != nil || !sign.VerifyMessage(k.Public(), msg, sig) {
					t.Error(err)
				}
				if got, err := c.Unseal(context.Background(), b.secret, auth); err != nil || got != secret {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := m.Handles(); n != 0 {
		t.Errorf("%d objects and sessions are left in the chip", n)
	}
}

// TestTheWayToTheChipShowsNothing listens between program and chip: neither the
// secret nor the authorisation is seen, when sealing, unsealing and signing.
func TestTheWayToTheChipShowsNothing(t *testing.T) {
	t.Parallel()
	m := chiptest.Start(t)
	ear := &listener{}
	c := chip.Over(func(context.Context) (transport.TPMCloser, error) {
		inner, err := chip.Dial(m.Socket)
		return &tapped{inner, ear}, err
	})
	works(t, c, enrol(t, c))
	heard := ear.heard.Bytes()
	if len(heard) < 1000 {
		t.Fatalf("only %d bytes were heard", len(heard))
	}
	for what, s := range map[string][]byte{"the secret": secret[:3], "the authorisation": auth[:3]} {
		if bytes.Contains(heard, append(bytes.Clone(s), 0, 0, 0, 0)) {
			t.Errorf("%s is seen on the way", what)
		}
	}
}

type listener struct{ heard bytes.Buffer }

type tapped struct {
	transport.TPMCloser
	ear *listener
}

func (t *tapped) Send(command []byte) ([]byte, error) {
	t.ear.heard.Write(command)
	answer, err := t.TPMCloser.Send(command)
	t.ear.heard.Write(answer)
	return answer, err
}

func TestSwitchedOffInTheFirmware(t *testing.T) {
	t.Parallel()
	m := chiptest.Start(t)
	c := open(t, m)
	b := enrol(t, c)
	// TPM2_HierarchyControl(platform, owner, off), Part 3, section 24.5: go-tpm has none.
	command, err := hex.DecodeString("8002" + "00000020" + "00000121" + "4000000c" + "00000009" + "40000009" + "0000" + "00" + "0000" + "40000001" + "00")
	if err != nil {
		t.Fatal(err)
	}
	m.Do(func(t transport.TPM) error {
		answer, err := t.Send(command)
		if err == nil && !bytes.HasSuffix(answer[:10], []byte{0, 0, 0, 0}) {
			err = fmt.Errorf("the chip says %x", answer)
		}
		return err
	})
	fails(t, c, b, auth, api.CodeChipAbsent)
}
