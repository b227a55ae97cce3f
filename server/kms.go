package server

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"golang.org/x/crypto/chacha20poly1305"
)

// KMS keeps master keys and wraps data keys under them. A master key has a name
// that says which it is and nothing of it. It is used when the server starts and
// when keys are rotated, never for a request.
type KMS interface {
	// Current names the master key that data keys are to be wrapped under now.
	Current(ctx context.Context) (string, error)
	// Wrap seals a data key of 32 bytes. The label must be the same when it is
	// unwrapped; it is not secret.
	Wrap(ctx context.Context, master, label string, key []byte) ([]byte, error)
	// Unwrap opens what Wrap gave. ErrNoMaster where the master key is not here.
	Unwrap(ctx context.Context, master, label string, wrapped []byte) ([]byte, error)
}

// MasterMaker is a KMS in which the server can make a new master key itself,
// which is the current one from then on.
type MasterMaker interface {
	MakeMaster(ctx context.Context) (name string, err error)
}

// FirstKeys is a KMS that knows the keys that were derived from its first master
// key before there were data keys: how a database from then is opened.
type FirstKeys interface {
	// Derived gives 32 bytes for a label (HKDF-SHA-256 of the first master key).
	Derived(ctx context.Context, label string) ([]byte, error)
}

// ErrNoMaster says that a master key is not where it is looked for.
var ErrNoMaster = errors.New("server: no master key of that name is here")

// MasterKey is a master key in memory, by which a KMS of files wraps.
type MasterKey [32]byte

// Name says which key it is: 16 hex digits, a hash under a key derived from it.
func (m MasterKey) Name() string {
	return hex.EncodeToString(m.derive("holdfast master name v1")[:8])
}

// Wrap gives nonce ‖ ciphertext: XChaCha20-Poly1305 under a key derived from the
// master key (HKDF-SHA-256), the label as associated data.
func (m MasterKey) Wrap(label string, key []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(m.derive("holdfast master wrap v1"))
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(key)+aead.Overhead())
	_, _ = rand.Read(nonce) // never fails (Go 1.24)
	return aead.Seal(nonce, nonce, key, []byte(label)), nil
}

// Unwrap opens what Wrap gave; the error is that it does not open.
func (m MasterKey) Unwrap(label string, wrapped []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(m.derive("holdfast master wrap v1"))
	if err != nil {
		return nil, err
	}
	if len(wrapped) < aead.NonceSize() {
		return nil, errSealed
	}
	key, err := aead.Open(nil, wrapped[:aead.NonceSize()], wrapped[aead.NonceSize():], []byte(label))
	if err != nil {
		return nil, errSealed
	}
	return key, nil
}

func (m MasterKey) derive(label string) []byte {
	key, err := hkdf.Key(sha256.New, m[:], nil, label, sha256.Size)
	if err != nil {
		panic(err) // a constant length that HKDF-SHA-256 can give
	}
	return key
}

// MasterKeys is a KMS over master keys in memory. The last one is the current.
type MasterKeys []MasterKey

// Current is the last key's name.
func (k MasterKeys) Current(context.Context) (string, error) {
	if len(k) == 0 {
		return "", ErrNoMaster
	}
	return k[len(k)-1].Name(), nil
}

func (k MasterKeys) find(name string) (MasterKey, error) {
	for _, m := range k {
		if m.Name() == name {
			return m, nil
		}
	}
	return MasterKey{}, ErrNoMaster
}

// Wrap is MasterKey.Wrap of the key of that name.
func (k MasterKeys) Wrap(_ context.Context, master, label string, key []byte) ([]byte, error) {
	m, err := k.find(master)
	if err != nil {
		return nil, err
	}
	return m.Wrap(label, key)
}

// Unwrap is MasterKey.Unwrap of the key of that name.
func (k MasterKeys) Unwrap(_ context.Context, master, label string, wrapped []byte) ([]byte, error) {
	m, err := k.find(master)
	if err != nil {
		return nil, err
	}
	return m.Unwrap(label, wrapped)
}

// Derived is what the first key gave before there were data keys.
func (k MasterKeys) Derived(_ context.Context, label string) ([]byte, error) {
	if len(k) == 0 {
		return nil, ErrNoMaster
	}
	return k[0].derive(label), nil
}
