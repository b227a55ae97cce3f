package deliver

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/seed-1feef0b2/holdfast/server"
)

// peer is a mail server in this process that a test can make misbehave.
type peer struct {
	address string
	mu      sync.Mutex
	// What the peer says to the n-th command of its kind, from 1; nil is yes.
	onMail, onRcpt, onData func(n int) error
	password               string // where set, mail needs a sign-in
	mails, rcpts, datas    int
	conns                  []net.Conn
	plain                  int // mails that came without TLS
	got                    []string
	sender                 string // of the last envelope
	options                *smtp.MailOptions
	server                 *smtp.Server
}

// startPeer starts a peer; change sets it up before that.
func startPeer(t *testing.T, change func(*peer, *smtp.Server)) *peer {
	t.Helper()
	p := &peer{}
	p.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.conns = append(p.conns, c.Conn())
		return &session{p: p, c: c}, nil
	}))
	p.server.Domain, p.server.AllowInsecureAuth = "peer.example.org", true
	p.server.ErrorLog = quiet{}
	if change != nil {
		change(p, p.server)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.address = l.Addr().String()
	go func() { _ = p.server.Serve(l) }()
	t.Cleanup(func() { _ = p.server.Close() })
	return p
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

type session struct {
	p      *peer
	c      *smtp.Conn
	signed bool
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

// step counts a command and asks the test what to say.
func (s *session) step(n *int, say func(int) error) error {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	*n++
	if say != nil {
		return say(*n)
	}
	return nil
}

func (s *session) Mail(from string, options *smtp.MailOptions) error {
	s.p.mu.Lock()
	s.p.sender, s.p.options = from, options
	s.p.mu.Unlock()
	if s.p.password != "" && !s.signed {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "sign in first"}
	}
	if _, ok := s.c.TLSConnectionState(); !ok {
		s.p.mu.Lock()
		s.p.plain++
		s.p.mu.Unlock()
	}
	return s.step(&s.p.mails, s.p.onMail)
}

func (s *session) Rcpt(string, *smtp.RcptOptions) error { return s.step(&s.p.rcpts, s.p.onRcpt) }

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.step(&s.p.datas, s.p.onData); err != nil {
		return err
	}
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.p.got = append(s.p.got, string(raw))
	return nil
}

func (s *session) AuthMechanisms() []string {
	if s.p.password == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "holdfast" || password != s.p.password {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "wrong: " + password}
		}
		s.signed = true
		return nil
	}), nil
}

// count gives how many mails arrived, over how many connections.
func (p *peer) count() (mails, conns int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.got), len(p.conns)
}

// hangUp ends every connection.
func (p *peer) hangUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		_ = c.Close()
	}
}

// say makes an answer of a mail server.
func say(code, a, b, c int, words string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{a, b, c}, Message: words}
}

// plainly is a reply without an enhanced status code.
func plainly(code int, words string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: words}
}

// script is a mail server that follows lines: each is said, then a line is
// awaited, unless it begins with "wait" (silence from there on) or "hang up".
func script(t *testing.T, lines ...string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	end := make(chan struct{})
	t.Cleanup(func() { close(end); _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go follow(c, lines, end)
		}
	}()
	return l.Addr().String()
}

func follow(c net.Conn, lines []string, end chan struct{}) {
	defer c.Close()
	in := bufio.NewReader(c)
	for _, line := range lines {
		switch line {
		case "wait":
			<-end
			return
		case "hang up":
			return
		case "until dot":
			for s := ""; s != ".\r\n"; {
				var err error
				if s, err = in.ReadString('\n'); err != nil {
					return
				}
			}
			continue
		}
		if _, err := io.WriteString(c, line+"\r\n"); err != nil {
			return
		}
		if strings.HasPrefix(line, "354") {
			continue
		}
		if _, err := in.ReadString('\n'); err != nil {
			return
		}
	}
}

// newSMTP makes a sender with the usual rest of its options.
func newSMTP(t testing.TB, opt SMTPOptions) *SMTP {
	t.Helper()
	if !strings.Contains(opt.URL, "://") {
		opt.URL = "smtp://" + opt.URL
	}
	opt.From, opt.Host = theSender, "keys.example.org"
	if opt.Timeout == 0 {
		opt.Timeout = 30 * time.Second
	}
	s, err := NewSMTP(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func letter(t testing.TB) Letter {
	t.Helper()
	l, err := Write(full(server.MessageChanged, "ru"), theSender, start)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func withTLS(pair tls.Certificate) func(*peer, *smtp.Server) {
	return func(_ *peer, s *smtp.Server) { s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}} }
}
