package deliver

import (
	"context"
	"errors"
	"fmt"
	"net/textproto"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// offers is what a relay said that it can do, as far as it matters here.
type offers struct {
	pipelining, dsn bool
	// mail are the parameters that go with every MAIL.
	mail string
}

func offersOf(c *smtp.Client) offers {
	has := func(extension string) bool { ok, _ := c.Extension(extension); return ok }
	o := offers{pipelining: has("PIPELINING"), dsn: has("DSN")}
	if has("8BITMIME") {
		o.mail += " BODY=8BITMIME"
	}
	if has("SMTPUTF8") {
		o.mail += " SMTPUTF8"
	}
	return o
}

// over hands a letter over on a connection and keeps the connection where the
// relay still speaks on it. Text is the mail with the dot that ends it.
func (s *SMTP) over(ctx context.Context, c *conn, until time.Time, l Letter, text []byte) (string, error) {
	stop := context.AfterFunc(ctx, c.drop)
	reply, err := c.transact(until, s.bounces, l, text)
	var said *textproto.Error
	switch {
	case !stop():
		c.drop()
	case err == nil, errors.As(err, &said) && said.Code != 421 && !c.spent && c.client.Reset() == nil:
		s.idle.give(c)
	default:
		c.drop()
	}
	return reply, err
}

// transact is one mail transaction (RFC 5321, section 3.3). A dead kept
// connection, or one that the relay ends, shows before anything of the text was said.
func (c *conn) transact(until time.Time, from string, l Letter, text []byte) (string, error) {
	if err := c.client.UpdateDeadline(time.Until(until)); err != nil {
		return "", errStale
	}
	ret, notify := c.askForReturn(l)
	err := c.envelope([3]command{
		{250, "MAIL FROM:<" + from + ">" + c.offers.mail + ret + "\r\n"},
		{25, "RCPT TO:<" + l.To + ">" + notify + "\r\n"},
		{354, "DATA\r\n"},
	})
	if err != nil {
		return "", err
	}
	if err := c.say(text); err != nil {
		return "", err
	}
	_, reply, err := c.client.Text.ReadResponse(250)
	return reply, err
}

// command is a line, and the code, or its beginning, of the reply that it wants.
type command struct {
	wants int
	line  string
}

// The commands of an envelope.
const (
	theMail = iota
	theRecipient
	theData
)

// envelope says the three commands of a mail: all at once where the relay takes
// them so (RFC 2920), else each after the reply to the one before. The first
// refusal is what is told.
func (c *conn) envelope(commands [3]command) error {
	if c.offers.pipelining {
		if err := c.say([]byte(commands[theMail].line + commands[theRecipient].line + commands[theData].line)); err != nil {
			return c.refusal(theMail, err)
		}
	}
	var replies [3]error
	for i, command := range commands {
		if !c.offers.pipelining {
			if err := c.say([]byte(command.line)); err != nil {
				return c.refusal(i, err)
			}
		}
		_, _, replies[i] = c.client.Text.ReadResponse(command.wants)
		if replies[i] != nil && (!c.offers.pipelining || !aReply(replies[i])) {
			break // nothing further was asked, or nothing further comes
		}
	}
	for i, err := range replies {
		if err == nil {
			continue
		}
		if c.offers.pipelining && i != theData {
			c.giveUp(replies)
		}
		return c.refusal(i, err)
	}
	return nil
}

// giveUp ends a transaction whose DATA was said before the refusal came. A relay
// that waits for a text all the same gets an empty one, as RFC 2920 (3.1) asks; but
// not where it took the recipient: it could deliver that.
func (c *conn) giveUp(replies [3]error) {
	for _, err := range replies {
		if err != nil && !aReply(err) {
			c.spent = true
			return
		}
	}
	if replies[theData] != nil {
		return
	}
	c.spent = replies[theRecipient] == nil || c.say([]byte(".\r\n")) != nil
	if !c.spent {
		_, _, err := c.client.Text.ReadResponse(0)
		c.spent = err != nil
	}
}

// aReply says whether an error is something that the relay said.
func aReply(err error) bool {
	var said *textproto.Error
	return errors.As(err, &said)
}

// refusal tells what an error at a command means.
func (c *conn) refusal(at int, err error) error {
	switch at {
	case theRecipient:
		return fmt.Errorf("%w: %w", errAddress, err)
	case theData:
		return err
	}
	var said *textproto.Error
	if c.uses > 0 && (!errors.As(err, &said) || said.Code == 421) {
		return errStale
	}
	return fmt.Errorf("%w: %w", errSender, err)
}

// say writes at once.
func (c *conn) say(what []byte) error {
	if _, err := c.client.Text.W.Write(what); err != nil {
		return err
	}
	return c.client.Text.W.Flush()
}

// askForReturn asks a relay that knows how (RFC 3461) to return a failed mail
// without its body, which holds a code, and to name it by our envelope id. It is
// not asked to tell of delays: nothing would follow from that.
func (c *conn) askForReturn(l Letter) (ret, notify string) {
	if !c.offers.dsn {
		return "", ""
	}
	id := envelopeID(l)
	if !anEnvelope.MatchString(id) {
		return "", ""
	}
	ret = " RET=HDRS"
	if len(id) <= envelopeMost {
		ret += " ENVID=" + id
	}
	return ret, " NOTIFY=FAILURE"
}
