package daemon

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// well is a doctor who finds nothing of the machine's to complain about.
func well(s Settings) doctor {
	return doctor{
		s: s, now: time.Now, txt: func(context.Context, string) ([]string, error) { return nil, nil },
		free: func(string) (uint64, bool) { return 1 << 40, true }, synchronized: func() (bool, bool) { return true, true },
	}
}

// states gives key or refusal by check.
func states(list []finding) map[string]string {
	out := map[string]string{}
	for _, f := range list {
		out[f.name] = f.state + " " + f.key
		if f.refusal != nil {
			out[f.name] = f.state + " " + f.refusal.Key
		}
	}
	return out
}

// TestTheDoctorFindsWhatIsWrong: one thing at a time.
func TestTheDoctorFindsWhatIsWrong(t *testing.T) {
	m := newMachine(t, storetest.SQLite(t))
	m.serve().stop()
	healthyData := Settings{Listen: DefaultListen, Data: m.data}
	certFile, keyFile := certificate(t)
	for name, c := range map[string]struct {
		change func(*doctor)
		check  string
		want   string
	}{
		"settings":    {func(d *doctor) { d.s.Listen = "0.0.0.0:1" }, "settings", "failing tls"},
		"all well":    {func(*doctor) {}, "database", "ok database"},
		"no database": {func(d *doctor) { d.s.Data = filepath.Join(m.data, "none") }, "database", "warning first"},
		"another key": {func(d *doctor) { d.s.Data = strangeFolder(t, m.data) }, "database", "failing master-other"},
		"loose clock": {func(d *doctor) { d.synchronized = func() (bool, bool) { return false, true } }, "clock", "warning clock-loose"},
		"no clock":    {func(d *doctor) { d.synchronized = func() (bool, bool) { return false, false } }, "clock", "ok clock"},
		"full disk":   {func(d *doctor) { d.free = func(string) (uint64, bool) { return 1 << 20, true } }, "disk", "warning disk-low"},
		"no mail":     {func(*doctor) {}, "mail", "warning mail-none"},
		"relay away":  {func(d *doctor) { d.s.SMTP.URL = "smtp://127.0.0.1:1" }, "mail", "failing mail-refuses"},
		"certificate": {func(d *doctor) { d.s.TLS = TLS{CertFile: certFile, KeyFile: keyFile} }, "tls", "warning tls-soon"},
		"other name": {func(d *doctor) {
			d.s.TLS, d.s.Origin = TLS{CertFile: certFile, KeyFile: keyFile}, "https://a.example.org"
		}, "tls", "failing tls-name"},
		"no backup":    {func(*doctor) {}, "backup", "warning backup-none"},
		"wrong pair":   {func(d *doctor) { d.s.TLS = TLS{CertFile: certFile, KeyFile: certFile} }, "tls", "failing tls-read"},
		"over already": {func(d *doctor) { d.s.TLS, d.now = TLS{CertFile: certFile, KeyFile: keyFile}, nextYear }, "tls", "failing tls-over"},
	} {
		t.Run(name, func(t *testing.T) {
			d := well(healthyData)
			c.change(&d)
			if got := states(d.look(t.Context()))[c.check]; got != c.want {
				t.Errorf("%s: %q, want %q", c.check, got, c.want)
			}
		})
	}
	m.run(0, "", "backup", filepath.Join(t.TempDir(), "b"))
	d := well(healthyData)
	if got := states(d.look(t.Context()))["backup"]; got != "ok backup" {
		t.Error(got)
	}
	d.now = nextYear
	if got := states(d.look(t.Context()))["backup"]; got != "warning backup-old" {
		t.Error(got)
	}
}

func nextYear() time.Time { return time.Now().AddDate(1, 0, 0) }

