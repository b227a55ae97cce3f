package deliver

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
)

// TestRepliesBecomeTrueOutcomes: 4xx puts off, 5xx about the message refuses,
// and the reply is kept without the address.
func TestRepliesBecomeTrueOutcomes(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*peer, error)
		err  error
		want Outcome
	}{
		"greylisted":  {atRcpt, say(451, 4, 7, 1, "greylisted, try later"), putOff("451 4.7.1 greylisted, try later")},
		"unknown":     {atRcpt, say(550, 5, 1, 1, "no kim.nguyen@example.org here"), refusedThem("550 5.1.1 no (hidden) here")},
		"full":        {atRcpt, say(452, 4, 2, 2, "mailbox full"), putOff("452 4.2.2 mailbox full")},
		"sender":      {atMail, say(553, 5, 7, 1, "sender rejected"), down("553 5.7.1 sender rejected")},
		"relaying":    {atRcpt, say(554, 5, 7, 1, "Relay access denied"), putOff("554 5.7.1 Relay access denied")},
		"our network": {atRcpt, say(550, 5, 7, 1, "Client host blocked"), putOff("550 5.7.1 Client host blocked")},
		"no relaying": {atRcpt, plainly(550, "relay not permitted"), putOff("550 relay not permitted")},
		"nobody":      {atRcpt, plainly(550, "no such user"), refusedThem("550 no such user")},
		"unrelated":   {atRcpt, plainly(554, "transaction failed"), refused("554 transaction failed")},
		"no domain":   {atRcpt, say(556, 5, 1, 10, "no mail there"), refusedThem("556 5.1.10 no mail there")},
		"size":        {atMail, say(552, 5, 3, 4, "too big"), down("552 5.3.4 too big")},
		"unsigned":    {atData, say(550, 5, 7, 26, "not authenticated"), down("550 5.7.26 not authenticated")},
		"late box":    {atData, say(552, 5, 2, 2, "mailbox full"), refusedThem("552 5.2.2 mailbox full")},
		"late relay":  {atData, say(550, 5, 7, 1, "relaying denied"), down("550 5.7.1 relaying denied")},
		"bare text":   {atData, plainly(550, "we do not like it"), refused("550 we do not like it")},
		"busy":        {atMail, say(421, 4, 3, 2, "shutting down"), down("421 4.3.2 shutting down")},
		"spam":        {atData, say(554, 5, 7, 1, "spam: 4HT-M3X-R9W"), refused("554 5.7.1 spam: (hidden)")},
		"later":       {atData, say(451, 4, 3, 0, "try again"), putOff("451 4.3.0 try again")},
		"sign-in":     {atMail, say(530, 5, 7, 0, "authentication required"), down("530 5.7.0 authentication required")},
	} {
		p := startPeer(t, func(p *peer, _ *smtp.Server) { c.set(p, c.err) })
		if got := newSMTP(t, SMTPOptions{URL: p.address}).Send(t.Context(), letter(t)); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
		if n, _ := p.count(); n != 0 {
			t.Errorf("%s: a mail arrived", name)
		}
	}
}

func atMail(p *peer, err error) { p.onMail = func(int) error { return err } }
func atRcpt(p *peer, err error) { p.onRcpt = func(int) error { return err } }
func atData(p *peer, err error) { p.onData = func(int) error { return err } }

