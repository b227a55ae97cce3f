package smpp

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"
)

// receiptsAtOnce is how many receipts are dealt with at a time; the centre keeps
// further ones.
const receiptsAtOnce = 16

// session is one connection after its bind.
type session struct {
	opt      Options
	conn     net.Conn
	in       *bufio.Reader
	window   chan struct{}
	receipts chan struct{}
	done     chan struct{} // closed when the connection has ended

	mu      sync.Mutex // guards writing, next and waiting
	next    uint32
	waiting map[uint32]chan PDU
}

// open connects and binds.
func open(ctx context.Context, opt Options) (*session, error) {
	password, err := opt.Password()
	if err != nil {
		return nil, err
	}
	if len(password) > 8 || len(opt.System) > 15 || len(opt.SystemType) > 12 {
		return nil, ErrTooLong
	}
	ctx, cancel := context.WithTimeout(ctx, opt.Reply)
	defer cancel()
	conn, err := opt.Dial(ctx, "tcp", opt.Address)
	if err != nil {
		return nil, err
	}
	if opt.TLS != nil {
		secure := tls.Client(conn, opt.TLS)
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, err
		}
		conn = secure
	}
	s := &session{
		opt: opt, conn: conn, in: bufio.NewReader(conn), window: make(chan struct{}, opt.Window),
		receipts: make(chan struct{}, receiptsAtOnce), done: make(chan struct{}), next: 1, waiting: map[uint32]chan PDU{},
	}
	if err := s.bind(ctx, password); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return s, nil
}

// bind signs in before anything else is said.
func (s *session) bind(ctx context.Context, password string) error {
	stop := context.AfterFunc(ctx, func() { _ = s.conn.Close() })
	defer stop()
	_ = s.conn.SetDeadline(s.opt.Now().Add(s.opt.Reply))
	bind := PDU{Command: BindTransceiver, Sequence: s.next, Body: bindBody(s.opt.System, password, s.opt.SystemType)}
	s.next++
	if _, err := s.conn.Write(bind.Append(nil)); err != nil {
		return ErrBroken
	}
	for {
		p, err := Read(s.in)
		switch {
		case err != nil:
			return ErrBroken
		case p.Sequence == bind.Sequence && (p.Command == BindTransceiver|Response || p.Command == GenericNack):
			_ = s.conn.SetDeadline(time.Time{})
			if p.Status != StatusOK || p.Command == GenericNack {
				return &StatusError{p.Status}
			}
			return nil
		}
	}
}

// serve reads until the connection ends, and keeps it alive.
func (s *session) serve(ctx context.Context) error {
	working, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, s.leave)
	defer stop()
	defer close(s.done)
	defer s.conn.Close()
	go s.enquire(working)
	for {
		_ = s.conn.SetReadDeadline(s.opt.Now().Add(s.opt.Enquire + 2*s.opt.Reply))
		p, err := Read(s.in)
		if err != nil {
			return ErrBroken
		}
		if p.Command == Unbind {
			_ = s.write(PDU{Command: Unbind | Response, Sequence: p.Sequence})
			return ErrBroken
		}
		s.take(working, p)
	}
}

// leave says good-bye and ends the connection.
func (s *session) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, _ = s.ask(ctx, Unbind, nil)
	_ = s.conn.Close()
}

// enquire asks whether the centre is still there; silence ends the connection.
func (s *session) enquire(ctx context.Context) {
	tick := time.NewTicker(s.opt.Enquire)
	defer tick.Stop()
	for {
		select {
		case <-s.done:
			return
		case <-tick.C:
			if _, err := s.ask(ctx, EnquireLink, nil); err != nil {
				_ = s.conn.Close()
				return
			}
		}
	}
}

// take deals with one unit from the centre.
func (s *session) take(ctx context.Context, p PDU) {
	switch {
	case p.Command&Response != 0:
		s.mu.Lock()
		waiter := s.waiting[p.Sequence]
		delete(s.waiting, p.Sequence)
		s.mu.Unlock()
		if waiter != nil {
			waiter <- p
		}
	case p.Command == EnquireLink:
		_ = s.write(PDU{Command: EnquireLink | Response, Sequence: p.Sequence})
	case p.Command == DeliverSM:
		s.deliver(ctx, p)
	default:
		_ = s.write(PDU{Command: GenericNack, Status: StatusUnknown, Sequence: p.Sequence})
	}
}

// deliver takes a receipt in and answers when it is stored. Anything else that
// people send here is answered and thrown away.
func (s *session) deliver(ctx context.Context, p PDU) {
	answer := func(status uint32) {
		_ = s.write(PDU{Command: DeliverSM | Response, Status: status, Sequence: p.Sequence, Body: []byte{0}})
	}
	m, err := ParseMessage(p.Body)
	r, ok := ReceiptOf(m)
	if err != nil || !ok || s.opt.OnReceipt == nil {
		answer(StatusOK)
		return
	}
	select {
	case s.receipts <- struct{}{}:
	default:
		answer(StatusLater)
		return
	}
	go func() {
		defer func() { <-s.receipts }()
		if s.opt.OnReceipt(ctx, r) != nil {
			answer(StatusLater)
			return
		}
		answer(StatusOK)
	}()
}

// write sends one unit; the connection ends where that fails.
func (s *session) write(p PDU) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.send(p)
}

func (s *session) send(p PDU) error {
	_ = s.conn.SetWriteDeadline(s.opt.Now().Add(s.opt.Reply))
	if _, err := s.conn.Write(p.Append(nil)); err != nil {
		_ = s.conn.Close()
		return ErrBroken
	}
	return nil
}

// ask sends a command and waits for its answer. Messages take a place in the
// window; what keeps the connection alive does not wait behind them.
func (s *session) ask(ctx context.Context, command uint32, body []byte) (PDU, error) {
	if command == SubmitSM {
		select {
		case s.window <- struct{}{}:
			defer func() { <-s.window }()
		case <-s.done:
			return PDU{}, ErrDown
		case <-ctx.Done():
			return PDU{}, ErrDown
		}
	}
	answer := make(chan PDU, 1)
	sequence, err := s.start(command, body, answer)
	if err != nil {
		return PDU{}, err
	}
	defer s.forget(sequence)
	late := time.NewTimer(s.opt.Reply)
	defer late.Stop()
	select {
	case p := <-answer:
		return p, nil
	case <-s.done:
	case <-late.C:
	case <-ctx.Done():
	}
	return PDU{}, ErrBroken
}

// start sends a command under the next number.
func (s *session) start(command uint32, body []byte, answer chan PDU) (uint32, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sequence := s.next
	s.next = s.next%0x7fffffff + 1
	s.waiting[sequence] = answer
	if err := s.send(PDU{Command: command, Sequence: sequence, Body: body}); err != nil {
		delete(s.waiting, sequence)
		return 0, err
	}
	return sequence, nil
}

func (s *session) forget(sequence uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting, sequence)
}
