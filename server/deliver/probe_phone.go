package deliver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/seed-1feef0b2/holdfast/server/deliver/smpp"
)

// Prober looks at what letters are handed to, without handing any over.
type Prober interface {
	Probe(ctx context.Context) Probe
}

// Probe asks the provider about our own account, signed in as for messages. A
// provider of the same interface that has no such question (404, 405) counts as
// reached.
func (t *Twilio) Probe(ctx context.Context) Probe {
	token, err := t.opt.Token()
	if err != nil {
		return Probe{Trouble: "the provider's token cannot be read"}
	}
	r, err := http.NewRequest(http.MethodGet, t.url.JoinPath("2010-04-01", "Accounts", t.opt.Account+".json").String(), http.NoBody)
	if err != nil {
		return Probe{Trouble: "the provider's address cannot be used"}
	}
	r.SetBasicAuth(t.opt.Account, token)
	r.Header.Set("Accept", "application/json")
	return probeHTTP(ctx, t.client, r)
}

// Probe asks for the head of the address that takes letters (HEAD). Every answer
// but a server's error shows that the program is there; whether it takes our
// signature shows only with a letter.
func (w *Webhook) Probe(ctx context.Context) Probe {
	if _, err := w.opt.Secrets(); err != nil {
		return Probe{Trouble: "the webhook's secret cannot be read"}
	}
	r, err := http.NewRequest(http.MethodHead, w.url.String(), http.NoBody)
	if err != nil {
		return Probe{Trouble: "the program's address cannot be used"}
	}
	p := probeHTTP(ctx, w.client, r)
	if p.denied {
		p.Trouble = "" // it may refuse whatever is not signed
	}
	return p
}

// probeHTTP judges an answer to a question that changes nothing.
func probeHTTP(ctx context.Context, c *http.Client, r *http.Request) Probe {
	defer c.CloseIdleConnections()
	resp, err := c.Do(r.WithContext(ctx))
	if err != nil {
		return Probe{Trouble: httpTrouble(ctx, err)}
	}
	_ = resp.Body.Close()
	p := Probe{Encrypted: resp.TLS != nil}
	switch {
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		p.denied, p.Trouble = true, fmt.Sprintf("the provider does not let us in (%d)", resp.StatusCode)
	case resp.StatusCode >= http.StatusInternalServerError:
		p.Trouble = fmt.Sprintf("the provider answers with %d", resp.StatusCode)
	}
	return p
}

// Probe binds, asks whether the centre is there and says good-bye.
func (s *SMPP) Probe(ctx context.Context) Probe {
	p := Probe{Encrypted: s.client.Encrypted()}
	err := s.client.Probe(ctx)
	var status *smpp.StatusError
	var cert *tls.CertificateVerificationError
	var op *net.OpError
	switch {
	case err == nil:
	case errors.As(err, &status) && status.Bound():
		p.Busy = true
	case errors.As(err, &status):
		p.Trouble = "the carrier does not let this server in: " + phoneDetail(status.Error(), Letter{})
	case errors.As(err, &cert):
		p.Trouble = "the carrier's certificate is not trusted"
	case errors.Is(err, context.DeadlineExceeded):
		p.Trouble = "the carrier did not answer in time"
	case errors.As(err, &op) && op.Op == "dial":
		p.Trouble = "the carrier cannot be reached"
	default:
		p.Trouble = "the connection to the carrier broke"
	}
	return p
}

// Probe connects to the mailbox's server, signs in and opens the mailbox without
// reading or marking anything.
func (m *IMAP) Probe(ctx context.Context) Probe {
	c, end, err := m.open(ctx)
	if err != nil {
		return Probe{Trouble: "the mailbox for returned mail cannot be reached, or does not let us in"}
	}
	defer end()
	p := Probe{Encrypted: m.tls || c.IsTLS()}
	if _, err := c.Select(m.mailbox, true); err != nil {
		p.Trouble = "there is no such mailbox for returned mail"
	}
	_ = c.Logout()
	return p
}
