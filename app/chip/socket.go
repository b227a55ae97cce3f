package chip

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/google/go-tpm/tpm2/transport"
)

// Socket is a TPM 2.0 behind a Unix socket, as swtpm offers one: for tests and
// for trying things out. Nobody manages its room, so only one program at a time
// may use it. Deadline bounds every call; 0 is DefaultDeadline.
func Socket(ctx context.Context, path string, deadline time.Duration) (Chip, error) {
	c, err := opened(ctx, func(ctx context.Context) (transport.TPMCloser, error) {
		conn, err := dial(ctx, path)
		if err != nil {
			return nil, err
		}
		if end, ok := ctx.Deadline(); ok {
			err = conn.SetDeadline(end)
		}
		return transport.FromReadWriteCloser(stream{conn}), err
	})
	if err != nil {
		return nil, err
	}
	if deadline > 0 {
		c.(*tpm).deadline = deadline
	}
	return c, nil
}

// dial waits while the socket's queue is full: swtpm takes one caller at a time.
func dial(ctx context.Context, path string) (net.Conn, error) {
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
		if !errors.Is(err, syscall.EAGAIN) {
			return conn, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(time.Millisecond):
		}
	}
}

// stream gives each answer of a chip as one read, as go-tpm expects it: a socket
// may cut it into pieces.
type stream struct{ net.Conn }

// answerHead is the size of an answer's head; its last 4 bytes but 4 are the
// length of the whole (Part 1, section 18).
const answerHead = 10

// Read reads one answer.
func (s stream) Read(p []byte) (int, error) {
	if len(p) < answerHead {
		return 0, io.ErrShortBuffer
	}
	if _, err := io.ReadFull(s.Conn, p[:answerHead]); err != nil {
		return 0, err
	}
	n := int(binary.BigEndian.Uint32(p[2:6]))
	if n < answerHead || n > len(p) {
		return 0, errAnswer
	}
	_, err := io.ReadFull(s.Conn, p[answerHead:n])
	return n, err
}
