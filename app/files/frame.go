package files

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
)

// Why a framed file cannot be used.
var (
	// ErrBroken says that the bytes are not what was written: cut off, damaged,
	// or another kind of file.
	ErrBroken = errors.New("files: broken")
	// ErrNewer says that the file is whole, and from a newer version.
	ErrNewer = errors.New("files: newer version")
)

// Magic names a kind of file in its first eight bytes.
type Magic [8]byte

// FrameOverhead is what Frame adds, in bytes: magic, version and SHA-256.
const FrameOverhead = 8 + 2 + sha256.Size

// Frame puts a body between a kind, a version and a SHA-256 sum of all that
// precedes it. The frame is the same in every version, so that damage is told
// from a newer version. The sum is no protection against people: it is not
// keyed. Whoever needs that keys the body.
func Frame(m Magic, version uint16, body []byte) []byte {
	out := make([]byte, 0, len(body)+FrameOverhead)
	out = append(out, m[:]...)
	out = binary.BigEndian.AppendUint16(out, version)
	out = append(out, body...)
	sum := sha256.Sum256(out)
	return append(out, sum[:]...)
}

// Unframe returns the version and the body of a frame of kind m. Errors:
// ErrBroken, and ErrNewer for versions above newest. Version 0 is broken.
func Unframe(m Magic, newest uint16, data []byte) (version uint16, body []byte, err error) {
	if len(data) < FrameOverhead || Magic(data[:8]) != m {
		return 0, nil, ErrBroken
	}
	rest, sum := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	want := sha256.Sum256(rest)
	if subtle.ConstantTimeCompare(sum, want[:]) != 1 {
		return 0, nil, ErrBroken
	}
	version = binary.BigEndian.Uint16(rest[8:])
	switch {
	case version == 0:
		return 0, nil, ErrBroken
	case version > newest:
		return version, nil, ErrNewer
	}
	return version, rest[10:], nil
}
