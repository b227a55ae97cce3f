package deliver

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
)

func pemKey(t *testing.T, key crypto.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func ed(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func rsaKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// dkimpy is Debian's python3-dkim: whether the mail on standard input is signed as
// the record in its argument wants.
const dkimpy = `
import sys, dkim
name, record = sys.argv[1].encode(), sys.argv[2].encode()
def answer(asked, timeout=5):
    return record if asked.rstrip(b".") == name else None
try:
    print(dkim.DKIM(sys.stdin.buffer.read()).verify(dnsfunc=answer))
except dkim.ValidationError:
    print(False)
`

func verifies(t *testing.T, d *DKIM, raw string) string {
	t.Helper()
	cmd := exec.Command("/usr/bin/python3", "-c", dkimpy, d.Name(), d.Record())
	cmd.Stdin = strings.NewReader(raw)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return complaint.String()
	}
	return strings.TrimSpace(out.String())
}

// TestOthersVerifyOurSignatures: dkimpy does, after a mail server had the mail, and
// not when a word of it was changed.
func TestOthersVerifyOurSignatures(t *testing.T) {
	if err := exec.Command("/usr/bin/python3", "-c", "import dkim, nacl").Run(); err != nil {
		const why = "DKIM WAS NOT VERIFIED BY OTHERS: the packages python3-dkim and python3-nacl are not installed"
		if os.Getenv("HOLDFAST_REQUIRE_ALL") == "1" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	for name, key := range map[string]crypto.PrivateKey{"rsa": rsaKey(t, 2048), "ed25519": ed(t)} {
		d, err := NewDKIM(strings.Repeat("long.", 9)+"example.org", strings.Repeat("s", 60), pemKey(t, key))
		if err != nil {
			t.Fatal(err)
		}
		p := startPeer(t, nil)
		s := newSMTP(t, SMTPOptions{URL: p.address, Sign: d})
		for _, lang := range text.Languages {
			l, err := Write(full(server.MessageChanged, lang), theSender, start)
			if err != nil {
				t.Fatal(err)
			}
			if out := s.Send(t.Context(), l); out.State != api.DeliveryHandedOver {
				t.Fatalf("%+v", out)
			}
		}
		for i, raw := range p.got {
			if got := verifies(t, d, raw); got != "True" {
				t.Errorf("%s %d: %s\n%s", name, i, got, raw)
			}
		}
		if got := verifies(t, d, strings.Replace(p.got[0], "4HT-M3X-R9W", "4HT-M3X-R9X", 1)); got != "False" {
			t.Errorf("%s: a changed mail: %s", name, got)
		}
		if got := verifies(t, d, "Subject: another\r\n"+p.got[0]); got != "False" {
			t.Errorf("%s: a second subject: %s", name, got)
		}
	}
}

// TestLettersAreSignedAtOnce: the race detector watches.
func TestLettersAreSignedAtOnce(t *testing.T) {
	d, err := NewDKIM("example.org", "s", pemKey(t, ed(t)))
	if err != nil {
		t.Fatal(err)
	}
	p := startPeer(t, nil)
	s := newSMTP(t, SMTPOptions{URL: p.address, Sign: d})
	l := letter(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { s.Send(t.Context(), l) })
	}
	all.Wait()
	if n, _ := p.count(); n != 8 {
		t.Errorf("%d mails", n)
	}
	for _, raw := range p.got {
		if !strings.Contains(raw, "DKIM-Signature:") || !strings.Contains(raw, "a=ed25519-sha256") {
			t.Error("not signed")
		}
	}
}

func TestUnusableDKIMKeys(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := pemKey(t, ed(t))
	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey(t, 2048))})
	if _, err := NewDKIM("example.org", "s", pkcs1); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		domain, selector string
		key              []byte
	}{
		"no pem":      {"example.org", "s", []byte("key")},
		"no key":      {"example.org", "s", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")})},
		"short rsa":   {"example.org", "s", pemKey(t, rsaKey(t, 1024))},
		"a curve":     {"example.org", "s", pemKey(t, curve)},
		"no domain":   {"", "s", good},
		"no selector": {"example.org", "", good},
		"too long":    {strings.Repeat("long.", 10) + "example.org", "s", good},
		"two tags":    {"example.org; i=x", "s", good},
		"capitals":    {"Example.org", "s", good},
		"a line":      {"example.org", "s\r\nx", good},
	} {
		if _, err := NewDKIM(c.domain, c.selector, c.key); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
