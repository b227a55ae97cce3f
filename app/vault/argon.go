package vault

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"

	"golang.org/x/crypto/argon2"
)

// Params are the cost of Argon2id (RFC 9106).
type Params struct {
	Time      uint32 // passes
	MemoryKiB uint32
	Threads   uint8 // lanes
}

// Standard is what vaults are made with, and the least that is opened unless
// a Config says otherwise: 64 MiB, 3 passes, 1 lane.
func Standard() Params { return Params{Time: 3, MemoryKiB: 64 << 10, Threads: 1} }

// ceiling keeps a foreign file from taking all memory and all time.
func ceiling() Params { return Params{Time: 64, MemoryKiB: 1 << 20, Threads: 16} }

func (p Params) atLeast(q Params) bool {
	return p.Time >= q.Time && p.MemoryKiB >= q.MemoryKiB && p.Threads >= q.Threads
}

// Memo remembers, in memory alone, what Argon2id gave for bound values, so
// that a program that opens a vault and then adds a slot pays once. The zero
// value is ready; it may be used by several goroutines.
type Memo struct {
	mu    sync.Mutex
	known map[[sha256.Size]byte]Secret
}

// memoSize bounds a Memo; five slots with two bindings each fit.
const memoSize = 16

// bound is A: Argon2id over a binding's bytes.
func (m *Memo) bound(p Params, salt Secret, b Binding) Secret {
	values := b.canonical()
	defer clear(values)
	h := sha256.New()
	binary.Write(h, binary.BigEndian, p)
	h.Write(salt[:])
	h.Write(values)
	id := [sha256.Size]byte(h.Sum(nil))
	m.mu.Lock()
	defer m.mu.Unlock()
	if a, ok := m.known[id]; ok {
		return a
	}
	key := argon2.IDKey(values, salt[:], p.Time, p.MemoryKiB, p.Threads, uint32(len(Secret{})))
	a := Secret(key)
	clear(key)
	if m.known == nil || len(m.known) >= memoSize {
		m.known = map[[sha256.Size]byte]Secret{}
	}
	m.known[id] = a
	return a
}

// Forget empties the memo.
func (m *Memo) Forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known = nil
}