// strangeFolder is a copy of a server's folder with another master key.
func strangeFolder(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	raw, err := os.ReadFile(filepath.Join(dir, "holdfast.db"))
	if err == nil {
		err = os.WriteFile(filepath.Join(to, "holdfast.db"), raw, 0o600)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(to, MasterFile), random(masterSize), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// TestTheDoctorAsksTheDatabasesClock: a clock that runs away from that of PostgreSQL's
// machine is found.
func TestTheDoctorAsksTheDatabasesClock(t *testing.T) {
	m := newMachine(t, storetest.Postgres(t))
	m.serve().stop()
	d := well(Settings{Listen: DefaultListen, Data: m.data, Database: m.db.DSN})
	if got := states(d.look(t.Context())); got["clock"] != "ok clock" || got["database"] != "ok database" {
		t.Error(got)
	}
	d.now = func() time.Time { return time.Now().Add(-time.Minute) }
	if got := states(d.look(t.Context()))["clock"]; got != "failing clock-off" {
		t.Error(got)
	}
}

// TestTheDoctorSpeaksToRealRelays: with TLS and without, and never begins a message.
func TestTheDoctorSpeaksToRealRelays(t *testing.T) {
	good, plain := delivertest.StartRelay(t), delivertest.StartRelayWith(t, delivertest.Manners{Plain: true})
	d := well(Settings{Listen: DefaultListen, Data: t.TempDir(), SMTP: SMTP{
		URL: good.URL, CAFile: good.CAFile, RequireTLS: true, Others: []Relay{{URL: plain.URL}},
	}})
	list := d.relays(t.Context())
	if len(list) != 2 || list[0].key != "mail" || list[1].key != "mail-refuses" || !strings.Contains(list[1].say(text.For("en")), "encryption") {
		t.Errorf("%+v", list)
	}
	d.s.SMTP.RequireTLS = false
	if list = d.relays(t.Context()); len(list) != 2 || list[1].key != "mail-plain" {
		t.Errorf("%+v", list)
	}
	if n := len(good.Mails()) + len(plain.Mails()); n != 0 {
		t.Errorf("the doctor sent %d messages", n)
	}
}

// TestTheDoctorReadsThePublishedKey compares what is published with what signs.
func TestTheDoctorReadsThePublishedKey(t *testing.T) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "dkim.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	d := well(Settings{Origin: "https://keys.example.org", SMTP: SMTP{URL: "smtp://127.0.0.1:1", DKIM: DKIM{KeyFile: file, Selector: "s1"}}})
	missing := d.dkim(t.Context())
	said := missing[0].say(text.For("en"))
	if missing[0].key != "dkim-missing" || !strings.Contains(said, "s1._domainkey.keys.example.org: v=DKIM1; k=ed25519; p=") {
		t.Errorf("%+v %s", missing, said)
	}
	record := missing[0].data["Record"].(string)
	for published, want := range map[string]string{
		record: "dkim", strings.Replace(record, "; p=", ";  k=ed25519; p= ", 1): "dkim",
		"v=DKIM1; p=AAAA": "dkim-missing", "v=spf1 -all": "dkim-missing",
	} {
		d.txt = func(_ context.Context, name string) ([]string, error) {
			if name != "s1._domainkey.keys.example.org" {
				t.Errorf("asked for %s", name)
			}
			return []string{published}, nil
		}
		if got := d.dkim(t.Context())[0].key; got != want {
			t.Errorf("%s: %s", published, got)
		}
	}
}

// TestDoctorCommand: words and JSON, exit code 3 where something is failing, and
// nothing is made.
func TestDoctorCommand(t *testing.T) {
	dir := t.TempDir()
	code, out, errs := run(t.Context(), nil, "doctor", "--data", dir)
	if code != 0 || !strings.Contains(out, "settings") {
		t.Errorf("%d %s%s", code, out, errs)
	}
	code, out, errs = run(t.Context(), map[string]string{"HOLDFAST_SMTP_URL": "smtp://127.0.0.1:1"}, "doctor", "--json", "--data", dir)
	var reply struct {
		Checks []struct{ Name, State, Says string }
	}
	if err := json.Unmarshal([]byte(out), &reply); code != exitTampered || err != nil || len(reply.Checks) < 4 {
		t.Errorf("%d %v %s%s", code, err, out, errs)
	}
	for _, lang := range text.Languages {
		_, out, _ := run(t.Context(), map[string]string{"LANG": lang}, "doctor", "--data", dir)
		if strings.Contains(out, "<") {
			t.Errorf("%s: %s", lang, out)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("the doctor made %v", left)
	}
}