// TestGreylisting: put off with the reply shown, then handed over; the life of
// the code begins with the hand-over.
func TestGreylisting(t *testing.T) {
	p := startPeer(t, func(p *peer, _ *smtp.Server) {
		p.onRcpt = func(n int) error {
			if n < 3 {
				return say(451, 4, 7, 1, "greylisted")
			}
			return nil
		}
	})
	b := newBench()
	b.fill(1)
	w, err := NewWorker(Config{
		Queue: b.queue, Sender: newSMTP(t, SMTPOptions{URL: p.address}), Now: b.clock.Now, Name: "one", Poll: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, w)
	for attempt := 1; attempt <= 2; attempt++ {
		eventually(t, "put off", func() bool {
			r := b.queue.row(1)
			return r.state == api.DeliveryPutOff && r.msg.Attempt == attempt && r.lease.IsZero()
		})
		if r := b.queue.row(1); r.detail != "451 4.7.1 greylisted" || !r.due.After(b.clock.Now()) || !r.handed.IsZero() {
			t.Errorf("%+v", r)
		}
		b.clock.add(35 * time.Minute)
	}
	eventually(t, "handed over", func() bool { return b.queue.row(1).state == api.DeliveryHandedOver })
	if r := b.queue.row(1); !r.handed.Equal(start.Add(70 * time.Minute)) {
		t.Errorf("handed over at %v", r.handed)
	}
}

// TestSilenceIsNotWaitedForLong: a server that stops answering, at any point,
// puts the message off within the time allowed.
func TestSilenceIsNotWaitedForLong(t *testing.T) {
	upTo := []string{"220 hello", "250 peer", "250 ok", "250 ok", "354 go on", "until dot", "wait"}
	for n := range upTo {
		lines := append(append([]string{}, upTo[:n]...), "wait")
		at := time.Now()
		out := newSMTP(t, SMTPOptions{URL: script(t, lines...), Timeout: 300 * time.Millisecond}).Send(t.Context(), letter(t))
		if out != down("the mail server did not answer in time") {
			t.Errorf("silent after %d lines: %+v", n, out)
		}
		if took := time.Since(at); took > 5*time.Second {
			t.Errorf("silent after %d lines: %v", n, took)
		}
	}
}

func TestDeadConnections(t *testing.T) {
	hello := []string{"220 hello", "250 peer"}
	for name, c := range map[string]struct {
		lines []string
		want  Outcome
	}{
		"after the text":   {append(hello, "250 ok", "250 ok", "354 go on", "until dot", "hang up"), down("the connection to the mail server broke")},
		"at the greeting":  {[]string{"hang up"}, down("the connection to the mail server broke")},
		"at the recipient": {append(hello, "250 ok", "hang up"), down("the connection to the mail server broke")},
		"at the text":      {append(hello, "250 ok", "250 ok", "hang up"), down("the connection to the mail server broke")},
		"a refused caller": {[]string{"554 5.7.1 no service for you"}, down("554 5.7.1 no service for you")},
		"a busy server":    {[]string{"421 4.3.2 too many connections"}, down("421 4.3.2 too many connections")},
		"nonsense":         {[]string{"what?"}, down("the connection to the mail server broke")},
	} {
		if got := newSMTP(t, SMTPOptions{URL: script(t, c.lines...)}).Send(t.Context(), letter(t)); got != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := l.Addr().String()
	_ = l.Close()
	if got := newSMTP(t, SMTPOptions{URL: gone}).Send(t.Context(), letter(t)); got != down("the mail server cannot be reached") {
		t.Errorf("nobody there: %+v", got)
	}
}

func TestACancelledSendEndsAtOnce(t *testing.T) {
	for n, lines := range [][]string{{"wait"}, {"220 hello", "250 peer", "250 ok", "250 ok", "354 go on", "until dot", "wait"}} {
		s := newSMTP(t, SMTPOptions{URL: script(t, lines...)})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		at := time.Now()
		out := s.Send(ctx, letter(t))
		if took := time.Since(at); out != putOff("this server is stopping") || took > 3*time.Second {
			t.Errorf("%d: %+v after %v", n, out, took)
		}
	}
}

// TestNoTLSWhereItIsRequired: nothing of the letter is said in the clear.
func TestNoTLSWhereItIsRequired(t *testing.T) {
	p := startPeer(t, nil)
	out := newSMTP(t, SMTPOptions{URL: p.address, RequireTLS: true}).Send(t.Context(), letter(t))
	if out != down("the mail server offers no encryption") || p.mails != 0 {
		t.Errorf("%+v, %d", out, p.mails)
	}
	// On loopback it is taken where it is offered, and done without where not.
	if out := newSMTP(t, SMTPOptions{URL: p.address}).Send(t.Context(), letter(t)); out.State != api.DeliveryHandedOver || p.plain != 1 {
		t.Errorf("%+v", out)
	}
	a := delivertest.NewAuthority(t)
	q := startPeer(t, withTLS(a.Pair))
	if out := newSMTP(t, SMTPOptions{URL: q.address}).Send(t.Context(), letter(t)); out.State != api.DeliveryHandedOver || q.plain != 0 {
		t.Errorf("%+v, %d in the clear", out, q.plain)
	}
}

// TestOffLoopbackEncryptionIsRequired: the rule, without a network to try it on.
func TestOffLoopbackEncryptionIsRequired(t *testing.T) {
	s := newSMTP(t, SMTPOptions{URL: "smtp://mail.example.org"})
	p := startPeer(t, nil)
	s.network = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, p.address)
	}
	if out := s.Send(t.Context(), letter(t)); out != down("the mail server offers no encryption") || p.mails != 0 {
		t.Errorf("%+v", out)
	}
}

