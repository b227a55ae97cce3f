package deliver

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// Connections are kept idle for at most idleMost, fewer than any relay waits,
// and used at most usesMost times.
const (
	idleMost = 20 * time.Second
	usesMost = 100
)

// conn is one connection to the relay after greeting, TLS and sign-in.
type conn struct {
	client *smtp.Client
	offers offers
	// spent says that nothing more can be said on it.
	spent  bool
	mu     sync.Mutex // guards raw while dialling
	raw    net.Conn
	uses   int
	expire *time.Timer
}

// drop ends the connection without ceremony; it may be called at any time.
func (c *conn) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.raw != nil {
		_ = c.raw.Close()
	}
}

func (c *conn) set(raw net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw = raw
}

// quit says good-bye, briefly, and ends it.
func (c *conn) quit() {
	_ = c.client.UpdateDeadline(time.Second)
	_ = c.client.Quit()
	c.drop()
}

// dial connects, encrypts and signs in.
func (s *SMTP) dial(ctx context.Context) (*conn, error) {
	c := &conn{}
	client, err := s.client(c)
	if err != nil {
		return nil, err
	}
	// The library watches the context only while it dials.
	stop := context.AfterFunc(ctx, c.drop)
	defer stop()
	c.client, err = client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		c.drop()
		return nil, err
	}
	c.offers = offersOf(c.client)
	return c, nil
}

// client configures the library for one connection.
func (s *SMTP) client(c *conn) (*gomail.Client, error) {
	policy := gomail.TLSMandatory
	if s.relay.tls || s.relay.loopback && !s.opt.RequireTLS {
		policy = gomail.TLSOpportunistic
	}
	options := []gomail.Option{
		gomail.WithPort(s.relay.port), gomail.WithTimeout(s.opt.Timeout), gomail.WithHELO(s.opt.Host),
		gomail.WithTLSPolicy(policy), gomail.WithTLSConfig(s.tls),
		gomail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
			return s.open(ctx, network, address, c)
		}),
	}
	if s.opt.Password != nil {
		password, err := s.opt.Password()
		if err != nil {
			return nil, errors.Join(errPassword, err)
		}
		options = append(options, gomail.WithUsername(s.relay.user), gomail.WithPassword(password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	return gomail.NewClient(s.relay.host, options...)
}

// open dials, and encrypts at once where the address says smtps.
func (s *SMTP) open(ctx context.Context, network, address string, c *conn) (net.Conn, error) {
	raw, err := s.network(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c.set(raw)
	if !s.relay.tls {
		return raw, nil
	}
	secure := tls.Client(raw, s.tls)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		return nil, err
	}
	return secure, nil
}

// pool keeps idle connections.
type pool struct {
	mu     sync.Mutex
	most   int
	idle   []*conn
	closed bool
}

// take gives the connection used last, or nil.
func (p *pool) take() *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.idle) > 0 {
		c := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if c.expire.Stop() {
			return c
		}
	}
	return nil
}

// give keeps a connection for the next letter, or ends it.
func (p *pool) give(c *conn) {
	c.uses++
	p.mu.Lock()
	if p.closed || len(p.idle) >= p.most || c.uses >= usesMost {
		p.mu.Unlock()
		c.quit()
		return
	}
	c.expire = time.AfterFunc(idleMost, func() { p.remove(c) })
	p.idle = append(p.idle, c)
	p.mu.Unlock()
}

// remove ends a connection that was idle for too long.
func (p *pool) remove(c *conn) {
	p.mu.Lock()
	for i, other := range p.idle {
		if other == c {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			break
		}
	}
	p.mu.Unlock()
	c.quit()
}

func (p *pool) close() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, c := range idle {
		if c.expire.Stop() {
			c.quit()
		}
	}
}
