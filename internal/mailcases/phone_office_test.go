package mailcases

import (
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/internal/apptest"
	"github.com/seed-1feef0b2/holdfast/internal/daemon"
	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
)

// phoneOffice is a whole server with providers of text messages and calls, and an
// activated computer whose person enrols one phone after the other.
type phoneOffice struct {
	*diary
	phones int
	voice  bool
	// database is the server's file.
	database string
	// day is told the time of every new day; nil where nobody wants it.
	day func(now time.Time)
}

const (
	token      = "0123456789abcdef0123456789abcdef"
	hookSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
)

// openPhones starts a server with these providers and the shared mail relay, and
// activates a computer.
func openPhones(t *testing.T, s *suite, p daemon.Phone) *phoneOffice {
	t.Helper()
	p.VoiceCountries = []string{"VN"}
	mail := smtpOf(s.relay)
	mail.From = sender
	o := &office{t: t, clock: apptest.NewClock()}
	data := t.TempDir()
	d, err := daemon.New(daemon.Options{
		Settings: daemon.Settings{Listen: "127.0.0.1:0", Data: data, SMTP: mail, Phone: p}, Now: o.clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	o.pc = apptest.NewComputer(&apptest.Server{TB: t, URL: d.URL(), Clock: o.clock}, "laptop", "")
	o.ref = o.pc.Register().Challenge.Reference
	out := &phoneOffice{diary: &diary{office: o, suite: s}, database: filepath.Join(data, "holdfast.db")}
	if got := out.types(out.mail()); got != string(app.Activated) {
		t.Fatal(got)
	}
	return out
}

// quiet waits until no message is on its way to a provider: a notice of the case
// before would get the reply that was ordered for the next one's code.
func (o *phoneOffice) quiet() {
	o.t.Helper()
	db, err := sql.Open("sqlite", o.database)
	if err != nil {
		o.t.Fatal(err)
	}
	defer db.Close()
	for range 600 {
		waiting := 0
		if err := db.QueryRow("SELECT count(*) FROM messages WHERE state = 'queued'").Scan(&waiting); err != nil {
			o.t.Fatal(err)
		}
		if waiting == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	o.t.Fatal("messages wait that nobody sends")
}

// enrol adds another phone, a day after the one before.
func (o *phoneOffice) enrol() {
	o.t.Helper()
	if o.phones > 0 {
		o.clock.Pass(24 * time.Hour)
	}
	if o.day != nil {
		o.day(o.clock.Now())
	}
	o.phones++
	o.rows = nil
	if _, err := o.pc.Client().AddPhone(context.Background(), fmt.Sprintf("+84 90 123 45%02d", o.phones), o.voice, apptest.Password); err != nil {
		o.t.Fatal(err)
	}
}

var sixDigits = regexp.MustCompile(`^\d{6}`)

// worksAs types a code that stood at the beginning of a text message.
func (o *phoneOffice) worksAs(text, want string) {
	o.t.Helper()
	o.works(delivertest.Mail{Code: sixDigits.FindString(text)}, want)
}

// secret writes a secret's file.
func secret(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(content+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// startTwilio starts a provider that speaks Twilio's interface.
func startTwilio(t *testing.T) (*delivertest.Node, daemon.PhoneProvider) {
	peer := delivertest.StartNode(t, "twilio", map[string]any{"account": "AC1", "token": token})
	return peer, daemon.PhoneProvider{
		Name: "acme", Kind: "twilio", URL: fmt.Sprintf("http://127.0.0.1:%d", peer.Port), Account: "AC1", From: "+15005550006", SecretFile: secret(t, token),
	}
}

// startHook starts a program that takes signed webhooks.
func startHook(t *testing.T) (*delivertest.Node, daemon.PhoneProvider) {
	now := apptest.NewClock().Now().UnixMilli()
	peer := delivertest.StartNode(t, "hook", map[string]any{"secret": hookSecret, "clock": now})
	if raw, err := base64.StdEncoding.DecodeString(hookSecret[6:]); err != nil || len(raw) != 32 {
		t.Fatal(err)
	}
	return peer, daemon.PhoneProvider{
		Name: "own", Kind: "webhook", URL: fmt.Sprintf("http://127.0.0.1:%d/take", peer.Port), SecretFile: secret(t, hookSecret),
	}
}

// startCentre starts a carrier's message centre.
func startCentre(t *testing.T) (*delivertest.Node, daemon.PhoneProvider) {
	peer := delivertest.StartNode(t, "smsc", map[string]any{"user": "holdfast", "password": "secret01"})
	return peer, daemon.PhoneProvider{
		Name: "carrier", Kind: "smpp", URL: fmt.Sprintf("smpp://holdfast@127.0.0.1:%d", peer.Port), From: "Holdfast", SecretFile: secret(t, "secret01"),
	}
}
