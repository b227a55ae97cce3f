package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
)

// story is one computer, one server, one mailbox, and the window between them.
type story struct {
	*desk
	bin, profile, server string
	computer             string
	relay                *delivertest.Relay
	window               *exec.Cmd
	said                 bytes.Buffer
	read                 int // mails that were read
}

// TestTheMainJobInTheWindow is the whole path, by keyboard alone: an account, a
// code out of the mailbox, a key that a command uses, another disk that locks
// it, a second code that opens it again.
func TestTheMainJobInTheWindow(t *testing.T) {
	if !inSession(t) {
		return
	}
	s := newStory(t)
	s.computer = computer(t, "laptop")
	s.open("en_US.UTF-8")
	s.wait("Keep your keys on this computer")
	s.keys("Return")
	s.wait("Create an account")
	s.types("kim@example.org")
	s.keys("Tab")
	s.types("mellow tundra kettle voyage 9")
	s.keys("Return")
	s.wait("Check your e-mail")
	s.types(s.code())
	s.shot("The code is checked")
	s.wait("This computer is activated")
	s.keys("Return")
	s.wait("Your keys")
	s.keys("Return")
	s.wait("Add a key")
	s.types("mail-password")
	s.keys("Tab")
	s.types("s3cret")
	s.keys("Return")
	s.wait("Your keys")
	s.uses("s3cret")
	s.close()

	s.computer = computer(t, "laptop", "laptop.disk-swapped")
	s.locked()
	s.open("en_US.UTF-8")
	s.wait("This computer looks different")
	s.locked()
	s.types(s.code())
	s.wait("This computer is activated")
	s.uses("s3cret")
	s.close()
	for lang, name := range map[string]string{"vi_VN.UTF-8": "Khóa của bạn", "ru_RU.UTF-8": "Ваши ключи"} {
		s.open(lang)
		s.wait(name)
		s.close()
	}
	if said := s.said.String(); strings.Contains(said, "call thread") {
		t.Errorf("something was drawn from the wrong goroutine:\n%s", said)
	}
}

func newStory(t *testing.T) *story {
	t.Helper()
	s := &story{desk: newDesk(t), bin: os.Getenv("HOLDFAST_E2E_BIN"), profile: filepath.Join(t.TempDir(), "profile")}
	s.relay = delivertest.StartRelay(t)
	address := freePort(t)
	s.server = "http://" + address
	daemon := exec.Command(filepath.Join(s.bin, "holdfastd"), "serve", "--data", filepath.Join(t.TempDir(), "server"), "--listen", address)
	daemon.Env = append(os.Environ(), "HOLDFAST_SMTP_URL="+s.relay.URL, "SSL_CERT_FILE="+s.relay.CAFile, "HOLDFAST_SMTP_FROM=holdfast@example.org")
	log := start(t, daemon)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the server said:\n%s\nthe window said:\n%s", log, &s.said)
		}
	})
	until(t, "the server", func() error {
		_, _, err := get(s.server + "/readyz")
		return err
	})
	return s
}

// computer unpacks a recorded computer and what happened to it.
func computer(t *testing.T, samples ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range samples {
		packed, err := recorded.Sample(name)
		fatal(t, err)
		fatal(t, recorded.Unpack(packed, dir))
	}
	return dir
}

// open starts the window.
func (s *story) open(lang string) {
	s.t.Helper()
	s.window = exec.Command(filepath.Join(s.bin, "holdfast"), "--profile", s.profile, "--server", s.server, "--recorded", s.computer)
	s.window.Env = append(append([]string{}, s.env...), "LANG="+lang)
	s.window.Stderr = &s.said
	fatal(s.t, s.window.Start())
	s.t.Cleanup(func() { _ = s.window.Process.Kill() })
}

// close closes the window as a person does, and waits for the program's end.
func (s *story) close() {
	s.t.Helper()
	s.keys("alt+F4")
	s.gone()
	if err := s.window.Wait(); err != nil {
		s.t.Errorf("the window ended with %v", err)
	}
}

// code waits for the next mail with a code and reads it out of the maildir.
func (s *story) code() string {
	s.t.Helper()
	found := ""
	until(s.t, "a mail with a code", func() error {
		mails := s.relay.Mails()
		for _, m := range mails[s.read:] {
			s.read++
			if code := regexp.MustCompile(`\b[0-9A-HJKMNP-TV-Z]{3}-[0-9A-HJKMNP-TV-Z]{3}-[0-9A-HJKMNP-TV-Z]{3}\b`).FindString(m.Text); code != "" {
				found = code
				return nil
			}
		}
		return os.ErrNotExist
	})
	return found
}

func (s *story) ctl(args ...string) (string, string, int) {
	all := append([]string{"--profile", s.profile, "--recorded", s.computer}, args...)
	return sh(s.env, filepath.Join(s.bin, "holdfastctl"), all...)
}

// uses runs a command with the key in its environment.
func (s *story) uses(want string) {
	s.t.Helper()
	out, said, code := s.ctl("run", "mail-password=SECRET", "--", "sh", "-c", `printf %s "$SECRET"`)
	if code != 0 || out != want {
		s.t.Fatalf("run: exit %d, %q, %s", code, out, said)
	}
}

// locked makes sure that the key cannot be used.
func (s *story) locked() {
	s.t.Helper()
	out, _, code := s.ctl("run", "mail-password=SECRET", "--", "sh", "-c", `printf %s "$SECRET"`)
	if code == 0 || strings.Contains(out, "s3cret") {
		s.t.Fatalf("a changed computer used the key: exit %d, %q", code, out)
	}
	raw, said, code := s.ctl("--json", "status")
	var st struct{ State string }
	if err := json.Unmarshal([]byte(raw), &st); err != nil || code != 0 || st.State != "changed" {
		s.t.Fatalf("status: exit %d, %q %s", code, st.State, said)
	}
}
