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
	memory := s.buffers.Get().(*[]byte)
	defer s.buffers.Put(memory)
	text, err := s.compose(*memory, l, to)
	if err != nil {
		return refused("the message cannot be sent as mail")
	}
	*memory = text
	ctx, cancel := context.WithTimeout(ctx, s.opt.Timeout)
	defer cancel()
	until, _ := ctx.Deadline()
	if c := s.idle.take(); c != nil {
		reply, err := s.over(ctx, c, until, l, text)
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
	reply, err := s.over(ctx, c, until, l, text)
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
