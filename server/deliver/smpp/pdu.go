package smpp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// Commands (SMPP 3.4, section 5.1.2.1) that this package knows. A response has
// the highest bit set.
const (
	GenericNack     uint32 = 0x80000000
	SubmitSM        uint32 = 0x00000004
	DeliverSM       uint32 = 0x00000005
	Unbind          uint32 = 0x00000006
	BindTransceiver uint32 = 0x00000009
	EnquireLink     uint32 = 0x00000015
	Response        uint32 = 0x80000000
)

// headerSize is the length of every header, pduMost the longest unit that is
// read: the longest message payload and a little.
const (
	headerSize = 16
	pduMost    = 70 << 10
)

// ErrMalformed says that what came is no SMPP.
var ErrMalformed = errors.New("smpp: malformed")

// PDU is one protocol data unit with its body as it travels.
type PDU struct {
	Command  uint32
	Status   uint32
	Sequence uint32
	Body     []byte
}

// Append adds the unit as it travels.
func (p PDU) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(headerSize+len(p.Body))) //nolint:gosec // bounded by what we send
	b = binary.BigEndian.AppendUint32(b, p.Command)
	b = binary.BigEndian.AppendUint32(b, p.Status)
	b = binary.BigEndian.AppendUint32(b, p.Sequence)
	return append(b, p.Body...)
}

// Read reads one unit. A length that no unit has gives ErrMalformed; nothing is
// reserved before it has arrived.
func Read(r io.Reader) (PDU, error) {
	var head [headerSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return PDU{}, err
	}
	size := binary.BigEndian.Uint32(head[:])
	if size < headerSize || size > pduMost {
		return PDU{}, ErrMalformed
	}
	var body bytes.Buffer
	if _, err := io.CopyN(&body, r, int64(size-headerSize)); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return PDU{}, err
	}
	return PDU{
		Command: binary.BigEndian.Uint32(head[4:]), Status: binary.BigEndian.Uint32(head[8:]),
		Sequence: binary.BigEndian.Uint32(head[12:]), Body: body.Bytes(),
	}, nil
}

// reader takes fields off a body; after the first that is not there it is broken.
type reader struct {
	rest   []byte
	broken bool
}

func (r *reader) octet() byte {
	b := r.octets(1)
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

func (r *reader) octets(n int) []byte {
	if n > len(r.rest) {
		r.broken = true
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

// text takes a C-octet string of at most n octets, the end mark included.
func (r *reader) text(n int) string {
	end := bytes.IndexByte(r.rest, 0)
	if end < 0 || end >= n {
		r.broken = true
		return ""
	}
	s := string(r.rest[:end])
	r.rest = r.rest[end+1:]
	return s
}

// field is a C-octet string as it travels: cut where it is too long, and an end
// mark inside ends it.
func field(b []byte, s string, n int) []byte {
	if i := bytes.IndexByte([]byte(s), 0); i >= 0 {
		s = s[:i]
	}
	return append(append(b, s[:min(len(s), n-1)]...), 0)
}
