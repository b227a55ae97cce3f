package server

import (
	"crypto/ecdsa"
	"sync"
)

// seenKeysMost is how many keys are kept, some 300 bytes each.
const seenKeysMost = 4096

// seenKeys are public keys of devices, by keyid. A keyid is the hash of its key
// (RFC 7638), so what is kept here is true for ever: it says whose signature a
// request carries, never whether that key still may anything. Every transaction
// finds out the latter for itself.
type seenKeys struct {
	mu   sync.RWMutex
	keys map[string]*ecdsa.PublicKey
}

// get gives a key; nil where it is not kept.
func (s *seenKeys) get(keyid string) *ecdsa.PublicKey {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.keys[keyid]
}

// put keeps a key, in the place of any other where there are too many.
func (s *seenKeys) put(keyid string, key *ecdsa.PublicKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys == nil {
		s.keys = map[string]*ecdsa.PublicKey{}
	}
	if len(s.keys) >= seenKeysMost {
		for other := range s.keys {
			delete(s.keys, other)
			break
		}
	}
	s.keys[keyid] = key
}