func TestTLSFromTheFirstByte(t *testing.T) {
	a := delivertest.NewAuthority(t)
	p := startPeer(t, nil)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{a.Pair}})
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = p.server.Serve(l) }()
	url := "smtps://" + l.Addr().String()
	if out := newSMTP(t, SMTPOptions{URL: url, CAs: a.Pool}).Send(t.Context(), letter(t)); out.State != api.DeliveryHandedOver || p.plain != 0 {
		t.Errorf("%+v", out)
	}
	stranger := delivertest.NewAuthority(t).Pool
	if out := newSMTP(t, SMTPOptions{URL: url, CAs: stranger}).Send(t.Context(), letter(t)); out != down("the mail server's certificate is not trusted") {
		t.Errorf("%+v", out)
	}
	if out := newSMTP(t, SMTPOptions{URL: "smtps://" + p.address, CAs: a.Pool}).Send(t.Context(), letter(t)); out.State != api.DeliveryPutOff {
		t.Errorf("%+v", out)
	}
}

func TestSignIn(t *testing.T) {
	a := delivertest.NewAuthority(t)
	file := filepath.Join(t.TempDir(), "password")
	write := func(s string) {
		if err := os.WriteFile(file, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("swordfish\n")
	p := startPeer(t, func(p *peer, s *smtp.Server) {
		withTLS(a.Pair)(p, s)
		p.password = "swordfish"
	})
	opt := SMTPOptions{URL: "smtp://holdfast@" + p.address, CAs: a.Pool, RequireTLS: true, Password: PasswordFile(file)}
	if out := newSMTP(t, opt).Send(t.Context(), letter(t)); out.State != api.DeliveryHandedOver {
		t.Errorf("%+v", out)
	}
	s := newSMTP(t, opt)
	write("wrong")
	out := s.Send(t.Context(), letter(t))
	if out.State != api.DeliveryPutOff || !strings.HasPrefix(out.Detail, "535 5.7.8") {
		t.Errorf("%+v", out)
	}
	write("swordfish") // mended while the message waits, without a restart
	if out := s.Send(t.Context(), letter(t)); out.State != api.DeliveryHandedOver {
		t.Errorf("%+v", out)
	}
	_ = s.Close()
	_ = os.Remove(file)
	if out := s.Send(t.Context(), letter(t)); out != down("the password for the mail server cannot be read") {
		t.Errorf("%+v", out)
	}
	none := startPeer(t, withTLS(a.Pair))
	opt.URL, opt.Password = "smtp://holdfast@"+none.address, func() (string, error) { return "x", nil }
	if out := newSMTP(t, opt).Send(t.Context(), letter(t)); out != down("the mail server offers no sign-in that we may use") {
		t.Errorf("%+v", out)
	}
}

func TestConnectionsAreReused(t *testing.T) {
	p := startPeer(t, func(p *peer, _ *smtp.Server) {
		p.onRcpt = func(n int) error {
			if n == 3 {
				return say(550, 5, 1, 1, "no such box")
			}
			return nil
		}
	})
	s := newSMTP(t, SMTPOptions{URL: p.address})
	for i := range 10 {
		if out := s.Send(t.Context(), letter(t)); (out.State == api.DeliveryHandedOver) == (i == 2) {
			t.Fatalf("%d: %+v", i, out)
		}
	}
	if mails, conns := p.count(); mails != 9 || conns != 1 {
		t.Errorf("%d mails over %d connections", mails, conns)
	}
}

// TestAKeptConnectionThatDiedIsNoticed: the letter goes over a new one at once.
func TestAKeptConnectionThatDiedIsNoticed(t *testing.T) {
	p := startPeer(t, nil)
	s := newSMTP(t, SMTPOptions{URL: p.address})
	for range 2 {
		if out := s.Send(t.Context(), letter(t)); out.State != api.DeliveryHandedOver {
			t.Fatalf("%+v", out)
		}
		p.hangUp()
	}
	if mails, conns := p.count(); mails != 2 || conns != 2 {
		t.Errorf("%d mails over %d connections", mails, conns)
	}
}

func TestManyAtOnce(t *testing.T) {
	p := startPeer(t, nil)
	s := newSMTP(t, SMTPOptions{URL: p.address, Connections: 3})
	l := letter(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if out := s.Send(t.Context(), l); out.State != api.DeliveryHandedOver {
					t.Errorf("%+v", out)
				}
			}
		})
	}
	wg.Wait()
	if mails, conns := p.count(); mails != 160 || conns > 100 {
		t.Errorf("%d mails over %d connections", mails, conns)
	}
	if err := s.Close(); err != nil || len(s.idle.idle) != 0 {
		t.Errorf("%v, %d idle", err, len(s.idle.idle))
	}
}

