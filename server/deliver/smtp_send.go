package deliver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"github.com/seed-1feef0b2/holdfast/server"
)

var (
	errPassword = errors.New("deliver: the SMTP password cannot be read")
	errStale    = errors.New("deliver: the kept connection had ended")
	errSender   = errors.New("deliver: the relay does not take mail from this sender")
	errAddress  = errors.New("deliver: the relay does not take mail for this address")
)

// Send hands one letter over. A reply of the relay decides: 2xx after the text
// handed over, 5xx about this message or whom it is for refused; everything else,
// and a 5xx that speaks of this server, puts it off, for nobody can know better.
func (s *SMTP) Send(ctx context.Context, l Letter) Outcome {
	to, err := mail.ParseAddress(l.To)
	if err != nil || to.Address != l.To || strings.ContainsAny(l.To, "\r\n") {
		return refusedThem("the address cannot be used")
	}
	msg, err := s.envelope(l)
	if err != nil {
		return refused("the message cannot be sent as mail")
	}
	ctx, cancel := context.WithTimeout(ctx, s.opt.Timeout)
	defer cancel()
	if c := s.idle.take(); c != nil {
		reply, err := s.over(ctx, c, l, msg)
		if !errors.Is(err, errStale) {
			return s.judge(ctx, reply, err, l)
		}
	}
	c, err := s.dial(ctx)
	if err != nil {
		out := down(cleanDetail(trouble(ctx, err), l))
		out.Down = !errors.Is(ctx.Err(), context.Canceled) // this server stops: no word against the relay
		return out
	}
	reply, err := s.over(ctx, c, l, msg)
	return s.judge(ctx, reply, err, l)
}

// judge turns what happened in a transaction into an outcome.
func (s *SMTP) judge(ctx context.Context, reply string, err error, l Letter) Outcome {
	if err == nil {
		out := handedOver(cleanDetail("250 "+reply, l))
		if id := transcriptID(reply, l); id != "" {
			out.Provider = s.opt.Label + "/" + id
		}
		return out
	}
	var said *textproto.Error
	spoke := errors.As(err, &said)
	atAddress := errors.Is(err, errAddress)
	if spoke && said.Code >= 500 && !ours(said.Code) && !errors.Is(err, errSender) {
		switch blame(reply5321(said), atAddress) {
		case server.BlameRecipient:
			return refusedThem(cleanDetail(reply5321(said), l))
		case server.BlameMessage:
			return refused(cleanDetail(reply5321(said), l))
		}
	}
	out := putOff(cleanDetail(trouble(ctx, err), l))
	// A relay that takes nothing for this address may take all others.
	out.Down = (!spoke || said.Code == 421 || said.Code >= 500 && !atAddress) && !errors.Is(ctx.Err(), context.Canceled)
	return out
}

// blame says whom a refusal of the address, or else of the text, speaks of: of the
// recipient, of the message, or of this server. Rules that forbid an address are
// about who may send there; those that forbid a text are about the text. A reply
// to the text without an enhanced status code says nothing of the address, which
// the relay had taken.
func blame(reply string, atAddress bool) server.Blame {
	b, precise := server.BlameOf(reply)
	switch {
	case b == server.BlamePolicy && atAddress:
		return server.BlameSender
	case (b == server.BlameSender || b == server.BlameRecipient) && (precise || atAddress):
		return b
	}
	return server.BlameMessage
}

// reply5321 writes a relay's reply as it was said.
func reply5321(said *textproto.Error) string { return fmt.Sprintf("%d %s", said.Code, said.Msg) }

// ours are refusals that speak of this server's sign-in or encryption, not of
// the message: an operator can mend them while it waits (RFC 4954, RFC 3207).
func ours(code int) bool { return code == 530 || code == 534 || code == 535 || code == 538 }

