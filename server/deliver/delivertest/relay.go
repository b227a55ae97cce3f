package delivertest

import (
	"bytes"
	"crypto/x509"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// program is where Debian's package python3-aiosmtpd puts it.
const program = "/usr/bin/aiosmtpd"

// Relay is a running aiosmtpd on loopback. It takes mail only after STARTTLS
// and puts it into a maildir.
type Relay struct {
	// URL is smtp://127.0.0.1:PORT.
	URL string
	// CAs trusts the relay's certificate, and so does the file CAFile (PEM).
	CAs    *x509.CertPool
	CAFile string
	// Dir is the maildir.
	Dir       string
	t         testing.TB
	address   string
	authority *Authority
	manners   Manners
	ended     chan struct{}
}

//go:embed manners.py
var manners []byte

// Manners say how a relay behaves; the zero value takes all mail over STARTTLS.
type Manners struct {
	// Class is one of manners.py: Greylist, Refuse, Refusal, Overloaded,
	// DieAfterData, Named or Bounce; empty is aiosmtpd's own.
	Class string
	// Plain is a relay without TLS.
	Plain bool
	// Bounces is the maildir that Bounce puts returned mail into.
	Bounces string
	// Again is a relay that ended: this one takes its place, with its address,
	// maildir and certificate.
	Again *Relay
}

// StartRelay starts a relay that ends with the test. Without the program the
// test is skipped, or fails where HOLDFAST_REQUIRE_ALL=1 is set.
func StartRelay(t testing.TB) *Relay {
	t.Helper()
	return StartRelayWith(t, Manners{})
}

// StartRelayWith is StartRelay with other manners.
func StartRelayWith(t testing.TB, m Manners) *Relay {
	t.Helper()
	if _, err := os.Stat(program); err != nil {
		const why = "NOT TESTED AGAINST A REAL MAIL SERVER: the package python3-aiosmtpd is not installed"
		if os.Getenv("HOLDFAST_REQUIRE_ALL") == "1" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	if m.Again != nil {
		r := *m.Again
		r.manners, r.t = m, t
		fatal(t, r.start())
		return &r
	}
	authority := NewAuthority(t)
	// Another process may take a free port before the relay does: then once more.
	for range 5 {
		address := freePort(t)
		r := &Relay{
			URL: "smtp://" + address, CAs: authority.Pool, CAFile: authority.CertFile, address: address, authority: authority, manners: m,
			Dir: filepath.Join(t.TempDir(), "maildir"), t: t, // the relay makes it; it must not be there yet
		}
		if err := r.start(); err == nil {
			return r
		} else if !errors.Is(err, errEnded) {
			t.Fatal(err)
		}
	}
	t.Fatal("the relay ended at every start")
	return nil
}

var errEnded = errors.New("the relay ended at once")

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	fatal(t, err)
	defer l.Close()
	return l.Addr().String()
}

func (r *Relay) command() *exec.Cmd {
	class, folder := "aiosmtpd.handlers.Mailbox", r.t.TempDir()
	if r.manners.Class != "" {
		class = "manners." + r.manners.Class
		fatal(r.t, os.WriteFile(filepath.Join(folder, "manners.py"), manners, 0o600))
	}
	args := []string{"-n", "-l", r.address, "-c", class}
	if !r.manners.Plain {
		args = append(args, "--tlscert", r.authority.CertFile, "--tlskey", r.authority.KeyFile)
	}
	cmd := exec.Command(program, append(args, r.Dir)...)
	cmd.Env = append(os.Environ(), "PYTHONPATH="+folder, "PYTHONDONTWRITEBYTECODE=1", "BOUNCES="+r.manners.Bounces)
	return cmd
}

func (r *Relay) start() error {
	said := &output{}
	cmd := r.command()
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	r.ended = ended
	go func() { defer close(ended); _ = cmd.Wait() }()
	r.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		select {
		case <-ended:
			return fmt.Errorf("%w: %s", errEnded, said)
		case <-time.After(20 * time.Millisecond):
		}
		if greets(r.address) {
			return nil
		}
	}
	return fmt.Errorf("the relay did not greet: %s", said)
}

func greets(address string) bool {
	c, err := textproto.Dial("tcp", address)
	if err != nil {
		return false
	}
	defer c.Close()
	_, _, err = c.ReadResponse(220)
	return err == nil
}

// Ended waits until the relay has died by itself.
func (r *Relay) Ended(atMost time.Duration) {
	r.t.Helper()
	select {
	case <-r.ended:
	case <-time.After(atMost):
		r.t.Fatalf("the relay still lives after %v", atMost)
	}
}

// Mails gives what has arrived, oldest first.
func (r *Relay) Mails() []Mail {
	r.t.Helper()
	files, err := filepath.Glob(filepath.Join(r.Dir, "new", "*"))
	fatal(r.t, err)
	type arrived struct {
		name string
		at   time.Time
	}
	var list []arrived
	for _, f := range files {
		info, err := os.Stat(f)
		fatal(r.t, err)
		list = append(list, arrived{f, info.ModTime()})
	}
	slices.SortFunc(list, func(a, b arrived) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return strings.Compare(a.name, b.name)
	})
	mails := []Mail{}
	for _, a := range list {
		raw, err := os.ReadFile(a.name)
		fatal(r.t, err)
		m, err := Parse(raw)
		if err != nil {
			r.t.Fatalf("%s: %v\n%s", filepath.Base(a.name), err, raw)
		}
		mails = append(mails, m)
	}
	return mails
}

// Wait waits until at least n mails have arrived and gives them all, oldest first.
func (r *Relay) Wait(n int, atMost time.Duration) []Mail {
	r.t.Helper()
	for end := time.Now().Add(atMost); ; time.Sleep(10 * time.Millisecond) {
		if files, _ := filepath.Glob(filepath.Join(r.Dir, "new", "*")); len(files) >= n {
			return r.Mails()
		} else if time.Now().After(end) {
			r.t.Fatalf("%d of %d mails after %v", len(files), n, atMost)
		}
	}
}

// output collects what the relay says.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}
