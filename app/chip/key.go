package chip

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"errors"
	"sync"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"

	"github.com/seed-1feef0b2/holdfast/api/sign"
)

// object is a key's blob and, once it was loaded, what brings it back quickly.
type object struct {
	blob blob
	auth Secret

	mu   sync.Mutex
	kept *saved
}

// load brings the object into the chip, quickly where that is possible.
func (o *object) load(t transport.TPM, c *tpm) (loaded, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if l, ok := restore(t, o.kept); ok {
		return l, nil
	}
	parent, err := c.storage(t)
	if err != nil {
		return loaded{}, err
	}
	defer flush(t, parent.handle)
	l, err := load(t, parent, o.blob)
	if err == nil {
		o.kept = save(t, l)
	}
	return l, err
}

// key is a signing key in a TPM.
type key struct {
	chip   *tpm
	object *object
	public *ecdsa.PublicKey
}

// Public is Key's.
func (k *key) Public() *ecdsa.PublicKey { return k.public }

// Blob is Key's.
func (k *key) Blob() []byte { return k.object.blob.encode() }

// Sign is Key's. The authorisation travels as an HMAC, never in the open.
func (k *key) Sign(ctx context.Context, msg []byte) ([]byte, error) {
	sum := sha256.Sum256(msg)
	return run(ctx, k.chip, func(t transport.TPM) ([]byte, error) {
		item, err := k.object.load(t, k.chip)
		if err != nil {
			return nil, err
		}
		defer flush(t, item.handle)
		r, err := tpm2.Sign{
			KeyHandle: tpm2.AuthHandle{
				Handle: item.handle, Name: item.name, Auth: tpm2.HMAC(tpm2.TPMAlgSHA256, nonceSize, tpm2.Auth(password(k.object.auth))),
			},
			Digest:     tpm2.TPM2BDigest{Buffer: sum[:]},
			Validation: tpm2.TPMTTKHashCheck{Tag: tpm2.TPMSTHashCheck, Hierarchy: tpm2.TPMRHNull},
		}.Execute(t)
		if err != nil {
			return nil, err
		}
		return k.checked(r.Signature, msg)
	})
}

// checked gives r‖s of a signature that is one.
func (k *key) checked(s tpm2.TPMTSignature, msg []byte) ([]byte, error) {
	ec, err := s.Signature.ECDSA()
	if err != nil {
		return nil, err
	}
	out := append(padded(ec.SignatureR.Buffer), padded(ec.SignatureS.Buffer)...)
	if !sign.VerifyMessage(k.public, msg, out) {
		return nil, errAnswer
	}
	return out, nil
}

// padded gives 32 bytes of a number; one that is longer fails the check of the signature.
func padded(n []byte) []byte {
	const size = 32
	if len(n) > size {
		return n
	}
	return append(make([]byte, size-len(n), size), n...)
}

// PublicOf is the public half of a key's blob, also where its chip is away:
// chip_failed where the blob is none of a key.
func PublicOf(data []byte) (*ecdsa.PublicKey, error) {
	_, pub, err := parseKey(data)
	return pub, explain(err)
}

func parseKey(data []byte) (blob, *ecdsa.PublicKey, error) {
	b, err := parseBlob(blobKey, data)
	if err != nil {
		return blob{}, nil, err
	}
	pub, err := publicKey(b.public)
	return b, pub, err
}

// publicKey reads the public half of a key's public area.
func publicKey(public []byte) (_ *ecdsa.PublicKey, err error) {
	defer func() {
		if r := recover(); r != nil { // go-tpm on bytes that no chip made
			err = errBlob
		}
	}()
	p, err := tpm2.Unmarshal[tpm2.TPMTPublic](public)
	if err != nil {
		return nil, errors.Join(errBlob, err)
	}
	parms, err := p.Parameters.ECCDetail()
	if err != nil || parms.CurveID != tpm2.TPMECCNistP256 {
		return nil, errBlob
	}
	point, err := p.Unique.ECC()
	if err != nil {
		return nil, errBlob
	}
	return pointKey(padded(point.X.Buffer), padded(point.Y.Buffer))
}

// pointKey is the key of an affine point; a point that is not on the curve is none.
func pointKey(x, y []byte) (*ecdsa.PublicKey, error) {
	const uncompressed = 4 // SEC 1, section 2.3.3
	k, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{uncompressed}, x...), y...))
	if err != nil {
		return nil, errBlob
	}
	return k, nil
}
