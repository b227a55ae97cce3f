package server

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"

	"golang.org/x/crypto/chacha20poly1305"
)

// Sealer is how a Service comes to its keys: a KMS that unwraps them.
type Sealer struct{ kms KMS }

// NewSealer makes a Sealer over one master key in memory.
func NewSealer(master [32]byte) *Sealer { return NewSealerOver(MasterKeys{master}) }

// NewSealerOver makes a Sealer over a KMS.
func NewSealerOver(kms KMS) *Sealer { return &Sealer{kms: kms} }

var errSealed = errors.New("server: a sealed value does not open: another master key, or a damaged database")

// A sealed value is sealedFormat ‖ version of the key (4 bytes) ‖ nonce ‖
// ciphertext. One from before there were versions is nonce ‖ ciphertext, and
// belongs to firstVersion.
const (
	sealedFormat = 2
	sealedHead   = 5
	firstVersion = 1
)

// pepper is one key of keyed hashes.
type pepper struct {
	version uint32
	key     []byte
}

// seal gives a sealed value under the newest key, bound to its place: table,
// column and row. A value that is copied elsewhere does not open.
func (r *ring) seal(rand io.Reader, place string, secret []byte) ([]byte, error) {
	aead := r.seals[r.sealing]
	head := binary.BigEndian.AppendUint32([]byte{sealedFormat}, r.sealing)
	out := make([]byte, sealedHead+aead.NonceSize(), sealedHead+aead.NonceSize()+len(secret)+aead.Overhead())
	copy(out, head)
	nonce := out[sealedHead:]
	if _, err := io.ReadFull(rand, nonce); err != nil {
		return nil, err
	}
	return aead.Seal(out, nonce, secret, []byte(place)), nil
}

// open opens a sealed value of any version that the ring has.
func (r *ring) open(place string, sealed []byte) ([]byte, error) {
	if aead := r.seals[versionOf(sealed)]; aead != nil {
		if secret, err := openWith(aead, place, sealed[sealedHead:]); err == nil {
			return secret, nil
		}
	}
	if aead := r.seals[firstVersion]; aead != nil {
		return openWith(aead, place, sealed)
	}
	return nil, errSealed
}

// versionOf is the version in a sealed value's head; zero where it has none.
func versionOf(sealed []byte) uint32 {
	if len(sealed) < sealedHead || sealed[0] != sealedFormat {
		return 0
	}
	return binary.BigEndian.Uint32(sealed[1:sealedHead])
}

func openWith(aead cipher.AEAD, place string, sealed []byte) ([]byte, error) {
	if len(sealed) < aead.NonceSize() {
		return nil, errSealed
	}
	secret, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], []byte(place))
	if err != nil {
		return nil, errSealed
	}
	return secret, nil
}

// index gives a keyed hash under the newest pepper. Each use has its own label.
func (r *ring) index(label, value string) []byte { return r.peppers[0].index(label, value) }

// indexes gives the hashes under every pepper that is valid, the newest first.
func (r *ring) indexes(label, value string) [][]byte {
	out := make([][]byte, len(r.peppers))
	for i, p := range r.peppers {
		out[i] = p.index(label, value)
	}
	return out
}

// index begins with the pepper's version, so that it is seen which one a row is
// under; the first version's has none.
func (p pepper) index(label, value string) []byte {
	m := hmac.New(sha256.New, p.key)
	m.Write([]byte(label))
	m.Write([]byte{0})
	m.Write([]byte(value))
	if p.version == firstVersion {
		return m.Sum(nil)
	}
	return m.Sum(binary.BigEndian.AppendUint32(nil, p.version))
}

func newAEAD(key []byte) (cipher.AEAD, error) { return chacha20poly1305.NewX(key) }

func (w *work) seal(place string, secret []byte) ([]byte, error) {
	return w.ring().seal(w.rand, place, secret)
}

func (w *work) open(place string, sealed []byte) ([]byte, error) {
	return w.ring().open(place, sealed)
}

// index gives a keyed hash under which a value can be found, or counted, without
// being stored. Two hashes under different peppers differ: what was stored before
// a rotation is found by indexes.
func (w *work) index(label, value string) []byte { return w.ring().index(label, value) }

// indexes gives the hashes under which a value may be stored, the newest first.
func (w *work) indexes(label, value string) [][]byte { return w.ring().indexes(label, value) }
