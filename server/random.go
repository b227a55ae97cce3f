package server

import (
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"io"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api/code"
)

var lower32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// randomBytes panics where the system has no randomness left: nothing that
// needs it may go on.
func (s *Service) randomBytes(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(s.rand, b); err != nil {
		panic(err)
	}
	return b
}

// newID is 128 random bits, 26 letters and digits.
func (s *Service) newID() string { return lower32.EncodeToString(s.randomBytes(16)) }

func (s *Service) randomHex(n int) string { return hex.EncodeToString(s.randomBytes(n)) }

// draw gives n symbols of an alphabet, each as likely as any other: bytes that
// would favour some symbols are thrown away.
func (s *Service) draw(alphabet string, n int) string {
	var b strings.Builder
	for b.Len() < n {
		if i, ok := reject(s.randomBytes(1)[0], len(alphabet)); ok {
			b.WriteByte(alphabet[i])
		}
	}
	return b.String()
}

func reject(b byte, n int) (int, bool) {
	most := 256 - 256%n
	return int(b) % n, int(b) < most
}

// newAccountNumber draws eleven digits, the first not zero, and the check digit.
func (s *Service) newAccountNumber() string {
	return code.AccountWithCheck(s.draw(code.Digits[1:], 1) + s.draw(code.Digits, code.AccountDigits-2))
}

// messageIDLow is how many bits of a message's id are drawn.
const messageIDLow = 22

// newMessageID rises with time (milliseconds) and from call to call, and differs
// between processes in its last 22 bits: as many as fit, because two that are the
// same cost whoever is second his request.
func (s *Service) newMessageID() int64 {
	r := binary.BigEndian.Uint32(s.randomBytes(4)) & (1<<messageIDLow - 1)
	id := messageIDFrom(s.now()) | int64(r)
	for {
		last := s.lastID.Load()
		if s.lastID.CompareAndSwap(last, max(id, last+1)) {
			return max(id, last+1)
		}
	}
}
