package sign

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	crand "crypto/rand"
	"crypto/sha256"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/dunglas/httpsfv"
)

// TestFieldsAreStructured compares what is written here by hand with what a library for
// structured fields (RFC 9651) writes.
func TestFieldsAreStructured(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for i := range 300 {
		var nonce, key [32]byte
		for j := range nonce {
			nonce[j], key[j] = byte(random.Uint32()), byte(random.Uint32())
		}
		created := random.Int64N(2*mostInteger) - mostInteger
		c := []coverage{bare, loaded}[i%2]
		p := httpsfv.NewParams()
		p.Add("created", created)
		p.Add("nonce", b64.EncodeToString(nonce[:nonceBytes]))
		p.Add("keyid", b64.EncodeToString(key[:]))
		p.Add("alg", algorithm)
		p.Add("tag", Tag)
		got := signatureParams(c, created, b64.EncodeToString(nonce[:nonceBytes]), b64.EncodeToString(key[:]))
		if want := marshalled(t, c.names, p); got != want {
			t.Fatalf("got\n%s\nwant\n%s", got, want)
		}
		d := httpsfv.NewDictionary()
		sum := sha256.Sum256(nonce[:])
		d.Add("sha-256", httpsfv.NewItem(sum[:]))
		if want, err := httpsfv.Marshal(d); err != nil || Digest(nonce[:]) != want {
			t.Fatalf("got %s, want %s (%v)", Digest(nonce[:]), want, err)
		}
	}
}

// TestVerifyMessageIsTheCurves compares it with the library's own check of two numbers,
// over signatures that are right and such as begin with zeros, are zero, or too great.
func TestVerifyMessageIsTheCurves(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	msg := []byte("a message")
	sum := sha256.Sum256(msg)
	order := elliptic.P256().Params().N
	edges := []*big.Int{
		new(big.Int), big.NewInt(1), big.NewInt(0x80), new(big.Int).Sub(order, big.NewInt(1)), order,
		new(big.Int).Lsh(big.NewInt(1), 255), new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)),
	}
	for i := range 240 {
		r, s := short(t, key, sum[:], i%16 == 4)
		switch i % 16 {
		case 0:
			r = edges[i/16%len(edges)]
		case 1:
			s = edges[i/16%len(edges)]
		case 2:
			r, s = edges[i/16%len(edges)], edges[i/3%len(edges)]
		case 3:
			s = new(big.Int).Xor(s, big.NewInt(1))
		}
		sig := make([]byte, 64)
		r.FillBytes(sig[:32])
		s.FillBytes(sig[32:])
		want := ecdsa.Verify(&key.PublicKey, sum[:], r, s)
		if VerifyMessage(&key.PublicKey, msg, sig) != want {
			t.Fatalf("%x: not %v", sig, want)
		}
		if want != (i%16 > 3) {
			t.Errorf("a signature is right: %v", want)
		}
	}
}

// short signs; where it is asked for, until a number begins with zeros.
func short(t *testing.T, key *ecdsa.PrivateKey, sum []byte, zeros bool) (r, s *big.Int) {
	t.Helper()
	for {
		r, s, err := ecdsa.Sign(crand.Reader, key, sum)
		if err != nil {
			t.Fatal(err)
		}
		if !zeros || min(r.BitLen(), s.BitLen()) <= 248 {
			return r, s
		}
	}
}

// TestInputHasOneSpelling: numbers that mean the same, or more than a structured field
// holds, are refused, as are bytes whose last letter says more than they do.
func TestInputHasOneSpelling(t *testing.T) {
	f := newFixture(t)
	input := func(created, nonce, keyid string) string {
		return fmt.Sprintf("hf=%s;created=%s;nonce=\"%s\";keyid=\"%s%s", bare.list, created, nonce, keyid, afterKeyID)
	}
	nonce, id := "AQIDAAAAAAAAAAAAAAAAAA", f.signer.KeyID()
	loose := id[:len(id)-1] + string(id[len(id)-1]+1)
	for value, right := range map[string]bool{
		input("1", nonce, id): true, input("0", nonce, id): true, input("-1", nonce, id): true,
		input("999999999999999", nonce, id): true, input("-999999999999999", nonce, id): true,
		input("1000000000000000", nonce, id): false, input("-1000000000000000", nonce, id): false,
		input("9223372036854775808", nonce, id): false, input("01", nonce, id): false, input("+1", nonce, id): false,
		input("-0", nonce, id): false, input("1.0", nonce, id): false, input("", nonce, id): false, input("1_0", nonce, id): false,
		input("1", nonce[:21], id): false, input("1", nonce+"A", id): false, input("1", nonce[:21]+"B", id): false,
		input("1", nonce[:21]+"=", id): false, input("1", nonce, id+"A"): false, input("1", nonce, loose): false,
		input("1", nonce, id) + " ": false, input("1", nonce, id) + ", x=1": false, " " + input("1", nonce, id): false,
		"HF" + input("1", nonce, id)[2:]: false, "hf=": false, "hf": false, "": false,
	} {
		r := f.signed(t, "GET", "/x", "")
		r.Header.Set(HeaderInput, value)
		if _, _, err := parseInput(r.Header, bare); (err == nil) != right {
			t.Errorf("%s: %v", value, err)
		}
	}
}
