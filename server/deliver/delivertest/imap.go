package delivertest

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"testing"
	"text/template"
	"time"
)

// dovecot is where Debian's package dovecot-imapd puts it.
const dovecot = "/usr/sbin/dovecot"

// Mailbox is a running Dovecot on loopback with one mailbox.
type Mailbox struct {
	// URL is imaps://bounces@127.0.0.1:PORT, Plain the same with imap:// (STARTTLS).
	URL, Plain string
	// PasswordFile holds the password; CAFile (PEM) trusts the certificate, and so
	// does Authority.
	PasswordFile string
	CAFile       string
	Authority    *Authority
	// Dir is the maildir of the mailbox.
	Dir string
	t   testing.TB
	uid int // whom the mailbox belongs to; -1 is the test's own user
}

// nobody is the user of mailboxes that root starts: Dovecot reads none of root's.
const nobody = 65534

// Put puts a mail into the mailbox.
func (m *Mailbox) Put(name, raw string) {
	m.t.Helper()
	file := filepath.Join(m.Dir, "new", name)
	fatal(m.t, os.WriteFile(file, []byte(raw), 0o600))
	fatal(m.t, m.own(file))
}

func (m *Mailbox) own(path string) error {
	if m.uid < 0 {
		return nil
	}
	return os.Chown(path, m.uid, m.uid)
}

var dovecotConfig = template.Must(template.New("dovecot").Parse(`
base_dir = {{.Dir}}/run
state_dir = {{.Dir}}/state
log_path = {{.Dir}}/log
protocols = imap
listen = 127.0.0.1
{{- if not .Root}}
default_internal_user = {{.User}}
default_internal_group = {{.Group}}
default_login_user = {{.User}}
{{- end}}
first_valid_uid = 0
ssl = required
ssl_cert = <{{.Cert}}
ssl_key = <{{.Key}}
mail_location = maildir:{{.Dir}}/mail
passdb {
  driver = static
  args = password={{.Password}}
}
userdb {
  driver = static
  args = uid={{.UID}} gid={{.GID}} home={{.Dir}}
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = {{.Plain}}
  }
  inet_listener imaps {
    port = {{.TLS}}
  }
}
`))

// StartMailbox starts a mailbox that ends with the test. Without the program the
// test is skipped, or fails where HOLDFAST_REQUIRE_ALL=1 is set.
func StartMailbox(t testing.TB) *Mailbox {
	t.Helper()
	if _, err := os.Stat(dovecot); err != nil {
		const why = "NOT TESTED AGAINST A REAL IMAP SERVER: the package dovecot-imapd is not installed"
		if os.Getenv("HOLDFAST_REQUIRE_ALL") == "1" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	for range 5 { // another process may take a free port before it does
		m, err := startMailbox(t)
		if err == nil {
			return m
		} else if !errors.Is(err, errEnded) {
			t.Fatal(err)
		}
	}
	t.Fatal("the mailbox ended at every start")
	return nil
}

func startMailbox(t testing.TB) (*Mailbox, error) {
	// The paths of its sockets are bounded to a hundred characters.
	dir, err := os.MkdirTemp("", "mailbox")
	fatal(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	fatal(t, os.Chmod(dir, 0o755)) //nolint:gosec // its login process runs as somebody else
	me, err := user.Current()
	fatal(t, err)
	group, err := user.LookupGroupId(me.Gid)
	fatal(t, err)
	m := &Mailbox{Authority: NewAuthority(t), PasswordFile: filepath.Join(dir, "password"), Dir: filepath.Join(dir, "mail"), t: t, uid: -1}
	uid, gid := me.Uid, me.Gid
	if uid == "0" {
		m.uid, uid, gid = nobody, strconv.Itoa(nobody), strconv.Itoa(nobody)
	}
	m.CAFile = m.Authority.CertFile
	const password = "swordfish"
	fatal(t, os.WriteFile(m.PasswordFile, []byte(password+"\n"), 0o600))
	for _, sub := range []string{"", "new", "cur", "tmp"} {
		fatal(t, os.MkdirAll(filepath.Join(m.Dir, sub), 0o700))
		fatal(t, m.own(filepath.Join(m.Dir, sub)))
	}
	plain, secure := portOf(t), portOf(t)
	m.URL, m.Plain = "imaps://bounces@127.0.0.1:"+secure, "imap://bounces@127.0.0.1:"+plain
	var conf bytes.Buffer
	fatal(t, dovecotConfig.Execute(&conf, map[string]any{
		"Root": me.Uid == "0", // then its own users, made with the package, do the talking
		"UID":  uid, "GID": gid, "Dir": dir, "User": me.Username, "Group": group.Name, "Cert": m.CAFile, "Key": m.Authority.KeyFile,
		"Password": password, "Plain": plain, "TLS": secure,
	}))
	file := filepath.Join(dir, "dovecot.conf")
	fatal(t, os.WriteFile(file, conf.Bytes(), 0o600))
	return m, runDovecot(t, dir, file, "127.0.0.1:"+plain)
}

func portOf(t testing.TB) string {
	t.Helper()
	_, port, err := net.SplitHostPort(freePort(t))
	fatal(t, err)
	return port
}

// runDovecot starts it and waits until it answers.
func runDovecot(t testing.TB, dir, file, address string) error {
	cmd := exec.Command(dovecot, "-F", "-c", file)
	said := &output{}
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = cmd.Wait() }()
	t.Cleanup(func() {
		if log, err := os.ReadFile(filepath.Join(dir, "log")); err == nil && t.Failed() {
			t.Logf("Dovecot's log:\n%s", log)
		}
		_ = cmd.Process.Signal(os.Interrupt)
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
	})
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		select {
		case <-ended:
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			return fmt.Errorf("%w: %s %s", errEnded, said, log)
		default:
		}
		if c, err := net.Dial("tcp", address); err == nil {
			_ = c.Close()
			return nil
		}
	}
	return fmt.Errorf("the mailbox did not answer: %s", said)
}