// TestAddressesThatAreNoAddress reach nobody: no second recipient, no header.
func TestAddressesThatAreNoAddress(t *testing.T) {
	p := startPeer(t, nil)
	s := newSMTP(t, SMTPOptions{URL: p.address})
	for _, to := range []string{
		"", "kim", "kim@example.org\r\nRCPT TO:<eve@example.org>", "kim@example.org, eve@example.org",
		"Kim <kim@example.org>", "kim@example.org\nBcc: eve@example.org", "<kim@example.org>", "kim @example.org",
	} {
		l := letter(t)
		l.To = to
		if out := s.Send(t.Context(), l); out != refusedThem("the address cannot be used") {
			t.Errorf("%q: %+v", to, out)
		}
	}
	for name, spoil := range map[string]func(*Letter){
		"subject":    func(l *Letter) { l.Subject += "\r\nBcc: eve@example.org" },
		"message id": func(l *Letter) { l.MessageID += ">\r\nBcc: eve@example.org" },
		"language":   func(l *Letter) { l.Language += "\nBcc: eve@example.org" },
	} {
		l := letter(t)
		spoil(&l)
		if out := s.Send(t.Context(), l); out != refused("the message cannot be sent as mail") {
			t.Errorf("%s: %+v", name, out)
		}
	}
	if p.mails != 0 {
		t.Errorf("%d were begun", p.mails)
	}
}

func TestSettingsThatCannotWork(t *testing.T) {
	password := func() (string, error) { return "hunter2", nil }
	good := SMTPOptions{URL: "smtp://mail.example.org", From: theSender, Host: "keys.example.org"}
	if _, err := NewSMTP(good); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*SMTPOptions){
		"no address":         func(o *SMTPOptions) { o.URL = "" },
		"another scheme":     func(o *SMTPOptions) { o.URL = "https://mail.example.org" },
		"a bare name":        func(o *SMTPOptions) { o.URL = "mail.example.org:587" },
		"a path":             func(o *SMTPOptions) { o.URL += "/x" },
		"a query":            func(o *SMTPOptions) { o.URL += "?x=hunter2" },
		"a password in it":   func(o *SMTPOptions) { o.URL = "smtp://kim:hunter2@mail.example.org" },
		"a bad port":         func(o *SMTPOptions) { o.URL += ":0" },
		"a huge port":        func(o *SMTPOptions) { o.URL += ":70000" },
		"no sender":          func(o *SMTPOptions) { o.From = "" },
		"two lines":          func(o *SMTPOptions) { o.From = "a@example.org\r\nBcc: b@example.org" },
		"no host":            func(o *SMTPOptions) { o.Host = "" },
		"a host with spaces": func(o *SMTPOptions) { o.Host = "a b" },
		"user alone":         func(o *SMTPOptions) { o.URL = "smtp://kim@mail.example.org" },
		"password alone":     func(o *SMTPOptions) { o.Password = password },
		"unreadable":         func(o *SMTPOptions) { o.URL = "smtp://kim@h"; o.Password = PasswordFile("/nonexistent/password") },
	} {
		o := good
		spoil(&o)
		_, err := NewSMTP(o)
		if err == nil {
			t.Errorf("%s: made", name)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error repeats the password: %v", name, err)
		}
	}
}

func TestPasswordFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "p")
	for in, want := range map[string]string{"a b\n": "a b", "x\r\n": "x", "x": "x", " x ": " x ", "": "", "\n": "", "a\nb\n": ""} {
		if err := os.WriteFile(file, []byte(in), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := PasswordFile(file)(); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

func TestLoopbackNames(t *testing.T) {
	for host, want := range map[string]bool{"localhost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "mail.example.org": false, "192.0.2.1": false, "localhost.example.org": false, "": false} {
		if loopback(host) != want {
			t.Errorf("%q", host)
		}
	}
}

func TestTroubleNamesNothingSecret(t *testing.T) {
	for err, want := range map[error]string{
		errPassword: "the password for the mail server cannot be read",
		errors.New("dial tcp: lookup kim@example.org"): "the connection to the mail server broke",
		&net.OpError{Op: "dial", Err: errors.New("x")}: "the mail server cannot be reached",
	} {
		if got := trouble(t.Context(), err); got != want {
			t.Errorf("%v: %q", err, got)
		}
	}
}
