package server

import (
	"crypto/sha256"
	"encoding/hex"
)

// digestOf stands in for the client's keyed digest.
func digestOf(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:16])
}
