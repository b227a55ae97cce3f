package deliver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// SMTPOptions say which relay takes the messages, and as whom. URL, From and
// Host must be given.
type SMTPOptions struct {
	// URL is smtp://[user@]host[:port] (STARTTLS; port 587 where none is given)
	// or smtps://[user@]host[:port] (TLS from the first byte; port 465). A
	// password in it is refused: it comes from Password.
	URL string
	// Password gives the password when a connection is made; see PasswordFile.
	Password func() (string, error)
	// From is the one address that messages come from; Name is shown beside it,
	// "Holdfast" where empty.
	From string
	Name string
	// Label names this relay in Outcome.Provider; its host where empty.
	Label string
	// Bounces is the envelope's sender, where mail that cannot be delivered is
	// returned to; From where empty. Its domain should be aligned with From's.
	Bounces string
	// Sign signs each letter; nil leaves that to the relay.
	Sign *DKIM
	// Host is this server's name in the greeting and in message ids that the
	// queue did not give.
	Host string
	// CAs are the authorities that may vouch for the relay; the system's where nil.
	CAs *x509.CertPool
	// RequireTLS asks for TLS on loopback too. Off loopback it is always asked for.
	RequireTLS bool
	// Timeout bounds one attempt from dialling to the relay's last word, 60 s
	// where zero. It must be shorter than the lease of a message.
	Timeout time.Duration
	// Connections is how many idle connections are kept for reuse; as many as a worker
	// sends at once where zero.
	Connections int
}

// PasswordFile reads a password from a file, anew for every connection: a
// changed password needs no restart. One line end at the end is not part of it.
func PasswordFile(path string) func() (string, error) {
	return func() (string, error) {
		raw, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		s := strings.TrimSuffix(strings.TrimSuffix(string(raw), "\n"), "\r")
		if s == "" || strings.ContainsAny(s, "\r\n") {
			return "", errors.New("deliver: the SMTP password file must hold one line")
		}
		return s, nil
	}
}

// relay is what a URL says.
type relay struct {
	host     string
	port     int
	user     string
	tls      bool // TLS from the first byte
	loopback bool
}

func parseRelay(raw string) (relay, error) {
	u, err := url.Parse(raw)
	// The address may hold a password by mistake: it is never repeated.
	if err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return relay{}, errors.New("deliver: the SMTP address must look like smtp://user@mail.example.org:587")
	}
	if _, has := u.User.Password(); has {
		return relay{}, errors.New("deliver: the SMTP address must not hold a password: put it into a file")
	}
	r := relay{host: u.Hostname(), user: u.User.Username(), loopback: loopback(u.Hostname())}
	switch u.Scheme {
	case "smtp":
		r.port = 587
	case "smtps":
		r.port, r.tls = 465, true
	default:
		return relay{}, errors.New("deliver: the SMTP address must begin with smtp:// or smtps://")
	}
	if u.Port() != "" {
		if r.port, err = strconv.Atoi(u.Port()); err != nil || r.port < 1 || r.port > 65535 {
			return relay{}, errors.New("deliver: the SMTP port must be from 1 to 65535")
		}
	}
	return r, nil
}

// loopback says whether a host name means this machine, by itself: names are
// not looked up.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// SMTP hands letters to a mail relay. Connections are reused.
type SMTP struct {
	relay   relay
	opt     SMTPOptions
	from    *mail.Address
	shown   string // From in the header
	bounces string
	buffers sync.Pool // *[]byte, for mails while they are written
	idle    *pool
	tls     *tls.Config
	network func(ctx context.Context, network, address string) (net.Conn, error)
}

// NewSMTP makes a sender. It does not connect: a relay that is away later must
// not stop the server either.
func NewSMTP(opt SMTPOptions) (*SMTP, error) {
	r, err := parseRelay(opt.URL)
	if err != nil {
		return nil, err
	}
	from, err := mail.ParseAddress(opt.From)
	if err != nil || strings.ContainsAny(opt.From, "\r\n") {
		return nil, errors.New("deliver: the sender must be an address such as holdfast@example.org")
	}
	bounces := from.Address
	if opt.Bounces != "" {
		to, err := mail.ParseAddress(opt.Bounces)
		if err != nil || to.Address != opt.Bounces {
			return nil, errors.New("deliver: the address for returned mail must be an address such as bounces@example.org")
		}
		bounces = to.Address
	}
	if opt.Name == "" {
		opt.Name = "Holdfast"
	}
	if opt.Label == "" {
		opt.Label = r.host
	}
	if opt.Host == "" || strings.ContainsAny(opt.Host, " \r\n<>@") {
		return nil, errors.New("deliver: the host must be this server's name, such as holdfast.example.org")
	}
	if (r.user == "") != (opt.Password == nil) {
		return nil, errors.New("deliver: an SMTP user and an SMTP password come together or not at all")
	}
	if opt.Password != nil {
		if _, err := opt.Password(); err != nil {
			return nil, fmt.Errorf("deliver: the SMTP password cannot be read: %w", err)
		}
	}
	if opt.Timeout <= 0 {
		opt.Timeout = time.Minute
	}
	if opt.Connections <= 0 {
		opt.Connections = atOnce
	}
	from.Name = opt.Name
	return &SMTP{
		relay: r, opt: opt, from: from, shown: from.String(), bounces: bounces, buffers: sync.Pool{New: newBuffer},
		idle: &pool{most: opt.Connections}, tls: tlsConfig(r, opt), network: (&net.Dialer{}).DialContext,
	}, nil
}

func newBuffer() any {
	buf := make([]byte, 0, mailSize)
	return &buf
}

// tlsConfig: on loopback, where encryption is taken when offered, a relay that
// shows a self-made certificate is no worse than one without encryption.
func tlsConfig(r relay, opt SMTPOptions) *tls.Config {
	lax := r.loopback && !opt.RequireTLS && opt.CAs == nil
	return &tls.Config{ServerName: r.host, RootCAs: opt.CAs, MinVersion: tls.VersionTLS12, InsecureSkipVerify: lax}
}

// From is the one address that messages come from.
func (s *SMTP) From() string { return s.from.Address }

// Close ends the idle connections.
func (s *SMTP) Close() error {
	s.idle.close()
	return nil
}
