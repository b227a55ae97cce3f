package deliver

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap"
	"github.com/emersion/go-imap/client"
)

// imapAtOnce is how many mails one reading takes at most; the rest waits for the
// next.
const imapAtOnce = 200

// IMAPOptions say where the mailbox for returned mail is. URL and Password must
// be given.
type IMAPOptions struct {
	// URL is imaps://user@host[:port][/MAILBOX] (TLS from the first byte; port 993)
	// or imap://… (STARTTLS; port 143); the mailbox is INBOX where none is named.
	URL string
	// Password gives the password when a connection is made; see PasswordFile.
	Password func() (string, error)
	// CAs are the authorities that may vouch for the server; the system's where nil.
	CAs *x509.CertPool
	// Timeout bounds dialling and each command, 60 s where zero.
	Timeout time.Duration
}

// IMAP is a mailbox on a mail server (RFC 3501). Mails that are not marked as
// seen are read; then they are.
type IMAP struct {
	opt     IMAPOptions
	address string
	host    string
	user    string
	mailbox string
	tls     bool
}

// NewIMAP makes a mailbox. It does not connect.
func NewIMAP(opt IMAPOptions) (*IMAP, error) {
	u, err := url.Parse(opt.URL)
	// The address may hold a password by mistake: it is never repeated.
	if err != nil || u.Hostname() == "" || u.User.Username() == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("deliver: the IMAP address must look like imaps://user@mail.example.org/INBOX")
	}
	if _, has := u.User.Password(); has || opt.Password == nil {
		return nil, errors.New("deliver: the IMAP password comes from a file, and is not part of the address")
	}
	port := map[string]string{"imaps": "993", "imap": "143"}[u.Scheme]
	if port == "" {
		return nil, errors.New("deliver: the IMAP address must begin with imaps:// or imap://")
	}
	if u.Port() != "" {
		port = u.Port()
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return nil, errors.New("deliver: the IMAP port must be from 1 to 65535")
	}
	if opt.Timeout <= 0 {
		opt.Timeout = time.Minute
	}
	m := &IMAP{opt: opt, address: net.JoinHostPort(u.Hostname(), port), host: u.Hostname(), user: u.User.Username(), tls: u.Scheme == "imaps"}
	if m.mailbox = strings.Trim(u.Path, "/"); m.mailbox == "" {
		m.mailbox = imap.InboxName
	}
	return m, nil
}

// Read reads the mails that are not marked as seen.
func (m *IMAP) Read(ctx context.Context, take func(raw io.Reader) error) error {
	c, end, err := m.open(ctx)
	if err != nil {
		return err
	}
	defer end()
	if _, err := c.Select(m.mailbox, false); err != nil {
		return err
	}
	criteria := imap.NewSearchCriteria()
	criteria.WithoutFlags = []string{imap.SeenFlag, imap.DeletedFlag}
	uids, err := c.UidSearch(criteria)
	if err != nil {
		return err
	}
	for _, uid := range uids[:min(len(uids), imapAtOnce)] {
		if err := m.one(c, uid, take); err != nil {
			return err
		}
	}
	_ = c.Logout() // everything is done; the library complains of a server that hangs up first
	return nil
}

// one reads the beginning of one mail, as much as is looked at, and marks it.
func (m *IMAP) one(c *client.Client, uid uint32, take func(raw io.Reader) error) error {
	set := new(imap.SeqSet)
	set.AddNum(uid)
	section := &imap.BodySectionName{Peek: true, Partial: []int{0, returnedMost}}
	// While one mail is fetched a server may tell of its flags too, any number of
	// times: every answer is taken, and the one with a body is the mail.
	got, done := make(chan *imap.Message), make(chan error, 1)
	go func() { done <- c.UidFetch(set, []imap.FetchItem{section.FetchItem()}, got) }()
	var raw []byte
	var broken error
	for msg := range got {
		for _, body := range msg.Body {
			if raw != nil || body == nil {
				continue
			}
			raw, broken = io.ReadAll(io.LimitReader(body, returnedMost))
		}
	}
	if err := errors.Join(<-done, broken); err != nil {
		return err
	}
	if raw == nil { // somebody else has removed it
		return nil
	}
	if err := take(bytes.NewReader(raw)); err != nil {
		return err
	}
	return c.UidStore(set, imap.FormatFlagsOp(imap.AddFlags, true), []any{imap.SeenFlag}, nil)
}

// open connects, encrypts and signs in. Without encryption nothing is said, but
// to this computer itself.
func (m *IMAP) open(ctx context.Context) (*client.Client, func(), error) {
	password, err := m.opt.Password()
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*m.opt.Timeout)
	raw, err := (&net.Dialer{Timeout: m.opt.Timeout}).DialContext(ctx, "tcp", m.address)
	if err != nil {
		cancel()
		return nil, nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	end := func() { stop(); cancel(); _ = raw.Close() }
	c, err := m.greet(ctx, raw)
	if err == nil {
		err = c.Login(m.user, password)
	}
	if err != nil {
		end()
		return nil, nil, err
	}
	return c, end, nil
}

func (m *IMAP) greet(ctx context.Context, raw net.Conn) (*client.Client, error) {
	conf := &tls.Config{ServerName: m.host, RootCAs: m.opt.CAs, MinVersion: tls.VersionTLS12}
	if m.tls {
		secure := tls.Client(raw, conf)
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		raw = secure
	}
	c, err := client.New(raw)
	if err != nil {
		return nil, err
	}
	c.Timeout = m.opt.Timeout
	c.ErrorLog = log.New(io.Discard, "", 0)
	if m.tls {
		return c, nil
	}
	can, err := c.SupportStartTLS()
	if err != nil {
		return nil, err
	}
	if can {
		return c, c.StartTLS(conf)
	}
	if !loopback(m.host) {
		return nil, errors.New("deliver: the IMAP server offers no encryption")
	}
	return c, nil
}
