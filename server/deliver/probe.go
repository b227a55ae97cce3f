package deliver

import (
	"context"
	"errors"
	"strings"
)

// Probe is what a relay said to a connection that sent nothing.
type Probe struct {
	// Encrypted says whether TLS was agreed on.
	Encrypted bool
	// Trouble says, in words without addresses, why the relay takes nothing from us;
	// empty where it would.
	Trouble string
	// Busy says that a carrier takes one connection at a time and has one: most
	// likely a running server's.
	Busy bool
	// denied says that a provider answered 401 or 403.
	denied bool
}

// Probe connects to the relay as a sender does, with the same encryption, certificates
// and sign-in, and says good-bye. No message is begun.
func (s *SMTP) Probe(ctx context.Context) Probe {
	ctx, cancel := context.WithTimeout(ctx, s.opt.Timeout)
	defer cancel()
	c, err := s.dial(ctx)
	if err != nil {
		return Probe{Trouble: trouble(ctx, err)}
	}
	defer c.quit()
	state, ok := c.client.TLSConnectionState()
	return Probe{Encrypted: ok && state.HandshakeComplete}
}

// Matches says whether a published record (a TXT record's text) is the one that this
// key signs for. The errors say what is wrong with it.
func (d *DKIM) Matches(records []string) error {
	if len(records) == 0 {
		return errors.New("there is none")
	}
	want := tagOf(d.Record(), "p")
	for _, r := range records {
		if tagOf(r, "p") == want {
			return nil
		}
	}
	return errors.New("it holds another key")
}

// tagOf is the value of a tag in a record (RFC 6376, 3.2), without the white space
// that may be in it.
func tagOf(record, tag string) string {
	for _, part := range strings.Split(record, ";") {
		name, value, ok := strings.Cut(part, "=")
		if ok && strings.TrimSpace(name) == tag {
			return strings.Join(strings.Fields(value), "")
		}
	}
	return ""
}
