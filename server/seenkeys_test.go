package server

import (
	"crypto/ecdsa"
	"strconv"
	"testing"
)

// TestSeenKeysAreBounded: what was put last is there, and never more than so many.
func TestSeenKeysAreBounded(t *testing.T) {
	var s seenKeys
	if s.get("0") != nil {
		t.Error("a key that nobody put")
	}
	for i := range seenKeysMost + 100 {
		k := &ecdsa.PublicKey{}
		s.put(strconv.Itoa(i), k)
		if s.get(strconv.Itoa(i)) != k {
			t.Fatal(i)
		}
	}
	if len(s.keys) != seenKeysMost {
		t.Errorf("%d keys are kept", len(s.keys))
	}
}
