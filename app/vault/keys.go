package vault

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"io"

	"golang.org/x/crypto/chacha20poly1305"
)

// Secret is 32 bytes of key material.
type Secret = [32]byte

// Keys are what the computer holds outside the vault file.
type Keys struct {
	// Ring is the keyring's secret.
	Ring Secret
	// Hardware is what the computer's chip unsealed; zeros where there is none.
	Hardware Secret
}

// Share is the server's part for a generation of this device, 1 and up.
type Share struct {
	Generation int
	Secret     Secret
}

// Purposes of derived keys (HKDF's info). Each key serves one purpose.
const (
	purposeSlot    = "holdfast v1 slot"
	purposeServer  = "holdfast v1 server"
	purposeFile    = "holdfast v1 file"
	purposeDigest  = "holdfast v1 digest"
	purposeLabels  = "holdfast v1 labels"
	purposeHistory = "holdfast v1 history"
	purposeClaim   = "holdfast v1 claim"
	purposeChip    = "holdfast v1 chip name"
	purposeAuth    = "holdfast v1 chip auth"
)

// derive is HKDF-SHA-256 (RFC 5869) over parts of fixed length.
func derive(salt []byte, purpose string, parts ...Secret) Secret {
	ikm := make([]byte, 0, 3*len(Secret{}))
	for _, p := range parts {
		ikm = append(ikm, p[:]...)
	}
	defer clear(ikm)
	out, err := hkdf.Key(sha256.New, ikm, salt, purpose, len(Secret{}))
	if err != nil {
		panic(err) // only for lengths over 255 hashes
	}
	defer clear(out)
	return Secret(out)
}

// DigestKey is the key of the component digests that the server sees, 32
// bytes. It never leaves the computer.
func DigestKey(ring Secret) []byte {
	k := derive(nil, purposeDigest, ring)
	return k[:]
}

// LabelsKey is the key of the labels file, 32 bytes.
func LabelsKey(ring Secret) []byte {
	k := derive(nil, purposeLabels, ring)
	return k[:]
}

// HistoryKey is the key of the history file, 32 bytes.
func HistoryKey(ring Secret) []byte {
	k := derive(nil, purposeHistory, ring)
	return k[:]
}

// ClaimKey is the Ed25519 key (RFC 8032) that speaks for this computer when the
// chip that held its device key is lost. The server knows its public half from
// the first activation on.
func ClaimKey(ring Secret) ed25519.PrivateKey {
	k := derive(nil, purposeClaim, ring)
	defer clear(k[:])
	return ed25519.NewKeyFromSeed(k[:])
}

// ChipNameKey is the key under which a profile keeps the name of its chip, 32
// bytes: the file alone tells nobody which chip it is.
func ChipNameKey(ring Secret) []byte {
	k := derive(nil, purposeChip, ring)
	return k[:]
}

// ChipAuth is what the chip asks for before it signs or unseals: without the
// keyring, chip and profile together do nothing.
func ChipAuth(ring Secret) Secret { return derive(nil, purposeAuth, ring) }

func slotKey(k Keys, a Secret, salt Secret) Secret {
	return derive(salt[:], purposeSlot, k.Ring, k.Hardware, a)
}

func serverKey(ring Secret, share Secret, salt Secret) Secret {
	return derive(salt[:], purposeServer, ring, share)
}

// fileMAC authenticates a whole file under the keyring's secret.
func fileMAC(ring Secret, salt Secret, data []byte) []byte {
	k := derive(salt[:], purposeFile, ring)
	defer clear(k[:])
	m := hmac.New(sha256.New, k[:])
	m.Write(data)
	return m.Sum(nil)
}

// sealedSize is a sealed master key: 32 bytes and the tag.
const sealedSize = 32 + chacha20poly1305.Overhead

// sealSecret seals one secret under a key that is used for nothing else: the
// key comes from a fresh salt, hence the zero nonce.
func sealSecret(key, secret Secret, ad []byte) [sealedSize]byte {
	aead, err := chacha20poly1305.NewX(key[:])
	if err != nil {
		panic(err) // only for keys of another length
	}
	var nonce [chacha20poly1305.NonceSizeX]byte
	return [sealedSize]byte(aead.Seal(nil, nonce[:], secret[:], ad))
}

func openSecret(key Secret, sealed [sealedSize]byte, ad []byte) (Secret, bool) {
	aead, err := chacha20poly1305.NewX(key[:])
	if err != nil {
		panic(err)
	}
	var nonce [chacha20poly1305.NonceSizeX]byte
	plain, err := aead.Open(nil, nonce[:], sealed[:], ad)
	if err != nil || len(plain) != len(Secret{}) {
		return Secret{}, false
	}
	defer clear(plain)
	return Secret(plain), true
}

// sealBytes seals data under a long-lived key with a random nonce, which
// comes first.
func sealBytes(rand io.Reader, key Secret, data, ad []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(key[:])
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, chacha20poly1305.NonceSizeX, chacha20poly1305.NonceSizeX+len(data)+chacha20poly1305.Overhead)
	if _, err := io.ReadFull(rand, nonce); err != nil {
		return nil, err
	}
	return aead.Seal(nonce, nonce, data, ad), nil
}

func openBytes(key Secret, sealed, ad []byte) ([]byte, bool) {
	aead, err := chacha20poly1305.NewX(key[:])
	if err != nil || len(sealed) < aead.NonceSize() {
		return nil, false
	}
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], ad)
	return plain, err == nil
}

func randomSecret(rand io.Reader) (Secret, error) {
	var s Secret
	_, err := io.ReadFull(rand, s[:])
	return s, err
}
