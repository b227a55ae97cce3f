package daemon

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// issuerOn is the thumbprint of a machine's current signing key.
func (m *machine) issuerOn() (kid string) {
	m.t.Helper()
	s := Settings{Data: m.data, Database: m.env["HOLDFAST_DATABASE_URL"], Origin: fixedOrigin}
	if err := s.fill(); err != nil {
		m.t.Fatal(err)
	}
	err := withService(s, func(v *server.Service) error {
		k, err := v.KeyStatus(m.t.Context())
		kid = k.Issuer
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return kid
}

// TestARestoreFromBeforeARotation: the doctor asks for a backup after a rotation, and
// one that was lost is made up for by the same rotation once more: the key that
// computers have followed to is the current one again.
func TestARestoreFromBeforeARotation(t *testing.T) {
	m := newMachine(t, storetest.SQLite(t))
	m.serve().stop()
	look := func() map[string]string {
		t.Helper()
		d := well(Settings{Listen: DefaultListen, Data: m.data, Origin: fixedOrigin})
		d.now = func() time.Time { return time.Now().Add(2 * time.Second) } // times here are whole seconds
		return states(d.look(t.Context()))
	}
	file := filepath.Join(t.TempDir(), "before")
	m.run(0, "", "backup", file)
	if got := look(); got["backup"] != "ok backup" || got["keys"] != "" {
		t.Errorf("before: %v", got)
	}
	time.Sleep(1100 * time.Millisecond)
	m.run(0, "Make a backup now", "rotate-keys", "signing")
	followed := m.issuerOn()
	if got := look(); got["backup"] != "warning backup-keys" || got["keys"] != "ok keys" {
		t.Errorf("after: %v", got)
	}
	d := well(Settings{Listen: DefaultListen, Data: m.data, Origin: "https://keys.example.org"})
	if got := states(d.look(t.Context()))["keys"]; got != "warning keys-origin" {
		t.Errorf("another origin: %s", got)
	}
	m.run(0, "", "backup", filepath.Join(t.TempDir(), "after"))
	if got := look()["backup"]; got != "ok backup" {
		t.Errorf("backed up again: %s", got)
	}
	fresh := newMachine(t, storetest.SQLite(t))
	fresh.takeKey(m)
	fresh.run(0, "", "restore", file)
	if fresh.issuerOn() == followed {
		t.Error("the backup knows of the rotation")
	}
	fresh.run(0, "next one", "rotate-keys", "signing")
	if got := fresh.issuerOn(); got != followed {
		t.Errorf("the rotation once more gives %s, and computers follow %s", got, followed)
	}
}

// TestWhatIsAnnouncedNeedsTheOrigin: without it nothing is changed.
func TestWhatIsAnnouncedNeedsTheOrigin(t *testing.T) {
	m := newMachine(t, storetest.SQLite(t))
	m.serve().stop()
	was := m.issuerOn()
	delete(m.env, "HOLDFAST_ORIGIN")
	m.run(2, "HOLDFAST_ORIGIN", "rotate-keys", "signing")
	m.run(2, "HOLDFAST_ORIGIN", "rotate-keys", "--void", "master-lost")
	m.run(0, "", "rotate-keys", "status")
	if got := m.issuerOn(); got != was {
		t.Errorf("%s became %s", was, got)
	}
}

// TestACMEOnSeveralMachinesIsWarnedOf by the doctor; on the built-in database there
// can be one machine only.
func TestACMEOnSeveralMachinesIsWarnedOf(t *testing.T) {
	s := Settings{Origin: "https://keys.example.org", TLS: TLS{ACME: ACME{AcceptTerms: true}}, Database: "postgres://db.example.org/holdfast"}
	if got := states(well(s).certificate(t.Context()))["tls"]; got != "warning tls-acme" {
		t.Error(got)
	}
	s.Database = ""
	if got := well(s).certificate(t.Context()); got != nil {
		t.Errorf("%+v", got)
	}
}

// TestEveryCommandIsInTheDocs: docs/operate.md names each command that the usage does.
func TestEveryCommandIsInTheDocs(t *testing.T) {
	_, usage, _ := run(t.Context(), nil, "help")
	doc := readDoc(t, "operate.md")
	for _, m := range regexp.MustCompile(`(?m)^  (holdfastd [a-z-]+)`).FindAllStringSubmatch(usage, -1) {
		if !strings.Contains(doc, "| `"+m[1]) && m[1] != "holdfastd help" {
			t.Errorf("docs/operate.md says nothing of %s", m[1])
		}
	}
}

func readDoc(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
