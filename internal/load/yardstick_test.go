package load

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"os"
	"testing"
	"time"
)

// yardstick is how much CPU time one P-256 verification takes just now, in
// microseconds. A processor that others keep busy takes more for the same work,
// by up to three times where two processors share a core: CPU figures of two runs
// compare only with this beside them.
func yardstick(tb testing.TB) float64 {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(tb, err)
	sum := make([]byte, 32)
	sig, err := ecdsa.SignASN1(rand.Reader, key, sum)
	must(tb, err)
	before := cpu(os.Getpid())
	n := 0
	for end := time.Now().Add(400 * time.Millisecond); time.Now().Before(end); n++ {
		if !ecdsa.VerifyASN1(&key.PublicKey, sum, sig) {
			tb.Fatal("not verified")
		}
	}
	return float64((cpu(os.Getpid()) - before).Microseconds()) / float64(n)
}
