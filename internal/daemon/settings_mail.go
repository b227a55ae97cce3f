package daemon

import (
	"crypto/x509"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server/deliver"
)

// SMTP is how mail goes out and where it comes back to.
type SMTP struct {
	// URL, PasswordFile and CAFile are the preferred relay's; see Relay.
	URL          string `json:"url"`
	PasswordFile string `json:"password_file"`
	// From is the address that messages come from; empty means
	// holdfast@ and the origin's host.
	From   string `json:"from"`
	CAFile string `json:"ca_file"`
	// Others take over, in their order, where those before them do not.
	Others []Relay `json:"others"`
	DKIM   DKIM    `json:"dkim"`
	// Timeout bounds one attempt over all relays; a minute where zero.
	Timeout Duration `json:"timeout"`
	// RequireTLS asks a relay on this computer for encryption too.
	RequireTLS bool `json:"require_tls"`
	// BounceTo is the envelope's sender; From where empty.
	BounceTo string  `json:"bounce_to"`
	Returns  Returns `json:"returns"`
	// Reports are relays and providers that tell what became of mail.
	Reports []MailReporter `json:"reports"`
}

// Relay is one mail relay.
type Relay struct {
	// URL is smtp://[user@]host[:port] or smtps://[user@]host[:port].
	URL          string `json:"url"`
	PasswordFile string `json:"password_file"`
	// CAFile holds certificates (PEM) of those who may vouch for the relay;
	// empty means the system's.
	CAFile string `json:"ca_file"`
}

// DKIM is the key that signs mail; no KeyFile leaves that to the relay.
type DKIM struct {
	KeyFile  string `json:"key_file"`
	Selector string `json:"selector"`
	// Domain is that of From where empty.
	Domain string `json:"domain"`
}

// Returns is the mailbox of BounceTo: a Maildir or an IMAP mailbox, or neither.
type Returns struct {
	Maildir      string `json:"maildir"`
	URL          string `json:"imap_url"`
	PasswordFile string `json:"imap_password_file"`
	CAFile       string `json:"imap_ca_file"`
	// Every is how often it is read; a minute where zero.
	Every Duration `json:"every"`
}

// Bounds of how often the mailbox is read, and of an attempt: that must end before
// another server may take the message, which is two minutes after it was claimed.
const (
	timeoutLeast = time.Second
	timeoutMost  = 90 * time.Second
	returnsLeast = time.Second
	returnsMost  = 24 * time.Hour
)

func smtpBlock() block {
	return block{title: "Mail", check: checkMail, keys: append([]Key{
		{Name: "smtp.url", Variable: "HOLDFAST_SMTP_URL", Default: "none: messages are shown at `/outbox`", Meaning: "The mail relay: `smtp://[user@]host[:port]` " +
			"(STARTTLS, port 587) or `smtps://[user@]host[:port]` (TLS at once, port 465). A password in it is refused."},
		{Name: "smtp.password_file", Variable: "HOLDFAST_SMTP_PASSWORD_FILE", Meaning: "One line; read at every connection, so a new password needs no restart."},
		{Name: "smtp.from", Variable: "HOLDFAST_SMTP_FROM", Default: "`holdfast@` and the origin's host", Meaning: "The one address that messages come from. " +
			"Keep it: people put it on their lists of trusted senders."},
		{Name: "smtp.ca_file", Default: "the system's", Meaning: "Certificates (PEM) of whoever vouches for the relay, where the system does not know them."},
		{Name: "smtp.others[].url", Meaning: "Further relays, in their order: where one is down, or puts a message off, the next is asked. See [mail.md](mail.md)."},
		{Name: "smtp.others[].password_file", Meaning: "As `smtp.password_file`."},
		{Name: "smtp.others[].ca_file", Default: "the system's", Meaning: "As `smtp.ca_file`."},
		{Name: "smtp.dkim.key_file", Default: "none: the relay signs, or nobody", Meaning: "Private key (PEM; RSA of at least 2048 bits, or Ed25519) that signs mail (RFC 6376). " +
			"Read at start."},
		{Name: "smtp.dkim.selector", Meaning: "Under which name the public key is published: SELECTOR`._domainkey.`DOMAIN."},
		{Name: "smtp.dkim.domain", Default: "that of `smtp.from`", Meaning: "The domain that signs."},
		{Name: "smtp.timeout", Default: "`1m`", Meaning: "How long one attempt may take, over all relays, from `1s` to `90s`."},
		{Name: "smtp.require_tls", Default: "`false`", Meaning: "`true` asks a relay on this computer for encryption too. Every other relay is always asked for it."},
		{Name: "smtp.bounce_to", Default: "`smtp.from`", Meaning: "The envelope's sender: where mail that cannot be delivered is returned to. In the domain of `smtp.from`, so that SPF stays aligned."},
		{Name: "smtp.returns.maildir", Meaning: "Folder (Maildir) of the mailbox of `smtp.bounce_to`, where a mail server of this machine keeps it. Read mail is moved from `new` to `cur`."},
		{Name: "smtp.returns.imap_url", Meaning: "The same mailbox on a mail server: `imaps://user@host[:port][/MAILBOX]` (port 993) or `imap://…` (STARTTLS, port 143). Read mail is marked as seen. " +
			"In the user's name `@` is written `%40`."},
		{Name: "smtp.returns.imap_password_file", Meaning: "One line; read at every connection."},
		{Name: "smtp.returns.imap_ca_file", Default: "the system's", Meaning: "Certificates (PEM) of whoever vouches for that server, where the system does not know them."},
		{Name: "smtp.returns.every", Default: "`1m`", Meaning: "How often the mailbox is read, from `1s` to `24h`."},
	}, reporterKeys()...)}
}

