package roots

import (
	"crypto/sha256"
	"encoding/binary"
)

// Leaf is the head of one account's chain: its last row when a root was made.
type Leaf struct {
	Account string `json:"account"`
	Seq     int64  `json:"seq"`  // from 1
	Hash    []byte `json:"hash"` // SHA-256 of the row
}

// Bytes is what of a leaf goes into the tree: account, sequence number (big
// endian) and hash, the texts with their length in front.
func (l Leaf) Bytes() []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(l.Account))) //nolint:gosec // an account number
	out = append(out, l.Account...)
	out = binary.BigEndian.AppendUint64(out, uint64(l.Seq)) //nolint:gosec // counts from 1
	return append(out, l.Hash...)
}

// Tree is a Merkle tree of RFC 6962, section 2.1, that leaves are added to one by
// one. It keeps one hash per level and never the leaves. The zero value is the
// empty tree.
type Tree struct {
	count uint64
	// peaks are the roots of the complete subtrees, the largest first.
	peaks [][sha256.Size]byte
}

// Prefixes that keep a leaf from being taken for a node, and back.
const (
	leafPrefix = 0
	nodePrefix = 1
)

// Add adds a leaf's bytes at the end.
func (t *Tree) Add(leaf []byte) {
	h := sha256.Sum256(append([]byte{leafPrefix}, leaf...))
	for n := t.count; n&1 == 1; n >>= 1 {
		last := len(t.peaks) - 1
		h = node(t.peaks[last], h)
		t.peaks = t.peaks[:last]
	}
	t.peaks = append(t.peaks, h)
	t.count++
}

// Count is how many leaves there are.
func (t *Tree) Count() int64 { return int64(t.count) } //nolint:gosec // less than there are rows

// Root is the hash over all leaves; that of nothing for the empty tree.
func (t *Tree) Root() [sha256.Size]byte {
	if t.count == 0 {
		return sha256.Sum256(nil)
	}
	last := len(t.peaks) - 1
	h := t.peaks[last]
	for i := last - 1; i >= 0; i-- {
		h = node(t.peaks[i], h)
	}
	return h
}

func node(left, right [sha256.Size]byte) [sha256.Size]byte {
	b := make([]byte, 0, 1+2*sha256.Size)
	b = append(append(append(b, nodePrefix), left[:]...), right[:]...)
	return sha256.Sum256(b)
}
