package smpp

import (
	"context"
	"errors"
)

var errLater = errors.New("smpp: not now")

// Encrypted says whether connections are made with TLS.
func (c *Client) Encrypted() bool { return c.opt.TLS != nil }

// Probe makes a connection of its own, binds as Run does, asks whether the centre is there
// (enquire_link) and says good-bye (unbind). Nothing is submitted. A receipt that
// comes meanwhile is put off, so that the centre sends it again. Errors:
// *StatusError where the centre does not let us in, ErrBroken, or a dialler's.
func (c *Client) Probe(ctx context.Context) error {
	opt := c.opt
	opt.OnReceipt = func(context.Context, Receipt) error { return errLater }
	s, err := open(ctx, opt)
	if err != nil {
		return err
	}
	working, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan struct{})
	go func() { defer close(served); _ = s.serve(working) }()
	answer, err := s.ask(ctx, EnquireLink, nil)
	if err == nil && answer.Status != StatusOK {
		err = &StatusError{answer.Status}
	}
	stop()
	<-served
	return err
}