// checkMail refuses mail settings that cannot work together. The files are read
// when the parts are made, which is at start too.
func checkMail(s *Settings) error {
	m := s.SMTP
	if m.URL == "" && (len(m.Others) > 0 || m.DKIM.KeyFile != "" || m.BounceTo != "" || m.RequireTLS || m.Returns != (Returns{}) || len(m.Reports) > 0) {
		return refuse("smtp-alone", nil)
	}
	if (m.DKIM.KeyFile == "") != (m.DKIM.Selector == "") || m.DKIM.KeyFile == "" && m.DKIM.Domain != "" {
		return refuse("smtp-dkim-half", nil)
	}
	r := m.Returns
	if r.Maildir != "" && r.URL != "" || (r.URL == "") != (r.PasswordFile == "") || r.URL == "" && r.CAFile != "" ||
		r.Maildir == "" && r.URL == "" && r != (Returns{}) {
		return refuse("smtp-returns-half", nil)
	}
	if limit := time.Duration(m.Timeout); limit != 0 && (limit < timeoutLeast || limit > timeoutMost) {
		return refuse("smtp-timeout", nil)
	}
	if every := time.Duration(r.Every); every != 0 && (every < returnsLeast || every > returnsMost) {
		return refuse("smtp-returns-every", nil)
	}
	return checkReporters(s)
}

// relays are all relays, the preferred first.
func (m SMTP) relays() []Relay {
	return append([]Relay{{URL: m.URL, PasswordFile: m.PasswordFile, CAFile: m.CAFile}}, m.Others...)
}

// signer reads the key that signs mail; nil where there is none.
func (d DKIM) signer(from string) (*deliver.DKIM, error) {
	if d.KeyFile == "" {
		return nil, nil
	}
	if d.Domain == "" {
		d.Domain = strings.ToLower(from[strings.LastIndexByte(from, '@')+1:])
	}
	raw, err := readDocument(d.KeyFile)
	if err != nil {
		return nil, refuseFor("smtp-dkim", err, text.Data{"File": d.KeyFile})
	}
	signer, err := deliver.NewDKIM(d.Domain, d.Selector, raw)
	if err != nil {
		return nil, refuseFor("smtp-dkim", err, text.Data{"File": d.KeyFile})
	}
	return signer, nil
}

// authorities reads certificates to trust; nil, the system's, where no file is named.
func authorities(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	pool := x509.NewCertPool()
	if err == nil && !pool.AppendCertsFromPEM(pem) {
		err = errors.New("no certificate in it")
	}
	if err != nil {
		return nil, refuseFor("smtp-ca", err, text.Data{"File": file})
	}
	return pool, nil
}
