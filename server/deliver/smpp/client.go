package smpp

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"time"
)

// Options say which message centre is spoken to, and as whom. Address, System
// and Password must be given.
type Options struct {
	// Address is host:port. TLS is nil for a connection without encryption.
	Address string
	TLS     *tls.Config
	// System is the account's name, Password gives its password when a connection
	// is made (at most 8 characters), SystemType is what the centre may ask for.
	System     string
	Password   func() (string, error)
	SystemType string
	// Window is how many messages may wait for an answer at a time; 10 where zero.
	Window int
	// Enquire is how long a silent connection is left alone, 30 s where zero.
	Enquire time.Duration
	// Reply is how long the centre may take for an answer, 10 s where zero.
	Reply time.Duration
	// Retry is the first pause after a connection ended, 1 s where zero; pauses
	// double up to a minute.
	Retry time.Duration
	// OnReceipt takes a delivery receipt; where it gives an error the centre is
	// asked to send it again. It may be called by several goroutines.
	OnReceipt func(ctx context.Context, r Receipt) error
	// Now is the clock of deadlines and pauses; the system's where nil.
	Now func() time.Time
	// Dial opens a connection; the system's dialler where nil.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Errors of Submit.
var (
	// ErrDown says that there is no connection: nothing was sent.
	ErrDown = errors.New("smpp: not connected")
	// ErrBroken says that the connection ended, or was silent, before an answer: the
	// message may have been taken.
	ErrBroken = errors.New("smpp: the connection broke")
	// ErrTooLong says that a field of a message is too long for its place.
	ErrTooLong = errors.New("smpp: a field is too long")
)

// retryMost is the longest pause between connections; bindTime how long a
// connection must last for the pauses to begin anew.
const (
	retryMost = time.Minute
	bindTime  = 10 * time.Second
)

// Client keeps one connection to a message centre while Run runs.
type Client struct {
	opt   Options
	mu    sync.Mutex
	now   *session      // nil while there is none
	bound chan struct{} // closed when there is one
	last  error         // why there is none
}

// New makes a client; it does not connect.
func New(opt Options) *Client {
	if opt.Window <= 0 {
		opt.Window = 10
	}
	if opt.Enquire <= 0 {
		opt.Enquire = 30 * time.Second
	}
	if opt.Reply <= 0 {
		opt.Reply = 10 * time.Second
	}
	if opt.Retry <= 0 {
		opt.Retry = time.Second
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Dial == nil {
		opt.Dial = (&net.Dialer{}).DialContext
	}
	return &Client{opt: opt, bound: make(chan struct{}), last: ErrDown}
}

// Run connects, and connects again, until the context ends; then it says
// good-bye.
func (c *Client) Run(ctx context.Context) {
	pause := c.opt.Retry
	for ctx.Err() == nil {
		since := c.opt.Now()
		err := c.once(ctx)
		c.lost(err)
		if c.opt.Now().Sub(since) > bindTime {
			pause = c.opt.Retry
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, retryMost)
	}
}

// once connects, binds and serves until the connection ends.
func (c *Client) once(ctx context.Context) error {
	s, err := open(ctx, c.opt)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.now = s
	close(c.bound)
	c.mu.Unlock()
	return s.serve(ctx)
}

func (c *Client) lost(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now != nil {
		c.now, c.bound = nil, make(chan struct{})
	}
	if err != nil {
		c.last = err
	}
}

// Last is why there is no connection: a *StatusError where the centre refused to
// sign us in, nil where there is one.
func (c *Client) Last() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now != nil {
		return nil
	}
	return c.last
}

// Submit hands one message over and gives the centre's name for it. Errors are
// ErrDown, ErrBroken, ErrTooLong and *StatusError. It waits for a connection, a
// free place in the window and the answer until the context ends.
func (c *Client) Submit(ctx context.Context, m Message) (string, error) {
	body, ok := m.body()
	if !ok {
		return "", ErrTooLong
	}
	s, err := c.session(ctx)
	if err != nil {
		return "", err
	}
	answer, err := s.ask(ctx, SubmitSM, body)
	if err != nil {
		return "", err
	}
	if answer.Status != StatusOK {
		return "", &StatusError{answer.Status}
	}
	id, ok := messageID(answer.Body)
	if !ok {
		return "", ErrMalformed
	}
	return id, nil
}

func (c *Client) session(ctx context.Context) (*session, error) {
	c.mu.Lock()
	bound := c.bound
	c.mu.Unlock()
	select {
	case <-bound:
	case <-ctx.Done():
		return nil, ErrDown
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now == nil {
		return nil, ErrDown
	}
	return c.now, nil
}