// trouble says in a few words why there was no answer about the message.
func trouble(ctx context.Context, err error) string {
	var said *textproto.Error
	var refusedCert *tls.CertificateVerificationError
	var timeout net.Error
	var op *net.OpError
	switch {
	case errors.As(err, &said):
		return reply5321(said)
	case errors.Is(err, errPassword):
		return "the password for the mail server cannot be read"
	case errors.As(err, &refusedCert):
		return "the mail server's certificate is not trusted"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(ctx.Err(), context.DeadlineExceeded),
		errors.As(err, &timeout) && timeout.Timeout():
		return "the mail server did not answer in time"
	case ctx.Err() != nil:
		return "this server is stopping"
	case strings.Contains(err.Error(), "does not support STARTTLS"):
		return "the mail server offers no encryption"
	case strings.Contains(err.Error(), "AUTH"):
		return "the mail server offers no sign-in that we may use"
	case errors.As(err, &op) && op.Op == "dial":
		return "the mail server cannot be reached"
	default:
		return "the connection to the mail server broke"
	}
}

// over hands a letter over on a connection and keeps the connection where the
// relay still speaks on it.
func (s *SMTP) over(ctx context.Context, c *conn, l Letter, msg *gomail.Msg) (string, error) {
	stop := context.AfterFunc(ctx, c.drop)
	reply, err := transact(c, s.opt.Timeout, s.bounces, l, msg)
	var said *textproto.Error
	switch {
	case !stop():
		c.drop()
	case err == nil, errors.As(err, &said) && said.Code != 421 && c.client.Reset() == nil:
		s.idle.give(c)
	default:
		c.drop()
	}
	return reply, err
}

// transact is one mail transaction (RFC 5321, section 3.3). A dead kept
// connection, or one that the relay ends, shows before anything of the letter was said.
func transact(c *conn, timeout time.Duration, from string, l Letter, msg *gomail.Msg) (string, error) {
	if err := c.client.UpdateDeadline(timeout); err != nil {
		return "", errStale
	}
	c.askForReturn(l)
	if err := c.client.Mail("<" + from + ">"); err != nil {
		var said *textproto.Error
		if c.uses > 0 && (!errors.As(err, &said) || said.Code == 421) {
			return "", errStale
		}
		return "", fmt.Errorf("%w: %w", errSender, err)
	}
	if err := c.client.Rcpt("<" + l.To + ">"); err != nil {
		return "", fmt.Errorf("%w: %w", errAddress, err)
	}
	w, err := c.client.Data()
	if err != nil {
		return "", err
	}
	if _, err := msg.WriteTo(w); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	if d, ok := w.(*smtp.DataCloser); ok {
		return d.ServerResponse(), nil
	}
	return "", nil
}

// askForReturn asks a relay that knows how (RFC 3461) to return a failed mail
// without its body, which holds a code, and to name it by our envelope id. It is
// not asked to tell of delays: nothing would follow from that.
func (c *conn) askForReturn(l Letter) {
	ret, notify := "", ""
	if id := envelopeID(l); anEnvelope.MatchString(id) {
		ret, notify = "HDRS", "FAILURE"
		if len(id) <= envelopeMost {
			ret += " ENVID=" + id
		}
	}
	c.client.SetDSNMailReturnOption(ret)
	c.client.SetDSNRcptNotifyOption(notify)
}

// envelope makes the mail: plain text and HTML, no trace of the program.
func (s *SMTP) envelope(l Letter) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if s.opt.Sign != nil {
		m.SetDKIM(s.opt.Sign.signer(l.Date))
	}
	m.FromMailAddress(s.from)
	if err := m.To(l.To); err != nil {
		return nil, err
	}
	if strings.ContainsAny(l.Subject+l.MessageID+l.Language+l.Return, "\r\n") {
		return nil, errors.New("deliver: a header with a line end")
	}
	m.Subject(l.Subject)
	m.SetDateWithValue(l.Date)
	id := l.MessageID
	if id == "" {
		id = fmt.Sprintf("%d.%s@%s", l.Date.UnixNano(), strings.ToLower(l.Reference), s.opt.Host)
	}
	m.SetMessageIDWithValue(id)
	m.SetGenHeader("Content-Language", l.Language)
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office replies
	m.SetGenHeader("X-Auto-Response-Suppress", "All")
	if l.Return != "" {
		m.SetGenHeader(returnHeader, l.Return)
	}
	m.SetBodyString(gomail.TypeTextPlain, l.Text)
	m.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	return m, nil
}
