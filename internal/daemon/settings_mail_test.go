package daemon

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

const aRelay = "smtp://127.0.0.1:2525"

// TestMailSettingsThatCannotWork are refused at start, each with a sentence in
// every language.
func TestMailSettingsThatCannotWork(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	password, nonsense := file("password", "swordfish\n"), file("nonsense", "no key")
	for name, c := range map[string]struct {
		smtp SMTP
		want string
	}{
		"others alone":       {SMTP{Others: []Relay{{URL: aRelay}}}, "smtp-alone"},
		"returns alone":      {SMTP{Returns: Returns{Maildir: dir}}, "smtp-alone"},
		"no selector":        {SMTP{URL: aRelay, DKIM: DKIM{KeyFile: nonsense}}, "smtp-dkim-half"},
		"no key":             {SMTP{URL: aRelay, DKIM: DKIM{Selector: "s"}}, "smtp-dkim-half"},
		"not a key":          {SMTP{URL: aRelay, DKIM: DKIM{KeyFile: nonsense, Selector: "s"}}, "smtp-dkim"},
		"key not there":      {SMTP{URL: aRelay, DKIM: DKIM{KeyFile: filepath.Join(dir, "none"), Selector: "s"}}, "smtp-dkim"},
		"two mailboxes":      {SMTP{URL: aRelay, Returns: Returns{Maildir: dir, URL: "imaps://me@mail.example.org", PasswordFile: password}}, "smtp-returns-half"},
		"no password":        {SMTP{URL: aRelay, Returns: Returns{URL: "imaps://me@mail.example.org"}}, "smtp-returns-half"},
		"only how often":     {SMTP{URL: aRelay, Returns: Returns{Every: Duration(time.Minute)}}, "smtp-returns-half"},
		"too often":          {SMTP{URL: aRelay, Returns: Returns{Maildir: dir, Every: Duration(time.Millisecond)}}, "smtp-returns-every"},
		"no maildir":         {SMTP{URL: aRelay, Returns: Returns{Maildir: filepath.Join(dir, "none")}}, "smtp-returns"},
		"a bad IMAP address": {SMTP{URL: aRelay, Returns: Returns{URL: "mail.example.org", PasswordFile: password}}, "smtp-returns"},
		"too long an effort": {SMTP{URL: aRelay, Timeout: Duration(time.Hour)}, "smtp-timeout"},
		"a second bad relay": {SMTP{URL: aRelay, Others: []Relay{{URL: "mail.example.org"}}}, "smtp-settings"},
		"bad certificates":   {SMTP{URL: aRelay, Others: []Relay{{URL: aRelay, CAFile: nonsense}}}, "smtp-ca"},
		"reports alone":      {SMTP{Reports: []MailReporter{{Name: "post", SecretFile: password}}}, "smtp-alone"},
		"reports unsigned":   {SMTP{URL: aRelay, Reports: []MailReporter{{Name: "post"}}}, "smtp-reports"},
		"no such secret":     {SMTP{URL: aRelay, Reports: []MailReporter{{Name: "post", SecretFile: filepath.Join(dir, "none")}}}, "smtp-reports"},
		"no secret in it":    {SMTP{URL: aRelay, Reports: []MailReporter{{Name: "post", SecretFile: password}}}, "smtp-reports"},
		"another relay":      {SMTP{URL: aRelay, Reports: []MailReporter{{Name: "post", SecretFile: password, Relay: "mail.example.org"}}}, "smtp-reports"},
		"two of a name":      {SMTP{URL: aRelay, Reports: []MailReporter{{Name: "post", SecretFile: password}, {Name: "post", SecretFile: password}}}, "phone-twice"},
		"a bad sender":       {SMTP{URL: aRelay, BounceTo: "a@b, c@d"}, "smtp-settings"},
	} {
		_, err := New(Options{Settings: Settings{Listen: "127.0.0.1:0", Data: t.TempDir(), SMTP: c.smtp}})
		if !isRefusal(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		for _, lang := range text.Languages {
			if key := "daemon.refuse." + c.want; !text.For(lang).Has(key) {
				t.Errorf("%s: no %s", lang, key)
			}
		}
		if err != nil && strings.Contains(err.Error(), "swordfish") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMailSettingsThatWork: everything at once.
func TestMailSettingsThatWork(t *testing.T) {
	dir := t.TempDir()
	for _, sub := range []string{"new", "cur"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	keyFile := filepath.Join(dir, "dkim.pem")
	if err := os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := New(Options{Settings: Settings{Listen: "127.0.0.1:0", Data: t.TempDir(), SMTP: SMTP{
		URL: aRelay, From: "holdfast@Keys.example.org", Others: []Relay{{URL: "smtps://127.0.0.1:4650"}}, DKIM: DKIM{KeyFile: keyFile, Selector: "h1"},
		Timeout: Duration(30 * time.Second), RequireTLS: true, BounceTo: "bounces@keys.example.org", Returns: Returns{Maildir: dir, Every: Duration(time.Hour)},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if d.relay == nil || d.returns == nil || d.outbox != nil || d.relay.From() != "holdfast@Keys.example.org" {
		t.Errorf("%+v", d.relay)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}
