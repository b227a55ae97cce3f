package chip

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"

	"github.com/google/go-tpm/tpm2"
)

// A blob: 4 bytes magic, 1 what it is, 32 which storage key it belongs to, and
// the object's two halves, each with its length in 2 bytes, big-endian. The whole
// is at most maxBlob bytes; nothing may follow.
const (
	blobMagic   = "HFC1"
	blobKey     = 'k'
	blobSecret  = 's'
	maxBlob     = 2048
	blobFixed   = len(blobMagic) + 1 + sha256.Size
	parentLabel = "holdfast v1 chip parent"
)

// blob is an object as a profile keeps it.
type blob struct {
	kind    byte
	parent  [sha256.Size]byte
	public  []byte // TPMT_PUBLIC
	private []byte // TPM2B_PRIVATE's buffer, encrypted by the chip
}

// parentOf says which storage key an object belongs to. The object's own public
// half makes it another value in every blob, so that blobs do not show which of
// them come from one chip.
func parentOf(name tpm2.TPM2BName, public []byte) [sha256.Size]byte {
	h := sha256.New()
	h.Write([]byte(parentLabel))
	h.Write(name.Buffer)
	h.Write(public)
	return [sha256.Size]byte(h.Sum(nil))
}

func (b blob) encode() []byte {
	out := append([]byte(blobMagic), b.kind)
	out = append(out, b.parent[:]...)
	for _, half := range [][]byte{b.public, b.private} {
		out = binary.BigEndian.AppendUint16(out, uint16(len(half)))
		out = append(out, half...)
	}
	return out
}

// parseBlob reads a blob of a kind. It trusts nothing: the bytes come from a disk.
func parseBlob(kind byte, data []byte) (blob, error) {
	if len(data) < blobFixed || len(data) > maxBlob || string(data[:len(blobMagic)]) != blobMagic || data[len(blobMagic)] != kind {
		return blob{}, errBlob
	}
	b := blob{kind: kind, parent: [sha256.Size]byte(data[len(blobMagic)+1 : blobFixed])}
	rest := data[blobFixed:]
	for _, half := range []*[]byte{&b.public, &b.private} {
		if len(rest) < 2 {
			return blob{}, errBlob
		}
		n := int(binary.BigEndian.Uint16(rest))
		if rest = rest[2:]; n == 0 || n > len(rest) {
			return blob{}, errBlob
		}
		*half, rest = bytes.Clone(rest[:n]), rest[n:]
	}
	if len(rest) != 0 {
		return blob{}, errBlob
	}
	return b, nil
}
