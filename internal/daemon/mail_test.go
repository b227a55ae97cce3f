package daemon

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// need says loudly that something of the system is missing; where everything
// must be there, it fails.
func need(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil && os.Getenv("HOLDFAST_REQUIRE_ALL") == "1" {
		t.Fatalf("%s is not installed, and HOLDFAST_REQUIRE_ALL=1", program)
	}
	if err != nil {
		t.Skipf("SKIPPED: %s is not installed, so mail to a real server was not tested", program)
	}
	return path
}

// certificate writes a self-made certificate for 127.0.0.1 and its key.
func certificate(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "127.0.0.1"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{
		certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: raw},
	} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

// aiosmtpd starts a mail server written by others, with STARTTLS and a maildir.
func aiosmtpd(t *testing.T, certFile, keyFile string) (addr, maildir string) {
	t.Helper()
	program := need(t, "aiosmtpd")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr = l.Addr().String()
	_ = l.Close()
	maildir = filepath.Join(t.TempDir(), "maildir")
	cmd := exec.CommandContext(t.Context(), program, "-n", "-c", "aiosmtpd.handlers.Mailbox", "-l", addr,
		"--tlscert", certFile, "--tlskey", keyFile, maildir)
	var out logBuffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if c, err := net.Dial("tcp", addr); err == nil {
			_ = c.Close()
			return addr, maildir
		}
	}
	t.Fatalf("aiosmtpd does not answer: %s", out.String())
	return "", ""
}

// letter waits for the one message of a maildir and reads it as a mail program would.
func letter(t *testing.T, maildir string) (mail.Header, map[string]string) {
	t.Helper()
	var files []string
	for deadline := time.Now().Add(15 * time.Second); len(files) == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("no mail came")
		}
		files, _ = filepath.Glob(filepath.Join(maildir, "new", "*"))
	}
	f, err := os.Open(files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	m, err := mail.ReadMessage(f)
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s %v", kind, err)
	}
	parts := map[string]string{}
	reader := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := reader.NextRawPart()
		if err != nil {
			return m.Header, parts
		}
		kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		var body io.Reader = p
		if p.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
			body = quotedprintable.NewReader(p)
		}
		raw, _ := io.ReadAll(body)
		parts[kind] = string(raw)
	}
}

// TestCodeByRealMail registers, reads the code out of somebody else's maildir,
// as it came over STARTTLS with a checked certificate, and answers with it.
func TestCodeByRealMail(t *testing.T) {
	certFile, keyFile := certificate(t)
	addr, maildir := aiosmtpd(t, certFile, keyFile)
	r := start(t, func(o *Options) {
		o.Settings.SMTP = SMTP{URL: "smtp://" + addr, From: "holdfast@keys.example.org", CAFile: certFile}
	})
	c := newClient(t, r.URL())
	reply := c.register("kim@example.org")
	if reply.Challenge.Outbox != "" || r.OutboxURL() != "" {
		t.Error("an outbox page beside a real relay")
	}
	if res, _ := get(t, r.URL()+"/outbox.json"); res.StatusCode != 404 {
		t.Errorf("the outbox answers %d", res.StatusCode)
	}
	header, parts := letter(t, maildir)
	subject, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
	if err != nil || subject != reply.Challenge.Subject {
		t.Errorf("subject %q, the challenge says %q", subject, reply.Challenge.Subject)
	}
	if from := header.Get("From"); !strings.Contains(from, "holdfast@keys.example.org") || reply.Challenge.Sender != "holdfast@keys.example.org" {
		t.Errorf("from %q", from)
	}
	for _, h := range []string{"User-Agent", "X-Mailer", "Bcc"} {
		if header.Get(h) != "" {
			t.Errorf("the message says %s: %s", h, header.Get(h))
		}
	}
	code := codeShape.FindString(parts["text/plain"])
	if code == "" || !strings.Contains(parts["text/html"], code) || strings.Contains(subject, code) {
		t.Fatalf("no code in %v", parts)
	}
	if got := c.answer(reply.Challenge.Reference, code); got.State != api.DeviceActivated {
		t.Fatalf("%+v", got)
	}
	ch := must[api.Challenge](c, "GET", c.path(api.RouteChallenge, reply.Challenge.Reference), nil)
	d := ch.Deliveries[0]
	if d.State != api.DeliveryHandedOver || !strings.HasPrefix(d.Detail, "250") || strings.Contains(d.Detail, "@") {
		t.Errorf("delivery %+v", d)
	}
	if id := header.Get("Message-Id"); strings.Trim(id, "<>") != d.MessageID || id == "" {
		t.Errorf("message id %q, the delivery says %q", id, d.MessageID)
	}
	if strings.Contains(r.log.String(), code) || strings.Contains(r.log.String(), "kim@") {
		t.Error("the log holds the code or the address")
	}
}

// TestRelayAway: the reply is true, and nothing is lost.
func TestRelayAway(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	r := start(t, func(o *Options) { o.Settings.SMTP = SMTP{URL: "smtp://" + addr} })
	c := newClient(t, r.URL())
	ref := c.register("kim@example.org").Challenge.Reference
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		ch := must[api.Challenge](c, "GET", c.path(api.RouteChallenge, ref), nil)
		d := ch.Deliveries[0]
		if d.State == api.DeliveryPutOff {
			if d.NextTry == "" || d.Detail == "" || strings.Contains(d.Detail, "kim") {
				t.Errorf("%+v", d)
			}
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("still %+v", d)
		}
	}
}

// TestOverTLS serves HTTPS from files.
func TestOverTLS(t *testing.T) {
	certFile, keyFile := certificate(t)
	r := start(t, func(o *Options) { o.Settings.TLS = TLS{CertFile: certFile, KeyFile: keyFile} })
	if !strings.HasPrefix(r.URL(), "https://127.0.0.1:") {
		t.Fatal(r.URL())
	}
	c := newClient(t, r.URL())
	if reply := c.register("kim@example.org"); reply.Account == "" {
		t.Errorf("%+v", reply)
	}
	_, err := New(Options{Settings: Settings{Listen: "127.0.0.1:0", Data: t.TempDir(), TLS: TLS{CertFile: keyFile, KeyFile: certFile}}})
	if !isRefusal(err, "tls-read") {
		t.Errorf("broken files: %v", err)
	}
}
